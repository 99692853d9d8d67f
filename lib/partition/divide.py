"""Divide land into grids: connected, even in workload, compact, cut along barriers."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from lib.partition.borders import draw_grids
from lib.partition.cells import Cells, make_cells
from lib.partition.graph import Graph, bridge, inhabited_pieces, make_graph, share_out
from lib.partition.improve import Search
from lib.partition.model import (
    AllLocked,
    BadNumber,
    BadOutline,
    Division,
    Floats,
    Ints,
    Line,
    LockedOverlap,
    NoHouseholds,
    Notice,
    TooMany,
)
from lib.partition.quality import matched, measure
from lib.partition.start import first_division, mend

#: How many first divisions are tried, and how many of them are improved to the end: fewer where
#: there are more cells than MANY, so that the work stays within seconds.
STARTS = (16, 8)
FINALISTS = (4, 2)
MANY = 1500
#: Workload is made even to this, whatever more is allowed.
AIM = 0.02
#: Less free land than this, in square metres, is the rounding of locked grids.
LEAST_AREA = 1.0


def grids_for(households: int, size: int) -> int:
    """How many grids of a wanted size: as near to it as whole grids come, one at least.

    Raises BadNumber for a size below 1.
    """
    if size < 1:
        raise BadNumber("size must be 1 or more", name="size")
    low = max(1, households // size)
    # 449 households of 300 are one grid of 449 or two of 225: the nearer by ratio.
    return low if (households / low) * (households / (low + 1)) <= size**2 else low + 1


def divide(
    outline: Any,
    points: Any,
    weights: Any,
    *,
    k: int,
    barriers: Sequence[Line] = (),
    locked: Sequence[Any] = (),
    homes: Any = None,
    stay: float = 0.3,
    seed: int = 0,
    tolerance: float = 0.10,
) -> Division:
    """Divide an outline into ``k`` grids beside the locked ones.

    ``outline`` and ``locked``: polygons or multipolygons (shapely) in metres. ``points``: (n, 2)
    households, ``weights``: (n) workload of each. ``homes``: the grid of today of each household,
    -1 for none; ``stay`` is how much it counts that it remains. ``tolerance``: how much more than
    the mean a grid may carry; beyond, a notice says so. The same input and seed give the same
    division. Raises a CannotDivide that says why nothing can be proposed.
    """
    xy, load, today = _checked(points, weights, homes, k, tolerance)
    outline = _land(outline)
    held = _held(outline, locked)
    if held and shapely.difference(outline, shapely.union_all(held)).area < LEAST_AREA:
        raise AllLocked("everything is locked")
    places = len(np.unique(np.round(xy, 3), axis=0))
    if k > places:
        raise TooMany(f"{k} grids for {places} places", most=places)
    cells = make_cells(outline, xy, load, k=k, barriers=barriers, locked=held)
    if not cells.many or not cells.count.any():
        raise AllLocked("everything with households is locked")
    most = int((cells.count > 0).sum())
    if k > most:
        raise TooMany(f"{k} grids for {most} places", most=most)
    label, graph, notices = _label(cells, k, today, stay, seed, tolerance)
    label = _in_order(cells, label, k, today)
    grids = draw_grids(cells, label, k, xy, outline=outline, locked=held, side=graph.side)
    face_label = np.where(cells.locked >= 0, k + cells.locked, label[cells.cell])
    of = face_label[cells.face_of]
    goes_on = matched(of, today, k + len(held))
    quality = measure(
        grids, xy, load, barriers=barriers, of=of, homes=today, goes_on=goes_on
    )  # fmt: skip
    free = quality.loads[:k]
    beyond = sum(value > (1 + tolerance) * sum(free) / k + 1e-9 for value in free)
    outside = np.flatnonzero(cells.outside)
    notices += [Notice("outside", len(outside))] if len(outside) else []
    notices += [Notice("uneven", beyond)] if beyond else []
    return Division(
        tuple(grids), of, goes_on[:k], tuple(outside.tolist()), tuple(notices), quality
    )  # fmt: skip


def _checked(
    points: Any, weights: Any, homes: Any, k: int, tolerance: float
) -> tuple[Floats, Floats, Ints | None]:
    xy = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    load = np.asarray(weights, dtype=np.float64).reshape(-1)
    if k < 1:
        raise BadNumber("k must be 1 or more", name="k")
    if not (math.isfinite(tolerance) and tolerance >= 0):
        raise BadNumber("tolerance must be 0 or more", name="tolerance")
    if not len(xy):
        raise NoHouseholds("no household to divide")
    if len(load) != len(xy) or not np.isfinite(load).all() or (load < 0).any():
        raise BadNumber("one weight of 0 or more for each household", name="weights")
    if not np.isfinite(xy).all():
        raise BadNumber("every household needs a place", name="points")
    if not load.any():
        load = np.ones(len(xy))
    today = None if homes is None else np.asarray(homes, dtype=np.int64).reshape(-1)
    if today is not None and len(today) != len(xy):
        raise BadNumber("one grid of today for each household", name="homes")
    return xy, load, today


def _land(outline: Any) -> Any:
    if outline is None or outline.is_empty or not outline.is_valid or not outline.area > 0:
        raise BadOutline("the outline is empty or broken")
    return shapely.force_2d(outline)


def _held(outline: Any, locked: Sequence[Any]) -> list[Any]:
    """Locked grids as far as they lie in the outline."""
    held = []
    for number, shape in enumerate(locked):
        sound = shape is not None and not shape.is_empty and shape.is_valid
        within = shapely.intersection(shape, outline) if sound else shapely.Polygon()
        # Whatever lies on or beyond the outline by rounding is left as it came.
        same = sound and abs(within.area - shape.area) <= 1e-6 * shape.area
        parts = [p for p in shapely.get_parts(within) if p.geom_type == "Polygon" and p.area > 0]
        if not parts:
            raise LockedOverlap("a locked grid lies outside", which=[number])
        clean = parts[0] if len(parts) == 1 else shapely.multipolygons(parts)
        held.append(shape if same and shapely.covers(outline, shape) else clean)
    if len(held) < 2:
        return held
    left, right = shapely.STRtree(held).query(held, predicate="intersects")
    for one, other in zip(left.tolist(), right.tolist(), strict=True):
        if one < other:
            both = shapely.intersection(held[one], held[other])
            if both.area > 1e-6 * min(held[one].area, held[other].area):
                raise LockedOverlap("locked grids overlap", which=[one, other])
    return held


def _label(
    cells: Cells, k: int, today: Ints | None, stay: float, seed: int, tolerance: float
) -> tuple[Ints, Graph, list[Notice]]:
    graph = make_graph(cells, k)
    pieces = inhabited_pieces(graph)
    notices = []
    if k < len(pieces):
        notices.append(Notice("apart", len(pieces) - k))
        graph = bridge(graph, pieces)
        pieces = inhabited_pieces(graph)
    share = share_out(graph, pieces, k)
    heavy = int((graph.weight > (1 + tolerance) * graph.weight.sum() / k).sum())
    if heavy:
        notices.append(Notice("heavy", heavy))
    label = _best(graph, share, k, _homes_of_cells(cells, today), stay, seed, tolerance)
    islets = np.unique(graph.piece[label < 0])
    if len(islets):
        label = _adopt(graph, label)
        notices.append(Notice("islets", len(islets)))
    return label, graph, notices


def _homes_of_cells(cells: Cells, today: Ints | None) -> Ints | None:
    """The grid of today of most households of a cell, -1 for none."""
    if today is None or not (today >= 0).any():
        return None
    at = cells.cell[cells.face_of]
    known = (at >= 0) & (today >= 0)
    table = np.zeros((cells.many, int(today.max()) + 1), dtype=np.int64)
    np.add.at(table, (at[known], today[known]), 1)
    return np.where(table.any(axis=1), table.argmax(axis=1), -1)


def _best(
    graph: Graph, share: dict[int, int], k: int, homes: Ints | None, stay: float, seed: int,
    tolerance: float,
) -> Ints:  # fmt: skip
    """The best of several divisions, each improved."""
    taking = np.isin(graph.piece, list(share))
    if k == 1:
        return np.where(taking, 0, -1)
    aim = min(AIM, tolerance)
    cells = int(taking.sum())
    large = cells > MANY
    found: list[tuple[float, int, Search]] = []

    def begin(label: Ints | None, number: int) -> None:
        if label is None:
            return
        rng = random.Random(f"{seed}/{number}")
        home = _homes_as_labels(graph, label, homes, k)
        search = Search(graph, label, k, aim=aim, rng=rng, homes=home, stay=stay)
        search.wander(min(8 * cells, 12_000), 0.3)
        search.settle(6)
        found.append((search.cost(), number, search))

    if homes is not None and stay > 0:
        begin(_from_today(graph, homes, share, k), -1)
    for number in range(STARTS[large]):
        begin(first_division(graph, share, random.Random(f"{seed}:{number}")), number)
    if not found:
        raise TooMany("no division found", most=k - 1)
    found.sort(key=lambda one: one[:2])
    final = []
    for _cost, number, search in found[: FINALISTS[large]]:
        search.wander(max(20_000, min(40 * cells, 100_000)), 0.5)
        search.settle()
        search.trade()
        final.append((search.cost(), number, search))
    return min(final, key=lambda one: one[:2])[2].labels()


def _homes_as_labels(graph: Graph, label: Ints, homes: Ints | None, k: int) -> list[int] | None:
    """The new grid that goes on each cell's grid of today; -1 for a cell of nobody."""
    if homes is None:
        return None
    peopled = graph.count > 0
    repeated = np.repeat(np.arange(graph.many)[peopled], graph.count[peopled])
    goes_on = matched(label[repeated], homes[repeated], k)
    new = {home: grid for grid, home in enumerate(goes_on) if home is not None}
    # A grid of today that ends has no home any more: its households go anywhere at one price.
    return [new.get(int(home), -1) for home in homes]


