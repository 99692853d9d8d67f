"""A workbook given back imports again without a difference; numbers sealed with a new key."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from python_calamine import CalamineWorkbook

from accounts.keys import sealer
from households.models import Household, Need
from households.needcells import DISABILITY_TYPES
from lib.sealing import generate_key
from tests.importing.books import BEGAN, HEADER, book, load
from tests.shapes import CODES, draw_areas, point

pytestmark = pytest.mark.django_db

WIDE = (*HEADER, "需求", "居住状态", "登记日期", "紧急联系人", "紧急联系人电话")


def read(path):
    """The cells of a workbook."""
    return CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()


@pytest.fixture
def filled(settings, tmp_path):
    settings.UPLOAD_DIR = tmp_path / "uploads"
    areas = draw_areas(on=BEGAN)
    one, two = point(0.123456789, 0.5), point(3.5, 0.5)
    rows = [
        ("A1", "赵一", "13900000001", "=南街1号", CODES["G11"], one.x, one.y, 3,
         "残疾(肢体2级)、独居、低保2人", "常年外出", "2024-09-04", "赵大", "0482-6120000"),
        ("", "钱\\二", "", "南街\"2\"号", CODES["V1"], None, None, None, "特困(集中)", "季节性外出", "", "", ""),
        ("A3", "孙三", "", "", CODES["V2"], two.x, two.y, 2, "", "", "2025-02-01", "", ""),
    ]  # fmt: skip
    load(book(tmp_path / "in.xlsx", WIDE, rows), crs="wgs84")
    return areas


def test_it_imports_again_without_a_difference(filled, tmp_path):
    before = list(Household.objects.order_by("pk").values())
    call_command("export_households", str(tmp_path / "out.xlsx"), area=CODES["T1"])
    assert (tmp_path / "out.xlsx").stat().st_mode & 0o777 == 0o600
    again = load(tmp_path / "out.xlsx", crs="wgs84")
    counts = again.run.report["counts"]
    assert {k: counts[k] for k in ("rows", "new", "changed", "unchanged", "doubtful")} == {
        "rows": 3, "new": 0, "changed": 0, "unchanged": 3, "doubtful": 0,
    }  # fmt: skip
    assert not again.run.report["problems"]
    assert list(Household.objects.order_by("pk").values()) == before


def test_the_type_of_a_disability_never_leaves_and_stays_as_it_is(filled, tmp_path):
    call_command("export_households", str(tmp_path / "out.xlsx"), area=CODES["T1"])
    cells = [str(cell) for row in read(tmp_path / "out.xlsx") for cell in row]
    assert any("残疾(2级)" in cell for cell in cells)
    assert not any(word in cell for cell in cells for word in DISABILITY_TYPES)
    load(tmp_path / "out.xlsx", crs="wgs84")
    assert Need.objects.get(kind__code="CANJI").subtype == DISABILITY_TYPES["肢体"]


def test_into_an_empty_database_it_gives_the_same_households(filled, tmp_path):
    names = [f.name for f in Household._meta.concrete_fields
             if f.name not in ("id", "phone_sealed", "emergency_phone_sealed", "updated_at",
                               "located_on")]  # fmt: skip

    def content():
        needs = sorted(
            # The type of a disability is never exported.
            Need.objects.values_list(
                "household__head_name", "kind__code", "kind__variant", "persons"
            ),
            key=repr,
        )
        return list(Household.objects.order_by("head_name").values(*names)), needs

    before = content()
    call_command("export_households", str(tmp_path / "out.xlsx"), area=CODES["C"])
    Household.objects.all().delete()
    load(tmp_path / "out.xlsx", crs="wgs84")
    assert content() == before


def test_an_unknown_area_is_named(filled, tmp_path):
    with pytest.raises(CommandError):
        call_command("export_households", str(tmp_path / "out.xlsx"), area="999999")


def test_numbers_are_sealed_with_a_new_key(filled, settings, tmp_path):
    keys = tmp_path / "keys"
    old = settings.SEALING_KEY_FILE
    keys.write_text(old.read_text())
    settings.SEALING_KEY_FILE = keys
    load(
        book(tmp_path / "b.xlsx", HEADER, [("A1", "赵一", "13900000002", "", "", None, None, None)])
    )
    call_command("rotate_keys", new=True)
    lines = keys.read_text().split()
    assert len(lines) == 2
    assert keys.stat().st_mode & 0o777 == 0o600
    keys.write_text(lines[0] + "\n")
    one = Household.objects.get(serial="A1")
    assert sealer().open(one.phone_sealed) == "13900000002"
    assert bytes(one.phone_tail) == sealer().tail("0002")
    assert sealer().open(one.emergency_phone_sealed) == "04826120000"
    assert one.version == 2
    assert sealer().open(one.events.get().phone_sealed) == "13900000001"


def test_a_lost_key_is_told(filled, settings, tmp_path):
    keys = tmp_path / "keys"
    keys.write_text(generate_key() + "\n")
    settings.SEALING_KEY_FILE = keys
    with pytest.raises(CommandError):
        call_command("rotate_keys")
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
