"""Vector tiles: which tile, and a queryset turned into one.

The rows come from a queryset that began at ``visible_to``, so that a tile and a page can never
disagree about who sees what.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connections
from django.db.models import F, Func, QuerySet, TextField

HALF = 20037508.342789244  # half the side of the EPSG:3857 square, metres
EXTENT = 4096
BUFFER = 64
#: A point with its id takes about 60 bytes of a tile, a cell about 20.
MOST_POINTS = 900
RASTER = 64
MOST_CELLS = 2800


@dataclass(frozen=True)
class Tile:
    """One tile of the usual web pyramid; ``y`` counts from the north."""

    z: int
    x: int
    y: int

    @property
    def exists(self) -> bool:
        """Whether there is such a tile, up to zoom 22."""
        return 0 <= self.z <= 22 and 0 <= self.x < 1 << self.z and 0 <= self.y < 1 << self.z

    def envelope(self, buffer: int = BUFFER) -> tuple[float, float, float, float]:
        """West, south, east, north in EPSG:3857 metres, widened by ``buffer`` tile units."""
        side = 2 * HALF / (1 << self.z)
        margin = side * buffer / EXTENT
        west, north = -HALF + self.x * side, HALF - self.y * side
        return west - margin, north - side - margin, west + side + margin, north + margin


def envelope_sql(tile: Tile, buffer: int) -> tuple[str, list[float]]:
    """``ST_MakeEnvelope(...)`` in EPSG:3857 and its parameters."""
    return "ST_MakeEnvelope(%s, %s, %s, %s, 3857)", list(tile.envelope(buffer))


@dataclass(frozen=True)
class Drawn:
    """A tile of points, or where they were too many (not ``single``) of counts."""

    body: bytes
    single: bool


def _asked(rows: QuerySet, columns: list[str], point: Any) -> tuple[str, Sequence[Any]]:
    """The SQL of a queryset's columns and of its points as ``geom``, with its parameters."""
    geom = Func(
        F(point) if isinstance(point, str) else point,
        template="%(expressions)s",
        output_field=TextField(),
    )
    return rows.values(*columns, geom=geom).query.sql_with_params()


def points_tile(
    parts: Sequence[tuple[QuerySet, Any]], *, columns: list[str], properties: str,
    counts: dict[str, str], tile: Tile, layer: str, cells: str = "cells", single: bool = True,
    values: Sequence[Any] = (), most: int = MOST_POINTS,
) -> Drawn:  # fmt: skip
    """The tile of querysets of points, each with its column or expression in EPSG:3857.

    ``properties`` is the SQL of what each point carries, made of ``seen``, its ``columns`` and
    ``values`` as parameters. Where there are more than ``most``, or never ``single``, layer
    ``cells`` holds what they count to instead: ``counts`` are conditions on ``seen`` by the name
    of the count. So a tile stays beneath 64 KiB however dense the town is
    (docs/decisions/0052).
    """
    asked = [_asked(rows, columns, point) for rows, point in parts]
    inner = " UNION ALL ".join(f"({sql})" for sql, _parameters in asked)
    parameters = [value for _sql, given in asked for value in given]
    near, near_parameters = envelope_sql(tile, BUFFER)
    exact, exact_parameters = envelope_sql(tile, 0)
    west, _south, _east, north = tile.envelope(0)
    step = 2 * HALF / (1 << tile.z) / RASTER
    tally = ", ".join(f"count(*) FILTER (WHERE {what}) AS {name}" for name, what in counts.items())
    sums = ", ".join(f"sum({name})::bigint AS {name}" for name in counts)
    sql = f"""
        WITH seen AS MATERIALIZED (
            SELECT seen.* FROM ({inner}) seen WHERE seen.geom && {near}
        ),
        crowd AS MATERIALIZED (
            SELECT count(*) > {most if single else -1} AS crowded FROM seen
        ),
        cell AS MATERIALIZED (
            SELECT place.x, place.y, {tally}
            FROM crowd
            JOIN seen ON crowd.crowded
            CROSS JOIN LATERAL (
                SELECT floor((ST_X(seen.geom) - %s) / %s)::int AS x,
                    floor((%s - ST_Y(seen.geom)) / %s)::int AS y
            ) place
            WHERE place.x BETWEEN 0 AND {RASTER - 1} AND place.y BETWEEN 0 AND {RASTER - 1}
            GROUP BY place.x, place.y
        ),
        gathered AS (
            SELECT cell.x / coarse.by AS x, cell.y / coarse.by AS y, min(coarse.by) AS by, {sums}
            FROM cell
            CROSS JOIN (
                SELECT CASE WHEN count(*) > {MOST_CELLS} THEN 2 ELSE 1 END AS by FROM cell
            ) coarse
            GROUP BY 1, 2
        )
        SELECT crowd.crowded, CASE WHEN crowd.crowded THEN (
            SELECT ST_AsMVT(feature, %s, {EXTENT}, 'geom') FROM (
                SELECT {", ".join(counts)}, ST_MakePoint(
                    (x + 0.5) * by * {EXTENT // RASTER}, (y + 0.5) * by * {EXTENT // RASTER}
                ) AS geom
                FROM gathered
            ) feature
        ) ELSE (
            SELECT ST_AsMVT(feature, %s, {EXTENT}, 'geom') FROM (
                SELECT {properties},
                    ST_AsMVTGeom(seen.geom, {exact}, {EXTENT}, {BUFFER}, true) AS geom
                FROM seen
            ) feature
        ) END
        FROM crowd
    """
    given = [*parameters, *near_parameters, west, step, north, step, cells, layer, *values]
    with connections["tiles"].cursor() as cursor:
        cursor.execute(sql, [*given, *exact_parameters])
        crowded, body = cursor.fetchone()
    return Drawn(bytes(body), single=not crowded)
