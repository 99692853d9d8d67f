"""A ticket that comes again takes over what the file says, but for what was changed here."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from casework.issues import issue_step
from casework.models import Issue, Topic
from jobs.imports import import_undo
from tests.importing.books import BEGAN, ON
from tests.importing.test_tickets import file, preview, row, tickets
from tests.shapes import CODES, draw_areas

pytestmark = pytest.mark.django_db


@pytest.fixture
def areas(db, settings, tmp_path):
    settings.UPLOAD_DIR = tmp_path / "uploads"
    return draw_areas(on=BEGAN)


def again(tmp_path: Any, **cells: Any) -> Any:
    return tickets(file(tmp_path, row("A1", **cells), name="b.xlsx"), area=CODES["C"])


MOVED = {"所属网格/村": "甲二嘎查", "来电人": "李某乙", "联系电话": "13900002222",
         "诉求类型": "投诉", "紧急程度": "特急", "诉求分类": "住房保障", "办理期限": "", "工单状态": "已派单"}  # fmt: skip


def test_village_contact_way_kind_and_urgency_follow_the_file(areas, tmp_path):
    Topic.objects.create(subject="housing", label="住房保障")
    tickets(file(tmp_path, row("A1", 办理期限="")))
    before = Issue.objects.values().get()
    assert before["limit_on"] == date(2026, 11, 25) and not before["urgent"]
    done = again(tmp_path, **MOVED)
    issue = Issue.objects.get()
    assert (done.plan.counts["new"], done.plan.counts["changed"]) == (0, 1)
    assert (issue.area, issue.path, issue.held_by) == (
        areas["V2"], areas["V2"].path, areas["V2"],
    )  # fmt: skip
    assert (issue.contact_way, issue.kind, issue.urgent) == (
        "李某乙 13900002222",
        "complaint",
        True,
    )
    assert (issue.subject, str(issue.topic)) == ("housing", "住房保障")
    assert issue.limit_on == date(2026, 11, 19) and issue.limit_at is not None
    assert (issue.told_state, issue.state) == ("已派单", "registered")
    note = issue.steps.get(verb="told").note
    for word in ("投诉", "甲二嘎查", "急", "住房", "联系方式"):
        assert word in note, word
    assert "13900002222" not in note and "李某乙" not in note
    assert again(tmp_path, **MOVED).plan.counts["unchanged"] == 1
    moved = Issue.objects.values().get()
    calm = again(tmp_path, **{**MOVED, "紧急程度": "一般"})
    assert calm.plan.counts["changed"] == 1
    assert Issue.objects.get().limit_at is None and not Issue.objects.get().urgent
    import_undo(run=calm.run)
    after = Issue.objects.values().get()
    assert {**after, "version": 0} == {**moved, "version": 0}
    assert issue.steps.filter(verb="told").count() == 1


def test_what_was_changed_here_stays_and_the_preview_says_so(areas, tmp_path):
    tickets(file(tmp_path, row("A1", 办理期限="")))
    Issue.objects.update(
        kind="suggestion", contact_way="王某丁 13700003333",
        area=areas["G11"], path=areas["G11"].path,
    )  # fmt: skip
    shown = preview(file(tmp_path, row("A1", **MOVED), name="b.xlsx"), kind="tickets",
                    area=CODES["C"])  # fmt: skip
    remarks = {(p.sheet, p.row, p.column) for p in shown.plan.problems}
    assert {(row_, column) for _sheet, row_, column in remarks} == {(2, "D"), (2, "I"), (2, "K")}
    assert all("13900002222" not in p.message for p in shown.plan.problems)
    again(tmp_path, **MOVED)
    issue = Issue.objects.get()
    assert (issue.kind, issue.contact_way, issue.area) == (
        "suggestion", "王某丁 13700003333", areas["G11"],
    )  # fmt: skip
    assert issue.urgent, "what nobody changed is taken over"
    # And the time after that: still left alone, still said.
    assert {p.column for p in again(tmp_path, **MOVED).plan.problems} == {"D", "I", "K"}


def test_an_empty_cell_says_nothing_and_no_village_is_guessed(areas, tmp_path):
    tickets(file(tmp_path, row("A1", 紧急程度="特急", 办理期限="2026-11-19 18:00")))
    before = Issue.objects.values().get()
    done = tickets(
        file(tmp_path, row("A1", 诉求类型="", 诉求分类="", 来电人="", 联系电话="", 紧急程度="",
                           办理期限="", 事发地址="", **{"所属网格/村": ""}), name="b.xlsx"),
        area=CODES["V3"],
    )  # fmt: skip
    assert done.plan.counts["changed"] == 0
    assert Issue.objects.values().get() == before


def test_who_holds_it_higher_up_keeps_it_where_that_lies_above(areas, tmp_path):
    tickets(file(tmp_path, row("A1")))
    Issue.objects.update(held_by=areas["T1"])
    again(tmp_path, **{"所属网格/村": "甲二嘎查"})
    assert Issue.objects.get().held_by == areas["T1"]
    again(tmp_path, **{"所属网格/村": "乙一嘎查"})
    assert Issue.objects.get().held_by == areas["V3"]
    issue_step(issue=Issue.objects.get(), verb="comment", by=None, on=ON, note="看到了")
