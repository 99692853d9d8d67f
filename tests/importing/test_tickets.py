"""Exports of the hotline 12345: one matter per ticket, however often the file comes."""

from __future__ import annotations

import csv
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from casework.models import Issue, IssueStep, Topic
from jobs.imports import import_errors, import_undo
from lib.clock import SHANGHAI
from lib.errors import Refusal
from lib.sheets import read_workbook
from tests.importing.books import BEGAN, ON, book, load, preview
from tests.shapes import CODES, draw_areas

pytestmark = pytest.mark.django_db

XLS = Path(__file__).resolve().parents[1] / "files" / "tickets" / "export.xls"
HEADER = (
    "工单编号", "诉求标题", "诉求内容", "诉求类型", "诉求分类", "受理时间", "办理期限", "来电人",
    "联系电话", "事发地址", "所属网格/村", "紧急程度", "工单状态", "办理单位",
)  # fmt: skip


@pytest.fixture
def areas(db, settings, tmp_path):
    settings.UPLOAD_DIR = tmp_path / "uploads"
    return draw_areas(on=BEGAN)


def row(number, **cells):
    """A row of HEADER: what is not named is as a hotline would write it."""
    usual = {
        "诉求标题": "路灯不亮", "诉求内容": "南街三盏路灯不亮", "诉求类型": "求助",
        "诉求分类": "道路交通", "受理时间": "2026-11-18 09:30", "办理期限": "2026-11-25",
        "来电人": "张某甲", "联系电话": "13800001111", "事发地址": "南街12号",
        "所属网格/村": "甲一村",
    }  # fmt: skip
    values = {"工单编号": number, **usual, **cells}
    return tuple(values.get(name, "") for name in HEADER)


def file(path, *rows, name="a.xlsx"):
    return book(path / name, HEADER, rows)


def tickets(file, **options):
    return load(file, kind="tickets", **options)


def errors(plan):
    return {(p.row, p.column) for p in plan.problems if p.severity == "error"}


def test_a_ticket_becomes_a_matter_of_the_hotline(areas, tmp_path):
    done = tickets(file(tmp_path, row("2026111800012345678", 工单状态="办理中", 办理单位="水利局")))
    issue = Issue.objects.get()
    assert (issue.source, issue.ticket) == ("hotline", "2026111800012345678")
    assert (issue.kind, issue.subject, issue.title) == ("help", "traffic", "路灯不亮")
    assert (issue.registered_on, issue.limit_on) == (date(2026, 11, 18), date(2026, 11, 25))
    assert (issue.area, issue.path, issue.held_by) == (
        areas["V1"], areas["V1"].path, areas["V1"],
    )  # fmt: skip
    assert (issue.contact_way, issue.place) == ("张某甲 13800001111", "南街12号")
    assert (issue.told_state, issue.state) == ("办理中（水利局）", "registered")
    assert issue.department is None, "the hotline's unit dispatches nothing here"
    assert [s.after for s in issue.steps.all()] == ["registered"]
    others = Issue.objects.values("title", "text", "place", "told_state", "campaign").get()
    assert "张某甲" not in repr(others), "a caller's name lies in the contact way alone"
    assert "张某甲" not in repr(done.run.report)


def test_the_same_file_again_changes_nothing(areas, tmp_path):
    rows = [row("A1"), row("A2", 紧急程度="特急", 办理期限=""), row("A3", 办理期限="")]
    tickets(file(tmp_path, *rows))
    before = list(Issue.objects.order_by("pk").values())
    again = tickets(file(tmp_path, *rows))
    assert (again.plan.counts["new"], again.plan.counts["changed"]) == (0, 0)
    assert again.plan.counts["unchanged"] == 3
    assert list(Issue.objects.order_by("pk").values()) == before
    assert IssueStep.objects.count() == 3


def test_the_same_number_updates_words_and_limit_and_moves_nothing(areas, tmp_path):
    tickets(file(tmp_path, row("A1")))
    Issue.objects.update(state=Issue.State.IN_PROGRESS)
    later = row("A1", 诉求内容="又坏了两盏", 办理期限="2026-12-02", 工单状态="待派单")
    done = tickets(file(tmp_path, later, name="b.xlsx"))
    issue = Issue.objects.get()
    assert done.plan.counts["changed"] == 1
    assert (issue.text, issue.limit_on) == ("又坏了两盏", date(2026, 12, 2))
    assert (issue.told_state, issue.state) == ("待派单", "in_progress")
    step = issue.steps.last()
    assert (step.before, step.after, step.until) == (
        "in_progress", "in_progress", date(2026, 12, 2),
    )  # fmt: skip
    import_undo(run=done.run)
    issue.refresh_from_db()
    assert (issue.text, issue.limit_on) == ("南街三盏路灯不亮", date(2026, 11, 25))
    assert issue.steps.count() == 1


