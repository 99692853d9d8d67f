"""No sequence of legal steps by anybody reaches an illegal state, loses an event or turns a clock
back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casework.cast import lower_levels, moves_open
from casework.issues import issue_register, issue_step
from casework.models import Issue, IssueStep
from casework.states import QUIET, TABLE, TRIES
from grids.services import organisation_create
from lib.errors import Refusal
from tests.matters import matter_to
from tests.people import World

pytestmark = pytest.mark.django_db

LOGINS = ("manager", "manager", "clerk", "clerk", "second", "helper", "officer", "leader",
          "secretary")  # fmt: skip
ACTION = st.tuples(
    st.sampled_from(LOGINS), st.integers(0, 40), st.integers(0, 3),
    st.sampled_from(["satisfied", "basically", "dissatisfied", "unreached", "unreached"]),
)  # fmt: skip


class Back(Exception):
    """Undoes what one example did."""


@pytest.fixture
def peopled(world: World) -> World:
    """The world with a second manager, a helping department and an office of the first."""
    county = world.areas["C"]
    world.organisations["other"] = organisation_create(
        name="方格县住建局", area=county, kind="department"
    )
    world.organisations["office"] = organisation_create(
        name="水利局供水所", area=county, kind="department"
    )
    world.organisations["office"].parent = world.organisations["department"]
    world.organisations["office"].save()
    for login, name, role, place in (
        ("second", "关二办", "grid_office", "T1"), ("helper", "卜协办", "clerk", "other"),
        ("officer", "卜所员", "clerk", "office"),
    ):  # fmt: skip
        world.add_person(login, name)
        world.add_post(login, role, place)
    return world


def needs(world: World, issue: Issue, verb: str, on: date, answer: str) -> dict[str, Any]:
    every: dict[str, Any] = {
        "note": "说明", "result": "solved", "days": 4, "answer": answer, "turn_to": "法院",
        "until": world.on + timedelta(days=30), "into": world.issues["road"],
        "organisation": world.organisations["office" if verb == "hand_on" else "department"],
    }  # fmt: skip
    if verb == "hand_down":
        every["down_to"] = lower_levels(issue, on=on).last()
    given = {name: every[name] for name in TABLE[verb].needs}
    if verb == "dispatch":
        given["helpers"] = [world.organisations["other"]]
    if verb == "call":
        given["note"] = "所述"
    return given


def check(issue: Issue, steps: list[IssueStep], move: str, before: Issue) -> None:
    """What holds after every step."""
    last = steps[-1]
    assert last.before == before.state and last.after == issue.state and last.verb == move
    assert before.state in TABLE[move].before
    assert issue.state == before.state or issue.state in TABLE[move].results
    assert [step.after for step in steps[:-1]] == [step.before for step in steps[1:]]
    days = [step.on for step in steps]
    assert days == sorted(days)
    clock = ("registered_on", "limit_on", "limit_at")
    assert all(getattr(issue, name) == getattr(before, name) for name in clock)
    assert issue.held_by is not None and issue.path.startswith(issue.held_by.path)
    if move == "hand_down":
        assert before.held_by is not None and len(issue.held_by.path) > len(before.held_by.path)
    assert (issue.finished_on is not None) == (issue.state in Issue.FINISHED)
    assert (issue.merged_into_id is not None) == (issue.state == "merged")
    assert (issue.review_on is not None) == (issue.state == "shelved")
    assert issue.version == before.version + 1
    if issue.state == "closed" != before.state:  # whoever resolved it may comment afterwards
        resolved = [step for step in steps if step.verb in ("resolve", "settle")]
        assert resolved and resolved[-1].by_id != last.by_id
        if last.answer == "unreached":
            tries = [s for s in steps if s.pk > resolved[-1].pk and s.answer == "unreached"]
            assert len({step.on for step in tries}) >= TRIES
    if before.state == "shelved" and issue.department_limit_on and before.department_days_left:
        assert issue.department_limit_on >= (before.department_limit_on or date.min)
    if issue.state == "received" and move == "receive":
        assert issue.department_limit_on is not None and issue.dispatched_on is not None


@settings(
    max_examples=30, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(urgent=st.booleans(), actions=st.lists(ACTION, min_size=6, max_size=16))
def test_any_sequence_of_legal_steps(peopled: World, urgent: bool, actions: list):
    world = peopled
    users = {login: world.user(login) for login in set(LOGINS)}
    on = world.on - timedelta(days=60)
    with pytest.raises(Back), transaction.atomic():
        issue = issue_register(kind="help", subject="utilities", source="phone", title="停水",
                               area=world.areas["V1"], on=on, urgent=urgent)  # fmt: skip
        for login, number, later, answer in actions:
            on += timedelta(days=later)
            before = Issue.objects.get(pk=issue.pk)
            kept = list(before.steps.values_list("pk", flat=True))
            moves = moves_open(before, users[login], on=on)
            # What leads on comes first: else most of a short list would be comments.
            moves = [m for m in moves if m.verb not in QUIET] or moves
            if not moves:
                continue
            move = moves[number % len(moves)]
            issue_step(issue=before, verb=move.verb, by=users[login], on=on,
                       version=before.version, **needs(world, before, move.verb, on, answer))  # fmt: skip
            issue = Issue.objects.get(pk=issue.pk)
            steps = list(issue.steps.all())
            assert [step.pk for step in steps][: len(kept)] == kept
            assert len(steps) == len(kept) + 1
            check(issue, steps, move.verb, before)
        yesterday = issue.steps.latest("pk").on - timedelta(days=1)
        with pytest.raises(Refusal), transaction.atomic():
            issue_step(issue=issue, verb="comment", by=None, on=yesterday, note="倒填")
        raise Back


def test_no_event_is_changed_or_removed(world: World):
    from django.db import DatabaseError

    matter_to(world.issues["road"], "accepted", on=world.on)
    step = IssueStep.objects.last()
    assert step is not None
    for change in (lambda: IssueStep.objects.filter(pk=step.pk).update(note="改"),
                   lambda: IssueStep.objects.filter(pk=step.pk).delete()):  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
