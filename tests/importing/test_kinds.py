"""A file of another kind than the one it is loaded as, and columns that no sheet has."""

from __future__ import annotations

import pytest

from households.models import Household
from lib.errors import Refusal
from tests.importing.books import BEGAN, HEADER, book, preview
from tests.shapes import CODES, draw_areas

pytestmark = pytest.mark.django_db

FILES: dict[str, list[tuple[str, ...]]] = {
    "staff": [
        ("姓名", "手机号", "岗位", "网格编码", "任职时间"),
        ("序号", "姓名", "联系电话", "职务", "单位", "所在网格"),
    ],
    "links": [("户编号", "户主", "家庭住址", "联系人", "联系人电话", "岗位", "起")],
    "needs": [("户编号", "户主", "类别", "人数"), ("户主", "网格编码", "类别", "人数", "起")],
}
CASES = [(kind, header) for kind, headers in FILES.items() for header in headers]


@pytest.fixture
def areas(db, settings, tmp_path):
    settings.UPLOAD_DIR = tmp_path / "uploads"
    return draw_areas(on=BEGAN)


@pytest.mark.parametrize(("kind", "header"), CASES)
def test_a_file_of_another_kind_is_refused(areas, tmp_path, kind, header):
    file = book(tmp_path / "a.xlsx", header, [tuple("甲" for _ in header)])
    with pytest.raises(Refusal) as refused:
        preview(file)
    assert f"import_{kind}" in refused.value.sentence
    assert not Household.objects.exists()


def test_contacts_are_no_staff(areas, tmp_path):
    file = book(tmp_path / "a.xlsx", FILES["links"][0], [tuple("甲" * 7)])
    with pytest.raises(Refusal, match="import_links"):
        preview(file, kind="staff")


@pytest.mark.parametrize(
    "header",
    [
        HEADER,
        ("户主", "家庭住址", "网格编码", "类别", "联户长"),
        ("姓名", "电话", "住址", "网格", "职务", "单位"),
        ("户主", "网格编码", "家庭人口", "困难类型"),
    ],
)
def test_a_list_of_households_with_other_columns_is_read(areas, tmp_path, header):
    row = tuple(CODES["G11"] if "编码" in h else "甲" for h in header)
    assert preview(book(tmp_path / "a.xlsx", header, [row])).plan.counts["rows"] == 1


@pytest.mark.parametrize("kind", ["staff", "needs"])
def test_each_kind_reads_its_own(areas, tmp_path, kind):
    for header in FILES[kind]:
        file = book(tmp_path / "a.xlsx", header, [tuple("甲" for _ in header)])
        assert preview(file, kind=kind).plan.counts["rows"] == 1


def test_naming_a_column_overrules(areas, tmp_path):
    file = book(tmp_path / "a.xlsx", ("姓名", "手机号", "岗位", "网格编码", "任职时间"),
                [("甲", "", "网格员", CODES["G11"], "")])  # fmt: skip
    assert preview(file, mapping={"head": "姓名"}).plan.counts["rows"] == 1


@pytest.mark.parametrize("wanted", ["没有这列", "ZZ"])
def test_a_column_that_no_sheet_has_is_refused(areas, tmp_path, wanted):
    file = book(tmp_path / "a.xlsx", HEADER, [("A1", "赵一", "", "", CODES["G11"])])
    with pytest.raises(Refusal, match=wanted):
        preview(file, mapping={"serial": wanted})