@pytest.mark.parametrize("state", Issue.FINISHED)
def test_a_finished_matter_is_listed_and_left(areas, tmp_path, state):
    tickets(file(tmp_path, row("A1")))
    Issue.objects.update(state=state, finished_on=date(2026, 11, 19))
    again = tickets(file(tmp_path, row("A1", 诉求内容="又坏了", 工单状态="办理中"), name="b.xlsx"))
    assert again.plan.counts["closed"] == 1 and again.plan.counts["changed"] == 0
    issue = Issue.objects.get()
    assert (issue.state, issue.text) == (state, "南街三盏路灯不亮")
    assert [p.severity for p in again.plan.problems] == ["warning"]
    assert "2026-11-19" in again.plan.problems[0].message


def test_undo_removes_what_it_made_unless_somebody_went_on(areas, tmp_path):
    done = tickets(file(tmp_path, row("A1")))
    import_undo(run=done.run)
    assert not Issue.objects.exists()
    done = tickets(file(tmp_path, row("A1")))
    issue = Issue.objects.get()
    IssueStep.objects.create(issue=issue, on=ON, before="registered", after="accepted")
    with pytest.raises(Refusal):
        import_undo(run=done.run)


def test_reports_and_petitions_are_passed_over_and_named(areas, tmp_path):
    rows = [
        row("A1", 诉求类型="举报", 诉求标题="某人违规", 来电人="王某丙"),
        row("A2", 诉求类型="投诉举报", 诉求内容="举报某人"),
        row("A3", 诉求类型="投诉举报"),
        row("A4", 诉求分类="信访事项"),
        # Its other faults need no mending.
        row("A5", 诉求类型="举报", 办理期限="2026-13-45", 所属网格村=""),
    ]
    done = tickets(file(tmp_path, *rows))
    assert [(i.ticket, i.kind) for i in Issue.objects.all()] == [("A3", "complaint")]
    assert done.plan.counts["excluded"] == 4
    assert {p.row for p in done.plan.problems} == {2, 3, 5, 6}
    assert "王某丙" not in repr(done.run.report) and "违规" not in repr(done.run.report)


def test_columns_of_excluded_content_are_skipped_and_named(areas, tmp_path):
    header = (*HEADER, "身份证号", "信访编号", "举报对象")
    done = tickets(book(tmp_path / "a.xlsx", header, [(*row("A1"), "1", "2", "3")]))
    assert [s["header"] for s in done.run.report["skipped"]] == ["身份证号", "信访编号", "举报对象"]
    assert Issue.objects.count() == 1


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"工单编号": 2.0261118000123e18}, "A"),
        ({"工单编号": "2.02611E+17"}, "A"),
        ({"诉求标题": "", "诉求内容": ""}, "B"),
        ({"诉求类型": "随便"}, "D"),
        ({"受理时间": "2999-01-01"}, "F"),
        ({"受理时间": "2026年11月"}, "F"),
        ({"办理期限": "2026-11-01"}, "G"),
        ({"办理期限": "尽快"}, "G"),
        ({"所属网格/村": "没有的村"}, "K"),
        ({"诉求内容": "身份证150102199003071234"}, "C"),
    ],
)
def test_a_row_that_does_not_fit_is_refused_by_cell(areas, tmp_path, cells, column):
    one = {"工单编号": "A1", **cells}
    shown = preview(file(tmp_path, row(one.pop("工单编号"), **one), row("A2")), kind="tickets")
    assert (2, column) in errors(shown.plan)
    assert shown.plan.counts["new"] == 1
    marked = import_errors(run=shown.run, on=ON)
    assert "150102199003071234" not in repr(read_workbook(marked).sheets[0].rows)


def test_the_same_number_twice_in_a_file_is_one_matter(areas, tmp_path):
    done = tickets(file(tmp_path, row("A1", 办理单位="水利局"), row("A1", 办理单位="住建局")))
    assert Issue.objects.count() == 1
    assert [(p.row, p.severity) for p in done.plan.problems] == [(3, "warning")]


@pytest.mark.parametrize(
    ("cells", "area"),
    [
        ({"所属网格/村": "甲一村第二网格"}, "G12"),
        ({"所属网格/村": CODES["G21"]}, "G21"),
        ({"所属网格/村": "", "事发地址": "东方镇甲二嘎查北街"}, "V2"),
        ({"所属网格/村": "", "事发地址": "北街"}, "V3"),
        ({"所属网格/村": "没有的村"}, "V3"),
        ({"所属网格/村": "东方镇", "事发地址": "甲一村口"}, "V1"),
    ],
)
def test_the_place_is_the_one_named_else_the_village_chosen(areas, tmp_path, cells, area):
    tickets(file(tmp_path, row("A1", **cells)), area=CODES["V3"] if area == "V3" else CODES["C"])
    assert Issue.objects.get().area == areas[area]


