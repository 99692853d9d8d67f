"""A department's answers in the workbook of its inbox: handed out, filled in, read back.

A row is found by the key of its matter, and holds the version it was handed out with: what has
moved on since is told and left. The same workbook again changes nothing.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from casework import states
from casework.cast import cast_of
from casework.importing.forms import ANSWERS, RECEIVED, RESULTS
from casework.issues import issue_step
from casework.models import Issue
from casework.querysets import given_to
from grids.models import Organisation
from grids.scope import scope_of
from households.importing.base import RowPlan
from jobs.imports import Importer, Plan, Written
from jobs.undo import Created
from lib.books import Sheet, book_write
from lib.errors import Refusal
from lib.rows import parse_table
from lib.values import Day

State = Issue.State
#: States in which a department may answer; further on its answer stands.
OPEN = (State.DISPATCHED, State.RECEIVED, State.IN_PROGRESS)
ANSWERED = (State.RESOLVED, State.FOLLOW_UP, State.CLOSED)
NOTE = 400
HEADER = ("工单编号", "诉求", "内容", "地点", "办理期限", "状态", "系统编号", "版本", "办理结果",
          "答复", "办结日期")  # fmt: skip


def inbox_rows(user: User) -> list[Issue]:
    """The matters a department has in hand, the nearest limit first."""
    rows = Issue.objects.filter(given_to(scope_of(user).departments), state__in=OPEN)
    return list(rows.select_related("area").order_by("department_limit_on", "limit_on", "pk"))


def inbox_book(rows: list[Issue]) -> bytes:
    """The workbook of these matters: what a department is told, and three columns to fill in."""
    out = io.BytesIO()
    lines = [
        (
            issue.ticket, issue.title, issue.text, f"{issue.area.name} {issue.place}".strip(),
            str(issue.department_limit_on or issue.limit_on), issue.get_state_display(),
            str(issue.pk), str(issue.version), "", "", "",
        )
        for issue in rows
    ]  # fmt: skip
    book_write(out, [Sheet("待办诉求", HEADER, lines)])
    return out.getvalue()


@dataclass
class Answer:
    """One row: the steps to take with its matter."""

    issue: Issue
    verbs: tuple[str, ...]
    result: str
    note: str
    on: date


@dataclass
class AnswersPlan(RowPlan):
    """What execute needs of a plan."""

    answers: list[Answer] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)


class AnswersImporter(Importer):
    """Answers of the department of whoever sends them."""

    kind = "answers"
    form = ANSWERS

    def scope(self, options: Mapping[str, Any], *, by: Any, on: date) -> str:
        """Where the department belongs: Refusal for who holds no post of one."""
        departments = scope_of(by).departments if by is not None else ()
        unit = Organisation.objects.filter(pk__in=departments).select_related("area").first()
        if unit is None:
            raise Refusal(_("Answers are sent by a department."))
        return unit.area.path

    def require(self, by: Any, path: str) -> None:
        if by is None or self.scope({}, by=by, on=date.min) != path:
            raise Refusal(_("Answers are sent by a department."))

    def plan(
        self, parsed: Any, options: Mapping[str, Any], *, path: str, by: Any, on: date
    ) -> Plan:
        read = parse_table(parsed)
        data = AnswersPlan(parsed, read.columns, read.problems, set(read.faulty), on)
        seen: set[str] = set()
        given = {
            str(issue.pk): issue
            for issue in Issue.objects.filter(given_to(scope_of(by).departments))
            .filter(pk__in=_keys(read.columns.get("key", [])))
            .select_related("department", "held_by")
        }
        for i in range(len(parsed)):
            if i not in data.faulty:
                _read(data, i, given, seen, by)
        positions = {sheet.name: n for n, sheet in enumerate(parsed.sheets)}
        data.problems.sort(key=lambda p: (positions.get(p.sheet, 0), p.row))
        counts = {"rows": len(parsed), "new": 0, "changed": len(data.answers),
                  "unchanged": data.outcomes["unchanged"], "doubtful": 0, "vanished": 0,
                  "empty": data.outcomes["empty"]}  # fmt: skip
        return Plan(
            table=parsed, problems=data.problems, skipped=parsed.skipped,
            left_out=parsed.left_out, data=data, counts=counts,
        )  # fmt: skip

    def execute(self, plan: Plan, *, decisions: Mapping[str, str], by: Any, on: date) -> Written:
        for answer in plan.data.answers:
            issue = answer.issue
            for verb in answer.verbs:
                words = {"note": answer.note}
                if verb == "resolve":
                    words["result"] = answer.result
                issue = issue_step(
                    issue=issue, verb=verb, by=by, on=answer.on, version=issue.version, **words
                )
        return Written()

    def undoing(self, created: list[Created], context: str) -> None:
        raise Refusal(_("Answers stand in the path of their matters; they are not taken back."))


def _keys(cells: list[Any]) -> list[UUID]:
    found = []
    for cell in cells:
        try:
            found.append(UUID(cell))
        except (ValueError, TypeError, AttributeError):
            continue
    return found


def _read(data: AnswersPlan, i: int, given: Mapping[str, Issue], seen: set[str], by: User) -> None:
    """The answer of one row, or why it does not fit."""

    def word(name: str) -> str:
        value = data.cell(i, name)
        return value if isinstance(value, str) else ""

    key, result, note = word("key"), word("result"), word("note")
    if not result and not note:
        data.outcomes["empty"] += 1
        return
    issue = given.get(key.lower())
    if issue is None:
        data.wrong(i, "key", _("No matter given to your department has this number."))
        return
    if key in seen:
        data.wrong(i, "key", _("This matter is in the workbook twice."))
        return
    seen.add(key)
    received = result in RECEIVED
    if result not in RESULTS and not received:
        data.wrong(i, "result", _("Write 已解决, 部分解决 or 解释答复; or 签收 where it goes on."))
        return
    if len(note) > NOTE:
        data.wrong(i, "note", _("This text is longer than %s characters.") % NOTE)
        return
    if _stands(issue, result, note, received):
        data.outcomes["unchanged"] += 1
        return
    if states.DEPARTMENT not in cast_of(issue, by, on=data.on):
        data.wrong(i, "key", _("The leading department answers; you help with this matter."))
        return
    version = data.cell(i, "version")
    if issue.state not in OPEN or (isinstance(version, int) and version != issue.version):
        message = _("This matter has moved on since the workbook was made: it is now “%s”."
                    " Look at it on its page.")  # fmt: skip
        data.wrong(i, "key", message % issue.get_state_display())
        return
    if not received and not note:
        data.wrong(i, "note", _("Say what was done; the resident is told so."))
        return
    day = data.cell(i, "done_on")
    done_on = day.day if isinstance(day, Day) else data.on
    last = issue.steps.last()  # type: ignore[attr-defined]
    if done_on > data.on or (last is not None and done_on < last.on):
        data.wrong(i, "done_on", _("Choose a day after the matter was given to you, up to today."))
        return
    verbs = ("receive",) if issue.state == State.DISPATCHED else ()
    if not received:
        verbs = (*verbs, "resolve")
    if verbs:
        data.answers.append(Answer(issue, verbs, str(RESULTS.get(result, "")), note, done_on))


def _stands(issue: Issue, result: str, note: str, received: bool) -> bool:
    """Whether the matter holds this answer already."""
    if received:
        return issue.state in (State.RECEIVED, State.IN_PROGRESS)
    if issue.state not in ANSWERED or issue.result != RESULTS[result]:
        return False
    step = issue.steps.filter(verb="resolve").last()  # type: ignore[attr-defined]
    return step is not None and step.note == note
