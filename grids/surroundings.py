"""The land around a place for a small map: outlines and names (P0), nothing of a household."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.gis.geos import GEOSGeometry, Polygon

from grids.models import Boundary
from grids.paths import at_and_above, path_length

#: More outlines are a texture, and their weight is felt on a slow line.
MOST = 60
#: Degrees a line may be off, about ten metres, and what is kept of its corners.
TOLERANCE, DECIMALS = 0.0001, 5


def outlines_around(path: str, *, on: date) -> dict[str, Any]:
    """The village a path lies in, with its grids, else the finest area above with an outline.

    ``bounds``: west, south, east, north, or None where nothing above has an outline;
    ``outlines``: name, lon, lat of the name and ``rings`` of [lon, lat]. All in WGS 84.
    """
    around = at_and_above(path[: path_length("village")])
    held = Boundary.objects.filter(during__contains=on).select_related("area")
    whole = held.filter(path__in=around).order_by("-path").first()
    if whole is None:
        return {"bounds": None, "outlines": []}
    inside = held.filter(path__startswith=whole.path, level="grid").order_by("path")
    # Of a whole township or county the grids are too many.
    grids = list(inside[:MOST]) if whole.level == "village" else []
    return {
        "bounds": whole.geom.extent,
        "outlines": [_outline(boundary) for boundary in (whole, *grids)],
    }


def _outline(boundary: Boundary) -> dict[str, Any]:
    lon, lat = boundary.geom.point_on_surface.coords
    return {
        "name": boundary.area.name,
        "level": boundary.level,
        "lon": round(lon, DECIMALS),
        "lat": round(lat, DECIMALS),
        "rings": _rings(boundary.geom.simplify(TOLERANCE, preserve_topology=True)),
    }


def _rings(geometry: GEOSGeometry) -> list[list[list[float]]]:
    """The rings of one or several polygons, as lists of [lon, lat]."""
    polygons = [geometry] if isinstance(geometry, Polygon) else list(geometry)  # type: ignore[call-overload]
    return [
        [[round(x, DECIMALS), round(y, DECIMALS)] for x, y, *_rest in ring]
        for polygon in polygons
        for ring in polygon.coords
    ]
