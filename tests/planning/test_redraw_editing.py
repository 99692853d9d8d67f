"""Drawing by hand: what each change does, what it refuses, and what always stays true."""

from __future__ import annotations

import random

import pytest
import shapely

from grids.boundaries import boundaries_set
from lib.bordermoves import Moves
from lib.borders import Plane
from lib.errors import Outdated, Refusal
from planning.models import Redraw, RedrawArea
from planning.redrawing.drafts import as_shapely, families, redraw_state
from planning.redrawing.editing import (
    area_draw,
    area_kind,
    area_lock,
    area_rename,
    area_split,
    areas_merge,
    borders_move,
    land_give,
)
from planning.redrawing.naming import next_name
from planning.redrawing.placing import households_placed
from planning.redrawing.steps import redraw_redo, redraw_undo
from tests.people import World
from tests.planning.test_redraw_drafts import begin
from tests.shapes import point, rectangle

pytestmark = pytest.mark.django_db


def at(*places: tuple[float, float]) -> list[tuple[float, float]]:
    """Places of the drawing as coordinates."""
    return [(place.x, place.y) for place in (point(x, y) for x, y in places)]


def grid(redraw: Redraw, name: str) -> RedrawArea:
    return redraw.areas.get(name=name)  # type: ignore[attr-defined]


def sizes(redraw: Redraw) -> dict[str, float]:
    """Squares of the drawing by name."""
    one = as_shapely(rectangle(0, 0, 1, 1)).area
    return {
        area.name: round(as_shapely(area.geom).area / one, 3)
        for area in redraw.areas.all()  # type: ignore[attr-defined]
    }


def check_sound(redraw: Redraw, *, open_squares: float = 0.0) -> None:
    """A valid coverage that fills the outlines but for ``open_squares``; households in one each."""
    one = as_shapely(rectangle(0, 0, 1, 1)).area
    missing = 0.0
    for parent, outline in families(redraw):
        shapes = [as_shapely(a.geom) for a in redraw.areas.filter(parent=parent)]  # type: ignore[attr-defined]
        assert shapely.coverage_is_valid(shapes)
        union = shapely.union_all(shapes)
        assert Plane.at(outline).size(union - outline) < 1.0
        missing += (outline - union).area / one
    assert missing == pytest.approx(open_squares, abs=1e-4)


FIRST, SECOND, THIRD = "甲一村第一网格", "甲一村第二网格", "甲一村第三网格"


def test_a_line_cuts_a_grid_and_most_households_keep_it(world: World):
    redraw, manager = begin(world, "V1"), world.user("manager")
    # The ends stop some metres before the border.
    told = area_split(
        redraw=redraw, line=at((0.01, 1.2), (0.99, 1.2)), version=1, by=manager,
    )  # fmt: skip
    check_sound(told.redraw)
    assert sizes(redraw) == {FIRST: 1.2, SECOND: 2.0, THIRD: 0.8}
    kept, new = grid(redraw, FIRST), grid(redraw, THIRD)
    assert kept.area == world.areas["G11"] and kept.code
    assert new.area is None and new.code == "" and new.grid_kind == "general"
    assert list(new.replaces.all()) == [world.areas["G11"]]
    counts = {row["name"]: row["households"] for row in redraw_state(redraw)["areas"]}
    assert counts == {FIRST: 3, SECOND: 1, THIRD: 1}


def test_the_part_with_fewer_households_is_the_new_one_wherever_it_lies(world: World):
    redraw = begin(world, "V1")
    area_split(redraw=redraw, line=at((-0.1, 0.2), (1.1, 0.2)), by=world.user("manager"))
    assert sizes(redraw)[FIRST] == 1.8


