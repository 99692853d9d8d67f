"""Which grid of a draft does each household lie in? The rule of attribution, asked of a draft.

A point on a shared border goes to exactly one: a dedicated grid first, then the smaller code,
then the smaller key (``households/attribution.py``). A household without a point stays with the
grid it is filed under, where that goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import shapely

from grids.querysets import beneath
from households.models import Household
from lib.geo import latitude_of, longitude_of
from planning.models import Redraw, RedrawArea


@dataclass(frozen=True)
class Placed:
    """Open households of a draft's villages, in the order of their keys.

    ``x``, ``y``: WGS 84, nan without a point; ``at``: index of the area in ``areas``, or -1;
    ``stays``: whether that area goes on from the one the household is filed under today.
    """

    areas: list[RedrawArea]
    ids: list[Any]
    paths: list[str]
    x: np.ndarray
    y: np.ndarray
    at: np.ndarray
    stays: np.ndarray

    def counts(self) -> list[int]:
        """Households of each area."""
        return np.bincount(self.at[self.at >= 0], minlength=len(self.areas)).tolist()


def households_placed(
    redraw: Redraw, *, on: date, areas: Sequence[RedrawArea] | None = None
) -> Placed:
    """Every household of the villages with the area of the draft it would lie in."""
    areas = list(redraw.areas.order_by("pk") if areas is None else areas)  # type: ignore[attr-defined]
    rows = list(
        Household.objects.filter(beneath(redraw.villages))
        .open_on(on)
        .annotate(x=longitude_of(), y=latitude_of())
        .order_by("pk")
        .values_list("pk", "path", "x", "y")
    )
    paths = [path for _pk, path, _x, _y in rows]
    x = np.array([np.nan if x is None else x for _pk, _path, x, _y in rows], dtype=float)
    y = np.array([np.nan if y is None else y for _pk, _path, _x, y in rows], dtype=float)
    return Placed(areas, [row[0] for row in rows], paths, x, y, *_placed(areas, paths, x, y))


def _placed(
    areas: list[RedrawArea], paths: list[str], x: np.ndarray, y: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    rank = sorted(
        range(len(areas)),
        key=lambda i: (
            areas[i].grid_kind != "dedicated", not areas[i].code, areas[i].code, str(areas[i].pk)
        ),
    )  # fmt: skip
    none = len(areas)
    found = np.full(len(paths), none, dtype=np.int64)
    where = np.flatnonzero(np.isfinite(x))
    parents = [areas[i].parent.path for i in rank]
    if len(where) and areas:
        tree = shapely.STRtree([shapely.from_wkb(bytes(areas[i].geom.wkb)) for i in rank])
        hits, ranks = tree.query(shapely.points(x[where], y[where]), predicate="intersects")
        rows = where[hits]
        family = np.array(
            [paths[row].startswith(parents[one]) for row, one in zip(rows, ranks, strict=True)],
            dtype=bool,
        )
        np.minimum.at(found, rows[family], ranks[family])
    at = np.array([rank[one] if one < none else -1 for one in found], dtype=np.int64)
    today = {i: area.area.path for i, area in enumerate(areas) if area.area is not None}
    by_path = {path: i for i, path in today.items()}
    length = len(next(iter(by_path), ""))
    for row in np.flatnonzero(~np.isfinite(x)):
        at[row] = by_path.get(paths[row][:length], -1)
    stays = np.array(
        [i in today and paths[row].startswith(today[i]) for row, i in enumerate(at.tolist())],
        dtype=bool,
    )
    return at, stays
