"""Trends across a redraw: on either division, and each says which."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from grids.models import Area, AreaCode
from planning.redrawing.activating import redraw_schedule
from reports.geography import predecessors, redrawn, weeks_now, weeks_then
from reports.snapshots import snapshots_write
from tests.people import World
from tests.planning.redraws import draft, north_and_south
from tests.shapes import rectangle

pytestmark = pytest.mark.django_db


def households(area: Area, world: World, count: Callable[..., list]) -> list[int | None]:
    weeks = count(area, on=world.on, weeks=3)
    return [week.row.values["households"] if week.row else None for week in weeks]


def snapshots(world: World) -> None:
    for days in (14, 7, 0):
        snapshots_write(on=world.on - timedelta(days=days), current=world.on)


def test_it_draws_the_old_grids_together_or_the_households_of_today(world: World) -> None:
    snapshots(world)
    redraw = draft(world, (None, "甲一村网格", rectangle(0, 0, 2, 2)))
    redraw_schedule(redraw=redraw, on=world.on, by=world.user("manager"))
    snapshots(world)
    whole = Area.objects.get(name="甲一村网格")

    assert {area.name for area in predecessors(whole)} == {"甲一村第一网格", "甲一村第二网格"}
    came = redrawn(whole, on=world.on)
    assert came is not None and came.on == world.on
    # 赵, 钱, 孙, 冯 in the first, 李 in the second.
    assert households(whole, world, weeks_then) == [5, 5, 5]
    assert households(whole, world, weeks_now) == [5, 5, 5]


def test_the_two_differ_where_households_changed(world: World) -> None:
    snapshots(world)
    redraw_schedule(redraw=north_and_south(world), on=world.on, by=world.user("manager"))
    snapshots(world)
    south = Area.objects.get(pk=world.areas["G11"].pk)
    north = Area.objects.get(name="甲一村北网格")

    # The south kept its name: with 冯 until the redraw, with 李 since.
    assert households(south, world, weeks_then) == [4, 4, 4]
    assert households(south, world, weeks_now) == [4, 4, 4]
    assert households(north, world, weeks_then) == [None, None, 1]
    assert households(north, world, weeks_now) == [1, 1, 1]
    assert redrawn(world.areas["V1"], on=world.on) is None


def test_the_dashboard_says_which_and_the_address_holds_it(
    world: World, as_user: Callable[..., Client]
) -> None:
    snapshots(world)
    redraw_schedule(redraw=north_and_south(world), on=world.on, by=world.user("manager"))
    snapshots(world)
    code = AreaCode.objects.get(area__name="甲一村北网格").code
    client = as_user("leader")
    then = client.get(f"/dashboard/?area={code}").content.decode()
    now = client.get(f"/dashboard/?area={code}&geo=now")
    assert "按当时网格" in then and "按现网格" in now.content.decode()
    assert "不含诉求" in now.content.decode()
    assert "issues_open" not in now.context["trend"].charts["numbers"]
    assert "overdue" not in now.context["trend"].charts["numbers"]  # a leader sees no small ones

    row = client.get(
        f"/api/v1/areas/{Area.objects.get(name='甲一村北网格').pk}/trend?geo=now"
    ).json()
    assert row["redrawn"] == {"on": str(world.on), "before": [], "geo": "now"}
    assert [one["gap"] for one in row["rows"]][-3:] == [1, 1, 1]