def _from_today(graph: Graph, homes: Ints, share: dict[int, int], k: int) -> Ints | None:
    """Today's division as a start, where it has as many grids in every piece of land."""
    label = np.full(graph.many, -1, dtype=np.int64)
    first = 0
    for piece, grids in share.items():
        members = np.flatnonzero(graph.piece == piece)
        names = np.unique(homes[members][homes[members] >= 0])
        if len(names) != grids:
            return None
        numbers = np.searchsorted(names, np.maximum(homes[members], names[0]))
        near = np.where(homes[members] >= 0, numbers, -1)
        mended = mend(graph, members, near, grids)
        if mended is None:
            return None
        label[members] = first + mended
        first += grids
    return label


def _adopt(graph: Graph, label: Ints) -> Ints:
    """Give land without households to the nearest grid."""
    given = label.copy()
    settled = np.flatnonzero(label >= 0)
    tree = shapely.STRtree(shapely.points(graph.centre[settled]))
    for piece in np.unique(graph.piece[label < 0]):
        own = np.flatnonzero((graph.piece == piece) & (label < 0))
        pair, metres = tree.query_nearest(shapely.points(graph.centre[own]), return_distance=True)
        given[own] = label[settled[pair[1][int(np.argmin(metres))]]]
    return given


def _in_order(cells: Cells, label: Ints, k: int, today: Ints | None) -> Ints:
    """Number grids as those of today they go on, the new ones after them from the north-west."""
    at = cells.cell[cells.face_of]
    of = np.where(at >= 0, label[at], -1)
    goes_on = matched(of, today, k)

    def place(grid: int) -> tuple[int, float, float]:
        own = label == grid
        x, y = np.average(cells.centre[own], axis=0, weights=cells.area[own])
        home = goes_on[grid]
        span = max(float(np.ptp(cells.centre[:, 1])), 1.0)
        band = -round(4 * (float(y) - float(cells.centre[:, 1].min())) / span)
        return (home if home is not None else 1_000_000, band, float(x))

    order = sorted(range(k), key=place)
    new = np.empty(k, dtype=np.int64)
    new[order] = np.arange(k)
    return new[label]
