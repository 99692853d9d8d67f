"""A department's list of needs: found by number or head and address, never ended silently."""

from datetime import date, timedelta

import pytest
import xlsxwriter
from django.core.management import call_command

from households.models import Household, Need, NeedKind
from households.needs import need_begin
from households.services import household_register
from jobs.imports import import_commit, import_open, import_undo
from lib.clock import today
from lib.spans import span
from tests.importing.books import book
from tests.importing.books import load as load_book
from tests.shapes import CODES, draw_areas

pytestmark = pytest.mark.django_db

BEGAN = date(2024, 1, 1)
HEADER = ("户编号", "户主", "家庭住址", "类别", "人数", "起", "止")


@pytest.fixture
def areas(db):
    return draw_areas(on=BEGAN)


@pytest.fixture
def home(areas):
    return household_register(
        area=areas["U111"], head_name="晴原", on=BEGAN, serial="A1", address="南街1号"
    )


def workbook(path, *rows):
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("名单")
        for number, row in enumerate((HEADER, *rows)):
            sheet.write_row(number, 0, row)
    return path


@pytest.fixture
def load(tmp_path):
    def run(*rows, good=True, on=None, by=None):
        file = workbook(tmp_path / "needs.xlsx", *rows)
        on = on or today()
        taken = import_open(kind="needs", file=file, file_name=file.name, by=by, on=on)
        done = import_commit(run=taken, good_rows_only=good, by=by, on=on)
        run.last = done.run
        return done.plan

    return run


def errors(plan):
    return {p.row: p.message for p in plan.problems if p.severity == "error"}


def test_it_begins_the_needs_of_a_row(home, load):
    load(("A1", "", "", "残疾(肢体2级)、独居老人", "", "2024-03-01", ""))
    needs = list(home.needs.order_by("kind__code"))
    assert [(n.kind.code, n.kind.variant, n.subtype) for n in needs] == [
        ("CANJI", "severe", 4), ("DUJU", "", None),
    ]  # fmt: skip
    assert {n.during for n in needs} == {span(date(2024, 3, 1))}
    assert {n.clock_from for n in needs} == {today()}, "the clock runs from the day of import"


def test_it_finds_a_household_by_head_and_address(home, load):
    load(("", "晴原", "南街 1号", "低保", 2, "", ""))
    need = home.needs.get()
    assert (need.kind.code, need.persons, need.during.lower) == ("DIBAO", 2, today())


def test_the_same_file_again_changes_nothing(home, load):
    rows = [
        ("A1", "", "", "残疾(肢体2级)", 1, "2024-03-01", ""),
        ("A1", "", "", "残疾(听力1级)", 1, "2024-04-01", ""),
        ("A1", "", "", "低保", 3, "", ""), ("A1", "", "", "监测户", 1, "2024-02-01", "2024-09-01"),
        ("A1", "", "", "临时救助", 1, "", ""), ("A1", "", "", "独居", "", "2019-05-01", ""),
    ]  # fmt: skip
    assert load(*rows).counts["new"] == 6
    before = list(Need.objects.order_by("pk").values_list("pk", "during", "persons", "version"))
    again = load(*rows, on=today() + timedelta(days=200))
    assert (again.counts["new"], again.counts["changed"]) == (0, 0)
    after = list(Need.objects.order_by("pk").values_list("pk", "during", "persons", "version"))
    assert after == before


def test_two_disabled_persons_are_two_needs(home, load):
    load(("A1", "", "", "残疾(肢体2级)", "", "", ""), ("A1", "", "", "残疾(肢体2级)", "", "", ""))
    assert home.needs.count() == 2


def test_a_need_on_record_with_another_begin_is_the_same(home, load):
    need_begin(household=home, kind=NeedKind.objects.get(code="DIBAO"), on=date(2024, 2, 1))
    plan = load(("A1", "", "", "最低生活保障", "", "2024-06-01", ""))
    assert plan.counts["unchanged"] == 1 and home.needs.count() == 1


def test_a_need_that_ended_begins_anew(home, load):
    load(("A1", "", "", "低保", "", "2024-02-01", "2024-06-01"))
    load(("A1", "", "", "低保", "", "2024-08-01", ""))
    assert home.needs.count() == 2


def test_persons_and_end_may_change(home, load):
    load(("A1", "", "", "低保", 1, "2024-02-01", ""))
    plan = load(("A1", "", "", "低保", 2, "2024-02-01", "2024-10-01"))
    need = home.needs.get()
    assert plan.counts["changed"] == 1
    assert (need.persons, need.during) == (2, span(date(2024, 2, 1), date(2024, 10, 1)))
    import_undo(run=load.last)
    need.refresh_from_db()
    assert (need.persons, need.during) == (1, span(date(2024, 2, 1)))


