"""A redraw takes force on its day, and every day before it answers as it did."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

import mapbox_vector_tile
import pytest

from casework.coverage import own_facts
from casework.models import Issue
from casework.recounting import kept_compare
from grids.boundaries import boundaries_set
from grids.models import Area, AreaCode, Post
from grids.services import area_create
from households.models import Handover, Household, Link
from lib.errors import Outdated, Refusal
from planning.models import Redraw
from planning.redrawing.activating import (
    redraw_schedule,
    redraw_unschedule,
    redraws_turn,
)
from tests.people import World
from tests.planning.redraws import draft, north_and_south
from tests.shapes import rectangle

pytestmark = pytest.mark.django_db


def numbers(world: World, days: int) -> list[dict[str, Any]]:
    on = world.on - timedelta(days=days)
    rows = own_facts(world.areas["C"].path, on=on, current=world.on)
    return sorted((row for row in rows if any_number(row)), key=lambda row: row["path"])


def any_number(row: dict[str, Any]) -> bool:
    return any(value for name, value in row.items() if name not in ("area_id", "path"))


def turned(world: World, redraw: Redraw) -> Redraw:
    return redraw_schedule(redraw=redraw, on=world.on, by=world.user("manager"))


def test_it_puts_a_new_division_into_force_today(world: World) -> None:
    redraw = turned(world, north_and_south(world))

    assert redraw.state == "active"
    north = Area.objects.get(name="甲一村北网格")
    assert north.path.startswith(world.areas["V1"].path)
    ended = Area.objects.get(pk=world.areas["G12"].pk)
    assert ended.during.upper == world.on
    # 李无点 has no pin: with the whole of G12 halved, it goes to the part that ranks first.
    assert ended.replaced_by_id == world.areas["G11"].pk
    assert AreaCode.objects.get(area=north).code == "159901100201003"
    paths = dict(Household.objects.values_list("head_name", "path"))
    assert paths["冯代管"].startswith(north.path)
    assert paths["赵独居"].startswith(world.areas["G11"].path)
    assert paths["李无点"].startswith(world.areas["G11"].path)


def test_earlier_days_answer_as_before(world: World) -> None:
    before = [numbers(world, days) for days in (1, 30)]
    turned(world, north_and_south(world))
    assert [numbers(world, days) for days in (1, 30)] == before


def test_the_map_of_an_earlier_day_draws_the_same(world: World, as_user: Any) -> None:
    def tiles() -> list[dict[str, list[Any]]]:
        client, found = as_user("manager"), []
        for level in ("village", "grid", "unit"):
            for z in (9, 12, 14):
                x, y = tile_at(z)
                address = f"/tiles/areas/{z}/{x}/{y}.mvt?level={level}&on={yesterday}"
                answer = client.get(address)
                assert answer.status_code == 200
                # In whatever order the rows come; every coordinate and property counts.
                layers = mapbox_vector_tile.decode(answer.content)
                found.append(
                    {key: sorted(map(str, layer["features"])) for key, layer in layers.items()}
                )
        return found

    yesterday = world.on - timedelta(days=1)
    before = tiles()
    assert all(before)
    turned(world, north_and_south(world))
    assert tiles() == before


def tile_at(z: int) -> tuple[int, int]:
    """The tile of a zoom in which the middle of V1 lies."""
    lon, lat = 120.0101, 45.0101
    n = 2**z
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return int((lon + 180) / 360 * n), int(y * n)


def test_what_is_kept_agrees_with_a_fresh_count(world: World) -> None:
    turned(world, north_and_south(world))
    result = kept_compare(on=world.on)
    assert result.compared and not result.differences


def test_a_unit_follows_its_households_with_its_head_and_their_links(world: World) -> None:
    """All of U111 lies in the new grid: it is made anew there, and nobody loses a contact."""
    redraw = draft(
        world,
        (None, "南", rectangle(0, 0, 2, 1)),
        (None, "北", rectangle(0, 1, 2, 2)),
    )
    turned(world, redraw)

    south = Area.objects.get(name="南")
    unit = Area.objects.get(parent=south, name="甲一村第一网格南单元")
    old = Area.objects.get(pk=world.areas["U111"].pk)
    assert (old.replaced_by_id, old.during.upper) == (unit.pk, world.on)
    assert AreaCode.objects.get(area=unit).code.startswith(AreaCode.objects.get(area=south).code)
    post = Post.objects.get(person=world.people["head"], area=unit)
    assert world.on in post.during
    link = Link.objects.in_force(world.on).get(household=world.households["qian"])
    assert link.post_id == post.pk
    assert world.links["qian", "head"].during.upper is None
    assert Link.objects.get(pk=world.links["qian", "head"].pk).during.upper == world.on
    # The grid worker goes on in the part that takes most households of G11.
    worker = Post.objects.in_force(world.on).get(person=world.people["worker"])
    assert worker.path == south.path


def test_a_contact_whose_post_reaches_no_longer_ends_and_the_household_is_offered(
    world: World,
) -> None:
    world.add_person("north_worker", "费北格")
    world.add_post("north_worker", "unit_head", "G12")
    world.add_person("grid_contact", "戈网联")
    world.add_post("grid_contact", "unit_head", "G11")
    world.link("feng", "grid_contact")
    redraw = draft(
        world,
        ("G11", "甲一村第一网格", rectangle(0, 0, 2, 1)),
        ("G12", "甲一村第二网格", rectangle(0, 1, 2, 2)),
    )
    turned(world, redraw)

    link = Link.objects.get(pk=world.links["feng", "grid_contact"].pk)
    assert link.during.upper == world.on
    offer = Handover.objects.get(household=world.households["feng"])
    assert (offer.to_post, offer.state) == (world.posts["north_worker"], "proposed")
    fresh = Household.objects.get(pk=world.households["feng"].pk)
    assert fresh.path.startswith(world.areas["G12"].path)


def test_open_matters_go_where_their_pin_lies_and_closed_ones_stay(world: World) -> None:
    road = world.issues["road"]
    Issue.objects.filter(pk=road.pk).update(
        area=world.areas["G11"], path=world.areas["G11"].path, point=rectangle(1, 1, 2, 2).centroid
    )
    roof = world.issues["roof"]
    Issue.objects.filter(pk=roof.pk).update(state="closed")
    turned(world, north_and_south(world))

    road.refresh_from_db()
    assert road.area.name == "甲一村北网格"
    step = road.steps.last()  # type: ignore[attr-defined]
    assert step is not None
    assert (step.verb, step.before, step.after) == ("refile", road.state, road.state)
    assert "甲一村北网格" in step.note
    roof.refresh_from_db()
    assert roof.path == world.areas["U111"].path


def test_it_waits_for_its_day_and_can_be_taken_back(world: World) -> None:
    manager = world.user("manager")
    redraw = north_and_south(world)
    redraw = redraw_schedule(redraw=redraw, on=world.on + timedelta(days=3), by=manager)
    assert redraw.state == "scheduled"
    assert redraws_turn(world.on) == 0
    assert not Area.objects.filter(name="甲一村北网格").exists()

    redraw = redraw_unschedule(redraw=redraw, by=manager)
    assert (redraw.state, redraw.on) == ("draft", None)
    with pytest.raises(Refusal):
        redraw_unschedule(redraw=redraw, by=manager)


def test_after_a_stop_it_takes_force_as_of_its_own_day(world: World) -> None:
    redraw = north_and_south(world)
    day = world.on - timedelta(days=2)
    Redraw.objects.filter(pk=redraw.pk).update(
        state="scheduled", on=day, settled_by=world.users["manager"]
    )
    assert redraws_turn(world.on) == 1
    assert Area.objects.get(name="甲一村北网格").during.lower == day
    feng = world.households["feng"].memberships.order_by("during")  # type: ignore[attr-defined]
    assert [m.during.lower for m in feng] == [world.began, day]
    assert not kept_compare(on=world.on).differences


def test_a_fault_that_came_up_meanwhile_blocks_it_and_says_so(world: World) -> None:
    redraw = redraw_schedule(
        redraw=north_and_south(world), on=world.on + timedelta(days=1), by=world.user("manager")
    )
    long_ago = redraw.made_at - timedelta(days=5)
    Redraw.objects.filter(pk=redraw.pk).update(on=world.on, made_at=long_ago)
    third = area_create(
        level="grid", name="甲一村第三网格", code="159901100201009", parent=world.areas["V1"],
        on=world.on,
    )  # fmt: skip
    boundaries_set(outlines=[(third, rectangle(0, 0, 0.5, 0.5))], on=world.on)

    assert redraws_turn(world.on) == 0
    redraw.refresh_from_db()
    assert redraw.state == "blocked"
    assert "甲一村第三网格" in redraw.error
    assert not Area.objects.filter(name="甲一村北网格").exists()


def test_a_day_gone_by_is_refused(world: World) -> None:
    with pytest.raises(Refusal) as refused:
        redraw_schedule(
            redraw=north_and_south(world), on=world.on - timedelta(days=1),
            by=world.user("manager"),
        )  # fmt: skip
    assert refused.value.field == "on"


def test_two_at_once_and_others_are_refused(world: World) -> None:
    redraw = north_and_south(world)
    with pytest.raises(Outdated):
        redraw_schedule(redraw=redraw, on=world.on, by=world.user("manager"), version=0)
    for who in ("leader", "outsider", "worker", "secretary"):
        with pytest.raises(Refusal):
            redraw_schedule(redraw=redraw, on=world.on, by=world.user(who))
        with pytest.raises(Refusal):
            redraw_unschedule(redraw=redraw, by=world.user(who))
