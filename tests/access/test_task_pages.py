"""What a task opens to whom, and that it opens nothing anywhere else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import AccessLog
from casework.models import Task
from casework.tasks import task_answer, task_close, task_hand
from grids.naming import map_address
from households.models import Household
from tests.access import expected
from tests.access.asking import answers, spelled_out
from tests.people import HOUSEHOLDS, World

SignIn = Callable[..., Client]
PHONES = [phone for _k, _h, _f, _p, phone, *_rest in HOUSEHOLDS if phone]
NEEDS = ["独居老人", "重大疾病", "最低生活保障", "就业困难", "DIBAO", "SHIYE", "重点关爱户"]
GAP = {"sun", "li", "feng"}


@pytest.fixture
def task(world: World) -> Task:
    """The gap of the first village, handed by the leader to the grid office."""
    return task_hand(
        area=world.areas["V1"], subject="gap", to_post=world.posts["manager"], on=world.on,
        due_on=world.on + timedelta(days=7), note="请尽快安排", by=world.user("leader"),
    )  # fmt: skip


def heads_in(world: World, text: str) -> set[str]:
    """Households a text names."""
    return {
        key for key, household in world.households.items()
        if household.head_name in text or household.address in text or str(household.pk) in text
    }  # fmt: skip


@pytest.mark.parametrize("login", expected.EVERYONE)
def test_a_task_is_there_for_who_hands_it_out_and_who_holds_it(
    world: World, as_user: SignIn, task: Task, login: str
):
    response = as_user(login).get(f"/tasks/{task.pk}/")
    text = spelled_out(response)
    if login in ("leader", "manager"):
        assert response.status_code == 200
        assert heads_in(world, text) == GAP
        assert not [word for word in [*PHONES, *NEEDS] if word in text]
    else:
        assert response.status_code == 404
        assert heads_in(world, text) == set()
        assert "请尽快安排" not in text
    listed = spelled_out(as_user(login).get("/tasks/"))
    assert heads_in(world, listed) == set()
    assert ("甲一村 · 应联未联" in listed) == (login in ("leader", "manager"))


def test_a_leader_sees_a_household_nowhere_but_in_the_task(
    world: World, as_user: SignIn, task: Task
):
    for asked, (_status, body) in answers(world, as_user("leader")).items():
        if not asked.startswith(("search", "/households/")):
            # A page that is not found may repeat the address that asked for it.
            assert heads_in(world, body) <= heads_in(world, asked), asked
    for key in GAP:
        household = world.households[key]
        assert as_user("leader").get(f"/households/{household.pk}/").status_code == 404
        found = as_user("leader").post(
            "/api/v1/search", {"q": household.head_name}, content_type="application/json"
        )
        assert not found.json()["households"]


@pytest.mark.parametrize(
    ("login", "shown"),
    [
        ("manager", "/?area=159901100&sel=159901100201"),
        ("leader", "/?area=159901100&sel=159901100201"),
        ("county_leader", "/?area=159901100&sel=159901100201"),
        ("secretary", "/?area=159901100201"),
    ],
)
def test_the_map_opens_with_the_panel_of_the_area_for_who_sees_those_beside_it(
    world: World, login: str, shown: str
):
    assert map_address(world.user(login), world.areas["V1"], on=world.on) == shown


def test_a_task_leads_to_the_map_with_its_panel(world: World, as_user: SignIn, task: Task):
    text = spelled_out(as_user("leader").get(f"/tasks/{task.pk}/"))
    assert '<a class="link" href="/?area=' in text
    assert map_address(world.user("leader"), task.area, on=world.on).replace("&", "&amp;") in text


def test_once_it_is_over_it_shows_no_household(world: World, as_user: SignIn, task: Task):
    task_answer(task=task, note="已安排", on=world.on, by=world.user("manager"))
    assert heads_in(world, spelled_out(as_user("leader").get(f"/tasks/{task.pk}/"))) == GAP
    task_close(task=task, on=world.on, by=world.user("leader"))
    for login in ("leader", "manager"):
        response = as_user(login).get(f"/tasks/{task.pk}/")
        assert response.status_code == 200
        assert heads_in(world, spelled_out(response)) == set()


def test_a_household_that_moved_away_leaves_the_task(world: World, as_user: SignIn, task: Task):
    wei = world.households["wei"]
    Household.objects.filter(pk=world.households["sun"].pk).update(path=wei.path)
    text = spelled_out(as_user("leader").get(f"/tasks/{task.pk}/"))
    assert heads_in(world, text) == {"li", "feng"}
    assert "乙一嘎查" not in text


def test_seeing_its_households_is_logged_as_p2(world: World, as_user: SignIn, task: Task):
    as_user("leader").get(f"/tasks/{task.pk}/")
    row = AccessLog.objects.get(user=world.users["leader"])
    assert (row.action, row.scope, row.rows, row.field_class) == (
        "task.households", str(task.pk), 3, "P2",
    )  # fmt: skip
    log = spelled_out(as_user("auditor").get("/log/"))
    assert "交办事项中的住户" in log
    assert "甲一村" in log


def test_a_step_of_another_is_refused_and_of_a_stranger_not_found(
    world: World, as_user: SignIn, task: Task
):
    address = f"/tasks/{task.pk}/steps/"
    assert as_user("manager").post(address, {"verb": "closed"}).status_code == 400
    assert as_user("leader").post(address, {"verb": "answered", "note": "好"}).status_code == 400
    for login in ("county_leader", "secretary", "outsider", "auditor", "nobody"):
        assert as_user(login).post(address, {"verb": "accepted"}).status_code == 404
    assert as_user("manager").post(address, {"verb": "registered"}).status_code == 404
    task.refresh_from_db()
    assert task.state == "handed"


@pytest.mark.parametrize(
    ("login", "area", "status"),
    [
        ("leader", "159901100201", 200), ("manager", "159901100201", 200),
        ("county_leader", "159901101201", 200), ("leader", "159901101201", 404),
        ("worker", "159901100201001", 404), ("secretary", "159901100201", 404),
        ("head", "159901100201", 404), ("auditor", "159901100201", 404),
    ],
)  # fmt: skip
def test_the_form_opens_within_the_own_area(
    world: World, as_user: SignIn, login: str, area: str, status: int
):
    response = as_user(login).get(f"/tasks/new/?area={area}")
    assert response.status_code == status
    assert heads_in(world, spelled_out(response)) == set()


def test_a_leader_hands_it_out_by_the_form_and_the_holder_is_told(world: World, as_user: SignIn):
    form = {
        "about": "gap:", "to_post": str(world.posts["manager"].pk),
        "due_on": (world.on + timedelta(days=5)).isoformat(), "note": "",
    }  # fmt: skip
    leader = as_user("leader")
    wrong = leader.post("/tasks/new/?area=159901100201", {**form, "to_post": "x"})
    assert wrong.status_code == 400
    leader.post("/tasks/new/?area=159901100201", form)
    task = Task.objects.get()
    told = spelled_out(as_user("manager").get("/"))
    assert "林乡领 交办：甲一村 应联未联" in told
    assert f"/tasks/{task.pk}/" in told
    assert heads_in(world, spelled_out(as_user("leader").get("/"))) == set()
    assert "交办：甲一村" not in spelled_out(as_user("secretary").get("/"))
