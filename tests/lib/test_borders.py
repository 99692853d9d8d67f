"""Divisions as faces: drawn squares, real gaps kept, slivers joined, borders moved by vertices."""

from __future__ import annotations

import pytest
import shapely
from shapely import box

from lib.bordermoves import CannotMove, Moves, moved
from lib.borders import Division

A, B, C = "a", "b", "c"
OUTLINE = box(120, 45, 120.02, 45.02)
WEST, EAST = box(120, 45, 120.01, 45.02), box(120.01, 45, 120.02, 45.02)


def sound(division: Division) -> dict[str, shapely.MultiPolygon]:
    """The shapes, after having checked that they fill the outline and fit each other."""
    shapes = division.shapes()
    parts = list(shapes.values())
    assert shapely.coverage_is_valid(parts)
    together = shapely.union_all([*parts, division.open_land()])
    assert division.plane.size(together ^ division.outline) < 1.0
    return shapes


def two() -> Division:
    """West and east of a straight border."""
    return Division.of(OUTLINE, {A: WEST, B: EAST})


def test_neighbours_get_each_others_vertices():
    north = box(120, 45.01, 120.01, 45.02)
    shapes = sound(
        Division.of(OUTLINE, {A: box(120, 45, 120.01, 45.01), B: EAST, C: north}, snap=True)
    )
    assert [120.01, 45.01] in shapely.get_coordinates(shapes[B]).tolist()


def test_vertices_within_a_tenth_of_a_metre_become_one():
    nearly = box(120.0100006, 45.0000004, 120.02, 45.02)
    shapes = sound(Division.of(OUTLINE, {A: WEST, B: nearly}, snap=True))
    assert len(shapes) == 2
    assert Division.of(OUTLINE, {A: WEST, B: nearly}, snap=True).open_land().is_empty


def test_gaps_and_overlaps_that_are_real_are_kept():
    wide = box(120.009, 45, 120.02, 45.01)
    division = Division.of(OUTLINE, {A: WEST, B: wide}, snap=True)
    assert frozenset({A, B}) in division.owners
    gap = division.open_land()
    assert gap.equals(box(120.01, 45.01, 120.02, 45.02))


def test_a_border_moves_in_both_neighbours():
    division = moved(
        two(),
        Moves(inserts=[((120.01, 45), (120.01, 45.02), (120.012, 45.01))]),
        reach_m=30,
    )
    shapes = sound(division)
    for key in (A, B):
        assert [120.012, 45.01] in shapely.get_coordinates(shapes[key]).tolist()
    assert shapes[A].area > WEST.area
    back = sound(moved(division, Moves(removes=[(120.012, 45.01)]), reach_m=30))
    assert back[A].equals(WEST)


def test_an_end_slides_along_the_outline_past_its_corner():
    outline = shapely.Polygon(
        [(120, 45), (120.015, 45), (120.02, 45.005), (120.02, 45.02), (120, 45.02)]
    )
    division = Division.of(outline, {A: WEST, B: outline - WEST})
    shapes = sound(moved(division, Moves(moves=[((120.01, 45), (120.0201, 45.008))]), reach_m=30))
    assert [120.02, 45.008] in shapely.get_coordinates(shapes[A]).tolist()
    assert [120.015, 45] in shapely.get_coordinates(shapes[A]).tolist()
    assert [120.015, 45] not in shapely.get_coordinates(shapes[B]).tolist()


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (Moves(moves=[((120, 45), (120.001, 45.001))]), "fixed"),
        (Moves(moves=[((120.01, 45), (120.01, 45.01))]), "outline"),
        (Moves(inserts=[((120.01, 45), (120.01, 45.02), (120.03, 45.01))]), "leaves"),
        (Moves(moves=[((120.005, 45.005), (120.006, 45.006))]), "no_border"),
        (Moves(removes=[(120.01, 45)]), "fixed"),
    ],
)
def test_what_cannot_be_moved_names_the_rule(change: Moves, rule: str):
    with pytest.raises(CannotMove) as refused:
        moved(two(), change, reach_m=30)
    assert refused.value.rule == rule


def test_borders_do_not_cross():
    thirds = {A: box(120, 45, 120.007, 45.02), B: box(120.007, 45, 120.014, 45.02),
              C: box(120.014, 45, 120.02, 45.02)}  # fmt: skip
    division = Division.of(OUTLINE, thirds)
    edge = ((120.007, 45), (120.007, 45.02))
    with pytest.raises(CannotMove, match="crosses"):
        moved(division, Moves(inserts=[(*edge, (120.018, 45.01))]), reach_m=30)
    ends = [((120.007, 45), (120.016, 45)), ((120.007, 45.02), (120.016, 45.02))]
    with pytest.raises(CannotMove):
        moved(division, Moves(moves=ends), reach_m=30)


def test_two_islands_keep_their_owners():
    islands = shapely.MultiPolygon([box(120, 45, 120.01, 45.01), box(120.02, 45, 120.03, 45.01)])
    shapes = {A: box(120, 45, 120.005, 45.01), B: box(120.005, 45, 120.01, 45.01),
              C: box(120.02, 45, 120.03, 45.01)}  # fmt: skip
    division = moved(
        Division.of(islands, shapes), Moves(moves=[((120.005, 45), (120.006, 45))]), reach_m=30
    )
    assert sound(division)[C].equals(shapes[C])
