"""A dense village, and earlier days: a tile never grows past 64 KiB, and says what was so."""

from datetime import date, datetime, time, timedelta
from typing import Any

import mapbox_vector_tile
import pytest
from django.contrib.gis.geos import Point
from django.test import Client

from accounts.models import User
from casework.coverage import facts
from grids.models import Area, Post, Role
from grids.services import person_create, post_start
from households.models import Household, Link
from lib.clock import SHANGHAI
from lib.spans import span
from lib.tiles import Tile
from mapview.layers import household_tile
from tests.coverage.town import BEGIN, CURRENT, Writer, town_build
from tests.mapview.test_density import scattered, settle
from tests.mapview.test_tiles import fetch, tile_at
from tests.people import World
from tests.shapes import point

pytestmark = pytest.mark.django_db
LARGEST = 65536
DENSE = 6000


def body(client: Client, kind: str, z: int, x: float, y: float, **query: str) -> bytes:
    """The bytes of the tile at a place."""
    address = "/".join(map(str, tile_at(z, x, y)))
    response = client.get(f"/tiles/{kind}/{address}.mvt", query)
    assert response.status_code == 200
    return response.content


def test_no_tile_of_a_dense_village_is_over_64_kib(as_user, world: World):
    rows = settle(world, "U121", scattered(DENSE, y=0, side=1), every_need=9)
    Link.objects.bulk_create(
        Link(household=row, post=world.posts["head"], role_id="unit_head",
             during=span(world.began, None))
        for row in rows[::2]
    )  # fmt: skip
    yesterday = (world.on - timedelta(days=1)).isoformat()
    layers = set()
    for login in ("manager", "grid_head"):
        client = as_user(login)
        for z in (5, 9, 12, 13, 14, 15, 17):
            for query in ({}, {"on": yesterday}):
                content = body(client, "households", z, 1.5, 0.5, **query)
                assert 0 < len(content) <= LARGEST, (z, query)
                layers |= {(z, name) for name in mapbox_vector_tile.decode(content)}
            assert len(body(client, "density", z, 1.5, 0.5)) <= LARGEST
    assert (13, "cells") in layers
    assert (17, "households") in layers


def test_cells_in_place_of_points_count_the_same_households(as_user, world: World):
    settle(world, "U121", scattered(1500, x=1.2, y=0.2, side=0.5))
    yesterday = (world.on - timedelta(days=1)).isoformat()
    manager = as_user("manager")
    for query in ({}, {"on": yesterday}):
        # Seven more households of the drawing lie in the township, four of them without contact.
        tile = fetch(manager, "households", 9, 1.4, 0.4, **query)
        found = [f["properties"] for f in tile["cells"]["features"]]
        assert sum(cell["n"] for cell in found) == 1507
        assert sum(cell["unlinked"] for cell in found) == 1504
        places = {tile_at(13, x, y): (x, y) for x in (1.2, 1.45, 1.7) for y in (0.2, 0.45, 0.7)}
        finer = [fetch(manager, "households", 13, x, y, **query) for x, y in places.values()]
        cells = [f["properties"] for t in finer for f in t.get("cells", {}).get("features", [])]
        points = sum(len(t.get("households", {}).get("features", [])) for t in finer)
        assert 1500 <= sum(cell["n"] for cell in cells) + points <= 1507 + 100


def test_a_raster_that_is_full_becomes_coarser(as_user, world: World):
    z, x, y = tile_at(13, 1.5, 0.5)
    west, south, east, _north = Tile(z, x, y).envelope(0)
    step = (east - west) / 64
    places: Any = [
        Point(west + (i + 0.5) * step, south + (j + 0.5) * step, srid=3857)
        for i in range(64)
        for j in range(64)
    ]
    settle(world, "U121", [place.transform(4326, clone=True) for place in places])
    content = body(as_user("manager"), "households", 13, 1.5, 0.5)
    features = mapbox_vector_tile.decode(content)["cells"]["features"]
    assert len(content) <= LARGEST
    assert len(features) == 32 * 32
    assert min(f["properties"]["n"] for f in features) == 4


