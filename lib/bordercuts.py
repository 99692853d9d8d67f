"""Cutting a division: lines that reach from border to border, outlines drawn by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from lib.borders import GRID, LEAST_PART_M2, Division, Plane, Point, faces_of, key_of, polygons

#: How far the end of a line is drawn on to reach the border: in metres, and of its own length.
ON_M = 30.0
ON_SHARE = 0.25
AT_M = 1.0


def clung(points: Sequence[Point], division: Division, *, reach_m: float) -> list[Point]:
    """Points (WGS 84) put onto the vertex, else the border, that lies within ``reach_m``."""
    if not division.faces:
        return [key_of(*point) for point in points]
    plane = division.plane
    vertices = shapely.get_coordinates(division.faces)
    scale = np.array([plane.east, plane.north])
    tree = shapely.STRtree(shapely.points(vertices * scale))
    lines = plane.flat(shapely.union_all([face.boundary for face in division.faces]))
    found = []
    for point in points:
        flat = shapely.Point(point[0] * plane.east, point[1] * plane.north)
        nearest = tree.query_nearest(flat, max_distance=reach_m, all_matches=False)
        if len(nearest):
            found.append(key_of(*vertices[nearest[0]]))
            continue
        on = lines.interpolate(lines.project(flat)) if lines.length else flat
        near = on if on.distance(flat) <= reach_m else flat
        found.append(key_of(near.x / plane.east, near.y / plane.north))
    return [point for i, point in enumerate(found) if not i or point != found[i - 1]]


def reaching(line: Sequence[Point], shape: Any, plane: Plane, *, reach_m: float) -> Any:
    """A line whose ends are drawn on to the border of a shape where they stop just before it."""
    flat = [(x * plane.east, y * plane.north) for x, y in line]
    around = plane.flat(shape).boundary
    inside = plane.flat(shape)
    far = max(reach_m, ON_M, ON_SHARE * shapely.LineString(flat).length)
    for turn in (1, -1):
        ends = flat[::-1] if turn == 1 else flat
        (x1, y1), (x0, y0) = ends[0], ends[1]
        length = np.hypot(x1 - x0, y1 - y0)
        if length and inside.intersects(shapely.Point(x1, y1)):
            # An end put onto the border may still stop a hair before it.
            near = around.distance(shapely.Point(x1, y1)) < AT_M
            step = (2 * AT_M if near else far) / length
            on = (x1 + (x1 - x0) * step, y1 + (y1 - y0) * step)
            if shapely.LineString([(x1, y1), on]).intersects(around):
                flat = [on, *flat] if turn == -1 else [*flat, on]
    return plane.round(shapely.LineString(flat))


def cut(shape: Any, line: Any, plane: Plane) -> tuple[list[Any], list[Any]]:
    """The parts a line cuts a shape into, largest first, and the parts it leaves whole.

    Parts smaller than ``LEAST_PART_M2`` stay with the neighbour. Nothing is cut: an empty list.
    """
    parts: list[Any] = []
    whole: list[Any] = []
    for piece in polygons(shape):
        inside = [
            face
            for face in faces_of([piece.boundary, line])
            if piece.intersects(shapely.point_on_surface(face))
        ]
        fresh = _without_crumbs(inside, plane)
        if len(fresh) > 1:
            parts += fresh
        else:
            whole.append(piece)
    return sorted(parts, key=lambda part: -part.area), whole


def _without_crumbs(faces: list[Any], plane: Plane) -> list[Any]:
    kept = [face for face in faces if _counts(face, plane)]
    for crumb in (face for face in faces if not _counts(face, plane)):
        if not kept:
            return faces[:1]
        beside = [shapely.length(shapely.intersection(crumb.boundary, k.boundary)) for k in kept]
        best = int(np.argmax(beside))
        kept[best] = shapely.union(kept[best], crumb, grid_size=GRID)
    return kept


def _counts(face: Any, plane: Plane) -> bool:
    return plane.size(face) >= LEAST_PART_M2 and not plane.is_sliver(face)


def land_of(shape: Any, plane: Plane) -> Any:
    """The parts of a shape that are land, not crumbs or slivers; empty where there are none."""
    return shapely.MultiPolygon([part for part in polygons(shape) if _counts(part, plane)])