@pytest.mark.parametrize(
    "line", [[(0.2, 0.5), (0.4, 0.5)], [(5, 5), (6, 6)], [(0.2, 0.5)], [(0.5, 1.5), (0.5, 1.4)]]
)
def test_a_line_that_does_not_cut_says_so_and_keeps_all(world: World, line):
    redraw = begin(world, "V1")
    with pytest.raises(Refusal):
        area_split(redraw=redraw, line=at(*line), by=world.user("manager"))
    redraw.refresh_from_db()
    assert redraw.version == 1 and redraw.steps == []


def test_neighbours_are_merged_into_the_one_with_most_households(world: World):
    redraw, manager = begin(world, "V1", "V2"), world.user("manager")
    keys = [str(grid(redraw, name).pk) for name in (FIRST, SECOND)]
    areas_merge(redraw=redraw, keys=keys, by=manager)
    check_sound(redraw, open_squares=2.0)
    kept = grid(redraw, FIRST)
    assert sizes(redraw)[FIRST] == 4.0 and list(kept.replaces.all()) == [world.areas["G12"]]
    other = str(redraw.areas.exclude(pk=kept.pk).get().pk)  # type: ignore[attr-defined]
    for refused in ([str(kept.pk)], [str(kept.pk), other]):
        with pytest.raises(Refusal):
            areas_merge(redraw=redraw, keys=refused, by=manager)


def test_only_neighbours_are_merged(world: World):
    redraw, manager = begin(world, "V1"), world.user("manager")
    area_split(redraw=redraw, line=at((0, 1), (1, 1)), by=manager)
    area_split(redraw=redraw, line=at((1, 1), (2, 1)), by=manager)
    named = {area.name: str(area.pk) for area in redraw.areas.all()}  # type: ignore[attr-defined]
    corners = [
        next(k for n, k in named.items() if as_shapely(rectangle(*box)).covers(
            as_shapely(RedrawArea.objects.get(pk=k).geom)))
        for box in ((0, 0, 1, 1), (1, 1, 2, 2))
    ]  # fmt: skip
    with pytest.raises(Refusal, match="共同边界"):  # they touch at a corner only
        areas_merge(redraw=redraw, keys=corners, by=manager)


def test_a_drawn_outline_is_cut_out_of_what_lies_beneath(world: World):
    redraw, manager = begin(world, "V1"), world.user("manager")
    told = area_draw(
        redraw=redraw, outline=at((0.5, 0.8), (1.5, 0.8), (1.5, 2.5), (0.5, 2.5)), by=manager,
    )  # fmt: skip
    check_sound(redraw)
    assert sizes(redraw) == {FIRST: 1.4, SECOND: 1.4, THIRD: 1.2}
    new = redraw.areas.get(pk=told.keys[0])  # type: ignore[attr-defined]
    assert set(new.replaces.all()) == {world.areas["G11"], world.areas["G12"]}


def test_a_grid_that_is_covered_goes_on_in_the_drawn_one(world: World):
    redraw, manager = begin(world, "V1"), world.user("manager")
    told = area_draw(
        redraw=redraw, outline=at((-0.1, -0.1), (1.5, -0.1), (1.5, 2.1), (-0.1, 2.1)),
        name="大网格", by=manager,
    )  # fmt: skip
    check_sound(redraw)
    assert sizes(redraw) == {"大网格": 3.0, SECOND: 1.0}
    assert redraw.areas.get(pk=told.keys[0]).area == world.areas["G11"]  # type: ignore[attr-defined]


def test_parts_that_are_left_are_told(world: World):
    redraw = begin(world, "V1")
    told = area_draw(
        redraw=redraw, outline=at((-0.1, 0.9), (0.9, 0.9), (0.9, 1.1), (-0.1, 1.1)),
        by=world.user("manager"),
    )  # fmt: skip
    assert told.sentences == []
    told = area_draw(
        redraw=redraw, outline=at((0.5, 0.4), (2.1, 0.4), (2.1, 0.6), (0.5, 0.6)),
        by=world.user("manager"),
    )  # fmt: skip
    assert len(told.sentences) == 1 and "2" in told.sentences[0]
    faults = redraw_state(redraw)["faults"]
    second = str(grid(redraw, SECOND).pk)
    assert [(fault["kind"], fault["keys"]) for fault in faults] == [("parts", [second])]


