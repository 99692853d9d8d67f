"""What becomes of the rows of a households file."""

from __future__ import annotations

from datetime import date

import pytest

from accounts.keys import sealer
from grids.models import AreaDirty
from households.models import Absence, Household, Membership, Need
from households.services import household_close
from jobs.models import ImportRun
from lib.errors import Refusal
from tests.importing.books import BEGAN, HEADER, ON, book, load, preview
from tests.shapes import CODES, draw_areas, point

pytestmark = pytest.mark.django_db


@pytest.fixture
def areas(settings, tmp_path):
    settings.UPLOAD_DIR = tmp_path / "uploads"
    return draw_areas(on=BEGAN)


def at(x: float, y: float) -> tuple[float, float]:
    place = point(x, y)
    return place.x, place.y


ROWS = [
    ("A1", "赵一", "13900000001", "南街1号", CODES["G11"], *at(0.5, 0.5), 3),
    ("A2", "钱二", "", "南街2号", CODES["V1"], *at(0.5, 1.5), 2),
    ("A3", "孙三", "0482-6120000", "", "", *at(1.5, 0.5), None),
    ("A4", "李四", "13900000004.0", "东街4号", CODES["U121"], None, None, 4),
    ("A5", "周五", "13900000005", "草场5号", CODES["V2"], *at(3.5, 0.5), 1),
]


def test_it_writes_what_the_rows_say(areas, tmp_path):
    done = load(book(tmp_path / "a.xlsx", HEADER, ROWS), crs="wgs84")
    assert done.run.report["counts"] == {
        "rows": 5, "new": 5, "changed": 0, "unchanged": 0, "doubtful": 0, "vanished": 0,
        "unlocated": 1, "in_grid": 4, "bad": 0,
    }  # fmt: skip
    found = {h.serial: h for h in Household.objects.all()}
    where = {serial: h.path for serial, h in found.items()}
    assert where == {
        "A1": areas["U111"].path, "A2": areas["U112"].path, "A3": areas["U121"].path,
        "A4": areas["U121"].path, "A5": areas["V2"].path,
    }  # fmt: skip
    one = found["A1"]
    assert (one.head_name, one.address, one.size, one.initials) == ("赵一", "南街1号", 3, "zy")
    assert sorted(one.bigrams) == ["1号", "南街", "街1", "赵一"]
    assert one.location.coords == at(0.5, 0.5)
    assert one.location_3857 is not None
    assert sealer().open(one.phone_sealed) == "13900000001"
    assert bytes(one.phone_tail) == sealer().tail("0001")
    assert (one.registered_on, one.recorded_on, one.during.lower) == (ON, ON, ON)
    assert sealer().open(found["A3"].phone_sealed) == "04826120000"
    assert found["A2"].phone_sealed is None
    assert Membership.objects.count() == 5
    assert AreaDirty.objects.filter(path=areas["U121"].path).exists()
    assert not (tmp_path / "uploads" / str(done.run.pk)).exists()


def test_dry_writes_only_its_run(areas, tmp_path):
    dry = preview(book(tmp_path / "a.xlsx", HEADER, ROWS), crs="wgs84")
    assert dry.run.report["counts"]["new"] == 5
    assert not Household.objects.exists()
    stored = tmp_path / "uploads" / str(dry.run.pk)
    assert stored.stat().st_mode & 0o777 == 0o600
    assert stored.parent.stat().st_mode & 0o777 == 0o700


def test_the_same_file_again_changes_nothing(areas, tmp_path):
    file = book(tmp_path / "a.xlsx", HEADER, ROWS)
    load(file, crs="wgs84")
    before = list(Household.objects.order_by("pk").values())
    again = load(file, crs="wgs84", on=date(2026, 12, 20))
    counts = again.run.report["counts"]
    assert (counts["new"], counts["changed"], counts["unchanged"]) == (0, 0, 5)
    assert list(Household.objects.order_by("pk").values()) == before


def test_the_same_file_without_numbers_again_changes_nothing(areas, tmp_path):
    rows = [("", *row[1:]) for row in ROWS]
    rows.append(("", "赵一", "", "", CODES["G11"], None, None, None))
    file = book(tmp_path / "a.xlsx", HEADER, rows)
    load(file, crs="wgs84")
    again = load(file, crs="wgs84")
    counts = again.run.report["counts"]
    assert (counts["new"], counts["unchanged"], counts["doubtful"]) == (0, 6, 0)


