"""Which area does a household belong to? A code decides; the point decides where no code does.

A point on a shared border goes to exactly one grid, always the same: a dedicated grid first
(it is cut out of the general one around it), then the smaller code. The only unit of a grid
takes all its households; of several the one whose boundary covers the point, else none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import numpy as np
import shapely

from grids.models import Area, AreaCode, Boundary
from lib.codes import canonical


@dataclass(frozen=True)
class Place:
    """An area as attribution needs it."""

    id: UUID
    path: str
    level: str
    code: str
    name: str
    dedicated: bool


class Territory:
    """The areas beneath a path on a day, with the boundaries of their grids and units."""

    def __init__(self, path: str, *, on: date) -> None:
        codes = dict(
            AreaCode.objects.filter(area__path__startswith=path, during__contains=on).values_list(
                "area_id", "code"
            )
        )
        areas = Area.objects.filter(path__startswith=path).in_force(on)
        self.places = [
            Place(a.id, a.path, a.level, codes.get(a.id, ""), a.name, a.grid_kind == "dedicated")
            for a in areas.order_by("path")
        ]
        self.by_path = {place.path: place for place in self.places}
        self.by_code = {place.code: place for place in self.places if place.code}
        self.villages = [place for place in self.places if place.level == "village"]
        self.units: dict[str, list[Place]] = {}
        for place in self.places:
            if place.level == "unit":
                self.units.setdefault(place.path[:16], []).append(place)
        shapes = {
            path: shapely.from_wkb(bytes(geom.wkb))
            for path, geom in Boundary.objects.filter(
                path__startswith=path, during__contains=on, level__in=("village", "grid", "unit")
            ).values_list("path", "geom")
        }
        self.shapes = shapes
        grids = [p for p in self.places if p.level == "grid" and p.path in shapes]
        # Rank decides a shared border: dedicated first, then the smaller code.
        self.grids = sorted(grids, key=lambda p: (not p.dedicated, p.code, p.path))
        self.tree = shapely.STRtree([shapes[p.path] for p in self.grids])
        index = {place.path: number for number, place in enumerate(self.villages)}
        self.village_of_grid = np.array(
            [index.get(p.path[:12], -1) for p in self.grids], dtype=np.int64
        )
        self.village_index = index

    def place_of_code(self, code: str) -> Place | None:
        """The village, grid or unit that carries a code; zero-padded forms mean the same."""
        return self.by_code.get(canonical(code))

    def grids_at(self, x: np.ndarray, y: np.ndarray, villages: np.ndarray) -> np.ndarray:
        """For each point (WGS 84) the index of its grid in ``self.grids``, or -1.

        ``villages`` holds the index of the village a row is filed under, or -1 for any.
        """
        result = np.full(len(x), len(self.grids), dtype=np.int64)
        known = np.isfinite(x) & np.isfinite(y)
        where = np.flatnonzero(known)
        if len(where) and self.grids:
            points = shapely.points(x[where], y[where])
            hits, grids = self.tree.query(points, predicate="intersects")
            rows = where[hits]
            fits = (villages[rows] < 0) | (villages[rows] == self.village_of_grid[grids])
            np.minimum.at(result, rows[fits], grids[fits])
        result[result == len(self.grids)] = -1
        return result

    def unit_of(self, grid: Place, x: float | None, y: float | None) -> Place:
        """The unit of a grid for a household, or the grid itself where none is determined."""
        units = self.units.get(grid.path, [])
        if len(units) == 1:
            return units[0]
        if x is None or y is None or not np.isfinite(x):
            return grid
        point = shapely.Point(x, y)
        covering = [
            u for u in units if u.path in self.shapes and self.shapes[u.path].intersects(point)
        ]
        return min(covering, key=lambda u: (u.code, u.path)) if covering else grid

    def settle(self, filed: Place, x: float | None, y: float | None) -> Place:
        """The finest area for one household filed under ``filed`` with an optional point."""
        if filed.level == "unit":
            return filed
        if filed.level == "grid":
            return self.unit_of(filed, x, y)
        if x is None or y is None:
            return filed
        village = np.array([self.village_index.get(filed.path, -1)])
        found = int(self.grids_at(np.array([x]), np.array([y]), village)[0])
        return filed if found < 0 else self.unit_of(self.grids[found], x, y)
