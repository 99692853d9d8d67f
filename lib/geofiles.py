"""Boundary files (GeoJSON, GeoPackage, zipped Shapefile) read in the sandbox."""

from dataclasses import dataclass, field
from typing import Any

import shapely
from django.utils.translation import gettext as _

from lib import sandbox
from lib.sandbox import Limits, Source, UnreadableFile


@dataclass(frozen=True)
class Feature:
    """One feature: its properties, its 2-D geometry as in the file, its position from 1."""

    properties: dict[str, Any]
    geometry: Any
    position: int


@dataclass(frozen=True)
class GeoFault:
    """A geometry that is refused: the place of the fault in the file's own coordinates.

    missing: there is no geometry at all, which an area may do without.
    """

    position: int
    properties: dict[str, Any]
    message: str
    x: float | None = None
    y: float | None = None
    missing: bool = False


@dataclass
class GeoFile:
    """The features of a file, the faults, and the system it declares itself (None when none).

    kind is geojson, gpkg or shapefile. GeoJSON declares WGS84 by definition even when its numbers
    are in another system: let the person who loads it name the system.
    """

    kind: str
    declared_crs: str | None
    fields: list[str]
    features: list[Feature] = field(default_factory=list)
    faults: list[GeoFault] = field(default_factory=list)


def read_features(source: Source, *, limits: Limits | None = None) -> GeoFile:
    """Read a file; UnreadableFile when it is none of the three kinds, broken, or of several layers.

    Polygons become multipolygons, Z is dropped. Invalid rings, empty geometries and coordinates
    that are no numbers are listed in `faults`, never mended.
    """
    values = sandbox.run("geo", source, limits=limits)
    head = next(values)
    found = GeoFile(head["kind"], head["crs"], head["fields"])
    for position, (wkb, row) in enumerate(values, start=1):
        properties = dict(zip(found.fields, row, strict=True))
        geometry = None if wkb is None else shapely.from_wkb(bytes.fromhex(wkb))
        fault = _fault(position, properties, geometry)
        if fault:
            found.faults.append(fault)
            continue
        geometry = shapely.force_2d(geometry)
        if geometry.geom_type == "Polygon":
            geometry = shapely.MultiPolygon([geometry])
        found.features.append(Feature(properties, geometry, position))
    if not found.features and not found.faults:
        raise UnreadableFile("geo_no_features")
    return found


def _fault(position: int, properties: dict[str, Any], geometry: Any) -> GeoFault | None:
    if geometry is None or geometry.is_empty:
        message = _("Feature %s has no geometry.") % position
        return GeoFault(position, properties, message, missing=True)
    if not _finite(geometry):
        message = _("Feature %s has a coordinate that is no number.") % position
        return GeoFault(position, properties, message)
    if geometry.is_valid:
        return None
    reason = shapely.is_valid_reason(geometry)
    what, _bracket, place = reason.partition("[")
    x, y = (float(part) for part in place.rstrip("]").split()[:2]) if place else (None, None)
    values = {"n": position, "what": invalid_words(what.strip()), "x": x, "y": y}
    message = _("Feature %(n)s: %(what)s at %(x)s, %(y)s. Mend it in the drawing program.") % values
    return GeoFault(position, properties, message, x, y)


def _finite(geometry: Any) -> bool:
    import numpy as np

    return bool(np.isfinite(shapely.get_coordinates(geometry)).all())


def invalid_words(reason: str) -> str:
    """What GEOS calls a fault, in the words of the person who drew it."""
    known = {
        "Self-intersection": _("the outline crosses itself"),
        "Ring Self-intersection": _("the outline touches or crosses itself"),
        "Hole lies outside shell": _("a hole lies outside its outline"),
        "Nested shells": _("one part lies inside another"),
        "Nested holes": _("one hole lies inside another"),
        "Duplicate Rings": _("an outline occurs twice"),
        "Too few points in geometry component": _("an outline has too few points"),
        "Interior is disconnected": _("holes cut the area into pieces"),
    }
    return known.get(reason, reason)
