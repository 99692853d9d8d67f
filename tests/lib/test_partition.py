"""Dividing land into grids: invented villages in metres, from plain squares to broken ones."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from lib import partition
from lib.partition import Line, divide, grids_for

SQUARE = shapely.box(0, 0, 1000, 1000)


def scattered(outline, n, seed=1):
    """``n`` households drawn evenly over an outline."""
    rng = np.random.default_rng(seed)
    x0, y0, x1, y1 = outline.bounds
    found = rng.uniform([x0, y0], [x1, y1], (20 * n, 2))
    return found[shapely.contains_xy(outline, found[:, 0], found[:, 1])][:n]


def ones(points):
    return np.ones(len(points))


def assert_is_sound(division, outline, points, *, pieces=1):
    """The rules no division may break: it covers the outline, and households are in their grid."""
    grids = np.array(division.grids, dtype=object)
    assert shapely.is_valid(grids).all()
    assert shapely.coverage_is_valid(grids)
    together = shapely.union_all(grids)
    assert shapely.symmetric_difference(together, outline).area <= 1e-9 * outline.area
    # No corner of the outline is lost or moved: neighbours keep fitting.
    corners = {tuple(xy) for xy in shapely.get_coordinates(outline)}
    assert corners <= {tuple(xy) for xy in shapely.get_coordinates(grids)}
    assert len(division.of) == len(points)
    inside = np.setdiff1d(np.arange(len(points)), division.outside)
    for number in inside:
        grid = grids[division.of[number]]
        assert shapely.distance(grid, shapely.Point(points[number])) <= 1e-6
    if pieces:
        assert (shapely.get_num_geometries(grids) <= pieces).all()


@st.composite
def villages(draw):
    """An outline of joined rectangles, households on a lattice (many at one place), barriers."""
    wide, high = draw(st.integers(4, 20)), draw(st.integers(4, 20))
    outline = shapely.box(0, 0, wide * 100, high * 100)
    if draw(st.booleans()):
        notch = shapely.box(0, 0, (wide - 2) * 100, (high - 2) * 100)
        outline = shapely.difference(outline, shapely.affinity.translate(notch, 100, 200))
    number = st.integers(0, 200)
    places = draw(
        st.lists(st.tuples(number, number), min_size=30, max_size=90)
        .map(lambda at: np.array(at, dtype=float) * [wide / 2, high / 2])
    )  # fmt: skip
    coordinate = st.floats(-100, 2100)
    corners = st.lists(st.tuples(coordinate, coordinate), min_size=2, max_size=4, unique=True)
    barriers = draw(
        st.lists(st.tuples(st.sampled_from(["road", "river", "rail"]), corners), max_size=3)
    )
    lines = [Line(kind, shapely.LineString(xy)) for kind, xy in barriers]
    return outline, places, lines, draw(st.integers(1, 4)), draw(st.integers(0, 3))


@settings(max_examples=40, deadline=None)
@given(villages())
def test_it_keeps_every_rule_in_any_village(village):
    outline, points, barriers, k, seed = village
    weights = 1 + (np.arange(len(points)) % 5)

    division = divide(outline, points, weights, k=k, barriers=barriers, seed=seed)

    assert len(division.grids) == k
    assert_is_sound(division, outline, points)
    assert set(division.of) == set(range(k))
    assert sum(division.quality.households) == len(points)
    again = divide(outline, points, weights, k=k, barriers=barriers, seed=seed)
    assert (again.of == division.of).all()
    assert all(map(shapely.equals_identical, again.grids, division.grids))


@settings(max_examples=15, deadline=None)
@given(st.integers(2, 8), st.integers(0, 1000), st.sampled_from(["square", "u", "band"]))
def test_it_is_even_wherever_no_household_weighs_much(k, seed, shape):
    outline = {
        "square": SQUARE,
        "u": SQUARE - shapely.box(300, 300, 700, 1001),
        "band": shapely.box(0, 0, 3000, 150),
    }[shape]
    points = scattered(outline, 40 * k, seed)
    rng = np.random.default_rng(seed)
    weights = rng.choice([1, 1.33, 2], len(points))

    division = divide(outline, points, weights, k=k, seed=seed)

    assert division.quality.spread <= 1.10
    assert_is_sound(division, outline, points)


def test_it_cuts_along_a_river_where_that_is_even():
    river = shapely.LineString([(-10, 520), (400, 480), (1010, 530)])
    points = scattered(SQUARE, 400)

    division = divide(SQUARE, points, ones(points), k=2, barriers=[Line("river", river)])

    assert division.quality.crossings == 0
    assert division.quality.along_m == pytest.approx(1000, rel=0.05)
    assert division.quality.spread <= 1.10


def test_it_crosses_the_wall_of_a_yard_rather_than_leave_the_yard_alone():
    yard = shapely.box(300, 300, 500, 480)
    points = scattered(SQUARE, 400)

    division = divide(SQUARE, points, ones(points), k=4, barriers=[Line("road", yard.boundary)])

    assert_is_sound(division, SQUARE, points)
    assert not any(grid.area < 1.1 * yard.area for grid in division.grids)
    assert division.quality.spread <= 1.10


def test_it_keeps_what_is_locked_to_the_last_corner():
    campus = shapely.Polygon([(400.123, 400), (700, 420.5), (650, 700), (380, 650)])
    points = scattered(SQUARE, 500)

    division = divide(SQUARE, points, ones(points), k=3, locked=[campus])

    assert len(division.grids) == 4
    # Borders that end at it add corners on its sides; nothing else changes.
    assert shapely.symmetric_difference(division.grids[3], campus).area <= 1e-9 * campus.area
    corners = {tuple(xy) for xy in shapely.get_coordinates(campus)}
    assert corners <= {tuple(xy) for xy in shapely.get_coordinates(division.grids[3])}
    assert_is_sound(division, SQUARE, points)
    held = shapely.contains_xy(campus, points[:, 0], points[:, 1])
    assert (division.of[held] == 3).all()
    free = division.quality.loads[:3]
    assert max(free) <= 1.10 * sum(free) / 3


def test_it_gives_every_island_grids_of_its_own():
    one, other = shapely.box(0, 0, 600, 1000), shapely.box(900, 0, 1300, 1000)
    outline = shapely.MultiPolygon([one, other])
    points = np.vstack([scattered(one, 300), scattered(other, 200)])

    division = divide(outline, points, ones(points), k=5)

    assert_is_sound(division, outline, points)
    assert division.notices == ()
    assert division.quality.spread <= 1.10


def test_it_says_when_a_grid_must_lie_on_several_islands():
    islands = [shapely.box(x, 0, x + 300, 300) for x in (0, 500, 1000)]
    outline = shapely.MultiPolygon(islands)
    points = np.vstack([scattered(island, 60) for island in islands])

    division = divide(outline, points, ones(points), k=2)

    assert [notice.code for notice in division.notices][:1] == ["apart"]
    assert_is_sound(division, outline, points, pieces=2)


def test_it_gives_an_islet_without_households_to_the_nearest_grid():
    islet = shapely.box(1100, 0, 1200, 100)
    outline = shapely.MultiPolygon([SQUARE, islet])
    points = scattered(SQUARE, 100)

    division = divide(outline, points, ones(points), k=2)

    assert [(notice.code, notice.count) for notice in division.notices] == [("islets", 1)]
    assert_is_sound(division, outline, points, pieces=2)


def test_it_keeps_a_block_of_flats_together_and_says_when_it_weighs_too_much():
    block = np.repeat([[500.0, 500.0]], 200, axis=0)
    points = np.vstack([scattered(SQUARE, 100), block])

    division = divide(SQUARE, points, ones(points), k=3)

    assert len(set(division.of[100:])) == 1
    assert {notice.code for notice in division.notices} == {"heavy", "uneven"}


def test_it_counts_households_outside_with_the_nearest_grid_and_says_so():
    points = np.vstack([scattered(SQUARE, 100), [[1500.0, 100.0], [-200.0, 900.0]]])

    division = divide(SQUARE, points, ones(points), k=2)

    assert division.outside == (100, 101)
    assert [notice.code for notice in division.notices] == ["outside"]
    assert sum(division.quality.households) == 102
    for number in division.outside:
        away = shapely.distance(division.grids, shapely.Point(points[number]))
        assert int(np.argmin(away)) == division.of[number]


def test_it_lets_grids_of_today_go_on_where_that_costs_little():
    points = scattered(SQUARE, 400)
    # Today is even enough, but cut with a step that a new drawing would not make.
    today = (points[:, 0] > np.where(points[:, 1] > 500, 480, 520)).astype(int)

    division = divide(SQUARE, points, ones(points), k=2, homes=today, stay=1.0)

    assert division.goes_on == (0, 1)
    assert division.quality.changed <= 20
    assert division.quality.changed == int((division.of != today).sum())


def test_it_has_as_many_grids_as_come_nearest_to_a_size():
    assert [grids_for(n, 300) for n in (0, 1, 300, 420, 430, 600, 5000)] == [1, 1, 1, 1, 2, 2, 17]
    with pytest.raises(partition.BadNumber):
        grids_for(100, 0)


BAD = {
    "no_households": {"points": np.empty((0, 2))},
    "too_many": {"k": 101},
    "outline": {"outline": shapely.Polygon()},
    "all_locked": {"locked": [SQUARE]},
    "locked_overlap": {"locked": [shapely.box(0, 0, 500, 500), shapely.box(400, 0, 800, 500)]},
}
NUMBERS = {
    "k": {"k": 0},
    "tolerance": {"tolerance": -0.1},
    "weights": {"weights": [-1.0] * 100},
    "points": {"points": np.full((100, 2), np.nan)},
    "homes": {"homes": [0]},
}


def asked(**other):
    points = other.pop("points", scattered(SQUARE, 100))
    asked = {"outline": SQUARE, "weights": ones(points), "k": 3} | other
    return divide(asked.pop("outline"), points, asked.pop("weights"), **asked)


@pytest.mark.parametrize("code", BAD)
def test_it_says_why_nothing_can_be_proposed(code):
    with pytest.raises(partition.CannotDivide) as caught:
        asked(**BAD[code])
    assert caught.value.code == code


@pytest.mark.parametrize("name", NUMBERS)
def test_it_names_the_number_that_makes_no_sense(name):
    with pytest.raises(partition.BadNumber) as caught:
        asked(**NUMBERS[name])
    assert caught.value.name == name


def test_it_can_make_as_many_grids_as_there_are_places():
    points = scattered(SQUARE, 12)

    division = divide(SQUARE, points, ones(points), k=12)

    assert sorted(division.of) == list(range(12))
    assert_is_sound(division, SQUARE, points)