def test_next_months_roster(areas, tmp_path):
    load(book(tmp_path / "a.xlsx", HEADER, ROWS), crs="wgs84")
    rows = [
        ("A1", "赵一", "13900000011", "", CODES["G11"], None, None, "—"),
        ("", "钱二", "", "南街2号", CODES["V1"], None, None, 5),
        ("A4", "李小四", "", "", CODES["U211"], None, None, None),
        ("A6", "吴六", "13900000006", "北街6号", CODES["U111"], None, None, 2),
        ("", "周五", "13911112222", "别处", CODES["V2"], None, None, None),
    ]
    later = date(2026, 12, 20)
    done = load(book(tmp_path / "b.xlsx", HEADER, rows), on=later)
    counts = done.run.report["counts"]
    assert (counts["new"], counts["changed"], counts["doubtful"]) == (1, 3, 1)
    assert counts["vanished"] == 1  # A3, in the village the file speaks of
    found = {h.serial: h for h in Household.objects.all()}
    assert sealer().open(found["A1"].phone_sealed) == "13900000011"
    assert (found["A1"].address, found["A1"].size) == ("南街1号", None)
    assert found["A2"].size == 5
    assert found["A4"].path == areas["U211"].path
    assert [(m.area_id, m.during.lower, m.during.upper)
            for m in found["A4"].memberships.order_by("during")] == [
        (areas["U121"].pk, ON, later), (areas["U211"].pk, later, None),
    ]  # fmt: skip
    assert found["A4"].initials == "lxs"
    assert found["A1"].version == 2
    assert found["A3"].version == 1
    event = found["A1"].events.get()
    assert event.pgh_context.metadata["reason"] == "import households"
    assert event.size == 3


def test_doubtful_rows_are_decided_on(areas, tmp_path):
    load(book(tmp_path / "a.xlsx", HEADER, ROWS), crs="wgs84")
    rows = [
        ("", "周五", "13911112222", "别处", CODES["V2"], None, None, None),
        ("", "赵一", "13933334444", "北街", CODES["U112"], None, None, None),
    ]
    file = book(tmp_path / "b.xlsx", HEADER, rows)
    known = Household.objects.get(serial="A5")
    dry = preview(file)
    assert [d.key for d in dry.plan.doubtful] == ["户!2", "户!3"]
    assert dry.plan.doubtful[0].candidates[0].id == str(known.pk)
    load(file, decisions={"户!2": str(known.pk), "户!3": "new"})
    known.refresh_from_db()
    assert known.address == "别处"
    assert Household.objects.filter(head_name="赵一").count() == 2


def test_bad_rows_load_none_or_the_good_ones(areas, tmp_path):
    rows = [(f"N{i}", f"户{i}", "", f"街{i}号", CODES["U111"], None, None, 2) for i in range(5000)]
    for i in (3, 700, 1400, 2100, 2800, 3500, 4999):
        rows[i] = (f"N{i}", f"户{i}", "138", "", CODES["U111"], None, None, 2)
    file = book(tmp_path / "a.xlsx", HEADER, rows)
    with pytest.raises(Refusal):
        load(file)
    assert not Household.objects.exists()
    done = load(file, good_rows_only=True)
    assert done.run.report["counts"]["new"] == 4993
    assert Household.objects.count() == 4993
    import openpyxl

    marked = openpyxl.load_workbook(tmp_path / "uploads" / f"{done.run.pk}-errors.xlsx").active
    assert marked.max_row == 8
    assert [marked.cell(r, 1).value for r in (2, 8)] == ["N3", "N4999"]
    assert marked.cell(2, 3).fill.fgColor.rgb == "FFF8CBAD"


def test_excluded_columns_are_named_and_never_stored(areas, tmp_path):
    header = ("户编号", "户主", "身份证号", "民族", "信访情况", "区域编码")
    secret = "152223198001011234"
    rows = [("A1", "赵一", secret, "蒙古族", "重点", CODES["U111"])]
    done = load(book(tmp_path / "a.xlsx", header, rows))
    assert [s["header"] for s in done.run.report["skipped"]] == ["身份证号", "民族", "信访情况"]
    assert all(s["reason"] for s in done.run.report["skipped"])
    stored = str(list(Household.objects.values())) + str(list(ImportRun.objects.values()))
    assert secret not in stored
    assert "蒙古族" not in stored