def test_a_tower_is_one_count_at_every_zoom_and_opens_as_a_list(as_user, world: World):
    settle(world, "U121", [point(1.5, 0.5)] * 1000)
    [cell] = fetch(as_user("manager"), "households", 18, 1.5, 0.5)["cells"]["features"]
    assert cell["properties"] == {"n": 1000, "unlinked": 1000}
    place = point(1.5, 0.5)
    query = {"at": f"{place.x},{place.y}", "limit": "200"}
    page = as_user("manager").get("/api/v1/households", query).json()
    assert (page["total"], len(page["rows"])) == (1000, 200)


def states(client: Client, world: World, **query: str) -> dict[str, bool]:
    """Whether the households of the first village are linked, by their keys in the drawing."""
    keys = {str(household.pk): key for key, household in world.households.items()}
    tile = fetch(client, "households", 13, 1, 1, **query)
    features = tile.get("households", {}).get("features", [])
    return {keys[f["properties"]["id"]]: f["properties"]["linked"] for f in features}


def test_an_earlier_day_shows_who_was_linked_and_what_was_located_then(as_user, world: World):
    days = [world.on - timedelta(days=back) for back in (3, 2, 1)]
    Household.objects.filter(pk=world.households["sun"].pk).update(located_on=days[1])
    world.link("sun", "secretary", on=days[2])
    manager = as_user("manager")
    found = [states(manager, world, on=day.isoformat()) for day in days]
    assert "sun" not in found[0]
    assert found[1]["sun"] is False
    assert found[2]["sun"] is True
    assert states(manager, world)["sun"] is True


def test_before_anything_was_on_record_a_tile_is_empty(as_user, world: World):
    before = (world.began - timedelta(days=1)).isoformat()
    assert states(as_user("manager"), world, on=before) == {}


def somebody_of_the_county() -> User:
    """A grid office of the whole random county."""
    user = User.objects.create(username="county")
    person = person_create(name="全县", phone="13900001111", user=user)
    county = Area.objects.get(level="county")
    post_start(person=person, role=Role.objects.get(pk="grid_office"), on=BEGIN, area=county)
    return user


def drawn(user: User, on: date) -> dict[str, tuple[bool, bool]]:
    """Linked and outside of every point of the tile that holds the random county."""
    drawing = Tile(8, *tile_of(110.03, 41.02, 8))
    content = household_tile(user, drawing, on=on, current=CURRENT).body
    tile = mapbox_vector_tile.decode(content) if content else {}
    return {
        f["properties"]["id"]: (f["properties"]["linked"], f["properties"]["outside"])
        for f in tile.get("households", {}).get("features", [])
    }


def tile_of(longitude: float, latitude: float, z: int) -> tuple[int, int]:
    """Column and row of the tile at a WGS 84 place."""
    step = 0.01
    return tile_at(z, (longitude - 120) / step, (latitude - 45) / step)[1:]


def test_every_day_of_a_random_town_is_drawn_as_it_is_counted(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("lib.clock.now", lambda: datetime.combine(CURRENT, time(12), SHANGHAI))
    town_build()
    Writer("tiles", []).run(400)
    user = somebody_of_the_county()
    assert Post.objects.filter(person__user=user).exists()
    seen = set()
    for back in (0, 1, 9, 40, 100, 200, 300):
        on = CURRENT - timedelta(days=back)
        counted = {
            str(fact["household_id"]): (fact["linked"] or fact["excluded"], fact["outside"])
            for fact in facts(Area.objects.get(level="county").path, on=on)
            if not fact["unlocated"]
        }
        if back:
            assert drawn(user, on) == counted, on
        seen |= set(counted.values())
    for of_both in zip(*seen, strict=True):
        assert set(of_both) == {True, False}
