"""Land cut into cells: one around each place with households, others where land is empty.

All lines (outline, locked grids, barriers, borders between nearest places) are noded together
once. The faces between them share their borders exactly, so whatever is put together of faces
has neither gap nor overlap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from lib.partition.model import ALONG, CROSSED, BadOutline, Floats, Ints, Line

#: Empty land gets cells of its own, this many for each grid, so that borders have a choice there.
EMPTY_CELLS = 60
#: Narrower than this is the rounding of lines that were meant to be one, in metres.
THIN = 0.2
#: How near a border must lie to a barrier to run along it, in metres.
ON_LINE = 1e-3
OUTSIDE = -1
Bools = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass
class Segments:
    """Every straight piece of border once: its ends and the faces on both sides (or OUTSIDE)."""

    ends: Floats
    left: Ints
    right: Ints
    length: Floats
    #: Number of the kind of barrier it runs along, or -1.
    kind: Ints


@dataclass
class Cells:
    """Cells, each of one or more faces, and their graph.

    ``cell`` gives each face its cell, -1 for faces of locked grids, whose number is in ``locked``.
    ``pairs`` are neighbouring cells with the length of their border by what it runs along.
    """

    faces: Any
    segments: Segments
    cell: Ints
    locked: Ints
    weight: Floats
    count: Ints
    area: Floats
    centre: Floats
    rim: Floats
    pairs: Ints
    border: Floats
    crossed: Floats
    #: For each household its face; and whether it lies beyond the outline.
    face_of: Ints
    outside: Bools
    kinds: tuple[str, ...] = field(default=())

    @property
    def many(self) -> int:
        """How many cells there are."""
        return len(self.weight)


def make_cells(
    outline: Any,
    points: Floats,
    weights: Floats,
    *,
    k: int,
    barriers: Sequence[Line] = (),
    locked: Sequence[Any] = (),
) -> Cells:
    """Cut an outline into cells for ``k`` grids. Raises BadOutline where nothing comes of it."""
    held = shapely.union_all(list(locked)) if locked else shapely.Polygon()
    free = shapely.difference(outline, held)
    lines = [shapely.boundary(outline)]
    lines += [shapely.boundary(shape) for shape in locked]
    lines += [line.geom for line in barriers]
    inside = shapely.intersects_xy(free, points[:, 0], points[:, 1])
    if not free.is_empty:
        sites = _sites(free, points[inside], k)
        if len(sites) > 1:
            lines.append(_bisectors(outline, sites))
    faces = _faces(outline, lines)
    at = shapely.point_on_surface(faces)
    locked_of = np.full(len(faces), OUTSIDE, dtype=np.int64)
    for number, shape in enumerate(locked):
        shapely.prepare(shape)
        locked_of[shapely.intersects(shape, at)] = number
    segments = _segments(faces, barriers)
    face_of = _faces_of(faces, points)
    shapely.prepare(outline)
    beyond = ~shapely.intersects_xy(outline, points[:, 0], points[:, 1])
    return _cells(faces, segments, locked_of, face_of, beyond, points, weights, barriers)


def _sites(free: Any, points: Floats, k: int) -> Floats:
    """Distinct places of households (to a millimetre), and a lattice where there is none."""
    distinct = np.unique(np.round(points, 3), axis=0)
    step = float(np.sqrt(free.area / (EMPTY_CELLS * max(k, 1))))
    x0, y0, x1, y1 = free.bounds
    rows = np.arange(y0 + step / 2, y1, step * 0.8660254)
    lattice = np.concatenate(
        [
            np.column_stack([xs, np.full(len(xs), y)])
            for row, y in enumerate(rows)
            if len(xs := np.arange(x0 + step * (0.25 + 0.5 * (row % 2)), x1, step))
        ]
        or [np.empty((0, 2))]
    )
    lattice = lattice[shapely.contains_xy(free, lattice[:, 0], lattice[:, 1])]
    if len(distinct) and len(lattice):
        tree = shapely.STRtree(shapely.points(distinct))
        near = tree.query(shapely.points(lattice), predicate="dwithin", distance=0.75 * step)
        lattice = np.delete(lattice, np.unique(near[0]), axis=0)
    return np.concatenate([distinct, lattice])


def _bisectors(outline: Any, sites: Floats) -> Any:
    """Borders between nearest sites, reaching a little beyond the outline."""
    around = shapely.box(*outline.bounds)
    around = around.buffer(0.05 * float(np.hypot(*np.ptp(shapely.get_coordinates(around), axis=0))))
    edges = shapely.voronoi_polygons(shapely.multipoints(sites), extend_to=around, only_edges=True)
    return shapely.clip_by_rect(edges, *around.bounds)


def _faces(outline: Any, lines: Sequence[Any]) -> Any:
    """The faces between the lines that lie in the outline, in an order that never changes."""
    for size in (None, 1e-3):
        noded = shapely.union_all(list(lines), grid_size=size)
        parts = shapely.get_parts(noded)
        faces = shapely.get_parts(shapely.polygonize(parts))
        at = shapely.point_on_surface(faces)
        shapely.prepare(outline)
        faces = faces[shapely.contains(outline, at)]
        if abs(shapely.area(faces).sum() - outline.area) <= 1e-6 * outline.area:
            middle = shapely.get_coordinates(shapely.point_on_surface(faces))
            return faces[np.lexsort((middle[:, 0], middle[:, 1]))]
    raise BadOutline("the outline cannot be cut into cells")


def _segments(faces: Any, barriers: Sequence[Line]) -> Segments:
    """Every straight border between faces once."""
    rings, ring_face = _rings(faces)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    follows = ring[1:] == ring[:-1]
    start, end = xy[:-1][follows], xy[1:][follows]
    face = ring_face[ring[:-1][follows]]
    turned = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    key = np.where(turned[:, None], np.hstack([end, start]), np.hstack([start, end]))
    order = np.lexsort((face, key[:, 3], key[:, 2], key[:, 1], key[:, 0]))
    key, face = key[order], face[order]
    first = np.ones(len(key), dtype=bool)
    first[1:] = (key[1:] != key[:-1]).any(axis=1)
    begin = np.flatnonzero(first)
    twice = np.diff(np.append(begin, len(key))) > 1
    right = np.full(len(begin), OUTSIDE, dtype=np.int64)
    right[twice] = face[begin[twice] + 1]
    ends = key[begin]
    length = np.hypot(ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1])
    kind = np.full(len(begin), -1, dtype=np.int64)
    if barriers:
        middle = shapely.points((ends[:, :2] + ends[:, 2:]) / 2)
        tree = shapely.STRtree([line.geom for line in barriers])
        which, line = tree.query(middle, predicate="dwithin", distance=ON_LINE)
        # The lowest number wins where two lie on each other.
        for number in np.unique(line)[::-1]:
            kind[which[line == number]] = number
    return Segments(ends, face[begin].astype(np.int64), right, length, kind)


def _rings(faces: Any) -> tuple[Any, Ints]:
    rings, index = shapely.get_rings(faces, return_index=True)
    return rings, index.astype(np.int64)


def _faces_of(faces: Any, points: Floats) -> Ints:
    """The face each household lies in, or the nearest; the lowest where it lies on a border."""
    if not len(points):
        return np.empty(0, dtype=np.int64)
    household, face = shapely.STRtree(faces).query_nearest(shapely.points(points))
    found = np.full(len(points), len(faces), dtype=np.int64)
    np.minimum.at(found, household, face)
    return found


def _cells(
    faces: Any,
    segments: Segments,
    locked_of: Ints,
    face_of: Ints,
    beyond: Bools,
    points: Floats,
    weights: Floats,
    barriers: Sequence[Line],
) -> Cells:
    many = len(faces)
    face_weight = np.bincount(face_of, weights=weights, minlength=many)
    face_count = np.bincount(face_of, minlength=many)
    area, around = shapely.area(faces), shapely.length(faces)
    root = _absorb(segments, locked_of, face_count, area, around)
    free = locked_of[root] == OUTSIDE
    locked_of = locked_of[root]
    cell = np.full(many, -1, dtype=np.int64)
    names, cell[free] = np.unique(root[free], return_inverse=True)
    count = len(names)

    def summed(values: Any) -> Floats:
        return _sums(cell[free], values[free], count)

    size = summed(area)
    middle = shapely.get_coordinates(shapely.centroid(faces))
    centre = np.column_stack([summed(area * middle[:, 0]), summed(area * middle[:, 1])])
    centre /= np.maximum(size, 1e-12)[:, None]
    inhabited = cell[face_of] >= 0
    where = cell[face_of][inhabited]
    heads = np.bincount(where, minlength=count)
    for axis in (0, 1):
        mean = np.bincount(where, weights=points[inhabited, axis], minlength=count)
        centre[:, axis] = np.where(heads > 0, mean / np.maximum(heads, 1), centre[:, axis])

    names_of_kinds = tuple(line.kind for line in barriers)
    along = np.array([ALONG.get(kind, 1.0) for kind in names_of_kinds] + [1.0])
    crossed = np.array([CROSSED.get(kind, 0.0) for kind in names_of_kinds] + [0.0])
    a = cell[segments.left]
    b = np.where(segments.right >= 0, cell[segments.right], -1)
    between = (a >= 0) & (b >= 0) & (a != b)
    pairs = np.sort(np.column_stack([a[between], b[between]]), axis=1)
    pairs, at = np.unique(pairs, axis=0, return_inverse=True)
    at = at.reshape(-1)
    metres, kind = segments.length[between], segments.kind[between]
    border = _sums(at, metres * along[kind], len(pairs))
    inner = _sums(at, metres * crossed[kind], len(pairs))
    rim = np.zeros(count)
    for one, other in ((a, b), (b, a)):
        edge = (one >= 0) & (other < 0)
        rim += _sums(one[edge], segments.length[edge], count)
    return Cells(
        faces, segments, cell, locked_of, summed(face_weight), summed(face_count).astype(np.int64),
        size, centre, rim, pairs, border, inner, face_of, beyond, names_of_kinds,
    )  # fmt: skip


def _sums(at: Any, values: Any, many: int) -> Floats:
    """Sums of values by number; floats even where there is nothing to add."""
    return np.bincount(at, weights=values, minlength=many).astype(np.float64)


def _absorb(segments: Segments, locked_of: Ints, count: Ints, area: Floats, around: Floats) -> Ints:
    """Give slivers and scraps without households to the neighbour they share most border with.

    A scrap stays on its side of a barrier and of a locked grid where it can; a sliver that is the
    rounding of two lines meant as one goes anywhere.
    """
    many = len(area)
    root = np.arange(many)
    usual = float(np.median(area[count > 0])) if (count > 0).any() else float(np.median(area))
    thin = (2 * area / np.maximum(around, 1e-12) < THIN) | (area < 1.0)
    scrap = (count == 0) & (thin | (area < 0.2 * usual))
    neighbours: dict[int, list[tuple[float, bool, int]]] = {}
    both = segments.right >= 0
    for left, right, length, kind in zip(
        segments.left[both].tolist(), segments.right[both].tolist(),
        segments.length[both].tolist(), segments.kind[both].tolist(), strict=True,
    ):  # fmt: skip
        for one, other in ((left, right), (right, left)):
            if scrap[one]:
                neighbours.setdefault(one, []).append((length, kind >= 0, other))

    def find(face: int) -> int:
        while root[face] != face:
            face = int(root[face])
        return face

    for face in sorted(neighbours, key=lambda face: (area[face], face)):
        shared: dict[int, float] = {}
        for length, barrier, other in neighbours[face]:
            other = find(other)
            kept = locked_of[other] != locked_of[face]
            if other != face and (thin[face] or not (barrier or kept)):
                # Even a sliver goes to a locked grid only if nobody else is beside it.
                shared[other] = shared.get(other, 0.0) + length * (1e-6 if kept else 1.0)
        if shared and find(face) == face:
            root[face] = max(shared, key=lambda other: (shared[other], -other))
    return np.array([find(face) for face in range(many)], dtype=np.int64)