def test_open_land_is_drawn_or_given(world: World):
    redraw, manager = begin(world, "V2"), world.user("manager")
    (only,) = redraw.areas.all()  # type: ignore[attr-defined]
    area_draw(
        redraw=redraw, outline=at((2.995, 0), (4.1, 0), (4.1, 1), (2.995, 1)), reach_m=10,
        by=manager,
    )  # fmt: skip
    check_sound(redraw, open_squares=1.0)
    assert sorted(sizes(redraw).values()) == [1.0, 2.0]  # it clung to the border: no sliver
    land_give(redraw=redraw, at=at((3.5, 1.5))[0], key=str(only.pk), by=manager)
    check_sound(redraw)
    with pytest.raises(Refusal):
        land_give(redraw=redraw, at=at((3.5, 1.5))[0], key=str(only.pk), by=manager)
    redraw = redraw_undo(redraw=redraw, by=manager)
    land_give(redraw=redraw, at=at((3.5, 1.5))[0], key=None, by=manager)
    check_sound(redraw)
    assert redraw.areas.count() == 3  # type: ignore[attr-defined]


def test_overlaps_and_what_lies_outside_are_mended_on_the_spot(world: World):
    boundaries_set(
        outlines=[
            (world.areas["G11"], rectangle(-0.5, 0, 1, 2)), (world.areas["G12"], rectangle(0.9, 0, 2, 2))
        ],
        on=world.on,
    )  # fmt: skip
    redraw, manager = begin(world, "V1"), world.user("manager")
    assert [f["kind"] for f in redraw_state(redraw)["faults"]] == ["outside", "overlap"]
    second = str(grid(redraw, SECOND).pk)
    land_give(redraw=redraw, at=at((0.95, 1))[0], key=second, by=manager)
    land_give(redraw=redraw, at=at((-0.2, 1))[0], key=None, by=manager)
    check_sound(redraw)
    assert redraw_state(redraw)["faults"] == []


def test_an_area_without_an_outline_gets_the_drawn_one(world: World):
    redraw, manager = begin(world, "V1", level="unit"), world.user("manager")
    unit = world.areas["U121"]
    area_draw(
        redraw=redraw, outline=at((0.9, -0.1), (2.1, -0.1), (2.1, 2.1), (0.9, 2.1)), area=unit,
        by=manager,
    )  # fmt: skip
    check_sound(redraw)
    row = redraw.areas.get(area=unit)  # type: ignore[attr-defined]
    assert (row.name, row.code, row.grid_kind) == (unit.name, "15990110020100201", "")
    with pytest.raises(Refusal):
        area_draw(redraw=redraw, outline=at((1, 0), (2, 0), (2, 1)), area=unit, by=manager)


def test_a_border_is_moved_in_both_grids(world: World):
    redraw, manager = begin(world, "V1"), world.user("manager")
    village = world.areas["V1"].pk
    south, north, bulge = at((1, 0), (1, 2), (1.3, 1))
    told = borders_move(
        redraw=redraw, village=village, change=Moves(inserts=[(south, north, bulge)]), by=manager,
    )  # fmt: skip
    check_sound(told.redraw)
    assert sizes(redraw) == {FIRST: 2.3, SECOND: 1.7}
    borders_move(
        redraw=redraw, village=village, change=Moves(moves=[(south, at((0.5, -0.001))[0])]),
        by=manager,
    )  # fmt: skip
    check_sound(redraw)
    for moves, word in [
        ([(bulge, at((2.5, 1))[0])], "超出"),
        ([(at((0, 0))[0], at((0.2, 0.2))[0])], "保持不变"),
        ([(north, at((1, 1.5))[0])], "滑动"),
    ]:
        with pytest.raises(Refusal, match=word):
            borders_move(redraw=redraw, village=village, change=Moves(moves=moves), by=manager)


