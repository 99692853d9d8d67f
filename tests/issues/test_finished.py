"""What is finished keeps its day; what was reopened has been taken up; a home's words stay there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from casework.issues import issue_register, issue_step
from casework.models import Issue
from reports.answers import values
from tests.matters import matter_to, take
from tests.people import World

pytestmark = pytest.mark.django_db


def raised(world: World, **more: Any) -> Issue:
    """A matter of twenty days ago."""
    given: dict[str, Any] = {"area": world.areas["V1"], **more}
    return issue_register(
        kind="help", subject="utilities", source="phone", title="停水",
        on=world.on - timedelta(days=20), **given,
    )  # fmt: skip


@pytest.mark.parametrize("state", ["closed", "declined"])
def test_a_comment_leaves_the_day_a_matter_was_finished(world: World, state: str):
    then = world.on - timedelta(days=9)
    issue = matter_to(raised(world), state, on=then)
    issue = issue_step(
        issue=issue, verb="comment", by=world.user("manager"), on=world.on, note="已告知家属"
    )
    assert (issue.state, issue.finished_on) == (state, then)


def test_a_matter_reopened_before_anybody_accepted_it_counts_as_accepted(world: World):
    day = world.on - timedelta(days=5)
    issue = matter_to(raised(world), "declined", on=day)
    issue = issue_step(issue=issue, verb="reopen", by=None, on=day, note="确属本级")
    take(issue, "dispatch", on=world.on)
    for until in (world.on - timedelta(days=1), world.on):
        counted = values(
            ["issues_accepted"], world.areas["V1"].path, since=day, until=until, current=world.on
        )
        assert counted["issues_accepted"].number == 1, until


def test_the_title_of_a_household_s_matter_goes_into_no_other_path(world: World):
    home = raised(world, household=world.households["qian"])
    public = raised(world)
    issue_step(issue=home, verb="merge", by=world.user("manager"), on=world.on, into=public)
    assert [step.note for step in public.steps.filter(verb="repeat")] == [""]
    again, first = raised(world), raised(world)
    issue_step(issue=again, verb="merge", by=world.user("manager"), on=world.on, into=first)
    assert first.steps.get(verb="repeat").note == "停水"
