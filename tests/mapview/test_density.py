"""The density surface: pieces of at least five households, for who reads their needs alone."""

import random
from collections.abc import Iterator
from itertools import pairwise

import mapbox_vector_tile
import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test import Client

from casework.models import DensityCell
from casework.recounting import kept_compare
from households.models import Household, Membership, Need, NeedKind
from households.needs import need_begin, need_end
from households.services import exemption_approve, exemption_ask
from lib.spans import span
from lib.tiles import EXTENT
from tests.mapview.test_tiles import tile_at
from tests.people import World
from tests.shapes import point

pytestmark = pytest.mark.django_db
CHANCE = 20261124
ZOOMS = range(4, 17)


def settle(world: World, area: str, places: list[Point], *, every_need: int = 0) -> list[Household]:
    """Households at places, filed under an area from the beginning; each so-many-th in need."""
    filed = world.areas[area]
    rows = [
        Household(
            head_name=f"密{number}", path=filed.path, during=span(world.began, None),
            registered_on=world.began, recorded_on=world.began, location=place,
            located_on=world.began,
        )
        for number, place in enumerate(places)
    ]  # fmt: skip
    Household.objects.bulk_create(rows)
    Membership.objects.bulk_create(
        Membership(household=row, area=filed, during=span(world.began, None)) for row in rows
    )
    kind = NeedKind.objects.get(code="DABING")
    Need.objects.bulk_create(
        Need(household=row, kind=kind, during=span(world.began, None), clock_from=world.began)
        for row in (rows[::every_need] if every_need else [])
    )
    with connection.cursor() as cursor:  # as the database's own housekeeping would, by and by
        cursor.execute("ANALYZE households_household, households_membership, households_need")
    return rows


def scattered(count: int, *, x: float = 1, y: float = 0, side: float = 1) -> list[Point]:
    """Places at random in a square of the drawing."""
    chance = random.Random(CHANCE)
    return [point(x + side * chance.random(), y + side * chance.random()) for _ in range(count)]


def fetched(client: Client, z: int, x: float, y: float) -> list[dict]:
    """The squares of the tile at a place."""
    address = "/".join(map(str, tile_at(z, x, y)))
    response = client.get(f"/tiles/density/{address}.mvt")
    assert response.status_code == 200
    assert len(response.content) <= 65536
    tile = mapbox_vector_tile.decode(response.content) if response.content else {}
    assert set(tile) <= {"density"}
    return tile.get("density", {}).get("features", [])


def sums(client: Client, z: int) -> tuple[int, int]:
    """Households and those with most need of one tile that holds the whole drawing."""
    found = [feature["properties"] for feature in fetched(client, z, 1, 1)]
    return sum(p["n"] for p in found), sum(p["k"] for p in found)


@pytest.mark.parametrize(
    "login", ["leader", "county_leader", "head", "cadre", "backup", "volunteer"]
)
def test_nobody_else_has_such_a_layer(as_user, world: World, login: str):
    address = "/".join(map(str, tile_at(12, 1, 1)))
    assert as_user(login).get(f"/tiles/density/{address}.mvt").status_code == 404


def test_a_square_holds_five_households_or_is_not_there(as_user, world: World):
    settle(world, "U121", scattered(400), every_need=7)
    for z in ZOOMS:
        for feature in fetched(as_user("manager"), z, 1.5, 0.5):
            assert set(feature["properties"]) == {"n", "k", "zoom"}
            assert feature["properties"]["n"] >= 5
            assert feature["properties"]["k"] <= feature["properties"]["n"]
    assert DensityCell.objects.filter(zoom=12).exists()


def test_every_zoom_adds_up_to_the_same_households(as_user, world: World):
    settle(world, "U121", scattered(300), every_need=5)
    totals = [sums(as_user("manager"), z) for z in range(4, 8)]
    assert {n for n, _k in totals} == {totals[0][0]}
    assert {k for _n, k in totals} == {totals[0][1]}
    assert 300 - 8 <= totals[0][0] <= 300  # of each of the coarsest cells at most four are left out


def test_no_difference_of_two_zooms_tells_of_fewer_than_five(as_user, world: World):
    """Within any square of a zoom, what the next zoom shows in it is all of it or five less."""
    settle(world, "U121", scattered(120), every_need=3)
    manager = as_user("manager")

    def squares(z: int) -> Iterator[tuple[tuple[float, ...], int]]:
        _z, tile_x, tile_y = tile_at(z, 1.5, 0.5)
        for feature in fetched(manager, z, 1.5, 0.5):
            [ring] = feature["geometry"]["coordinates"]
            xs, ys = [p[0] for p in ring], [EXTENT - p[1] for p in ring]
            scale = EXTENT << z
            box = (min(xs), min(ys), max(xs), max(ys))
            offset = (tile_x * EXTENT, tile_y * EXTENT) * 2
            yield (
                tuple((a + b) / scale for a, b in zip(box, offset, strict=True)),
                feature["properties"]["n"],
            )

    for z, finer in pairwise(range(6, 14)):
        inside = list(squares(finer))
        for (west, north, east, south), n in squares(z):
            shown = sum(
                m
                for (w, o, e, s), m in inside
                if w >= west - 1e-9 and o >= north - 1e-9 and e <= east + 1e-9 and s <= south + 1e-9
            )
            assert n - shown == 0 or abs(n - shown) >= 5, (z, n, shown)


def test_a_remote_household_is_not_alone_in_a_square(as_user, world: World):
    settle(world, "U121", [point(1.5, 0.5)] * 6 + [point(1.9, 1.9)], every_need=7)
    for z in ZOOMS:
        assert all(f["properties"]["n"] >= 5 for f in fetched(as_user("manager"), z, 1.9, 1.9))
    assert sum(row.households for row in DensityCell.objects.all()) == 6


def test_it_ends_where_the_right_to_needs_ends(as_user, world: World):
    settle(world, "U121", scattered(50), every_need=5)
    assert sums(as_user("secretary"), 6) == (50, 10)
    assert sums(as_user("grid_head"), 6) == (50, 10)
    assert sums(as_user("worker"), 6) == (0, 0)  # of the grid beside it
    assert sums(as_user("outsider"), 6) == (0, 0)


def test_it_follows_a_need_that_begins_and_ends(as_user, world: World):
    [household, *_others] = settle(world, "U121", [point(1.5, 0.5)] * 6)
    assert sums(as_user("manager"), 6) == (6, 0)
    need = need_begin(household=household, kind=NeedKind.objects.get(code="DABING"), on=world.on)
    assert sums(as_user("manager"), 6) == (6, 1)
    need_end(need=need, on=world.on)
    assert sums(as_user("manager"), 6) == (6, 0)


def test_who_is_out_of_scope_is_not_counted(as_user, world: World):
    [household, *_others] = settle(world, "U121", [point(1.5, 0.5)] * 6, every_need=1)
    manager = world.users["manager"]
    exemption = exemption_ask(household=household, reason="moved", on=world.on, by=manager)
    assert sums(as_user("manager"), 6) == (6, 6)
    exemption_approve(exemption=exemption, on=world.on, by=manager)
    assert sums(as_user("manager"), 6) == (5, 5)


def test_a_fresh_count_finds_the_same_pieces(as_user, world: World):
    rows = settle(world, "U121", scattered(200), every_need=4)
    sums(as_user("manager"), 6)
    Household.objects.filter(pk=rows[0].pk).update(location=point(0.2, 0.2))
    assert kept_compare(on=world.on).differences == []
