"""Grids of a village proposed: what is written to the draft, kept, named and told."""

from __future__ import annotations

import random

import numpy as np
import pytest
import shapely
from django.contrib.gis.geos import LineString, MultiLineString
from django.db.backends.postgresql.psycopg_any import DateRange

from grids.boundaries import boundaries_set
from grids.models import Area
from grids.services import area_create
from households.models import Household, Membership, NeedKind
from households.needs import need_begin
from lib.errors import Outdated, Refusal
from planning.models import Barrier, Redraw, RedrawArea
from planning.redrawing.drafts import as_shapely, redraw_start, redraw_state
from planning.redrawing.proposing import new_name, redraw_propose, redraw_quality
from planning.redrawing.steps import redraw_undo
from planning.redrawing.workload import workload
from tests.people import World
from tests.shapes import point, rectangle

pytestmark = pytest.mark.django_db


def settle(world: World, filed: str, box: tuple[float, float, float, float], n: int) -> list:
    """Households without needs, drawn evenly over a rectangle of the drawing."""
    dice = random.Random(1)
    area, during = world.areas[filed], DateRange(world.began)
    made = Household.objects.bulk_create(
        Household(
            head_name="居",
            path=area.path,
            during=during,
            registered_on=world.began,
            recorded_on=world.began,
            location_source="pin",
            location=point(dice.uniform(box[0], box[2]), dice.uniform(box[1], box[3])),
        )
        for _number in range(n)
    )
    Membership.objects.bulk_create(
        Membership(household=household, area=area, during=during) for household in made
    )
    return made  # fmt: skip


def begin(world: World, village: str = "V1", level: str = "grid") -> Redraw:
    return redraw_start(
        area=world.areas["T1"], villages=[world.areas[village]], level=level,
        by=world.user("manager"),
    )  # fmt: skip


def propose(world: World, redraw: Redraw, village: str = "V1", **asked):
    return redraw_propose(
        redraw=redraw, village=world.areas[village], by=world.user("manager"), **asked
    )


def drawn(redraw: Redraw) -> dict[str, RedrawArea]:
    return {area.name: area for area in RedrawArea.objects.filter(redraw=redraw)}


@pytest.fixture
def village(world: World) -> World:
    """Many in the west of 甲一村, where 甲一村第一网格 is, and few in the east."""
    settle(world, "U111", (0, 0, 1, 2), 70)
    settle(world, "G12", (1, 0, 2, 2), 20)
    return world


def test_it_divides_a_village_and_lets_grids_of_today_go_on(village: World):
    redraw = begin(village)
    proposal = propose(village, redraw, k=3)

    areas = drawn(proposal.redraw)
    assert set(areas) == {"甲一村第一网格", "甲一村第二网格", "甲一村第三网格"}
    assert areas["甲一村第一网格"].area == village.areas["G11"]
    assert areas["甲一村第三网格"].area is None and areas["甲一村第三网格"].code == ""
    assert {area.grid_kind for area in areas.values()} == {"general"}
    shapes = [as_shapely(area.geom) for area in areas.values()]
    assert shapely.coverage_is_valid(shapes)
    assert shapely.equals_exact(
        shapely.union_all(shapes).normalize().simplify(1e-9),
        as_shapely(rectangle(0, 0, 2, 2)).normalize().simplify(1e-9),
        tolerance=1e-8,
    )
    state = redraw_state(proposal.redraw)
    assert state["faults"] == [] and state["undo"] == "甲一村：拟划为 3 个"
    # 李 without a place stays with the second grid, so every household is in one.
    assert sum(row["households"] for row in state["areas"]) == 70 + 20 + 5
    assert proposal.notices == ["有 1 户未在地图上定位，没有参加划分。"]


def test_one_step_takes_a_proposal_back(village: World):
    redraw = begin(village)
    before = {name: area.geom.wkt for name, area in drawn(redraw).items()}
    redraw = propose(village, redraw, k=4).redraw
    redraw = redraw_undo(redraw=redraw, by=village.user("manager"))
    assert {name: area.geom.wkt for name, area in drawn(redraw).items()} == before


def test_the_quality_of_any_division_is_told(village: World):
    redraw = begin(village)
    today = redraw_quality(redraw, village.areas["V1"], by=village.user("manager"))
    assert today["changed"] == 0
    assert today["spread"] > 1.4
    propose(village, redraw, k=2)
    found = redraw_quality(redraw, village.areas["V1"], by=village.user("manager"))
    assert found["spread"] <= 1.1
    assert 0 < found["changed"] < 40
    assert [grid["load"] for grid in found["grids"]] == [100, 100]
    led = redraw_quality(redraw, village.areas["V1"], by=village.user("leader"))
    assert [grid["load"] for grid in led["grids"]] == [None, None]


def test_needs_weigh_more_than_households(village: World):
    redraw = begin(village)
    weekly = NeedKind.objects.filter(cadence="weekly", beside=[])[0]
    for household in settle(village, "U111", (0, 0, 0.3, 0.3), 6):
        need_begin(household=household, kind=weekly, on=village.began)
    propose(village, redraw, k=2)
    counts = [
        grid["households"]
        for grid in redraw_quality(redraw, village.areas["V1"], by=village.user("manager"))["grids"]
    ]
    assert max(counts) - min(counts) > 12


