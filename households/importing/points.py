"""The coordinates of a file: their system, their faults, and whether they lie where they belong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from django.utils.translation import gettext as _
from pyproj import Geod

from households.attribution import Place
from households.importing.places import Places
from lib.datum import (
    WGS84,
    Crs,
    datum_fits,
    fault_text,
    fit_text,
    guess_datum,
    parse_crs,
    position_faults,
    to_wgs84,
)
from lib.errors import Refusal
from lib.tabular import Problem, Table
from lib.values import CLEAR, blank

#: Farther than this from its village a point is told.
FAR_M = 500
#: Points looked at to tell which coordinate system a whole file is in.
JUDGED = 3000
#: Beyond this latitude the map's projection ends, and the database refuses a point.
LATITUDE = 85.0
GEOD = Geod(ellps="WGS84")


@dataclass
class Points:
    """Longitude and latitude (WGS 84, NaN: none) of every row, and the rows whose point goes."""

    lon: np.ndarray
    lat: np.ndarray
    cleared: set[int] = field(default_factory=set)
    faulty: set[int] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


def numbers(values: Sequence[Any]) -> np.ndarray:
    """Parsed cells as floats, NaN where there is none."""
    return np.array([v if isinstance(v, float) else np.nan for v in values], dtype=np.float64)


def read_points(
    table: Table, columns: dict[str, list[Any]], crs_name: str | None,
    filed: list[Place | None], places: Places, *, axes: tuple[str, str] = ("x", "y"),
) -> Points:  # fmt: skip
    """The points of a table in WGS 84. Refusal when there are some and no system is named.

    ``axes`` are the fields of their coordinates; only registered places, at the usual ones, are
    expected to lie where their rows are filed.
    A point that contradicts the system is an error of its row; a file that sits where another
    system would put it is told, and nothing is mended silently.
    """
    count = len(table)
    x, y = (numbers(columns.get(name) or [None] * count) for name in axes)
    points = Points(np.full(count, np.nan), np.full(count, np.nan))
    # A cell that could not be read is told already; the other one alone would be told again.
    unread = [
        i
        for name in axes if name in columns
        for i, (cell, value) in enumerate(zip(table.cells(name), columns[name], strict=True))
        if value is None and blank(cell) is False
    ]  # fmt: skip
    x[unread] = y[unread] = np.nan
    for name in axes:
        points.cleared |= {i for i, v in enumerate(columns.get(name) or []) if v is CLEAR}
    if not (np.isfinite(x) | np.isfinite(y)).any():
        return points
    if not crs_name:
        raise Refusal(missing_crs(x, y, filed, places), field="crs")
    try:
        crs = parse_crs(crs_name)
    except ValueError as error:
        raise Refusal(str(error), field="crs") from None
    faults = position_faults(crs, x, y)
    for i in np.flatnonzero(faults != ""):
        broken(points, table, int(i), axes[0], fault_text(faults[i], crs))
    bad = faults != ""
    lon, lat = to_wgs84(crs, np.where(bad, np.nan, x), np.where(bad, np.nan, y))
    with np.errstate(invalid="ignore"):
        beyond = ~bad & np.isfinite(x) & ~((np.abs(lon) <= 180) & (np.abs(lat) <= LATITUDE))
    for i in np.flatnonzero(beyond):
        broken(points, table, int(i), axes[0], fault_text("range", WGS84))
    points.lon, points.lat = np.where(beyond, np.nan, lon), np.where(beyond, np.nan, lat)
    if axes == ("x", "y"):
        judge(points, x, y, crs, filed, places)
    return points


def broken(points: Points, table: Table, i: int, name: str, sentence: str) -> None:
    """Note a point that cannot be read."""
    points.faulty.add(i)
    points.problems.append(table.problem(i, name, sentence))


def chosen_rows(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Positions of at most ``JUDGED`` points, spread over the file."""
    known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    step = max(1, len(known) // JUDGED)
    return known[::step]


def inside_villages(rows: np.ndarray, filed: list[Place | None], places: Places) -> Any:
    """A function that tells which points lie in the village their row names, or in any."""
    own = np.array(
        [
            places.village_index.get(p.path[:12], -1) if (p := filed[i]) is not None else -1
            for i in rows
        ],
        dtype=np.int64,
    )
    shapes = [places.shapes.get(v.path) for v in places.villages]

    def inside(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        result = np.zeros(len(lon), dtype=bool)
        for village in np.unique(own):
            mine = np.flatnonzero(own == village)
            if village < 0:
                result[mine] = places.villages_at(lon[mine], lat[mine]) >= 0
            elif shapes[village] is not None:
                result[mine] = shapely.intersects_xy(shapes[village], lon[mine], lat[mine])
        return result

    return inside


def judge(
    points: Points, x: np.ndarray, y: np.ndarray, crs: Crs, filed: list[Place | None],
    places: Places,
) -> None:  # fmt: skip
    """Tell when another system, or swapped columns, would put the file where it belongs."""
    if not places.mapped:
        return
    rows = chosen_rows(x, y)
    best = guess_datum(x[rows], y[rows], crs, inside_villages(rows, filed, places))
    if best is not None:
        points.notices.append(fit_text(best, crs))


def missing_crs(x: np.ndarray, y: np.ndarray, filed: list[Place | None], places: Places) -> str:
    """Why a file without a named system is refused, with the measured shift as a hint."""
    try:
        parse_crs(None)
    except ValueError as error:
        sentence = str(error)
    rows = chosen_rows(x, y)
    if not places.mapped or not len(rows):
        return sentence
    fits = datum_fits(x[rows], y[rows], inside_villages(rows, filed, places), WGS84)
    told = [f for f in fits if f.inside and not f.swapped][:3]
    if not told:
        return sentence
    hints = _("; ").join(
        (_("as %(crs)s %(inside)s of %(n)s (%(shift)s m from WGS84)") if round(f.shift_m or 0)
         else _("as %(crs)s %(inside)s of %(n)s"))
        % {"crs": f.crs.label, "inside": f.inside, "n": f.n, "shift": round(f.shift_m or 0)}
        for f in told
    )  # fmt: skip
    return sentence + " " + _("Points that lie in their village when read: %s.") % hints


def far_points(
    table: Table, points: Points, settled: list[Place | None], places: Places
) -> list[Problem]:
    """Warnings for points more than 500 m outside the village their row is filed under."""
    problems = []
    by_village: dict[str, list[int]] = {}
    for i, place in enumerate(settled):
        if place is not None and np.isfinite(points.lon[i]):
            by_village.setdefault(place.path[:12], []).append(i)
    for path, members in by_village.items():
        shape = places.shapes.get(path)
        if shape is None:
            continue
        rows = np.array(members)
        lon, lat = points.lon[rows], points.lat[rows]
        outside = ~shapely.intersects_xy(shape, lon, lat)
        if not outside.any():
            continue
        rows, lon, lat = rows[outside], lon[outside], lat[outside]
        nearest = shapely.get_coordinates(
            shapely.get_point(shapely.shortest_line(shape, shapely.points(lon, lat)), 0)
        )
        metres = GEOD.inv(lon, lat, nearest[:, 0], nearest[:, 1])[2]
        for i, far in zip(rows, metres, strict=True):
            if far > FAR_M:
                message = _("The point lies %(far)s m outside %(village)s.") % {
                    "far": round(far), "village": places.by_path[path].name,
                }  # fmt: skip
                problems.append(table.problem(int(i), "x", message, "warning"))
    return problems
