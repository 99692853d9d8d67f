"""What the panel of an area tells of emergency lists: who is led to open one, who to the open one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client

from casework.emergency import emergency_open
from casework.models import EmergencyList
from households.models import Household
from lib.clock import now
from tests.access import expected
from tests.people import World

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
COUNTERS = ("leader", "county_leader", "manager", "worker", "secretary")


def told(client: Client, world: World, key: str) -> dict | None:
    """What the panel of an area is told; None where there is no such area for somebody."""
    answer = client.get(f"/api/v1/areas/{world.areas[key].pk}/emergency")
    return None if answer.status_code == 404 else answer.json()


def open_list(world: World, key: str = "T1", **since: int) -> EmergencyList:
    return emergency_open(
        area=world.areas[key], kind="snow", reason="暴雪封路，入户转移", by=world.user("manager"),
        at=now() - timedelta(**since),
    )  # fmt: skip


@pytest.mark.parametrize("login", expected.EVERYONE)
def test_only_who_manages_an_area_is_led_to_open_its_list(
    world: World, as_user: SignIn, login: str
):
    client = as_user(login)
    managed = expected.within(login, "manage")
    for key in ("C", "T1", "V1", "V2", "G11", "U111", "T2"):
        found = told(client, world, key)
        page = client.get(f"/emergency/new/?area={world.areas[key].pk}").status_code
        if found is not None:
            assert found == {"running": None, "may_open": key in managed}, key
            assert not found["may_open"] or page == 200, key
        else:
            assert page == 404 or login not in COUNTERS, key


def test_nobody_is_led_to_open_a_whole_county_or_an_area_without_households(
    world: World, as_user: SignIn
):
    world.add_person("county_office", "县网办")
    world.add_post("county_office", "grid_office", "C")
    client = as_user("county_office")
    assert told(client, world, "C") == {"running": None, "may_open": False}
    assert told(client, world, "T1") == {"running": None, "may_open": True}
    south = world.areas["U111"]
    Household.objects.filter(path=world.areas["U112"].path).update(path=south.path)
    assert told(client, world, "U112") == {"running": None, "may_open": False}


@pytest.mark.parametrize("key", ["T1", "V1", "G11"])
def test_while_a_list_is_open_its_area_and_those_beneath_lead_to_it(
    world: World, as_user: SignIn, key: str
):
    emergency = open_list(world)
    for login in ("manager", "secretary", "worker"):
        found = told(as_user(login), world, key)
        if found is None:
            continue
        assert not found["may_open"]
        assert found["running"]["url"] == f"/emergency/{emergency.pk}/"
        closes_at = datetime.fromisoformat(found["running"]["closes_at"])
        assert abs(closes_at - emergency.closes_at) < timedelta(seconds=1)
        assert as_user(login).get(found["running"]["url"]).status_code == 200


def test_the_own_list_of_an_area_comes_before_one_above_and_one_beneath_hinders_nothing(
    world: World, as_user: SignIn
):
    village = open_list(world, "V1", hours=2)
    client = as_user("manager")
    above = told(client, world, "T1")
    assert above == {"running": None, "may_open": True}
    township = open_list(world)
    for key, emergency in (("T1", township), ("V1", village), ("V2", township), ("G11", village)):
        found = told(client, world, key)
        assert found and found["running"]["url"] == f"/emergency/{emergency.pk}/", key


@pytest.mark.parametrize("login", ["leader", "county_leader"])
def test_a_leader_is_led_to_who_opened_it_and_not_to_the_list(
    world: World, as_user: SignIn, login: str
):
    emergency = open_list(world)
    found = told(as_user(login), world, "V1")
    assert found and found["running"]["url"] == "/emergency/"
    assert not found["running"]["reads"]
    assert str(emergency.pk) not in str(found)


def test_a_list_that_is_over_is_told_of_no_more(world: World, as_user: SignIn):
    open_list(world, hours=24)
    assert told(as_user("manager"), world, "T1") == {"running": None, "may_open": True}
