"""Tiles decoded: what is in them, what is not, and where a tile ends."""

import gzip
from datetime import timedelta
from typing import Any

import mapbox_vector_tile
import pytest
from django.test import Client

from grids.services import area_locate
from lib.tiles import Tile
from tests.people import World
from tests.shapes import point

pytestmark = pytest.mark.django_db


def tile_at(z: int, x: float, y: float) -> tuple[int, int, int]:
    """The tile of a zoom that holds a place in the drawing."""
    place: Any = point(x, y).transform(3857, clone=True)
    side = 2 * 20037508.342789244 / (1 << z)
    return (
        z,
        int((place.x + 20037508.342789244) // side),
        int((20037508.342789244 - place.y) // side),
    )


def fetch(client: Client, kind: str, z: int, x: float, y: float, **query: str) -> dict:
    """A decoded tile."""
    z, tile_x, tile_y = tile_at(z, x, y)
    response = client.get(f"/tiles/{kind}/{z}/{tile_x}/{tile_y}.mvt", query)
    assert response.status_code == 200, response.content
    return mapbox_vector_tile.decode(response.content) if response.content else {}


def names(tile: dict, layer: str = "areas") -> set[str]:
    return {feature["properties"]["name"] for feature in tile.get(layer, {}).get("features", [])}


def test_it_draws_the_villages_of_ones_own_township_only(as_user, world: World):
    tile = fetch(as_user("manager"), "areas", 10, 1, 1, level="village")
    assert names(tile) == {"甲一村", "甲二嘎查"}
    assert names(tile, "labels") == {"甲一村", "甲二嘎查"}
    other = fetch(as_user("outsider"), "areas", 10, 1, 1, level="village")
    assert names(other) == {"乙一嘎查"}


def test_it_draws_the_boundaries_of_the_day_asked_for(as_user, world: World):
    before = (world.began.replace(year=world.began.year - 1)).isoformat()
    assert fetch(as_user("manager"), "areas", 10, 1, 1, level="village", on=before) == {}


def test_the_level_follows_the_zoom(as_user, world: World):
    county = as_user("county_leader")
    assert names(fetch(county, "areas", 7, 1, 1)) == {"方格县"}
    assert names(fetch(county, "areas", 9, 1, 1)) == {"东方镇", "西方苏木"}
    assert "甲一村第一网格" in names(fetch(county, "areas", 12, 0.5, 0.5))


def test_units_without_an_outline_are_pins_where_they_stand(as_user, world: World):
    client = as_user("manager")
    before = fetch(client, "areas", 13, 1.5, 0.5, level="unit")
    assert "pins" not in before
    for key, place in (("U121", point(1.5, 0.5)), ("U111", point(0.5, 0.5))):
        area_locate(
            area=world.areas[key], point=place, on=world.on, source="pin", accuracy_m=None
        )  # fmt: skip
    tile = fetch(client, "areas", 13, 1.5, 0.5, level="unit")
    assert {name for name in names(tile) if "南单元" in name} <= {"甲一村第一网格南单元"}
    [pin] = tile["pins"]["features"]  # U111 has an outline
    assert pin["properties"] == {
        "id": str(world.areas["U121"].pk), "name": "甲一村第二网格单元", "code": "15990110020100201",
    }  # fmt: skip
    earlier = (world.on - timedelta(days=1)).isoformat()
    assert "pins" not in fetch(client, "areas", 13, 1.5, 0.5, level="unit", on=earlier)
    assert "pins" not in fetch(client, "areas", 13, 1.5, 0.5, level="grid")
    assert "pins" not in fetch(as_user("outsider"), "areas", 13, 1.5, 0.5, level="unit")


def test_a_pin_that_was_moved_makes_a_new_tile(as_user, world: World):
    z, x, y = tile_at(13, 1.5, 0.5)
    address = f"/tiles/areas/{z}/{x}/{y}.mvt?level=unit"
    client = as_user("manager")
    first = client.get(address)["ETag"]
    area_locate(
        area=world.areas["U121"], point=point(1.5, 0.5), on=world.on, source="pin", accuracy_m=None
    )
    assert client.get(address, headers={"If-None-Match": first}).status_code == 200


def test_an_area_tile_is_not_sent_twice(as_user, world: World):
    z, x, y = tile_at(10, 1, 1)
    client = as_user("manager")
    first = client.get(f"/tiles/areas/{z}/{x}/{y}.mvt")
    again = client.get(f"/tiles/areas/{z}/{x}/{y}.mvt", headers={"If-None-Match": first["ETag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")


def test_a_large_area_tile_is_sent_packed(as_user, world: World, monkeypatch):
    monkeypatch.setattr("mapview.tiles.WORTH_PACKING", 10)
    z, x, y = tile_at(10, 1, 1)
    client, address = as_user("manager"), f"/tiles/areas/{z}/{x}/{y}.mvt"
    plain = client.get(address)
    packed = client.get(address, headers={"Accept-Encoding": "gzip, br"})
    assert (plain.get("Content-Encoding"), packed["Content-Encoding"]) == (None, "gzip")
    assert gzip.decompress(packed.content) == plain.content
    for answer in (plain, packed):
        assert {"Cookie", "Accept-Encoding"} <= set(answer["Vary"].split(", "))


def test_outlines_too_many_to_name_carry_their_ids_alone(as_user, world: World, monkeypatch):
    named = fetch(as_user("manager"), "areas", 12, 1, 1, level="grid")
    monkeypatch.setattr("mapview.layers.NAMED", 2)
    tile = fetch(as_user("manager"), "areas", 12, 1, 1, level="grid")
    assert "labels" not in tile
    ids = [f["properties"] for f in tile["areas"]["features"]]
    assert len(ids) == len(named["areas"]["features"]) == 3
    assert all(set(properties) == {"id"} for properties in ids)
    assert len(names(fetch(as_user("manager"), "areas", 12, 1, 1, level="village"))) == 2


def test_households_are_points_without_anything_but_their_contact_state(as_user, world: World):
    tile = fetch(as_user("manager"), "households", 14, 0.5, 0.5)
    features = tile["households"]["features"]
    assert {frozenset(f["properties"]) for f in features} == {
        frozenset({"id", "linked", "outside"})
    }
    state = {f["properties"]["id"]: f["properties"]["linked"] for f in features}
    assert state[str(world.households["zhao"].pk)] is True
    assert state[str(world.households["sun"].pk)] is False


def test_below_zoom_13_households_are_counts(as_user, world: World):
    tile = fetch(as_user("manager"), "households", 9, 0.5, 0.5)
    assert set(tile) == {"cells"}
    total = sum(f["properties"]["n"] for f in tile["cells"]["features"])
    located = [h for k, h in world.households.items() if h.location and k not in ("wei", "jiang")]
    assert total == len(located)


def test_who_sees_less_than_a_village_gets_own_points_at_every_zoom(as_user, world: World):
    tile = fetch(as_user("head"), "households", 9, 0.5, 0.5)
    seen = {f["properties"]["id"] for f in tile["households"]["features"]}
    assert seen == {str(world.households[key].pk) for key in ("zhao", "qian")}


def test_a_leader_gets_no_households_at_all(as_user, world: World):
    z, x, y = tile_at(14, 0.5, 0.5)
    assert as_user("leader").get(f"/tiles/households/{z}/{x}/{y}.mvt").status_code == 404


@pytest.mark.parametrize("address", ["99/0/0", "3/8/0", "3/0/9"])
def test_there_is_no_tile_outside_the_pyramid(as_user, world: World, address: str):
    assert as_user("manager").get(f"/tiles/areas/{address}.mvt").status_code == 404


def test_household_tiles_are_not_stored(as_user, world: World):
    z, x, y = tile_at(14, 0.5, 0.5)
    response = as_user("manager").get(f"/tiles/households/{z}/{x}/{y}.mvt")
    assert response["Cache-Control"] == "private, no-store"


def test_a_tile_knows_its_edges():
    west, south, east, north = Tile(1, 0, 0).envelope(buffer=0)
    assert (west, north) == pytest.approx((-20037508.342789244, 20037508.342789244))
    assert (south, east) == pytest.approx((0, 0))
