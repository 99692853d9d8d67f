"""What is at a place: the nearest of one's own, several at one point, one household as a card."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import AccessLog
from households.models import Household
from households.services import exemption_approve, exemption_ask, residence_set
from tests.access import expected
from tests.people import HOUSEHOLDS, World
from tests.shapes import point

pytestmark = pytest.mark.django_db
JSON: dict[str, Any] = {"data": {}, "content_type": "application/json"}


def asked(client, **query: str) -> list[str]:
    """Heads of the households of an answer, in its order."""
    return [row["head"] for row in client.get("/api/v1/households", query).json()["rows"]]


def at(x: float, y: float) -> str:
    place = point(x, y)
    return f"{place.x},{place.y}"


def exempt(world: World, key: str) -> None:
    """Take a household out of scope as of the day the world began."""
    exemption = exemption_ask(
        household=world.households[key], reason="moved", on=world.began, by=world.users["manager"]
    )
    exemption_approve(exemption=exemption, on=world.began, by=world.users["manager"])


def test_the_nearest_of_ones_own_are_nobody_elses(as_user, world: World):
    place = at(0.5, 0.5)
    assert asked(as_user("cadre"), near=place, own="1") == ["赵独居", "周包联"]
    assert asked(as_user("cadre"), near=place) == ["赵独居", "周包联"]
    assert asked(as_user("worker"), near=place, own="1") == []
    assert "赵独居" in asked(as_user("worker"), near=place)
    assert asked(as_user("manager"), near=place, own="1") == []


def test_several_at_one_point_open_as_a_list(as_user, world: World):
    zhao = world.households["zhao"]
    Household.objects.filter(pk=world.households["qian"].pk).update(location=zhao.location)
    page = as_user("manager").get("/api/v1/households", {"at": at(0.5, 0.5), "within": "5"}).json()
    assert {row["head"] for row in page["rows"]} == {"赵独居", "钱同意"}
    assert {row["distance_m"] for row in page["rows"]} == {0.0}
    assert page["total"] == 2


def test_nothing_farther_than_two_hundred_metres_is_at_a_point(as_user, world: World):
    # Qian lives 136 metres from Zhao, Sun 394.
    manager = as_user("manager")
    assert asked(manager, at=at(0.5, 0.5), within="5000") == ["赵独居", "钱同意"]
    assert asked(manager, at=at(0.5, 0.5), within="100") == ["赵独居"]
    assert asked(as_user("outsider"), at=at(0.5, 0.5), within="200") == []


def test_a_household_is_not_at_a_place_it_was_given_later(as_user, world: World):
    Household.objects.filter(pk=world.households["zhao"].pk).update(located_on=world.on)
    yesterday = (world.on - timedelta(days=1)).isoformat()
    manager = as_user("manager")
    assert asked(manager, at=at(0.5, 0.5), within="10") == ["赵独居"]
    assert asked(manager, at=at(0.5, 0.5), within="10", on=yesterday) == []
    assert "赵独居" not in asked(manager, near=at(0.5, 0.5), on=yesterday)


@pytest.mark.parametrize("earlier", [False, True])
def test_the_numbers_open_their_households(as_user, world: World, earlier: bool):
    exempt(world, "feng")
    residence_set(household=world.households["zhao"], residence="away", on=world.began)
    on = (world.on - timedelta(days=1 if earlier else 0)).isoformat()
    manager = as_user("manager")

    def heads(word: str) -> set[str]:
        page = manager.get("/api/v1/households", {"filter": word, "on": on}).json()
        assert page["total"] == len(page["rows"])
        return {row["head"] for row in page["rows"]}

    assert heads("excluded") == {"冯代管"}
    assert heads("absent") == {"赵独居"}
    assert heads("unlocated") == {"李无点"}
    assert heads("outside") == {"郑远点", "吴格外"}
    total = manager.get("/api/v1/coverage", {"on": on}).json()["total"]
    for word in ("excluded", "absent", "unlocated", "outside"):
        assert total[word] == len(heads(word)), word


def test_a_number_that_has_no_households_is_refused(as_user, world: World):
    response = as_user("manager").get("/api/v1/households", {"filter": "zhongdian"})
    assert (response.status_code, response.json()["field"]) == (400, "filter")


def test_a_card_tells_whom_a_household_can_turn_to(as_user, world: World):
    key = world.households["zhao"].pk
    card = as_user("manager").get(f"/api/v1/households/{key}/card").json()
    assert (card["head"], card["address"]) == ("赵独居", "甲一村南街1号")
    assert (card["lon"], card["lat"]) == point(0.5, 0.5).coords
    assert {link["person"] for link in card["links"]} == {"连户长", "甘包联"}
    assert all(link["phone"].startswith("139") for link in card["links"])
    assert card["can"] == {"locate": True, "link": True}
    assert as_user("cadre").get(f"/api/v1/households/{key}/card").json()["can"] == {
        "locate": False, "link": False,
    }  # fmt: skip
    assert set(AccessLog.objects.values_list("action", "field_class")) == {("household.card", "P2")}


def test_a_card_out_of_scope_does_not_exist(as_user, world: World):
    key = world.households["zhao"].pk
    for login in ("leader", "outsider", "outer_head", "auditor"):
        assert as_user(login).get(f"/api/v1/households/{key}/card").status_code == 404, login


@pytest.mark.parametrize("login", expected.EVERYONE)
def test_a_phone_is_told_to_who_reads_the_household_and_each_time_is_logged(
    as_user, world: World, login: str
):
    client, own = as_user(login), expected.households(login)
    for key, household in world.households.items():
        number = next(row[4] for row in HOUSEHOLDS if row[0] == key)
        answer = client.post(f"/api/v1/households/{household.pk}/phone", **JSON)
        if key in own:
            assert answer.json() == {"phone": number or ""}
            row = AccessLog.objects.latest("id")
            assert (row.action, row.scope, row.field_class) == (
                "household.phone", str(household.pk), "P2",
            )  # fmt: skip
        else:
            assert answer.status_code in (403, 404), key
            assert not number or number not in answer.content.decode()
    assert AccessLog.objects.count() == len(own)


def test_a_head_of_a_unit_looks_back_at_the_own_households_alone(as_user, world: World):
    yesterday = (world.on - timedelta(days=1)).isoformat()
    assert set(asked(as_user("head"), on=yesterday)) == {"赵独居", "钱同意"}
