"""Which place does a row of a file name? By code, or by the names offices write."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

import numpy as np
import shapely
from django.utils.translation import gettext as _

from grids.models import Area
from households.attribution import Place, Territory
from lib.codes import canonical, level_of

FILING_LEVELS = ("village", "grid", "unit")
_OFFICE = re.compile(r"(村民|居民|嘎查)?委员会$|[村居]委会$")


@lru_cache(maxsize=8192)
def plain(name: str) -> str:
    """A name of a place without spaces and its committee: 甲一村村民委员会 → 甲一村."""
    return _OFFICE.sub("", re.sub(r"\s", "", name))


class Places(Territory):
    """The areas beneath a path with their names, to read cells and to settle many rows at once."""

    def __init__(self, path: str, *, on: date) -> None:
        super().__init__(path, on=on)
        self.by_name: dict[str, list[Place]] = {}
        types = dict(Area.objects.filter(path__startswith=path).values_list("path", "type_label"))
        for place in self.places:
            for name in self._names(place, types.get(place.path, "")):
                self.by_name.setdefault(name, []).append(place)
        self._known: dict[tuple[str, str], tuple[Place | None, str]] = {}
        self.mapped = [v for v in self.villages if v.path in self.shapes]
        self.village_tree = shapely.STRtree([self.shapes[v.path] for v in self.mapped])

    def _names(self, place: Place, type_label: str) -> set[str]:
        name = plain(place.name)
        names = {name}
        if type_label and place.level in ("village", "township"):
            names.add(name.removesuffix(type_label) + type_label)
            if len(name.removesuffix(type_label)) > 1:
                names.add(name.removesuffix(type_label))
        if place.level in ("grid", "unit"):
            village = self.by_path.get(place.path[:12])
            if village:
                names.add(plain(village.name) + name)
        return names

    def named(self, name: str, within: str, levels: tuple[str, ...]) -> list[Place]:
        """The places of these levels with a name beneath a path."""
        found = self.by_name.get(plain(name), [])
        return [p for p in found if p.level in levels and p.path.startswith(within)]

    def of_cells(self, area: str, village: str) -> tuple[Place | None, str]:
        """The place that the cells 区域编码 (code or name) and 村 name, and a warning or ''.

        A township or county is returned as such: it bounds the row without filing it. None when
        both are empty. ValueError with a sentence when a cell names no place here.
        """
        key = (area, village)
        if key not in self._known:
            self._known[key] = self._of_cells(area, village)
        return self._known[key]

    def _of_cells(self, area: str, village: str) -> tuple[Place | None, str]:
        warning = ""
        if area and area.isascii() and area.isdigit():
            place = self.of_code(area)
            if village and place.level in FILING_LEVELS:
                other = self._village(village, quiet=True)
                if other is not None and other.path != place.path[:12]:
                    warning = _("The code lies in another village than the row says; it decides.")
            return place, warning
        base = self._village(village) if village else None
        if not area:
            return base, ""
        within = base.path if base else ""
        found = self.named(area, within, FILING_LEVELS) or self.named(area, "", ("township",))
        found = [p for p in found if p.level != "village"] or found
        if len(found) == 1:
            return found[0], ""
        if base is None:
            if found:
                raise ValueError(
                    _("Several areas are called “%s”; give the code or the village.") % area[:40]
                )
            raise ValueError(_("No area here is called “%s”.") % area[:40])
        return base, _(
            "“%(name)s” is no grid of %(village)s; the household is filed under the village."
        ) % {"name": area[:40], "village": base.name}

    def of_code(self, code: str) -> Place:
        """The area of a code; ValueError when none beneath this path carries it."""
        place = self.place_of_code(code)
        if place is None:
            level_of(code)
            raise ValueError(_("No area here has the code %s.") % canonical(code))
        return place

    def _village(self, village: str, *, quiet: bool = False) -> Place | None:
        found = self.named(village, "", ("village",))
        code = re.sub(r"\s", "", village)
        if not found and code.isascii() and code.isdigit():
            place = self.place_of_code(code)
            found = [place] if place and place.level in FILING_LEVELS else []
        if len(found) == 1 or quiet:
            return found[0] if len(found) == 1 else None
        if found:
            raise ValueError(_("Several villages are called “%s”; give the code.") % village[:40])
        raise ValueError(_("No village here is called “%s”.") % village[:40])

    def villages_at(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """For each point (WGS 84) the index in ``villages`` of the one that covers it, or -1.

        A point on a shared border goes to the smaller code.
        """
        result = np.full(len(x), -1, dtype=np.int64)
        where = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        if not len(where) or not self.mapped:
            return result
        by_code = sorted(self.mapped, key=lambda p: (p.code, p.path))
        rank = {p.path: n for n, p in enumerate(by_code)}
        ranks = np.array([rank[p.path] for p in self.mapped])
        best = np.full(len(x), len(self.mapped), dtype=np.int64)
        hits, villages = self.village_tree.query(
            shapely.points(x[where], y[where]), predicate="intersects"
        )
        np.minimum.at(best, where[hits], ranks[villages])
        by_rank = np.empty(len(self.mapped) + 1, dtype=np.int64)
        by_rank[ranks] = [self.village_index[p.path] for p in self.mapped]
        by_rank[-1] = -1
        return by_rank[best]

    def settle_all(
        self, filed: list[Place | None], x: np.ndarray, y: np.ndarray
    ) -> list[Place | None]:
        """The finest area of every row (None: neither code nor point tells).

        ``filed`` is what the row's code says; the point decides below it. Longitude and latitude
        are WGS 84, NaN where there is no point.
        """
        fits = np.array([p is None or p.level not in ("grid", "unit") for p in filed], dtype=bool)
        villages = np.array(
            [
                self.village_index.get(p.path, -1) if p is not None and p.level == "village" else -1
                for p in filed
            ],
            dtype=np.int64,
        )
        px = np.where(fits, x, np.nan)
        grids = self.grids_at(px, y, villages)
        alone = np.array([p is None or p.level not in FILING_LEVELS for p in filed], dtype=bool)
        covering = self.villages_at(np.where(alone & (grids < 0), x, np.nan), y)
        sole = {path: units[0] for path, units in self.units.items() if len(units) == 1}
        settled: list[Place | None] = []
        for i, place in enumerate(filed):
            grid: Place | None = self.grids[grids[i]] if grids[i] >= 0 else None
            if place is not None and place.level == "grid":
                grid = place
            if grid is not None:
                one = sole.get(grid.path)
                if one is None:
                    one = self.unit_of(grid, x[i], y[i]) if grid.path in self.units else grid
                settled.append(one)
            elif place is not None and place.level in ("village", "unit"):
                settled.append(place)
            else:
                settled.append(self.villages[covering[i]] if covering[i] >= 0 else None)
        return settled
