"""Supervising a sum: handed to who must close it, told in each matter, never a household shown."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from casework.models import Issue, IssueStep, Task
from casework.supervising import sum_supervise
from casework.tasks import number_of, task_answer
from lib.errors import Refusal
from tests.access import expected
from tests.access.asking import spelled_out
from tests.matters import matter_to
from tests.people import World
from tests.shapes import CODES

pytestmark = pytest.mark.django_db


@pytest.fixture
def late(world: World) -> World:
    """Of the first township two matters are late: one of a place, one of a household."""
    Issue.objects.update(limit_on=world.on + timedelta(days=30), limit_at=None)
    for key in ("road", "roof"):
        matter_to(world.issues[key], "accepted", on=world.on)
    Issue.objects.filter(pk__in=[world.issues[key].pk for key in ("road", "roof")]).update(
        limit_on=world.on - timedelta(days=1)
    )
    return world


def supervised(world: World, by: str = "leader", to: str = "manager", **given: Any) -> Task:
    words: dict[str, Any] = {
        "area": world.areas["T1"], "subject": "late", "to_post": world.posts[to],
        "due_on": world.on + timedelta(days=3), "on": world.on, "note": "何时办结", **given,
    }  # fmt: skip
    return sum_supervise(by=world.user(by), **words)


def test_each_matter_is_told_and_the_answer_says_how_many_are_open(late: World):
    world, day = late, late.on + timedelta(days=3)
    Issue.objects.filter(pk=world.issues["road"].pk).update(supervised_until=late.on)
    versions = dict(Issue.objects.values_list("pk", "version"))
    task = supervised(world)
    assert (task.number, task.subject, task.to_post) == (2, "late", world.posts["manager"])
    told = IssueStep.objects.filter(verb="supervise")
    assert {(step.issue_id, step.note, step.until) for step in told} == {
        (world.issues[key].pk, "何时办结", day) for key in ("road", "roof")
    }
    assert all(step.before == step.after == "accepted" for step in told)
    until = dict(Issue.objects.values_list("pk", "supervised_until"))
    assert until[world.issues["roof"].pk] == day
    assert until[world.issues["road"].pk] == world.on, "an earlier day stays"
    assert until[world.issues["well"].pk] is None
    for key in ("road", "roof"):
        issue = Issue.objects.get(pk=world.issues[key].pk)
        assert issue.version == versions[issue.pk] + 1
    matter_to(Issue.objects.get(pk=world.issues["road"].pk), "declined", on=world.on)
    task_answer(task=task, note="已办一件", on=world.on, by=world.user("manager"))
    assert [step.number for step in task.steps.all()] == [2, 1]  # type: ignore[attr-defined]
    assert number_of(task, on=world.on) == 1


def test_the_second_is_told_and_nothing_is_written(late: World):
    supervised(late)
    with pytest.raises(Refusal, match=late.people["leader"].name):
        supervised(late, by="county_leader")
    assert Task.objects.count() == 1
    assert IssueStep.objects.filter(verb="supervise").count() == 2
    assert supervised(late, subject="matters").number > 2, "another sum"


@pytest.mark.parametrize(
    ("given", "field"),
    [({"note": " "}, "note"), ({"due_on": None}, "due_on"), ({"to": "clerk"}, "to_post"),
     ({"by": "manager"}, ""), ({"area": "V3"}, ""), ({"subject": "gap"}, "subject")],
)  # fmt: skip
def test_what_is_refused_writes_nothing(late: World, given: dict[str, Any], field: str):
    if "due_on" in given:
        given = {"due_on": late.on - timedelta(days=1)}
    if "area" in given:
        given = {"area": late.areas["V3"]}
    with pytest.raises(Refusal) as refused:
        supervised(late, **given)
    assert refused.value.field == field
    assert not Task.objects.exists() and not IssueStep.objects.filter(verb="supervise").exists()


def test_a_leader_supervises_from_the_page_and_sees_a_count(late: World, as_user):
    world = late
    address = f"/tasks/supervise/?area={CODES['T1']}&sum=late"
    leader = as_user("leader")
    asked = spelled_out(leader.get(address))
    assert "2 件" in asked and world.issues["roof"].title not in asked
    form = {"to_post": str(world.posts["manager"].pk), "note": "",
            "due_on": (world.on + timedelta(days=3)).isoformat()}  # fmt: skip
    refused = leader.post(address, form)
    assert refused.status_code == 400 and not Task.objects.exists()
    assert leader.post(address, {**form, "note": "何时办结"}).status_code == 302
    task = Task.objects.get()
    page = spelled_out(leader.get(f"/tasks/{task.pk}/"))
    road, roof = world.issues["road"], world.issues["roof"]
    assert road.title in page
    for kept in (roof.title, str(roof.pk), "钱同意", world.households["qian"].address):
        assert kept not in page, kept
    held = spelled_out(as_user("manager").get(f"/tasks/{task.pk}/"))
    assert road.title in held and roof.title in held and "何时办结" in held
    again = as_user("county_leader").post(address, {**form, "note": "请报进度"})
    assert again.status_code == 400 and "请报进度" in again.content.decode()
    assert world.people["leader"].name in again.content.decode()


def test_a_department_gets_its_sum_and_nobody_else_may(late: World, as_user):
    world = late
    well = matter_to(world.issues["well"], "dispatched", on=world.on)
    department = world.organisations["department"]
    Issue.objects.filter(pk=well.pk).update(
        limit_on=world.on - timedelta(days=1), department=department
    )
    task = supervised(world, to="clerk", organisation=department)
    assert task.number == 1
    clerk = as_user("clerk")
    assert well.title in spelled_out(clerk.get(f"/tasks/{task.pk}/"))
    assert str(task.pk) in clerk.get("/tasks/").content.decode()
    assert "督办" in clerk.get("/matters/").content.decode()
    assert clerk.get(f"/issues/{well.pk}/").content.decode().count("何时办结") == 1
    address = f"/tasks/supervise/?area={CODES['T1']}&department={department.pk}"
    for login in expected.EVERYONE:
        status = as_user(login).get(address).status_code
        assert status == (200 if login in ("leader", "county_leader") else 404), login