def test_a_county_standard_names_subject_and_topic(areas, tmp_path):
    topic = Topic.objects.create(subject="utilities", label="供水水质", code="0305")
    header = (*HEADER, "二级分类")
    rows = [(*row("A1", 诉求分类="城乡建设"), "供水水质"), (*row("A2", 诉求分类="0305"), "")]
    tickets(book(tmp_path / "a.xlsx", header, rows))
    assert set(Issue.objects.values_list("subject", "topic")) == {("utilities", topic.pk)}


def test_urgent_is_by_the_clock_and_a_confidential_caller_is_not_kept(areas, tmp_path):
    header = (*HEADER, "是否保密")
    done = row("A1", 紧急程度="特急", 办理期限="2026-11-19 18:00")
    tickets(book(tmp_path / "a.xlsx", header, [(*done, "是")]))
    issue = Issue.objects.get()
    assert issue.urgent and issue.limit_at == datetime(2026, 11, 19, 18, tzinfo=SHANGHAI)
    assert issue.contact_way == ""


def test_a_binary_workbook_with_titles_and_sums(areas):
    done = tickets(XLS, area=CODES["C"])
    found = {i.ticket: i for i in Issue.objects.all()}
    assert sorted(found) == ["202611180001", "202611180002", "202611180003"]
    assert found["202611180001"].contact_way == "张某甲 13800001111"
    assert found["202611180002"].area == areas["V2"] and found["202611180002"].urgent
    assert found["202611180003"].kind == "dispute"
    assert done.run.report["dropped"] == {"title": 1, "total": 1, "signature": 1}
    assert [s["header"] for s in done.run.report["skipped"]] == ["身份证号"]


def test_a_csv_in_gbk(areas, tmp_path):
    path = tmp_path / "a.csv"
    with path.open("w", encoding="gbk", newline="") as out:
        csv.writer(out).writerows(
            [
                ["12345热线工单"],
                HEADER,
                row('="2026111800012345678"'),
                row("A2", 受理时间="2026.11.18"),
            ]
        )
    tickets(path)
    found = Issue.objects.filter(registered_on=date(2026, 11, 18)).values_list("ticket", flat=True)
    assert sorted(found) == ["2026111800012345678", "A2"]


def test_merged_cells_and_a_header_of_two_rows(areas, tmp_path):
    path = tmp_path / "m.xlsx"
    with xlsxwriter.Workbook(str(path)) as out:
        page = out.add_worksheet("11月")
        page.merge_range(0, 0, 0, 6, "热线工单台账")
        for c, word in enumerate(("工单编号", "诉求标题", "诉求类型", "受理时间", "所属网格/村")):
            page.merge_range(1, c, 2, c, word)
        page.merge_range(1, 5, 1, 6, "来电人信息")
        page.write_row(2, 5, ["来电人", "联系电话"])
        page.write_row(3, 0, ["A1", "路灯不亮", "求助", 46344.4, "甲一村", "张某", 13800001111.0])
        page.write_row(4, 0, ["A2", "停水", "求助", "", "", "李某", "13800002222"])
        page.merge_range(3, 3, 4, 3, 46344.4)
        page.merge_range(3, 4, 4, 4, "甲一村")
    tickets(path)
    found = {i.ticket: i for i in Issue.objects.all()}
    assert {i.area for i in found.values()} == {areas["V1"]}
    assert {i.registered_on for i in found.values()} == {date(2026, 11, 18)}
    assert found["A1"].contact_way == "张某 13800001111"


def test_nobody_takes_over_a_matter_of_another_area(areas, tmp_path):
    tickets(file(tmp_path, row("A1", **{"所属网格/村": "乙一嘎查"})), area=CODES["C"])
    shown = preview(file(tmp_path, row("A1"), name="b.xlsx"), kind="tickets", area=CODES["T1"])
    assert errors(shown.plan) == {(2, "A")}


def test_the_work_does_not_grow_with_the_file(areas, tmp_path):
    def queries(n):
        rows = [row(f"Q{n}-{i}") for i in range(n)]
        with CaptureQueriesContext(connection) as seen:
            tickets(file(tmp_path, *rows, name=f"{n}.xlsx"))
        return len(seen)

    assert queries(60) <= queries(3) + 2


def test_the_command_loads_them(areas, tmp_path):
    call_command("import_tickets", str(file(tmp_path, row("A1"))), "--commit")
    assert Issue.objects.count() == 1
