"""Pins of households and units: source and accuracy are kept, an undo puts them back, and the
second of two people moving one pin is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from grids.models import Area
from grids.services import area_locate
from households.models import Household
from households.services import household_change_head
from lib.errors import Refusal
from tests.people import World
from tests.shapes import ORIGIN, point

SignIn = Callable[..., Client]
pytestmark = pytest.mark.django_db


def place(world: World, key: str, x: float, y: float, **more: Any) -> tuple[str, dict[str, Any]]:
    """Address and body that put the pin of a household or a unit at a place of the drawing."""
    there = point(x, y)
    row: Any = world.households.get(key) or world.areas[key]
    kind = "households" if key in world.households else "areas"
    row.refresh_from_db()
    body = {"lon": there.x, "lat": there.y, "accuracy_m": 8, "source": "pin"}
    return f"/api/v1/{kind}/{row.pk}/location", {**body, "version": row.version, **more}


def send(client: Client, asked: tuple[str, dict[str, Any]]) -> Any:
    return client.post(asked[0], asked[1], content_type="application/json")


def stored(world: World, key: str) -> Household | Area:
    row: Any = world.households.get(key) or world.areas[key]
    return type(row).objects.get(pk=row.pk)


@pytest.mark.parametrize("key", ["sun", "li", "U121"])
def test_a_pin_is_moved_with_source_and_accuracy(world: World, as_user: SignIn, key: str) -> None:
    answer = send(as_user("manager"), place(world, key, 1.5, 1.5, source="phone")).json()
    row = stored(world, key)
    assert (row.location, row.location_source, row.location_accuracy_m) == (
        point(1.5, 1.5), "phone", 8,
    )  # fmt: skip
    assert answer["version"] == row.version
    assert answer["located_on"] == row.located_on.isoformat()  # type: ignore[union-attr]
    assert (answer["lon"], answer["lat"]) == (ORIGIN[0] + 0.015, ORIGIN[1] + 0.015)


@pytest.mark.parametrize("key", ["sun", "li", "U121"])
def test_an_undo_puts_the_pin_back(world: World, as_user: SignIn, key: str) -> None:
    before = stored(world, key)
    client = as_user("manager")
    answer = send(client, place(world, key, 1.5, 1.5)).json()
    assert client.post(f"/api/v1/acts/{answer['act']}/undo").status_code == 200
    row = stored(world, key)
    for name in ("location", "location_source", "location_accuracy_m", "located_on"):
        assert getattr(row, name) == getattr(before, name)


def test_the_card_says_the_day_of_the_move_and_the_first_day_again_once_it_is_taken_back(
    world: World, as_user: SignIn
) -> None:
    client = as_user("manager")
    card = f"/api/v1/households/{world.households['sun'].pk}/card"
    household_change_head(household=world.households["sun"], head_name="孙界下")
    assert client.get(card).json()["placed_on"] == world.began.isoformat()
    answer = send(client, place(world, "sun", 1.5, 1.5)).json()
    assert client.get(card).json()["placed_on"] == world.on.isoformat()
    assert stored(world, "sun").located_on == world.began  # earlier days know it already
    client.post(f"/api/v1/acts/{answer['act']}/undo")
    household_change_head(household=world.households["sun"], head_name="孙界上")
    assert client.get(card).json()["placed_on"] == world.began.isoformat()


def test_the_card_of_a_household_without_a_place_says_no_day(world: World, as_user: SignIn) -> None:
    client = as_user("manager")
    card = f"/api/v1/households/{world.households['li'].pk}/card"
    assert client.get(card).json()["placed_on"] is None
    send(client, place(world, "li", 1.5, 1.5))
    assert client.get(card).json()["placed_on"] == world.on.isoformat()


@pytest.mark.parametrize("key", ["sun", "U121"])
def test_the_second_mover_is_told(world: World, as_user: SignIn, key: str) -> None:
    asked = place(world, key, 1.5, 1.5)
    first = send(as_user("manager"), place(world, key, 0.2, 0.2)).json()
    answer = send(as_user("manager"), asked)
    told = answer.json()
    assert answer.status_code == 409
    assert (told["lon"], told["lat"]) == tuple(point(0.2, 0.2).coords)
    assert told["by"] == "关网办" and told["at"].startswith(world.on.isoformat()[:4])
    assert told["error"] and told["version"] == first["version"]
    assert stored(world, key).location == point(0.2, 0.2)
    again = {**asked[1], "version": told["version"]}
    assert send(as_user("manager"), (asked[0], again)).status_code == 200
    assert stored(world, key).location == point(1.5, 1.5)


def test_another_change_does_not_stop_a_pin(world: World, as_user: SignIn) -> None:
    asked = place(world, "sun", 1.5, 1.5)
    household_change_head(household=world.households["sun"], head_name="孙新主")
    assert send(as_user("manager"), asked).status_code == 200


@pytest.mark.parametrize(
    "wrong", [{"lat": 86}, {"lon": 1e9}, {"accuracy_m": -1}, {"source": "guess"}, {"lat": "x"}]
)
def test_a_place_off_the_globe_is_refused_by_its_field(
    world: World, as_user: SignIn, wrong: dict[str, Any]
) -> None:
    answer = send(as_user("manager"), place(world, "sun", 1.5, 1.5, **wrong))
    assert answer.status_code == 400
    assert answer.json()["field"].endswith(next(iter(wrong)))
    assert stored(world, "sun").location == point(1.0, 0.5)


def test_only_units_stand_at_a_point(world: World, as_user: SignIn) -> None:
    assert send(as_user("manager"), place(world, "G12", 1.5, 1.5)).status_code == 400
    with pytest.raises(Refusal):
        area_locate(
            area=world.areas["V1"], point=point(1, 1), on=world.on, source="pin", accuracy_m=None
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Area.objects.filter(pk=world.areas["G12"].pk).update(location=point(1, 1))


@pytest.mark.parametrize(
    "login", ["outsider", "leader", "worker", "secretary", "head", "cadre", "auditor", "nobody"]
)
@pytest.mark.parametrize("key", ["sun", "U121"])
def test_others_move_no_pin(world: World, as_user: SignIn, login: str, key: str) -> None:
    before = stored(world, key).location
    assert send(as_user(login), place(world, key, 1.5, 1.5)).status_code == 404
    assert stored(world, key).location == before


def test_households_of_a_village_settle_in_the_grid_of_their_pin(
    world: World, as_user: SignIn
) -> None:
    client = as_user("manager")
    answer = send(client, place(world, "wu", 2.5, 1.5)).json()
    assert stored(world, "wu").path == world.areas["U211"].path
    client.post(f"/api/v1/acts/{answer['act']}/undo")
    assert stored(world, "wu").path == world.areas["V2"].path
