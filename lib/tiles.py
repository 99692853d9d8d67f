"""Vector tiles: which tile, and a queryset turned into one.

The rows come from a queryset that began at ``visible_to``, so that a tile and a page can never
disagree about who sees what.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connections
from django.db.models import F, Func, QuerySet, TextField

HALF = 20037508.342789244  # half the side of the EPSG:3857 square, metres
EXTENT = 4096
BUFFER = 64


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


def points_tile(
    rows: QuerySet, *, columns: list[str], properties: str, tile: Tile, layer: str
) -> bytes:
    """The tile of a queryset of points (``location_3857``).

    ``properties`` is the SQL of what each point carries, made of ``seen`` and its ``columns``.
    """
    inner, parameters = rows.values(*columns, geom=Func(
        F("location_3857"), template="%(expressions)s", output_field=TextField()
    )).query.sql_with_params()  # fmt: skip
    near, near_parameters = envelope_sql(tile, BUFFER)
    exact, exact_parameters = envelope_sql(tile, 0)
    sql = f"""
        SELECT ST_AsMVT(feature, %s, {EXTENT}, 'geom') FROM (
            SELECT {properties},
                ST_AsMVTGeom(seen.geom, {exact}, {EXTENT}, {BUFFER}, true) AS geom
            FROM ({inner}) seen
            WHERE seen.geom && {near}
        ) feature
    """
    with connections["tiles"].cursor() as cursor:
        cursor.execute(sql, [layer, *exact_parameters, *parameters, *near_parameters])
        return bytes(cursor.fetchone()[0])
