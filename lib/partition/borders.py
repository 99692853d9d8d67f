"""From labelled cells to grids: borders traced once, drawn straight where nothing holds them.

A border is a chain of cell borders between two junctions, shared by the two grids beside it, so
whatever is done to it both follow. Along a barrier it keeps the barrier's own line; the outline
and locked grids keep theirs; elsewhere corners are left out as long as no household changes side.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import shapely

from lib.partition.cells import OUTSIDE, Cells
from lib.partition.model import Floats, Ints

#: A border keeps this far from a household, in metres, where it can.
CLEAR = 3.0
#: A straightened border leaves its old course by this part of a grid's side at most.
LEEWAY = 0.2
#: A shorter piece along a barrier, as part of a grid's side, is no reason for a bend.
ALONG_LEAST = 0.06


@dataclass
class Arc:
    """A border between two junctions: its vertices (n, 2), the numbers of the grids beside it."""

    xy: Floats
    kinds: list[int]
    beside: tuple[int, int]

    @property
    def closed(self) -> bool:
        """A border without junctions: it goes round."""
        return bool((self.xy[0] == self.xy[-1]).all())


def draw_grids(
    cells: Cells, label: Ints, k: int, points: Floats, *, outline: Any, locked: list[Any],
    side: float,
) -> list[Any]:  # fmt: skip
    """Polygons of grids 0..k-1 and of the locked ones after them, fitting without gap or overlap.

    ``label``: the grid of each cell. ``side``: usual side of a grid in metres.
    """
    many = k + len(locked)
    face_label = np.where(cells.locked >= 0, k + cells.locked, label[cells.cell])
    rough = [
        shapely.coverage_union_all(cells.faces[face_label == number]) for number in range(many)
    ]
    own = face_label[cells.face_of]
    arcs = trace(cells, face_label)
    # The outline and locked grids keep the vertices they came with, and no other.
    fixed = {tuple(xy) for shape in [outline, *locked] for xy in shapely.get_coordinates(shape)}
    plain = [_as_given(arc, fixed) if _is_fixed(arc, k) else arc for arc in arcs]
    straight = _straighten(plain, points[~cells.outside], k, side)
    for drawn in (straight, plain, arcs):
        grids = _polygons(drawn, rough)
        if grids is not None and fits(grids, outline, points, own, cells.outside):
            return grids
    return rough


def fits(grids: list[Any], outline: Any, points: Floats, own: Ints, outside: Any) -> bool:
    """Do grids cover the outline without gap or overlap, each household inside its own?"""
    if not shapely.coverage_is_valid(np.array(grids, dtype=object)):
        return False
    if not all(shapely.is_valid(grids)):
        return False
    if abs(float(shapely.area(grids).sum()) - outline.area) > 1e-6 * outline.area:
        return False
    for number, grid in enumerate(grids):
        mine = points[(own == number) & ~outside]
        # On the border is inside: a household may stand exactly on a road.
        if len(mine) and not (shapely.distance(grid, shapely.points(mine)) <= 1e-6).all():
            return False
    return True


def trace(cells: Cells, face_label: Ints) -> list[Arc]:
    """The borders between grids, and between grids and the world outside."""
    segments = cells.segments
    left = face_label[segments.left]
    right = np.where(segments.right >= 0, face_label[segments.right], OUTSIDE)
    kept = np.flatnonzero(left != right)
    ends = segments.ends[kept].reshape(-1, 2)
    vertices, number = np.unique(ends, axis=0, return_inverse=True)
    number = number.reshape(-1, 2)
    degree = np.bincount(number.reshape(-1), minlength=len(vertices))
    low = np.minimum(left[kept], right[kept]).tolist()
    high = np.maximum(left[kept], right[kept]).tolist()
    kinds = segments.kind[kept].tolist()
    around: list[list[int]] = [[] for _ in range(len(vertices))]
    for at, (one, other) in enumerate(number.tolist()):
        around[one].append(at)
        around[other].append(at)
    used = [False] * len(kept)
    tips = number.tolist()

    def follow(vertex: int, segment: int) -> Arc:
        chain, along = [vertex], []
        while True:
            used[segment] = True
            along.append(kinds[segment])
            one, other = tips[segment]
            vertex = other if vertex == one else one
            chain.append(vertex)
            onward = [s for s in around[vertex] if not used[s]]
            if degree[vertex] != 2 or not onward:
                return Arc(vertices[chain], along, beside)
            segment = onward[0]

    arcs = []
    for junctions in (True, False):
        for vertex in range(len(vertices)):
            if junctions and degree[vertex] == 2:
                continue
            for segment in around[vertex]:
                if not used[segment]:
                    beside = (low[segment], high[segment])
                    arcs.append(follow(vertex, segment))
    return arcs


def _is_fixed(arc: Arc, k: int) -> bool:
    return arc.beside[0] == OUTSIDE or arc.beside[1] >= k


def _as_given(arc: Arc, fixed: set[tuple[float, ...]]) -> Arc:
    """Without the vertices that only came from the lines of cells."""
    given = np.array([tuple(xy) in fixed for xy in arc.xy])
    if arc.closed:
        at = int(np.argmax(given))
        ring = np.roll(arc.xy[:-1], -at, axis=0)[np.roll(given[:-1], -at)]
        return Arc(np.vstack([ring, ring[:1]]), [], arc.beside) if len(ring) > 2 else arc
    given[[0, -1]] = True
    return Arc(arc.xy[given], [], arc.beside)


def _straighten(arcs: list[Arc], points: Floats, k: int, side: float) -> list[Arc]:
    lines = [shapely.linestrings(arc.xy) for arc in arcs]
    homes = shapely.STRtree(shapely.points(points))
    drawn = list(arcs)
    for number, arc in enumerate(arcs):
        if _is_fixed(arc, k):
            continue
        others = shapely.STRtree([line for i, line in enumerate(lines) if i != number])
        ruler = _Ruler(points, homes, others, side)
        pieces = [ruler.straight(run) if free else _lean(run) for run, free in _runs(arc, side)]
        xy = np.vstack([pieces[0], *(piece[1:] for piece in pieces[1:])])
        line = shapely.linestrings(xy)
        if line.is_simple and ruler.is_free(line, arc.xy[0], arc.xy[-1]):
            drawn[number] = Arc(xy, [], arc.beside)
            lines[number] = line
    return drawn


def _runs(arc: Arc, side: float) -> list[tuple[Floats, bool]]:
    """An arc in pieces: those along a barrier (False) and those over open land (True)."""
    on = np.array(arc.kinds) >= 0
    step = np.hypot(*np.diff(arc.xy, axis=0).T)
    cuts = [0, *(np.flatnonzero(on[1:] != on[:-1]) + 1).tolist(), len(on)]
    for start, stop in pairwise(cuts):
        # A short way along a barrier, or a short step off it, is part of what is around it.
        if on[start] and step[start:stop].sum() < ALONG_LEAST * side:
            on[start:stop] = False
    if arc.closed and not on.all():
        third = max(len(on) // 3, 1)
        extra = [third, 2 * third]
    else:
        extra = []
    cuts = [0, *(np.flatnonzero(on[1:] != on[:-1]) + 1).tolist(), len(on)]
    cuts = sorted({*cuts, *(cut for cut in extra if cut < len(on))})
    return [(arc.xy[start : stop + 1], not on[start]) for start, stop in pairwise(cuts)]


def _lean(run: Floats) -> Floats:
    """A run along a barrier without the vertices that only came from the lines of cells."""
    thin: Floats = shapely.get_coordinates(shapely.simplify(shapely.linestrings(run), 0.05))
    return thin


class _Ruler:
    """Draws straight between vertices of a border where nothing is in the way."""

    def __init__(self, points: Floats, homes: Any, others: Any, side: float) -> None:
        self.points, self.homes, self.others, self.side = points, homes, others, side

    def straight(self, run: Floats) -> Floats:
        """The run with as few corners as possible."""
        kept = self._corners(run, 0, len(run) - 1)
        # Corners that the halving left although their neighbours see each other.
        dropped = True
        while dropped:
            dropped = False
            for at in range(1, len(kept) - 1):
                if self._sees(run, kept[at - 1], kept[at + 1]):
                    del kept[at]
                    dropped = True
                    break
        return run[kept]

    def _corners(self, run: Floats, start: int, stop: int) -> list[int]:
        if stop - start < 2 or self._sees(run, start, stop):
            return [start, stop]
        away = _distance(run[start + 1 : stop], run[start], run[stop])
        middle = start + 1 + int(np.argmax(away))
        return self._corners(run, start, middle)[:-1] + self._corners(run, middle, stop)

    def _sees(self, run: Floats, start: int, stop: int) -> bool:
        chain, ends = run[start : stop + 1], run[[start, stop]]
        if (ends[0] == ends[1]).all():
            return False
        if _distance(chain, *ends).max() > LEEWAY * self.side:
            return False
        chord = shapely.linestrings(ends)
        # Households between the old course and the new one would change side.
        between = self.homes.query(shapely.convex_hull(shapely.linestrings(chain)))
        if len(between) and _swept(self.points[between], chain).any():
            return False
        close = self.homes.query(chord, predicate="dwithin", distance=CLEAR)
        if len(close):
            at = shapely.points(self.points[close])
            before = shapely.distance(shapely.linestrings(chain), at)
            if (shapely.distance(chord, at) < np.minimum(CLEAR, 0.7 * before)).any():
                return False
        return self.is_free(chord, *ends)

    def is_free(self, line: Any, start: Floats, stop: Floats) -> bool:
        """Does a line touch other borders at its own ends alone?"""
        for other in self.others.query(line, predicate="intersects"):
            meets = shapely.intersection(line, self.others.geometries[other])
            at = shapely.get_coordinates(meets)
            near = (np.hypot(*(at - start).T) < 1e-6) | (np.hypot(*(at - stop).T) < 1e-6)
            if meets.length > 1e-6 or not near.all():
                return False
        return True


def _distance(points: Floats, start: Floats, stop: Floats) -> Floats:
    """Metres of points from the stretch between two ends."""
    way = stop - start
    part = np.clip(((points - start) @ way) / max(float(way @ way), 1e-12), 0, 1)
    found: Floats = np.hypot(*(points - start - part[:, None] * way).T)
    return found


def _swept(points: Floats, ring: Floats) -> Any:
    """Which points lie an odd number of times inside a ring (closed by its last to first)."""
    x, y = points[:, 0][:, None], points[:, 1][:, None]
    x0, y0 = ring[:, 0], ring[:, 1]
    x1, y1 = np.roll(x0, -1), np.roll(y0, -1)
    spans = (y0 > y) != (y1 > y)
    with np.errstate(divide="ignore", invalid="ignore"):
        left = x < (x1 - x0) * (y - y0) / (y1 - y0) + x0
    return (spans & left).sum(axis=1) % 2 == 1


def _polygons(arcs: list[Arc], rough: list[Any]) -> list[Any] | None:
    """Put borders together to grids again; None where a grid would lose or win a piece."""
    lines = [shapely.linestrings(arc.xy) for arc in arcs]
    faces = shapely.get_parts(shapely.polygonize(lines))
    tree = shapely.STRtree(rough)
    parts: list[list[Any]] = [[] for _ in rough]
    for face in faces:
        near = tree.query(face)
        shared = shapely.area(shapely.intersection(face, [rough[i] for i in near]))
        if len(near) and shared.max() > 0.5 * face.area:
            parts[near[int(np.argmax(shared))]].append(face)
    if any(
        len(part) != shapely.get_num_geometries(old) for part, old in zip(parts, rough, strict=True)
    ):
        return None
    return [part[0] if len(part) == 1 else shapely.multipolygons(part) for part in parts]
