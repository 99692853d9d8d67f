"""Drafts of new boundaries: begun from today, with today's faults told, undone step by step."""

from __future__ import annotations

from datetime import timedelta

import pytest
import shapely

from grids.boundaries import boundaries_set
from lib.errors import Outdated, Refusal
from planning.models import Redraw
from planning.redrawing.drafts import as_geos, as_shapely, redraw_drop, redraw_start, redraw_state
from planning.redrawing.placing import households_placed
from planning.redrawing.steps import (
    MOST_STEPS,
    redraw_opened,
    redraw_redo,
    redraw_undo,
    step_keep,
)
from tests.people import World
from tests.shapes import rectangle

pytestmark = pytest.mark.django_db


def begin(world: World, *villages: str, level: str = "grid") -> Redraw:
    """A draft of villages of the manager's township."""
    return redraw_start(
        area=world.areas["T1"], villages=[world.areas[key] for key in villages], level=level,
        by=world.user("manager"),
    )  # fmt: skip


def rename(redraw: Redraw, name: str, world: World) -> None:
    """A change as any service makes it."""
    step_keep(redraw, label="rename", by=world.user("manager"))
    redraw.areas.filter(code__endswith="001").update(name=name)  # type: ignore[attr-defined]


def names(redraw: Redraw) -> set[str]:
    return set(redraw.areas.values_list("name", flat=True))  # type: ignore[attr-defined]


def test_a_draft_begins_with_the_division_of_today(world: World):
    redraw = begin(world, "V1")
    state = redraw_state(redraw)
    assert [row["name"] for row in state["areas"]] == ["甲一村第一网格", "甲一村第二网格"]
    assert [row["area"] for row in state["areas"]] == [
        str(world.areas[key].pk) for key in ("G11", "G12")
    ]
    assert state["faults"] == []
    # 赵, 钱, 冯 in the first; 孙 stands on the border: the smaller code; 李 without a point stays.
    assert [row["households"] for row in state["areas"]] == [4, 1]
    assert state["version"] == 1 and state["undo"] is None


def test_the_border_has_the_same_vertices_on_both_sides(world: World):
    boundaries_set(
        outlines=[
            (world.areas["G11"], rectangle(0, 0, 1, 1)), (world.areas["G12"], rectangle(1, 0, 2, 2))
        ],
        on=world.on,
    )  # fmt: skip
    redraw = begin(world, "V1")
    shapes = [as_shapely(area.geom) for area in redraw.areas.all()]  # type: ignore[attr-defined]
    assert shapely.coverage_is_valid(shapes)
    assert all([120.01, 45.01] in shapely.get_coordinates(shape).tolist() for shape in shapes)


def test_gaps_and_overlaps_of_today_are_kept_and_told(world: World):
    boundaries_set(outlines=[(world.areas["G12"], rectangle(0.9, 0, 1.9, 2))], on=world.on)
    state = redraw_state(begin(world, "V1", "V2"))
    kinds = sorted(
        (fault["kind"], fault["village"], len(fault["keys"])) for fault in state["faults"]
    )
    first, second = str(world.areas["V1"].pk), str(world.areas["V2"].pk)
    assert kinds == sorted([("gap", first, 0), ("gap", second, 0), ("overlap", first, 2)])
    overlap = next(fault for fault in state["faults"] if fault["kind"] == "overlap")
    assert "甲一村第一网格" in overlap["sentence"] and "甲一村第二网格" in overlap["sentence"]


def test_units_are_drawn_within_their_grid(world: World):
    redraw = begin(world, "V1", level="unit")
    state = redraw_state(redraw)
    assert [village["name"] for village in state["villages"]] == [
        "甲一村第一网格",
        "甲一村第二网格",
    ]
    assert state["villages"][1]["undrawn"] == [
        {"id": str(world.areas["U121"].pk), "name": "甲一村第二网格单元"}
    ]
    one = redraw_start(
        area=world.areas["V1"],
        villages=[world.areas["G11"]],
        level="unit",
        by=world.user("manager"),
    )
    assert one.areas.count() == 2  # type: ignore[attr-defined]


def test_what_cannot_be_drawn_is_said_beside_its_field(world: World):
    manager = world.user("manager")
    for area, villages, level, field in [
        ("T1", [], "grid", "villages"),
        ("T1", ["V3"], "grid", "villages"),
        ("T1", ["G11"], "grid", "villages"),
        ("T1", ["V1"], "county", "level"),
    ]:
        with pytest.raises(Refusal) as refused:
            redraw_start(
                area=world.areas[area], villages=[world.areas[v] for v in villages], level=level,
                by=manager,
            )  # fmt: skip
        assert refused.value.field == field
    world.areas["V1"].boundaries.all().delete()
    with pytest.raises(Refusal, match="甲一村"):
        begin(world, "V1")