def test_a_begin_before_the_household_becomes_its_first_day(home, load):
    load(("A1", "", "", "低保", "", "2015-07-01", ""))
    assert home.needs.get().during.lower == BEGAN


def test_a_sudden_hardship_ends(home, load):
    plan = load(("A1", "", "", "临时救助", "", "", ""))
    need = home.needs.get()
    assert need.during.upper == today() + timedelta(days=90)
    assert [p.severity for p in plan.problems] == ["warning"]


def test_what_is_no_longer_listed_is_named_and_stays(areas, home, load):
    other = household_register(area=areas["G12"], head_name="岚舟", on=BEGAN, serial="A2")
    load(("A1", "", "", "低保", "", "", ""), ("A2", "", "", "低保", "", "", ""),
         ("A2", "", "", "独居", "", "", ""))  # fmt: skip
    plan = load(("A1", "", "", "低保", "", "", ""))
    assert [item.label for item in plan.vanished] == ["A2 岚舟 最低生活保障"]
    assert other.needs.filter(during__contains=today()).count() == 2
    assert "岚舟" not in repr(load.last.report), "labels leave with the preview"


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        (("A9", "", "", "低保", "", "", ""), "A"),
        (("", "晴原", "", "低保", "", "", ""), "B"),
        (("A1", "", "", "信访户", "", "", ""), "D"),
        (("A1", "", "", "", "", "", ""), "D"),
        (("A1", "", "", "大病(肺癌)", "", "", ""), "D"),
        (("A1", "", "", "低保、独居", 3, "", ""), "E"),
        (("A1", "", "", "低保", 0, "", ""), "E"),
        (("A1", "", "", "低保", "", "2999-01-01", ""), "F"),
        (("A1", "", "", "低保", "", "2024-05-01", "2024-04-01"), "G"),
    ],
)
def test_a_row_that_does_not_fit_is_refused_by_cell(home, load, cells, column):
    plan = load(cells)
    found = [(p.row, p.column) for p in plan.problems if p.severity == "error"]
    assert (2, column) in found and not Need.objects.exists()


def test_a_need_this_county_does_not_use_is_refused(home, load):
    NeedKind.objects.filter(code="CHANYE").delete()
    assert list(errors(load(("A1", "", "", "有产业发展意愿", "", "", "")))) == [2]


def test_the_command_loads_the_lists_of_two_departments(home, tmp_path):
    minzheng = workbook(tmp_path / "mz.xlsx", ("A1", "晴原", "", "低保", 1, "2024.3", ""))
    canlian = workbook(tmp_path / "cl.xlsx", ("A1", "晴原", "", "二级肢体残疾", 1, "2024年3月", ""))
    for file in (minzheng, canlian):
        call_command("import_needs", str(file))
        assert Household.objects.get().needs.filter(kind__code="CANJI").count() == 0
        call_command("import_needs", str(file), "--commit")
    assert sorted(n.kind.code for n in home.needs.all()) == ["CANJI", "DIBAO"]


def test_a_roster_leaves_the_number_a_department_gave(home, load, tmp_path):
    def roster(count):
        header = ("户编号", "户主", "家庭住址", "区域编码", "需求")
        row = ("A1", "晴原", "南街1号", CODES["V1"], f"低保{count}人")
        return book(tmp_path / "roster.xlsx", header, [row])

    load_book(roster(2), on=today())
    assert home.needs.get().persons == 2
    same = load(("A1", "", "", "低保", 2, "", ""))
    assert (same.counts["changed"], same.counts["confirmed"]) == (0, 1)
    load(("A1", "", "", "低保", 3, "", ""))
    done = load_book(roster(2), on=today())
    assert done.plan.counts["changed"] == 0
    assert [p.severity for p in done.plan.problems] == ["warning"]
    assert "3" in done.plan.problems[0].message and "2" in done.plan.problems[0].message
    again = load(("A1", "", "", "低保", 3, "", ""))
    assert (again.counts["changed"], again.counts["confirmed"]) == (0, 0)
    assert home.needs.get().persons == 3


def test_a_hardship_on_record_is_not_told_again(home, load):
    row = ("A1", "", "", "临时救助", "", "", "")
    assert [p.severity for p in load(row).problems] == ["warning"]
    assert load(row).problems == []