def test_a_locked_grid_stays_as_it_is(world: World):
    redraw, manager = begin(world, "V1"), world.user("manager")
    first, second = str(grid(redraw, FIRST).pk), str(grid(redraw, SECOND).pk)
    area_lock(redraw=redraw, key=first, locked=True, by=manager)
    south, north, bulge = at((1, 0), (1, 2), (1.3, 1))
    for change in (
        lambda: area_split(redraw=redraw, line=at((0, 1), (1, 1)), key=first, by=manager),
        lambda: areas_merge(redraw=redraw, keys=[first, second], by=manager),
        lambda: borders_move(
            redraw=redraw, village=world.areas["V1"].pk,
            change=Moves(inserts=[(south, north, bulge)]), by=manager,
        ),
    ):  # fmt: skip
        with pytest.raises(Refusal, match=FIRST):
            change()
    area_draw(redraw=redraw, outline=at((0.5, 0), (1.5, 0), (1.5, 2), (0.5, 2)), by=manager)
    check_sound(redraw)
    assert sizes(redraw) == {FIRST: 2.0, SECOND: 1.0, THIRD: 1.0}
    with pytest.raises(Refusal):
        area_draw(redraw=redraw, outline=at((0.2, 0), (0.8, 0), (0.8, 1)), by=manager)
    area_lock(redraw=redraw, key=first, locked=False, by=manager)
    areas_merge(redraw=redraw, keys=[first, str(grid(redraw, THIRD).pk)], by=manager)


def test_names_and_kinds(world: World):
    redraw, manager = begin(world, "V1"), world.user("manager")
    first = str(grid(redraw, FIRST).pk)
    area_rename(redraw=redraw, key=first, name=" 南网格 ", by=manager)
    area_kind(redraw=redraw, key=first, kind="dedicated", by=manager)
    area = redraw.areas.get(pk=first)  # type: ignore[attr-defined]
    assert (area.name, area.grid_kind) == ("南网格", "dedicated")
    for name in ("", "长" * 81, SECOND):
        with pytest.raises(Refusal) as refused:
            area_rename(redraw=redraw, key=first, name=name, by=manager)
        assert refused.value.field == "name"
    with pytest.raises(Refusal):
        area_kind(redraw=redraw, key=first, kind="secret", by=manager)


@pytest.mark.parametrize(
    ("base", "taken", "expected"),
    [
        ("甲村第一网格", {"甲村第一网格"}, "甲村第二网格"),
        ("甲村第九网格", {"甲村第九网格", "甲村第十一网格"}, "甲村第十二网格"),
        ("第19网格", {"第20网格"}, "第21网格"),
        ("甲村01号网格", {"甲村01号网格"}, "甲村02号网格"),
        ("第 2 网格", {"第 1 网格", "第 2 网格"}, "第 3 网格"),
        ("第 1 网格南单元", {"第 1 网格南单元"}, "第 1 网格南单元（2）"),
        ("第 1 网格联户单元", {"第 1 网格联户单元"}, "第 1 网格联户单元（2）"),
        ("东街", {"东街", "东街（2）"}, "东街（3）"),
    ],
)
def test_new_grids_are_numbered_on(base: str, taken: set[str], expected: str):
    assert next_name(base, taken) == expected


