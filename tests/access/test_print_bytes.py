"""Paper is passed on: what a print fetches holds no small count of needs and no household's P3."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.test import Client

from tests.access import expected
from tests.access.asking import readable, tile_addresses
from tests.access.test_bytes import NEEDS, SMALL
from tests.people import HOUSEHOLDS, PINS, World
from tests.shapes import CODES

SignIn = Callable[..., Client]
PRINTERS = ["manager", "leader", "county_leader", "worker", "secretary"]
LEVELS = ("township", "village", "grid", "unit")
#: All a tile may say of a household, of several, of a matter at a public place.
SAID = {
    "households": {"id", "linked", "outside"},
    "cells": {"n", "unlinked"},
    "issues": {"id", "kind", "state"},
}


def fetched(world: World, client: Client, *, only: str = "") -> dict[str, tuple[int, str]]:
    """Status and readable body of the page and of all its scripts ask for, everywhere.

    ``only`` is the beginning of the addresses that matter to the test.
    """
    tiles = [tile for tile in tile_addresses() if not tile.startswith("/tiles/density/")]
    asked = ["/print/?paper=a4", "/print/?paper=a3&ink=mono&level=household", *tiles]
    for area, code in CODES.items():
        asked += [f"/api/v1/coverage?area={code}&level={level}&print=1" for level in LEVELS]
        asked += [f"/api/v1/coverage?area={code}&print=1"]
        asked += [f"/api/v1/areas/{world.areas[area].pk}/bounds"]
    found = {}
    for address in (one for one in asked if one.startswith(only)):
        response = client.get(address)
        found[address] = response.status_code, readable(response.content, response["Content-Type"])
    return found


@pytest.mark.parametrize("login", PRINTERS)
def test_a_print_holds_no_small_count_of_needs(world: World, as_user: SignIn, login: str) -> None:
    withheld = 0
    asked_for = fetched(world, as_user(login), only="/api/v1/coverage")
    for asked, (status, body) in asked_for.items():
        if status != 200:
            continue
        report = json.loads(body)
        for row in [*report["rows"], report["total"]]:
            for count in [*(row[name] for name in SMALL), *row["tier"].values()]:
                assert count is None or count == 0 or count >= 5, asked
                withheld += count is None
    assert withheld


@pytest.mark.parametrize("login", PRINTERS)
def test_a_print_holds_no_need_tier_or_due_date(world: World, as_user: SignIn, login: str) -> None:
    said: dict[str, set[str]] = {name: set() for name in SAID}
    for asked, (status, body) in fetched(world, as_user(login)).items():
        assert status in (200, 400, 404), asked
        for word in [*NEEDS, *(row[1] for row in HOUSEHOLDS)]:
            assert word not in body, (asked, word)
        if asked.startswith("/tiles/") and status == 200:
            for layer, features in json.loads(body).items():
                for feature in features if layer in SAID else ():
                    said[layer] |= json.loads(feature)["properties"].keys()
    for layer, words in said.items():
        assert words <= SAID[layer], layer
    assert bool(said["issues"]) == bool(expected.issues(login) & PINS.keys())