def test_only_the_office_of_the_area_draws(world: World):
    for key in ("outsider", "leader", "secretary", "administrator"):
        with pytest.raises(Refusal):
            redraw_start(
                area=world.areas["T1"], villages=[world.areas["V1"]], level="grid",
                by=world.user(key),
            )  # fmt: skip


def test_who_sees_a_draft(world: World):
    begin(world, "V1")
    seen = {key for key in world.users if Redraw.objects.visible_to(world.user(key)).exists()}
    assert seen == {"manager", "leader", "county_leader"}
    changed = {key for key in world.users if Redraw.objects.manageable_by(world.user(key)).exists()}
    assert changed == {"manager"}


def test_steps_are_taken_back_and_done_again(world: World):
    redraw, manager = begin(world, "V1"), world.user("manager")
    for name in ("甲", "乙", "丙"):
        rename(redraw, name, world)
    other = redraw.areas.get(code__endswith="002")  # type: ignore[attr-defined]
    step_keep(redraw, label="delete", by=manager)
    other.delete()
    redraw = redraw_undo(redraw=redraw, version=redraw.version, by=manager)
    assert names(redraw) == {"丙", "甲一村第二网格"}
    for expected in ("乙", "甲", "甲一村第一网格"):
        redraw = redraw_undo(redraw=redraw, by=manager)
        assert names(redraw) == {expected, "甲一村第二网格"}
    with pytest.raises(Refusal):
        redraw_undo(redraw=redraw, by=manager)
    for expected in ("甲", "乙", "丙"):
        redraw = redraw_redo(redraw=redraw, by=manager)
        assert names(redraw) == {expected, "甲一村第二网格"}
    redraw = redraw_redo(redraw=redraw, by=manager)
    assert names(redraw) == {"丙"}
    redraw = redraw_undo(redraw=redraw, by=manager)
    rename(redraw, "丁", world)
    with pytest.raises(Refusal):  # a new change ends what could be done again
        redraw_redo(redraw=redraw, by=manager)


def test_areas_may_exchange_what_only_one_may_be(world: World):
    redraw, manager = begin(world, "V1"), world.user("manager")
    one, other = redraw.areas.order_by("code")  # type: ignore[attr-defined]
    step_keep(redraw, label="swap", by=manager)
    redraw.areas.update(area=None)  # type: ignore[attr-defined]
    one.area, other.area = other.area, one.area
    one.replaces.add(world.areas["G12"])
    one.save()
    other.save()
    redraw = redraw_undo(redraw=redraw, by=manager)
    assert redraw.areas.get(pk=one.pk).area == world.areas["G11"]  # type: ignore[attr-defined]
    redraw = redraw_redo(redraw=redraw, by=manager)
    again = redraw.areas.get(pk=one.pk)  # type: ignore[attr-defined]
    assert again.area == world.areas["G12"] and again.replaces.get() == world.areas["G12"]


def test_steps_are_capped_and_hold_only_what_changed(world: World):
    redraw = begin(world, "V1")
    for number in range(MOST_STEPS + 3):
        rename(redraw, f"第{number}", world)
    redraw.refresh_from_db()
    assert len(redraw.steps) == MOST_STEPS
    whole = [sum(isinstance(record, dict) for record in step["areas"]) for step in redraw.steps]
    assert whole == [1] * (MOST_STEPS - 1) + [2]


def test_the_second_of_two_is_told(world: World):
    redraw, manager = begin(world, "V1"), world.user("manager")
    rename(redraw, "甲", world)
    with pytest.raises(Outdated) as outdated:
        redraw_opened(redraw=redraw, version=1, by=manager)
    assert redraw_state(outdated.value.row)["changed"]["by"] == "关网办"


def test_a_dropped_draft_stays_readable_and_as_it_is(world: World):
    redraw, manager = begin(world, "V1"), world.user("manager")
    redraw = redraw_drop(redraw=redraw, version=1, by=manager)
    assert redraw_state(redraw)["areas"]
    with pytest.raises(Refusal):
        redraw_opened(redraw=redraw, version=None, by=manager)


def test_households_go_where_attribution_would_put_them(world: World):
    redraw = begin(world, "V1", "V2")
    placed = households_placed(redraw, on=world.on)
    by_household = {
        pk: placed.areas[at].area if at >= 0 else None
        for pk, at in zip(placed.ids, placed.at.tolist(), strict=True)
    }
    expected = {"zhao": "G11", "sun": "G11", "li": "G12", "zhou": "G21", "wu": None, "zheng": None}
    for key, area in expected.items():
        assert by_household[world.households[key].pk] == (area and world.areas[area]), key
    one = redraw.areas.get(code__endswith="201001")  # type: ignore[attr-defined]
    one.geom = as_geos(as_shapely(rectangle(0, 0, 0.55, 2)))
    placed = households_placed(redraw, on=world.on + timedelta(days=1), areas=[one])
    moved = dict(zip(placed.ids, placed.at.tolist(), strict=True))
    assert moved[world.households["zhao"].pk] == 0 and moved[world.households["qian"].pk] == -1
