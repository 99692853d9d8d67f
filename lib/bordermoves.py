"""Shared borders moved vertex by vertex: every area that has a vertex follows it.

A border is moved once, in the one arrangement of all borders, and the areas are read from it
anew by what lay left and right of each edge. Neighbours therefore cannot part, whatever is
dragged; what would cross, leave the outline or wipe out an area raises ``Crossing`` and so on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import shapely

from lib.borders import (
    DIGITS,
    GRID,
    LEAST_PART_M2,
    Division,
    Edge,
    Owners,
    Point,
    faces_of,
    key_of,
)

#: Beside an edge, to find the face on that side; far less than the thinnest land that counts.
BESIDE = 1e-7
WITHIN = 5e-8


class CannotMove(Exception):
    """A border that cannot be moved like this; the message names the rule, ``owners`` whose."""

    def __init__(self, rule: str, owners: Sequence[object] = ()) -> None:
        super().__init__(rule)
        self.rule = rule
        self.owners = list(owners)


@dataclass(frozen=True)
class Moves:
    """What was done to vertices, in WGS 84: inserts come first, then moves, then removals.

    ``inserts``: between two neighbouring vertices a third; ``moves``: from → to.
    """

    inserts: list[tuple[Point, Point, Point]] = field(default_factory=list)
    moves: list[tuple[Point, Point]] = field(default_factory=list)
    removes: list[Point] = field(default_factory=list)


def moved(division: Division, change: Moves, *, reach_m: float) -> Division:
    """The division after vertices of inner borders were moved.

    A vertex on the outline slides along it; put farther than ``reach_m`` away it is refused.
    """
    borders = _removed(_put(_inserted(division.borders(), change), division, change, reach_m),
                       division, change)  # fmt: skip
    lines = [shapely.LineString(edge) for edge in borders]
    _check(division, lines)
    faces = faces_of([division.outline.boundary, *lines])
    owners = _owners(division, faces, borders)
    beyond = [i for i, inside in enumerate(division.inside) if not inside]
    after = Division(
        division.outline,
        faces + [division.faces[i] for i in beyond],
        owners + [division.owners[i] for i in beyond],
    )
    _check_left(division, after)
    return after


Borders = dict[Edge, tuple[Owners, Owners]]


def _inserted(borders: Borders, change: Moves) -> Borders:
    borders = dict(borders)
    for a, b, at in change.inserts:
        a, b, at = key_of(*a), key_of(*b), key_of(*at)
        edge = (a, b) if (a, b) in borders else (b, a)
        if edge not in borders:
            raise CannotMove("no_border")
        sides = borders.pop(edge)
        borders[(edge[0], at)] = borders[(at, edge[1])] = sides
    return borders


def _put(borders: Borders, division: Division, change: Moves, reach_m: float) -> Borders:
    rim = division.rim()
    known = {end for edge in borders for end in edge}
    places: dict[Point, Point] = {}
    for start, end in change.moves:
        start, end = key_of(*start), key_of(*end)
        if start not in known:
            raise CannotMove("fixed" if start in rim else "no_border")
        places[start] = _slid(division, end, reach_m) if start in rim else end
    put: Borders = {}
    for (a, b), sides in borders.items():
        a, b = places.get(a, a), places.get(b, b)
        if a == b:
            continue
        if (a, b) in put or (b, a) in put:
            raise CannotMove("crosses")
        put[(a, b)] = sides
    return put


def _slid(division: Division, end: Point, reach_m: float) -> Point:
    """The nearest place on the outline; at a corner, the corner itself."""
    plane, rim = division.plane, division.outline.boundary
    near = shapely.line_interpolate_point(rim, shapely.line_locate_point(rim, shapely.Point(end)))
    point = key_of(near.x, near.y)
    if plane.length(point, end) > reach_m:
        raise CannotMove("outline")
    return point


def _removed(borders: Borders, division: Division, change: Moves) -> Borders:
    rim = division.rim()
    for point in change.removes:
        point = key_of(*point)
        edges = [edge for edge in borders if point in edge]
        if point in rim:
            raise CannotMove("fixed")
        if len(edges) != 2:
            raise CannotMove("meeting" if edges else "no_border")
        one, other = edges
        if one[1] != point:
            one, other = other, one
        if one[1] != point or other[0] != point or borders[one] != borders[other]:
            raise CannotMove("meeting")
        sides = borders.pop(one)
        borders.pop(other)
        if one[0] == other[1] or (one[0], other[1]) in borders or (other[1], one[0]) in borders:
            raise CannotMove("crosses")
        borders[(one[0], other[1])] = sides
    return borders


def _check(division: Division, lines: list[shapely.LineString]) -> None:
    """Borders meet at their ends only, and stay within the outline."""
    around = division.outline.buffer(WITHIN)
    shapely.prepare(around)
    if not all(shapely.covers(around, lines)):
        raise CannotMove("leaves")
    for i, j in zip(*shapely.STRtree(lines).query(lines, predicate="intersects"), strict=True):
        if i >= j:
            continue
        ends = set(lines[i].coords) & set(lines[j].coords)
        meet = shapely.intersection(lines[i], lines[j])
        if meet.geom_type != "Point" or key_of(meet.x, meet.y) not in ends:
            raise CannotMove("crosses")


def _owners(division: Division, faces: list[shapely.Polygon], borders: Borders) -> list[Owners]:
    """Who owns each face: what its borders say lies on that side of them."""
    probes, sides = [], []
    for (a, b), (left, right) in borders.items():
        dx, dy = b[0] - a[0], b[1] - a[1]
        length = (dx * dx + dy * dy) ** 0.5
        if length < 10 * GRID:
            continue
        middle = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
        east, north = -dy / length * BESIDE, dx / length * BESIDE
        probes += [
            shapely.Point(middle[0] + east, middle[1] + north),
            shapely.Point(middle[0] - east, middle[1] - north),
        ]
        sides += [left, right]
    said: dict[int, set[Owners]] = defaultdict(set)
    if probes:
        at, of = shapely.STRtree(faces).query(probes, predicate="within")
        for probe, face in zip(at, of, strict=True):
            said[int(face)].add(sides[probe])
    owners: list[Owners] = []
    for index, face in enumerate(faces):
        if len(said[index]) > 1:
            raise CannotMove("crosses")
        if said[index]:
            owners.append(next(iter(said[index])))
        else:
            inner = shapely.point_on_surface(face)
            before = division.face_at(inner.x, inner.y)
            owners.append(division.owners[before] if before is not None else frozenset())
    return owners


def _check_left(before: Division, after: Division) -> None:
    """No area may vanish by a border that is pulled over it."""
    shapes = after.shapes()
    for owner in before.shapes():
        if owner not in shapes or after.plane.size(shapes[owner]) < LEAST_PART_M2:
            raise CannotMove("nothing_left", [owner])


__all__ = ["DIGITS", "CannotMove", "Moves", "moved"]
