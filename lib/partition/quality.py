"""How good a division is, whoever drew it; and which grid of today each new one goes on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from scipy.optimize import linear_sum_assignment

from lib.partition.model import Floats, Ints, Line, Quality

#: A barrier this near a border runs along it, in metres; shorter crossings are its rounding.
NEAR = 2.0
LEAST_M = 10.0


def matched(of: Ints, homes: Ints | None, many: int) -> tuple[int | None, ...]:
    """For each of ``many`` grids the grid of today it goes on: most households stay.

    ``of`` and ``homes``: grid now and today of each household, -1 where none.
    """
    if homes is None or not (homes >= 0).any():
        return (None,) * many
    known = (homes >= 0) & (of >= 0) & (of < many)
    table = np.zeros((many, int(homes.max()) + 1))
    np.add.at(table, (of[known], homes[known]), 1)
    rows, columns = linear_sum_assignment(table, maximize=True)
    found: list[int | None] = [None] * many
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        if table[row, column]:
            found[row] = column
    return tuple(found)


def changed(of: Ints, homes: Ints | None, goes_on: Sequence[int | None]) -> int:
    """How many households leave the grid they are in today."""
    if homes is None:
        return 0
    now = np.array([-2 if grid is None else grid for grid in goes_on] + [-2])
    at = np.where((of >= 0) & (of < len(goes_on)), of, len(goes_on))
    return int(((homes >= 0) & (now[at] != homes)).sum())


def grid_of(grids: Sequence[Any], points: Floats) -> Ints:
    """The grid each point lies in, else the nearest; the lowest number on a border."""
    household, grid = shapely.STRtree(list(grids)).query_nearest(shapely.points(points))
    found = np.full(len(points), len(grids), dtype=np.int64)
    np.minimum.at(found, household, grid)
    return found


def measure(
    grids: Sequence[Any],
    points: Floats,
    weights: Floats,
    *,
    barriers: Sequence[Line] = (),
    of: Ints | None = None,
    homes: Ints | None = None,
    goes_on: Sequence[int | None] | None = None,
) -> Quality:
    """Measure any division: grids in metres, households (n, 2) with their workload (n).

    ``of``: the grid of each household (found by place unless given). ``homes``: its grid of
    today, matched with the new ones by ``goes_on`` or, without it, so that most stay.
    """
    many = len(grids)
    if of is None:
        of = grid_of(grids, points) if many and len(points) else np.full(len(points), -1)
    inside = of >= 0
    load = np.bincount(of[inside], weights=weights[inside], minlength=many)
    heads = np.bincount(of[inside], minlength=many)
    area, around = shapely.area(list(grids)), shapely.length(list(grids))
    compact = [
        4 * math.pi * a / p**2 if p else 0.0
        for a, p in zip(area.tolist(), around.tolist(), strict=True)
    ]
    if goes_on is None:
        goes_on = matched(of, homes, many)
    crossings, crossed = _crossings(grids, barriers)
    mean = float(load.mean()) if many else 0.0
    return Quality(
        loads=tuple(load.tolist()),
        households=tuple(heads.tolist()),
        compactness=tuple(compact),
        spread=float(load.max()) / mean if mean else 0.0,
        crossings=crossings,
        crossed_m=crossed,
        along_m=_along(grids, barriers),
        changed=changed(of, homes, goes_on),
    )


def _crossings(grids: Sequence[Any], barriers: Sequence[Line]) -> tuple[int, float]:
    count, metres = 0, 0.0
    inner = [shapely.buffer(grid, -NEAR, quad_segs=2) for grid in grids]
    tree = shapely.STRtree(inner)
    for line in barriers:
        for at in tree.query(line.geom, predicate="intersects"):
            within = shapely.intersection(line.geom, inner[at])
            parts = shapely.length(shapely.get_parts(shapely.line_merge(within)))
            count += int((parts >= LEAST_M).sum())
            metres += float(parts[parts >= LEAST_M].sum())
    return count, metres


def _along(grids: Sequence[Any], barriers: Sequence[Line]) -> float:
    if not barriers or len(grids) < 2:
        return 0.0
    outer = shapely.boundary(shapely.union_all(list(grids)))
    shared = shapely.difference(
        shapely.union_all([shapely.boundary(grid) for grid in grids]), shapely.buffer(outer, 0.01)
    )
    beside = shapely.buffer(shared, NEAR, quad_segs=2, cap_style="flat")
    return float(sum(shapely.intersection(line.geom, beside).length for line in barriers))