def test_locked_and_dedicated_grids_stay_as_they_are(village: World):
    campus = area_create(
        level="grid", name="甲一村校园", code="159901100201900", parent=village.areas["V1"],
        on=village.began, grid_kind="dedicated",
    )  # fmt: skip
    boundaries_set(outlines=[(campus, rectangle(0.2, 0.2, 0.5, 0.6))], on=village.on)
    redraw = begin(village)
    RedrawArea.objects.filter(redraw=redraw, area=village.areas["G12"]).update(locked=True)
    before = {name: as_shapely(area.geom) for name, area in drawn(redraw).items()}
    propose(village, redraw, k=3)
    areas = drawn(redraw)
    assert len(areas) == 4
    for name in ("甲一村校园", "甲一村第二网格"):
        assert shapely.symmetric_difference(as_shapely(areas[name].geom), before[name]).area < 1e-12
    assert areas["甲一村校园"].grid_kind == Area.GridKind.DEDICATED
    with pytest.raises(Refusal) as refused:
        propose(village, redraw, k=1)
    assert refused.value.field == "k"


def test_fewer_grids_replace_those_of_today_that_end(village: World):
    redraw = begin(village)
    propose(village, redraw, k=1)
    (area,) = RedrawArea.objects.filter(redraw=redraw)
    assert area.area == village.areas["G11"]
    assert list(area.replaces.all()) == [village.areas["G12"]]
    assert area.geom.num_geom == 1


def test_a_size_decides_how_many(village: World, settings):
    redraw = begin(village)
    propose(village, redraw, size=24)
    assert len(drawn(redraw)) == 4
    settings.GRID_HOUSEHOLDS = 47
    propose(village, redraw)
    assert len(drawn(redraw)) == 2


def test_units_are_proposed_within_their_grid(village: World):
    redraw = begin(village, level="unit")
    propose(village, redraw, "G11", k=3)
    units = RedrawArea.objects.filter(redraw=redraw, parent=village.areas["G11"])
    assert sorted(units.values_list("name", flat=True)) == [
        "甲一村第一网格北单元", "甲一村第一网格南单元", "甲一村第一网格第一单元",
    ]  # fmt: skip
    assert shapely.coverage_is_valid([as_shapely(unit.geom) for unit in units])


def test_borders_follow_a_barrier(village: World):
    settle(village, "G12", (1, 0, 2, 2), 50)
    river = MultiLineString(LineString(point(-1, 1.04).coords, point(3, 0.96).coords), srid=4326)
    Barrier.objects.create(path=village.areas["V1"].path, kind="river", geom=river)
    redraw = begin(village)
    propose(village, redraw, k=4)
    found = redraw_quality(redraw, village.areas["V1"], by=village.user("manager"))
    assert found["along_m"] > 1000
    assert found["spread"] <= 1.1


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"k": 0}, "k"), ({"k": -2}, "k"), ({"k": 500}, "k"), ({"size": 0}, "size"),
        ({"size": -5}, "size"), ({"k": 2, "tolerance": -0.1}, "tolerance"),
    ],
)  # fmt: skip
def test_numbers_that_make_no_sense_are_said_beside_their_field(village: World, asked, field):
    redraw = begin(village)
    with pytest.raises(Refusal) as refused:
        propose(village, redraw, **asked)
    assert refused.value.field == field
    assert Redraw.objects.get(pk=redraw.pk).version == redraw.version


def test_a_village_without_households_is_told_so(world: World):
    redraw = begin(world, "V2")
    Household.objects.filter(path__startswith=world.areas["V2"].path).update(location=None)
    with pytest.raises(Refusal, match="甲二嘎查"):
        propose(world, redraw, "V2", k=2)


def test_everything_locked_is_told_so(village: World):
    redraw = begin(village)
    RedrawArea.objects.filter(redraw=redraw).update(locked=True)
    with pytest.raises(Refusal, match="锁定"):
        propose(village, redraw, k=3)


def test_households_outside_are_told(village: World):
    settle(village, "G12", (2.1, 0, 2.2, 0.1), 2)
    proposal = propose(village, begin(village), k=2)
    assert any(notice.startswith("有 2 户位于") for notice in proposal.notices)


def test_only_the_office_proposes_and_nobody_is_overtaken(village: World):
    redraw = begin(village)
    for key in ("leader", "outsider", "secretary"):
        with pytest.raises(Refusal):
            redraw_propose(redraw=redraw, village=village.areas["V1"], k=2, by=village.user(key))
    with pytest.raises(Outdated):
        propose(village, redraw, k=2, version=redraw.version + 1)
    with pytest.raises(Refusal):
        propose(village, redraw, "V2", k=2)


def test_new_names_go_on_in_the_row_of_today():
    def first(level, names, taken=()):
        return new_name(level, names, [*names, *taken], place="甲村")

    assert first("grid", ["甲村第一网格", "甲村第二网格"]) == "甲村第三网格"
    assert first("grid", ["甲村第九网格"], ["甲村第十网格"]) == "甲村第十一网格"
    assert first("grid", ["甲村西网格"]) == "甲村第一网格"
    assert first("grid", []) == "第一网格"
    assert first("unit", ["甲村第一网格南单元"]) == "甲村第一单元"
    assert first("unit", ["第1单元"], ["第2单元"]) == "第3单元"


def test_work_grows_with_contacts_and_distance():
    found = workload(np.array([0, 4, 12, 52, 0, 0]), np.array([0, 0, 0, 0, 5_000, 90_000]))
    assert found.tolist() == pytest.approx([1, 4 / 3, 2, 16 / 3, 1.5, 2])