def test_the_second_of_two_is_told_and_nothing_is_written(world: World):
    redraw, manager = begin(world, "V1"), world.user("manager")
    area_split(redraw=redraw, line=at((0, 1), (1, 1)), version=1, by=manager)
    with pytest.raises(Outdated):
        area_split(redraw=redraw, line=at((1, 1), (2, 1)), version=1, by=manager)
    for key in ("leader", "outsider", "secretary"):
        with pytest.raises(Refusal):
            area_split(redraw=redraw, line=at((1, 1), (2, 1)), by=world.user(key))
    assert redraw.areas.count() == 3  # type: ignore[attr-defined]


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_done_the_village_stays_covered_and_undo_leads_back(world: World, seed: int):
    redraw, manager = begin(world, "V1", "V2"), world.user("manager")
    chance = random.Random(seed)
    before = [picture(redraw)]
    done = 0
    for _number in range(30):
        try:
            random_change(redraw, chance, world)
        except Refusal:
            assert picture(redraw) == before[-1]
            continue
        done += 1
        check_valid(redraw, world)
        before.append(picture(redraw))
    assert done >= 8
    for expected in reversed(before[:-1]):
        redraw = redraw_undo(redraw=redraw, by=manager)
        assert picture(redraw) == expected
    for _step in before[1:]:
        redraw = redraw_redo(redraw=redraw, by=manager)
    assert picture(redraw) == before[-1]


def picture(redraw: Redraw) -> list[tuple]:
    """Everything of the division that undo has to bring back."""
    return sorted(
        (str(a.pk), str(a.area_id), a.name, a.code, a.grid_kind, a.locked, bytes(a.geom.wkb),
         sorted(str(one.pk) for one in a.replaces.all()))
        for a in redraw.areas.prefetch_related("replaces")  # type: ignore[attr-defined]
    )  # fmt: skip


def random_change(redraw: Redraw, chance: random.Random, world: World) -> None:
    """One change as a hand might make it, anywhere in the two villages."""
    by = world.user("manager")
    areas = list(redraw.areas.order_by("name"))  # type: ignore[attr-defined]

    def spot() -> tuple[float, float]:
        return at((chance.uniform(-0.2, 4.2), chance.uniform(-0.2, 2.2)))[0]

    kind = chance.choice(["split", "split", "draw", "merge", "move", "move", "move"])
    if kind == "split":
        area_split(redraw=redraw, line=[spot(), spot(), spot()][: chance.choice([2, 3])], by=by)
    elif kind == "draw":
        x, y = spot()
        wide, high = chance.uniform(0.001, 0.01), chance.uniform(0.001, 0.01)
        area_draw(
            redraw=redraw, outline=[(x, y), (x + wide, y + high / 9), (x + wide / 2, y + high)],
            reach_m=chance.choice([1, 60]), by=by,
        )  # fmt: skip
    elif kind == "merge":
        areas_merge(redraw=redraw, keys=[str(a.pk) for a in chance.sample(areas, 2)], by=by)
    else:
        area = chance.choice(areas)
        ring = [tuple(c) for c in shapely.get_coordinates(as_shapely(area.geom)).tolist()]
        index = chance.randrange(len(ring) - 1)
        (x0, y0), (x1, y1) = ring[index : index + 2]
        to = (x0 + chance.gauss(0, 0.001), y0 + chance.gauss(0, 0.001))
        change = chance.choice(
            [
                Moves(moves=[((x0, y0), to)]), Moves(removes=[(x0, y0)]),
                Moves(inserts=[((x0, y0), (x1, y1), ((to[0] + x1) / 2, (to[1] + y1) / 2))]),
            ]
        )  # fmt: skip
        borders_move(redraw=redraw, village=area.parent_id, change=change, reach_m=200, by=by)


def check_valid(redraw: Redraw, world: World) -> None:
    """No overlap, nothing outside, no sliver; the first village whole, its households in one each."""
    for parent, outline in families(redraw):
        shapes = [as_shapely(a.geom) for a in redraw.areas.filter(parent=parent)]  # type: ignore[attr-defined]
        assert shapely.coverage_is_valid(shapes)
        plane = Plane.at(outline)
        union = shapely.union_all(shapes)
        assert plane.size(union - outline) < 1.0
        # The second village has open land, and borders to it may be moved.
        assert parent == world.areas["V2"] or plane.size(outline - union) < 1.0
    placed = households_placed(redraw, on=world.on)
    homes = dict(zip(placed.ids, placed.at.tolist(), strict=True))
    for key in ("zhao", "qian", "sun", "feng"):
        assert homes[world.households[key].pk] >= 0, key
