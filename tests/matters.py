"""Bring a matter to a state by the steps an office would take."""

from __future__ import annotations

from datetime import date
from typing import Any

from accounts.models import User
from casework.cast import departments_for
from casework.issues import issue_step
from casework.models import Issue
from grids.models import Area
from grids.services import organisation_create

#: The steps that lead from a new matter to each state, without a department where it can be.
ROUTES: dict[str, list[str]] = {
    "registered": [],
    "accepted": ["accept"],
    "dispatched": ["accept", "dispatch"],
    "received": ["accept", "dispatch", "receive"],
    "in_progress": ["accept", "dispatch", "receive", "begin"],
    "resolved": ["settle"],
    "follow_up": ["settle", "unreached"],
    "reopened": ["settle", "dissatisfied"],
    "shelved": ["accept", "ask_shelve", "shelve"],
    "closed": ["settle", "close"],
    "declined": ["decline"],
}


def somebody() -> User:
    """An account that asks and calls where no right is looked at."""
    return User.objects.get_or_create(username="somebody")[0]


def matter_to(issue: Issue, state: str, *, on: date) -> Issue:
    """A registered or finished matter in another state; the program itself takes the steps."""
    if issue.state in Issue.FINISHED:
        issue = issue_step(issue=issue, verb="reopen", by=None, on=on, note="再办")
    for verb in ROUTES[state]:
        issue = take(issue, verb, on=on)
    return issue


def take(issue: Issue, verb: str, *, on: date) -> Issue:
    """One step with whatever it needs."""
    if verb == "dispatch":
        department = departments_for(issue.path).first()
        if department is None:
            top = Area.objects.get(path=issue.path[:4])
            department = organisation_create(name="某局", area=top, kind="department")
        return issue_step(issue=issue, verb=verb, by=None, on=on, organisation=department)
    if verb in ("unreached", "dissatisfied", "satisfied", "basically"):
        return issue_step(
            issue=issue,
            verb="call",
            by=None,
            on=on,
            answer=verb,
            note="所述",
            in_name_of=somebody(),
        )
    needs: dict[str, dict[str, Any]] = {"settle": {"result": "solved", "note": "已办"}, "decline": {"note": "不归本级",
             "turn_to": "法院"}, "shelve": {}}  # fmt: skip
    if verb == "ask_shelve":
        until = date(on.year + 1, 1, 1)
        return issue_step(issue=issue, verb=verb, by=None, on=on, until=until, note="待资金",
                          in_name_of=somebody())  # fmt: skip
    return issue_step(issue=issue, verb=verb, by=None, on=on, **needs.get(verb, {}))
