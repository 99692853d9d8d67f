"""Outlines for tiles: siblings simplified together, so that no sliver opens between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

import numpy as np
import shapely
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon, Point
from pyproj import Transformer

from grids.models import Boundary, BoundaryOutline

_mercator = Transformer.from_crs(4326, 3857, always_xy=True)


def to_mercator(geometries: np.ndarray) -> np.ndarray:
    """Project WGS 84 geometries to EPSG:3857 (tiles only; never used for distances)."""
    return shapely.transform(
        geometries, lambda xy: np.column_stack(_mercator.transform(xy[:, 0], xy[:, 1]))
    )


def outlines_draw(*, levels: Iterable[str], on: date) -> int:
    """Draw the outlines of all boundaries of ``levels`` in force on a day; return how many.

    Siblings share a parent: their common edges are simplified once
    (``shapely.coverage_simplify``); a set that overlaps is simplified one by one instead.
    """
    from grids.boundaries import BANDS

    drawn = 0
    for level in sorted(set(levels)):
        families: dict[str, list[Boundary]] = defaultdict(list)
        in_force = Boundary.objects.filter(level=level, during__contains=on)
        BoundaryOutline.objects.filter(boundary__in=in_force).delete()
        for boundary in in_force.iterator(chunk_size=2000):
            families[boundary.path[:-4]].append(boundary)
        rows: list[BoundaryOutline] = []
        for siblings in families.values():
            shapes = to_mercator(
                np.array([shapely.from_wkb(bytes(b.geom.wkb)) for b in siblings], dtype=object)
            )
            clean = bool(shapely.coverage_is_valid(shapes))
            labels = [shapely.point_on_surface(shape) for shape in shapes]
            for band, tolerance in BANDS:
                simple = (
                    shapely.coverage_simplify(shapes, tolerance)
                    if clean
                    else shapely.simplify(shapes, tolerance, preserve_topology=True)
                )
                for boundary, shape, full, label in zip(
                    siblings, simple, shapes, labels, strict=True
                ):
                    rows.append(
                        BoundaryOutline(
                            boundary=boundary,
                            level=level,
                            band=band,
                            geom=_multi(full if shape.is_empty else shape),
                            label=Point(label.x, label.y, srid=3857),
                        )
                    )
        BoundaryOutline.objects.bulk_create(rows, batch_size=1000)
        drawn += len(rows)
    return drawn


def _multi(shape: shapely.Geometry) -> MultiPolygon:
    geometry: Any = GEOSGeometry(memoryview(shape.wkb), srid=3857)
    if geometry.geom_type == "Polygon":
        return MultiPolygon(geometry, srid=3857)
    return geometry
