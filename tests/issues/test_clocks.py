"""The two clocks: working days by the table, urgent by the hour, warning before, mark after."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from casework import clocks
from casework.coverage import own_facts, recount
from casework.issues import issue_register, issue_step
from casework.models import Holiday, Issue, IssueLimit
from casework.querysets import past_limit
from lib.clock import SHANGHAI, moment_of, now
from lib.errors import Outdated, Refusal
from reports.sources import issues, overdue
from tests.matters import matter_to
from tests.people import World

pytestmark = pytest.mark.django_db


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=SHANGHAI)


def test_holidays_and_make_up_days_count(db):
    # A Monday; Tuesday is a holiday, Saturday is worked instead.
    monday = date(2026, 3, 2)
    Holiday.objects.create(on=date(2026, 3, 3), working=False)
    Holiday.objects.create(on=date(2026, 3, 7), working=True)
    assert clocks.limit_for("help", urgent=False, on=monday) == date(2026, 3, 9)
    IssueLimit.objects.update_or_create(kind="help", defaults={"days": 4})
    assert clocks.limit_for("help", urgent=False, on=monday) == date(2026, 3, 7)


def test_it_warns_in_the_last_part_and_marks_after(world: World):
    issue = Issue(kind="suggestion", state="accepted", registered_on=date(2026, 3, 2),
                  limit_on=date(2026, 3, 16))  # fmt: skip
    states = {
        day: clocks.resident_clock(issue, noon(date(2026, 3, day))).state for day in (2, 11, 12, 17)
    }
    assert states == {2: "running", 11: "running", 12: "soon", 17: "late"}
    assert clocks.resident_clock(issue, noon(date(2026, 3, 17))).left == 1
    issue.state = "closed"
    assert clocks.resident_clock(issue, noon(date(2026, 3, 17))).state == "over"


def test_an_urgent_matter_is_late_by_the_hour(world: World):
    issue = issue_register(kind="help", subject="utilities", source="phone", title="断电",
                           area=world.areas["V1"], on=world.on, urgent=True)  # fmt: skip
    limit = issue.limit_at
    assert limit is not None and timedelta(hours=23) < limit - now() <= timedelta(hours=24)
    before, after = limit - timedelta(minutes=1), limit + timedelta(minutes=1)
    assert (issue.is_late(before), issue.is_late(after)) == (False, True)
    assert not Issue.objects.late(before).filter(pk=issue.pk).exists()
    assert Issue.objects.late(after).filter(pk=issue.pk).exists()
    assert clocks.resident_clock(issue, limit - timedelta(hours=4)).state == "soon"


def test_list_and_count_agree_when_an_urgent_matter_is_late(world: World):
    issue = issue_register(kind="help", subject="utilities", source="phone", title="断电",
                           area=world.areas["V1"], on=world.on, urgent=True)  # fmt: skip
    path, yesterday = world.areas["V1"].path, world.on - timedelta(days=1)

    def late(on: date) -> tuple[bool, bool, int]:
        """In the list, in the registry, in the count of the place, as of a day."""
        recount([world.areas["V1"].pk], on=world.on)
        found = Issue.objects.filter(pk=issue.pk)
        rows = issues(path, on, world.on).filter(overdue(on), pk=issue.pk)
        counted = sum(row["issues_overdue"] for row in own_facts(path, on=on, current=world.on))
        return found.filter(past_limit(on)).exists(), rows.exists(), counted

    others = late(world.on)[2]
    assert late(world.on) == (False, False, others)
    # Its day has not passed, its 24 hours have.
    Issue.objects.filter(pk=issue.pk).update(limit_at=now() - timedelta(minutes=1))
    assert late(world.on) == (True, True, others + 1)
    # As of the day before: entered then, and late before that day was over.
    issue = issue_register(kind="help", subject="utilities", source="phone", title="断水",
                           area=world.areas["V1"], on=yesterday, urgent=True)  # fmt: skip
    Issue.objects.filter(pk=issue.pk).update(limit_at=moment_of(yesterday) - timedelta(hours=1))
    before = late(yesterday)
    assert before[:2] == (True, True)
    Issue.objects.filter(pk=issue.pk).update(limit_at=moment_of(yesterday) + timedelta(hours=1))
    assert late(yesterday) == (False, False, before[2] - 1)


def test_the_departments_clock_stands_while_set_aside(world: World):
    on = world.on - timedelta(days=40)
    issue = issue_register(kind="suggestion", subject="utilities", source="phone", title="修渠",
                           area=world.areas["V1"], on=on)  # fmt: skip
    issue = matter_to(issue, "in_progress", on=on)
    limit = issue.department_limit_on
    assert limit is not None
    issue = issue_step(issue=issue, verb="ask_shelve", by=None, in_name_of=world.user("clerk"),
                       on=on, note="待资金", until=world.on + timedelta(days=30))  # fmt: skip
    issue = issue_step(issue=issue, verb="shelve", by=world.user("leader"), on=on)
    assert issue.state == "shelved" and issue.is_open
    standing = clocks.department_clock(issue, noon(world.on))
    assert standing is not None and (standing.state, standing.left) == ("standing", 10)
    issue = issue_step(issue=issue, verb="resume", by=world.user("manager"),
                       on=world.on)  # fmt: skip
    assert issue.state == "in_progress"
    assert issue.department_limit_on == clocks.working_days_after(world.on, 10) > limit
    assert issue.is_late(noon(world.on))  # the resident's went on


def test_more_time_is_asked_once_before_the_limit(world: World):
    well = matter_to(world.issues["well"], "received", on=world.on)
    clerk, manager, leader = (world.user(key) for key in ("clerk", "manager", "leader"))
    limit = well.department_limit_on
    assert limit is not None

    def step(verb, by, **given):
        return issue_step(issue=well, verb=verb, by=by, on=world.on, **given)

    with pytest.raises(Refusal, match="10"):
        step("ask_extend", clerk, days=11, note="备件")
    step("ask_extend", clerk, days=10, note="备件")
    with pytest.raises(Refusal):
        step("extend", leader)
    extended = step("extend", manager)
    assert extended.department_limit_on == clocks.working_days_after(limit, 10)
    assert extended.limit_on == well.limit_on
    with pytest.raises(Refusal):
        step("ask_extend", clerk, days=1, note="再延")


def test_a_matter_is_passed_up_to_where_somebody_holds_it(world: World):
    issue = issue_register(kind="help", subject="other", source="visit", title="修桥",
                           area=world.areas["U111"], on=world.on)  # fmt: skip
    held = []
    for _n in range(3):
        issue = issue_step(issue=issue, verb="pass_up", by=world.user("manager"), on=world.on,
                           note="超出能力")  # fmt: skip
        held.append(issue.held_by)
    assert held == [world.areas[key] for key in ("G11", "V1", "T1")]
    with pytest.raises(Refusal):
        issue_step(issue=issue, verb="pass_up", by=world.user("manager"), on=world.on, note="再报")


def test_a_matter_comes_back_down_by_the_level_that_holds_it(world: World):
    issue = issue_register(kind="help", subject="other", source="visit", title="修桥",
                           area=world.areas["U111"], on=world.on)  # fmt: skip
    manager, worker = world.user("manager"), world.user("worker")

    def down(to: str, by: Any, **given: Any) -> Any:
        return issue_step(issue=issue, verb="hand_down", by=by, on=world.on,
                          down_to=world.areas[to], **given)  # fmt: skip

    with pytest.raises(Refusal, match="上报"):
        down("U111", manager, note="可办")
    for _n in range(3):
        issue = issue_step(issue=issue, verb="pass_up", by=manager, on=world.on, note="难")
    before = (issue.limit_on, issue.state)
    for by, to, given, field in (
        (manager, "V1", {}, "note"), (manager, "T1", {"note": "可办"}, "down_to"),
        (manager, "V2", {"note": "可办"}, "down_to"), (worker, "G11", {"note": "可办"}, ""),
    ):  # fmt: skip
        with pytest.raises(Refusal) as refused:
            down(to, by, **given)
        assert refused.value.field == field, to
    issue = down("G11", manager, note="网格可办")
    assert issue.held_by == world.areas["G11"] and (issue.limit_on, issue.state) == before
    step = issue.steps.last()
    assert step.verb == "hand_down" and world.areas["G11"].name in step.note
    assert step.note.endswith("网格可办")


def test_a_dispute_has_a_place_and_no_household(world: World):
    given: dict[str, Any] = {"kind": "dispute", "subject": "farming", "source": "visit", "title": "草场边界",
             "on": world.on}  # fmt: skip
    with pytest.raises(Refusal, match="住户"):
        issue_register(**given, household=world.households["qian"])
    issue = issue_register(
        **given, area=world.areas["V1"], amount=Decimal(3000), agreement="oral", people=6
    )
    assert (issue.household_id, issue.agreement) == (None, "oral")
    with pytest.raises(Refusal):
        issue_register(**{**given, "kind": "help"}, area=world.areas["V1"], amount=Decimal(3000))


def test_the_second_is_told(world: World):
    well = matter_to(world.issues["well"], "dispatched", on=world.on)
    issue_step(issue=well, verb="comment", by=world.user("clerk"), on=world.on, note="看到了")
    issue_step(issue=well, verb="receive", by=world.user("clerk"), on=world.on,
               version=well.version)  # fmt: skip
    with pytest.raises(Outdated, match="卜经办"):
        issue_step(issue=well, verb="return", by=world.user("clerk"), on=world.on, note="不归我",
                   version=well.version)  # fmt: skip
