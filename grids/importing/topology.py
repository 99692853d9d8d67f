"""Do sibling areas fit together? Gaps and overlaps with place and size; dedicated grids cut out.

All overlay is done in degrees, so that shared vertices stay exactly equal; sizes are geodesic.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from pyproj import Geod

_GEOD = Geod(ellps="WGS84")
#: Smaller or thinner than this is the rounding of an outline, not a fault in it.
LEAST_M2 = 1.0
LEAST_WIDTH_M = 0.2
#: Between neighbours without an outline around them, what is narrower than this is a gap.
SLIT_M = 10.0


@dataclass(frozen=True)
class Shape:
    """An area with its outline (shapely, WGS 84)."""

    code: str
    name: str
    outline: Any
    dedicated: bool = False

    @property
    def label(self) -> str:
        return f"{self.name}({self.code})" if self.name else self.code


@dataclass(frozen=True)
class Fault:
    """A gap, overlap or excess: the areas it concerns, a point in it (WGS 84), its size in m²."""

    kind: str
    of: tuple[Shape, ...]
    lon: float
    lat: float
    size_m2: float


def area_m2(shape: Any) -> float:
    """Geodesic area in square metres."""
    return abs(_GEOD.geometry_area_perimeter(shape)[0]) if not shape.is_empty else 0.0


def pieces(shape: Any) -> Iterator[tuple[Any, float]]:
    """The polygons of an overlay that are large and wide enough to matter, with their m²."""
    for part in shapely.get_parts(shape):
        if part.geom_type != "Polygon" or part.is_empty:
            if part.geom_type in ("MultiPolygon", "GeometryCollection"):
                yield from pieces(part)
            continue
        size, around = (abs(value) for value in _GEOD.geometry_area_perimeter(part))
        if size >= LEAST_M2 and around and 2 * size / around >= LEAST_WIDTH_M:
            yield part, size


def cut_dedicated(shapes: Sequence[Shape]) -> dict[str, Any]:
    """New outlines by code of the general grids that dedicated siblings lie in.

    The result may be empty where a dedicated grid covers the whole general one.
    """
    dedicated = [shape for shape in shapes if shape.dedicated]
    general = [shape for shape in shapes if not shape.dedicated]
    if not dedicated or not general:
        return {}
    tree = shapely.STRtree([shape.outline for shape in dedicated])
    cut: dict[str, Any] = {}
    for shape in general:
        inside = [dedicated[i] for i in tree.query(shape.outline, predicate="intersects")]
        inside = [d for d in inside if any(True for _ in pieces(shape.outline & d.outline))]
        if inside:
            rest = shape.outline - shapely.union_all([d.outline for d in inside])
            cut[shape.code] = polygons_of(rest)
    return cut


def polygons_of(shape: Any) -> Any:
    """The polygons of an overlay as one multipolygon, without crumbs (empty when none is left)."""
    return shapely.MultiPolygon([part for part, _size in pieces(shape)])


def family_faults(shapes: Sequence[Shape], parent: Shape | None) -> list[Fault]:
    """How siblings do not fit each other, and the outline of their parent where it has one.

    Kinds: overlap (of two), gap (land of the parent, or a hole or slit, that none covers),
    outside (land of one beyond the parent). Largest first within a kind.
    """
    outlines = np.array([shape.outline for shape in shapes], dtype=object)
    faults: list[Fault] = []
    if len(shapes) > 1 and not shapely.coverage_is_valid(outlines):
        faults += _overlaps(shapes, outlines)
    together = shapely.union_all(outlines)
    if parent is not None:
        faults += _faults("gap", parent.outline - together, (parent,))
        for shape in shapes:
            faults += _faults("outside", shape.outline - parent.outline, (shape, parent))
    else:
        faults += _holes(shapes, together)
    return sorted(faults, key=lambda fault: (fault.kind, -fault.size_m2))


def _overlaps(shapes: Sequence[Shape], outlines: Any) -> list[Fault]:
    faults: list[Fault] = []
    left, right = shapely.STRtree(outlines).query(outlines, predicate="intersects")
    for i, j in zip(left, right, strict=True):
        if i < j:
            both = shapely.intersection(outlines[i], outlines[j])
            faults += _faults("overlap", both, (shapes[i], shapes[j]))
    return faults


def _holes(shapes: Sequence[Shape], together: Any) -> list[Fault]:
    """Holes and slits between siblings that have no outline around them."""
    lat = together.centroid.y
    # One metre north and one metre east, so that a buffer is round on the ground.
    scale = 111_320.0
    stretch = np.array([scale * math.cos(math.radians(lat)), scale])
    flat = shapely.transform(together, lambda xy: xy * stretch)
    closed = flat.buffer(SLIT_M / 2, join_style="mitre").buffer(-SLIT_M / 2, join_style="mitre")
    filled = shapely.union_all(
        [shapely.Polygon(part.exterior) for part in shapely.get_parts(closed)]
    )
    open_land = shapely.transform(filled - flat, lambda xy: xy / stretch)
    tree = shapely.STRtree([shape.outline for shape in shapes])
    faults: list[Fault] = []
    for part, size in pieces(open_land):
        # Rounding of the stretch keeps neighbours from touching exactly.
        around = tree.query(part.buffer(1e-7), predicate="intersects")
        if len(around) > 1:
            at = shapely.point_on_surface(part)
            faults.append(Fault("gap", tuple(shapes[i] for i in sorted(around)), at.x, at.y, size))
    return faults


def _faults(kind: str, land: Any, of: tuple[Shape, ...]) -> list[Fault]:
    found = []
    for part, size in pieces(land):
        at = shapely.point_on_surface(part)
        found.append(Fault(kind, of, at.x, at.y, size))
    return found
