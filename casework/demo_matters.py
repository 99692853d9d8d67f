"""Bring the demo's matters to where their file says, by the steps an office would take."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from accounts.models import User
from casework.cast import departments_for
from casework.issues import issue_register, issue_step
from casework.models import Issue
from grids.models import Organisation

State, Answer = Issue.State, Issue.Answer
ANSWERS = {"满意": Answer.SATISFIED, "基本满意": Answer.BASICALLY, "未联系上": Answer.UNREACHED}
#: Where the open matters of the demo stand, in turn: the steps taken since they were registered.
STANDS = (
    (), ("accept",), ("accept", "dispatch"), ("accept", "dispatch", "receive"),
    ("accept", "dispatch", "receive", "begin"),
    ("accept", "dispatch", "receive", "ask_extend"),
    ("accept", "dispatch", "receive", "begin", "ask_shelve"),
    ("accept", "dispatch", "receive", "resolve"),
    ("accept", "dispatch", "receive", "resolve", "unreached"),
    ("accept", "dispatch", "receive", "resolve", "dissatisfied"),
    ("accept", "dispatch", "receive", "begin", "ask_shelve", "shelve"),
    ("accept", "dispatch", "receive", "begin", "supervise"),
    ("settle",),
)  # fmt: skip
REASONS = {
    "ask_extend": "配件需从外地调运", "ask_shelve": "已列入明年资金计划，待资金到位后实施",
    "supervise": "群众反映集中，请限期反馈办理进展",
}  # fmt: skip


class Walk:
    """Takes steps in the names of the demo's people; departments are those of the place."""

    def __init__(self, users: dict[str, User], *, today: date) -> None:
        self.manager, self.clerk = users.get("manager"), users.get("clerk")
        self.leader = users.get("leader")
        self.today = today

    def step(self, issue: Issue, verb: str, on: date, **given: Any) -> Issue:
        """One step, written down in the name of whoever would take it."""
        of_department = verb in ("receive", "begin", "resolve", "ask_extend", "ask_shelve")
        actor = self.clerk if of_department else self.manager
        if verb in ("shelve", "supervise"):
            actor = self.leader
        return issue_step(
            issue=issue, verb=verb, by=None, in_name_of=actor or self.manager, on=on, **given
        )

    def give_out(self, issue: Issue, on: date, department: Organisation) -> Issue:
        """Accept it and give it to a department, which receives it."""
        issue = self.step(issue, "accept", on)
        issue = self.step(issue, "dispatch", on, organisation=department)
        return self.step(issue, "receive", on)

    def close(
        self, issue: Issue, on: date, department: Organisation | None, *, done: date, result: str,
        answer: str,
    ) -> Issue:  # fmt: skip
        """Resolved by the department, or by the village where there is none; then asked about by
        somebody else, in vain on three days where so.
        """
        said = ANSWERS.get(answer, Answer.SATISFIED)
        first = done - timedelta(days=2)
        if said == Answer.UNREACHED and first < on:
            said = Answer.SATISFIED
        days = [first, first + timedelta(days=1), done] if said == Answer.UNREACHED else [done]
        if department:
            issue = self.give_out(issue, on, department)
            issue = self.step(issue, "resolve", days[0], result=result, note="已办理并答复")
        else:
            issue = issue_step(issue=issue, verb="settle", by=None, in_name_of=self.clerk,
                               on=days[0], result=result, note="村里当场办理")  # fmt: skip
        for day in days:
            issue = self.step(issue, "call", day, answer=said)
        return issue

    def stand(self, issue: Issue, on: date, turn: int, department: Organisation | None) -> Issue:
        """Leave an open matter somewhere on its way."""
        for verb in STANDS[turn % len(STANDS)]:
            given: dict[str, Any] = {"note": REASONS.get(verb, "")}
            if verb == "dispatch":
                given["organisation"] = department or departments_for(issue.path).first()
                if given["organisation"] is None:
                    return issue
            if verb in ("resolve", "settle"):
                given |= {"result": Issue.Result.SOLVED, "note": "已现场处理"}
            if verb in ("unreached", "dissatisfied"):
                given |= {"answer": verb, "note": "问题仍未彻底解决"}
                verb = "call"
            more: dict[str, dict[str, Any]] = {
                "ask_extend": {"days": 5},
                "ask_shelve": {"until": self.later(90)},
                "supervise": {"until": self.later(3)},
            }
            given |= more.get(verb, {})
            day = self.today if verb in REASONS or verb == "shelve" else on
            if verb == "ask_extend" and issue.department_limit_on and (
                day > issue.department_limit_on
            ):  # fmt: skip
                return issue
            issue = self.step(issue, verb, day, **given)
        return issue

    def later(self, days: int) -> date:
        """A day to come."""
        return self.today + timedelta(days=days)

    def aside(self, like: Issue) -> None:
        """A repeat of a matter, merged into it, and one that belongs to a court."""
        same: dict[str, Any] = {
            "kind": like.kind,
            "subject": like.subject,
            "area": like.area,
            "on": self.today,
        }
        repeat = issue_register(title=like.title, source=Issue.Source.PHONE, **same)
        self.step(repeat, "merge", self.today, into=like)
        claim = issue_register(
            title="咨询民间借贷起诉流程", source=Issue.Source.COUNTER,
            **{**same, "kind": Issue.Kind.CONSULT, "subject": Issue.Subject.OTHER},
        )  # fmt: skip
        self.step(claim, "decline", self.today, note="属法院管辖事项。",
                  turn_to="乡镇人民法庭诉讼服务窗口")  # fmt: skip
        dispute = issue_register(
            title="两户草场边界放牧纠纷", source=Issue.Source.VISIT, people=6, amount=None,
            agreement=Issue.Agreement.ORAL, **{**same, "kind": Issue.Kind.DISPUTE,
            "subject": Issue.Subject.FARMING},
        )  # fmt: skip
        issue_step(issue=dispute, verb="settle", by=None, in_name_of=self.clerk, on=self.today,
                   result=Issue.Result.SOLVED, note="经调解达成口头协议")  # fmt: skip
        self.step(dispute, "close", self.today)
