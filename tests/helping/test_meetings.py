"""Joint meetings: an agenda of what waits, decisions written back once, one is held at a time."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from casework.meetings import matters_waiting, meeting_call, meeting_close, meeting_points
from casework.models import Activity, Issue, Meeting
from lib.errors import Outdated, Refusal
from tests.access import expected
from tests.people import World
from tests.shapes import CODES

SignIn = Callable[..., Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def late(world: World) -> World:
    """One matter ten days late, one set aside, one in time."""
    Issue.objects.filter(pk=world.issues["roof"].pk).update(limit_on=world.on - timedelta(days=10))
    Issue.objects.filter(pk=world.issues["well"].pk).update(state="shelved")
    return world


def call(world: World, **given: Any) -> Meeting:
    values = {"area": world.areas["T1"], "on": world.on, "current": world.on,
              "by": world.user("manager"), **given}  # fmt: skip
    return meeting_call(**values)


def titles(meeting: Meeting) -> list[str]:
    return [item.issue.title if item.issue else item.text for item in meeting.items.all()]


def test_the_agenda_begins_with_what_is_late_or_set_aside(late: World) -> None:
    meeting = call(late)
    assert titles(meeting) == ["屋顶漏雨", "甲二嘎查机井损坏"]
    found = matters_waiting(late.user("manager"), late.areas["T1"], on=late.on)
    assert found[0].issue == late.issues["roof"] and found[0].late == 10
    assert "超期 10 天" in found[0].reason
    assert {one.issue.title for one in found} >= {"甲一村路口积水"}
    # Those of another township are not of this area.
    assert "乙一嘎查路灯不亮" not in {one.issue.title for one in found}


def test_points_are_of_the_area_and_one_may_see_them(late: World) -> None:
    meeting, manager = call(late), late.user("manager")
    with pytest.raises(Refusal, match="不属于"):
        meeting_points(meeting=meeting, issues=[late.issues["lamp"].pk], texts=[], by=manager,
                       version=1)  # fmt: skip
    meeting = meeting_points(
        meeting=meeting, issues=[late.issues["road"].pk, late.issues["roof"].pk],
        texts=["", " 冬季清雪安排 "], by=manager, version=1,
    )  # fmt: skip
    assert titles(meeting) == ["屋顶漏雨", "甲一村路口积水", "冬季清雪安排"]
    with pytest.raises(Outdated):
        meeting_points(meeting=meeting, issues=[], texts=[], by=manager, version=1)


def test_decisions_are_written_back_once(late: World) -> None:
    meeting, manager = call(late), late.user("manager")
    roof = meeting.items.get(issue=late.issues["roof"])
    until = late.on + timedelta(days=7)
    decided: dict[int, dict[str, Any]] = {
        roof.pk: {"decision": "一周内修好", "organisation": late.organisations["department"],
                  "until": until}
    }  # fmt: skip
    meeting = meeting_close(meeting=meeting, decisions=decided, on=late.on, by=manager, version=1,
                            people=14)  # fmt: skip
    step = late.issues["roof"].steps.get(verb="decide")
    assert "联席会议议定：一周内修好" in step.note
    assert (step.organisation, step.until, step.by) == (
        late.organisations["department"], until, manager
    )  # fmt: skip
    assert not late.issues["well"].steps.filter(verb="decide").exists()
    held = Activity.objects.get()
    assert (held.kind_id, held.people, held.area) == ("joint_meeting", 14, late.areas["T1"])
    with pytest.raises(Refusal, match="已结束"):
        meeting_close(meeting=meeting, decisions=decided, on=late.on, by=manager, version=2)
    assert late.issues["roof"].steps.filter(verb="decide").count() == 1
    assert Activity.objects.count() == 1


def test_what_is_refused_writes_nothing_back(late: World) -> None:
    manager = late.user("manager")
    meeting = call(late, on=late.on + timedelta(days=1))
    first, second = meeting.items.all()
    with pytest.raises(Refusal, match="还没到"):
        meeting_close(meeting=meeting, decisions={}, on=late.on, by=manager, version=1)
    Meeting.objects.update(on=late.on)
    with pytest.raises(Refusal) as refused:
        meeting_close(
            meeting=meeting, on=late.on, by=manager, version=1,
            decisions={first.pk: {"decision": "办"}, second.pk: {"until": late.on}},
        )  # fmt: skip
    assert refused.value.field == f"decision-{second.pk}"
    assert not late.issues["roof"].steps.filter(verb="decide").exists()
    assert not Activity.objects.exists()


@pytest.mark.parametrize("login", expected.EVERYONE)
def test_who_sees_the_area_reads_the_meeting_and_only_its_managers_close_it(
    late: World, as_user: SignIn, login: str
) -> None:
    meeting, client = call(late), as_user(login)
    reads = "T1" in expected.within(login, "counts")
    page = client.get(f"/meetings/{meeting.pk}/")
    assert page.status_code == (200 if reads else 404)
    assert client.get(f"/meetings/{meeting.pk}/print/").status_code == page.status_code
    # The matter of a household is a count for whoever may not see it.
    assert ("屋顶漏雨" in page.content.decode()) == (reads and "roof" in expected.issues(login))
    answer = client.post(f"/meetings/{meeting.pk}/close/", {"version": "1"})
    assert answer.status_code == (302 if login == "manager" else 404)
    assert Meeting.objects.get().held == (login == "manager")


def test_a_meeting_is_called_by_form_and_keeps_what_was_typed(late: World, as_user: SignIn) -> None:
    client = as_user("manager")
    answer = client.post(
        "/meetings/new/", {"area": CODES["T1"], "on": late.on.isoformat(), "place": "三楼会议室"}
    )
    assert answer.status_code == 302
    meeting = Meeting.objects.get()
    roof = meeting.items.get(issue=late.issues["roof"])
    wrong = client.post(
        f"/meetings/{meeting.pk}/close/",
        {"version": "1", f"decision-{roof.pk}": "请水利局办", f"until-{roof.pk}": "2020-01-01"},
    )
    assert wrong.status_code == 400 and "请水利局办" in wrong.content.decode()
    client.post(f"/meetings/{meeting.pk}/close/",
                {"version": "1", f"decision-{roof.pk}": "请水利局办", "people": "9"})  # fmt: skip
    shown = client.get(f"/issues/{late.issues['roof'].pk}/").content.decode()
    assert "联席会议议定：请水利局办" in shown


def test_decisions_typed_while_somebody_changes_the_agenda_are_kept(
    late: World, as_user: SignIn
) -> None:
    meeting, manager = call(late), late.user("manager")
    roof = meeting.items.get(issue=late.issues["roof"])
    gone = meeting.items.exclude(pk=roof.pk)[0]
    meeting_points(
        meeting=meeting, issues=[late.issues["roof"].pk], texts=["清雪"], by=manager, version=1
    )
    answer = as_user("manager").post(
        reverse("meeting-close", args=[meeting.pk]),
        {"version": "1", f"decision-{roof.pk}": "一周内修好", f"decision-{gone.pk}": "改日再议"},
    )
    page = answer.content.decode()
    assert answer.status_code == 400 and "一周内修好" in page and "改日再议" in page


def test_a_point_that_stood_twice_goes_when_it_is_taken_off(late: World) -> None:
    meeting, manager = call(late), late.user("manager")
    for position in (8, 9):
        meeting.items.create(position=position, text="清雪")
    meeting_points(meeting=meeting, issues=[], texts=["供暖"], by=manager, version=1)
    assert titles(meeting) == ["供暖"]


def test_a_refused_agenda_is_drawn_as_it_was_typed(late: World, as_user: SignIn) -> None:
    meeting, client = call(late), as_user("manager")
    road, page = str(late.issues["road"].pk), f"/meetings/{meeting.pk}/"
    lines = "\n".join(["冬季清雪安排"] * 100)
    answer = client.post(f"{page}points/", {"version": "1", "issues": [road], "texts": lines})
    body = answer.content.decode()
    assert answer.status_code == 400 and body.count("冬季清雪安排") == 100
    assert [road] == re.findall(r'name="issues" value="([-0-9a-f]+)" checked', body)


@pytest.mark.parametrize("people", ["²", "9" * 5000, "9999999999", "-1", "about 20"])
def test_a_number_of_people_that_is_none_is_refused(
    late: World, as_user: SignIn, people: str
) -> None:
    meeting = call(late)
    answer = as_user("manager").post(
        f"/meetings/{meeting.pk}/close/", {"version": "1", "people": people}
    )
    assert answer.status_code == 400 and people in answer.content.decode()
    assert not Meeting.objects.get().held
