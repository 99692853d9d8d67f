"""Matters that may be the same: the nearest are named, however many lie around."""

from __future__ import annotations

from django.contrib.gis.geos import Point

from casework.issues import issue_register
from casework.models import Issue
from casework.repeats import MOST, NEAR, repeats_of
from tests.people import World


def dark(world: World, lon: float) -> Issue:
    """A dark street lamp at a place of the first village."""
    return issue_register(
        kind="complaint", subject="utilities", source="phone", title="路灯不亮", on=world.on,
        area=world.areas["V1"], point=Point(lon, 45.015, srid=4326),
    )  # fmt: skip


def test_the_nearest_is_named_though_many_are_near(world: World) -> None:
    here = dark(world, 120.005)
    for _n in range(5 * MOST):
        dark(world, 120.009)
    nearest = dark(world, 120.0051)
    found = repeats_of(here, world.user("manager"))
    assert len(found) == MOST
    assert (found[0].issue, found[0].metres) == (nearest, 8)
    assert all(one.metres is not None and one.metres <= NEAR for one in found)