def test_needs_and_residence(areas, tmp_path):
    header = ("户编号", "户主", "区域编码", "需求类别", "居住状态", "登记日期", "紧急联系人")
    rows = [
        (
            "A1",
            "赵一",
            CODES["U111"],
            "残疾(肢体2级)、独居",
            "常年外出",
            "2024.9.4",
            "赵大 13800001111",
        ),
        ("A2", "钱二", CODES["U111"], "低保2人", "常住", "2024年9月", ""),
    ]
    done = load(book(tmp_path / "a.xlsx", header, rows))
    assert done.run.report["counts"]["new"] == 2
    one = Household.objects.get(serial="A1")
    assert one.registered_on == one.during.lower == date(2024, 9, 4)
    assert one.recorded_on == ON
    assert Absence.objects.get().household == one
    needs = {(n.kind.code, n.kind.variant, n.subtype, n.persons) for n in one.needs.all()}
    assert needs == {("CANJI", "severe", 4, 1), ("DUJU", "", None, 1)}
    assert {n.clock_from for n in Need.objects.all()} == {ON}
    assert {n.during.lower for n in one.needs.all()} == {date(2024, 9, 4)}
    assert Need.objects.get(kind__code="DIBAO").persons == 2
    assert (one.emergency_name, sealer().open(one.emergency_phone_sealed)) == (
        "赵大",
        "13800001111",
    )
    again = load(book(tmp_path / "a.xlsx", header, rows))
    assert again.run.report["counts"]["unchanged"] == 2
    rows[0] = ("A1", "赵一", CODES["U111"], "—", "常住", "", "—")
    later = date(2026, 12, 1)
    load(book(tmp_path / "b.xlsx", header, rows), on=later)
    assert not one.needs.filter(during__contains=later, void=False).exists()
    assert Absence.objects.get().during.upper == later
    one.refresh_from_db()
    assert one.emergency_name == ""


def test_rows_that_name_no_place(areas, tmp_path):
    rows = [
        ("A1", "赵一", "", "", "", None, None, None),
        ("A2", "钱二", "", "", "159901100999", None, None, None),
        ("A3", "孙三", "", "", "1.59901E+14", None, None, None),
        ("A4", "李四", "", "", "甲一村", None, None, None),
        ("A5", "周五", "", "", "甲二嘎查第一网格", None, None, None),
        ("A6", "吴六", "", "", "159901100201000", None, None, None),
    ]
    file = book(tmp_path / "a.xlsx", HEADER, rows)
    bad = preview(file).plan.bad_rows
    assert bad == {("户", 2), ("户", 3), ("户", 4), ("户", 7)}
    done = load(file, area=CODES["V2"], good_rows_only=True)
    where = {h.serial: h.path for h in Household.objects.all()}
    assert where == {
        "A1": areas["V2"].path, "A4": areas["V1"].path, "A5": areas["U211"].path,
    }  # fmt: skip
    assert done.run.path == areas["C"].path


def test_a_number_twice_in_a_file_is_an_error(areas, tmp_path):
    rows = [("A1", "赵一", "", "", CODES["U111"], None, None, None)] * 2
    plan = preview(book(tmp_path / "a.xlsx", HEADER, rows)).plan
    assert plan.bad_rows == {("户", 3)}


def test_a_point_on_a_shared_border_goes_to_one_grid(areas, tmp_path):
    rows = [(f"B{i}", f"户{i}", "", "", CODES["V1"], *at(1.0, 0.1 * i), 1) for i in range(1, 9)]
    load(book(tmp_path / "a.xlsx", HEADER, rows), crs="wgs84")
    paths = {path[:16] for path in Household.objects.values_list("path", flat=True)}
    assert paths == {areas["G11"].path}


def test_a_closed_household_is_not_opened_again_unasked(areas, tmp_path):
    file = book(tmp_path / "a.xlsx", HEADER, ROWS)
    load(file, crs="wgs84")
    gone = Household.objects.get(serial="A1")
    later = date(2026, 12, 20)
    household_close(household=gone, on=date(2026, 12, 1), reason="moved")
    again = load(file, crs="wgs84", on=later)
    counts = again.run.report["counts"]
    assert (counts["new"], counts["doubtful"]) == (0, 1)
    load(file, crs="wgs84", on=later, decisions={"*": "same"})
    assert Household.objects.filter(serial="A1").count() == 1
    load(file, crs="wgs84", on=later, decisions={"*": "new"})
    assert Household.objects.open_on(later).get(serial="A1") != gone


def test_the_same_number_in_another_township_is_another_household(areas, tmp_path):
    load(book(tmp_path / "a.xlsx", HEADER, ROWS), crs="wgs84")
    rows = [("A1", "卫乙一", "", "", CODES["U311"], None, None, 1)]
    done = load(book(tmp_path / "b.xlsx", HEADER, rows))
    assert done.run.report["counts"]["new"] == 1
    assert Household.objects.filter(serial="A1").count() == 2
