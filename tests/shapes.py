"""A small invented county drawn with unit squares: 方格县 (159901), nowhere near a real place.

One step is 0.01 degree from 120° E, 45° N. Columns are x, rows are y::

    y=2 +------+------+------+------+      +------+
        | U112 |      |      |      |      |      |
    y=1 +------+ G12  | G21  | no   |      | G31  |
        | U111 |      |      | grid |      |      |
    y=0 +------+------+------+------+      +------+
        0      1      2      3      4      5      6
        |---- V1 ----|----- V2 -----|      |- V3 -|
        |----------- T1 ------------|      |- T2 -|

Grid G11 is U111 and U112 together; G12, G21 and G31 are each one unit without an outline of its
own. Village V2 has land that no grid covers, and between the townships lies land of nobody.
"""

from __future__ import annotations

from datetime import date

from django.contrib.gis.geos import MultiPolygon, Point, Polygon

from grids.boundaries import boundaries_set
from grids.models import Area
from grids.services import area_create

ORIGIN = (120.0, 45.0)
STEP = 0.01

#: key, level, code, name, type word, key of the parent, outline (x0, y0, x1, y1) or None
AREAS: list[tuple[str, str, str, str, str, str, tuple[int, int, int, int] | None]] = [
    ("C", "county", "159901", "方格县", "县", "", (0, 0, 6, 2)),
    ("T1", "township", "159901100", "东方镇", "镇", "C", (0, 0, 4, 2)),
    ("T2", "township", "159901101", "西方苏木", "苏木", "C", (5, 0, 6, 2)),
    ("V1", "village", "159901100201", "甲一村", "村", "T1", (0, 0, 2, 2)),
    ("V2", "village", "159901100202", "甲二嘎查", "嘎查", "T1", (2, 0, 4, 2)),
    ("V3", "village", "159901101201", "乙一嘎查", "嘎查", "T2", (5, 0, 6, 2)),
    ("G11", "grid", "159901100201001", "甲一村第一网格", "", "V1", (0, 0, 1, 2)),
    ("G12", "grid", "159901100201002", "甲一村第二网格", "", "V1", (1, 0, 2, 2)),
    ("G21", "grid", "159901100202001", "甲二嘎查第一网格", "", "V2", (2, 0, 3, 2)),
    ("G31", "grid", "159901101201001", "乙一嘎查第一网格", "", "V3", (5, 0, 6, 2)),
    ("U111", "unit", "15990110020100101", "甲一村第一网格南单元", "", "G11", (0, 0, 1, 1)),
    ("U112", "unit", "15990110020100102", "甲一村第一网格北单元", "", "G11", (0, 1, 1, 2)),
    ("U121", "unit", "15990110020100201", "甲一村第二网格单元", "", "G12", None),
    ("U211", "unit", "15990110020200101", "甲二嘎查第一网格单元", "", "G21", None),
    ("U311", "unit", "15990110120100101", "乙一嘎查第一网格单元", "", "G31", None),
]
CODES = {key: code for key, _level, code, *_rest in AREAS}


def point(x: float, y: float) -> Point:
    """A place in the drawing, in WGS 84."""
    return Point(round(ORIGIN[0] + x * STEP, 7), round(ORIGIN[1] + y * STEP, 7), srid=4326)


def rectangle(x0: float, y0: float, x1: float, y1: float) -> MultiPolygon:
    """A rectangle of the drawing, in WGS 84."""
    corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)]
    return MultiPolygon(Polygon([point(x, y).coords for x, y in corners]), srid=4326)


def draw_areas(*, on: date) -> dict[str, Area]:
    """Create the areas of the drawing with codes and boundaries from a day on, by key."""
    areas: dict[str, Area] = {}
    outlines: list[tuple[Area, MultiPolygon]] = []
    for key, level, code, name, type_label, parent, outline in AREAS:
        areas[key] = area_create(
            level=level, name=name, code=code, parent=areas.get(parent), on=on,
            type_label=type_label, grid_kind="general" if level == "grid" else "",
        )  # fmt: skip
        if outline:
            outlines.append((areas[key], rectangle(*outline)))
    boundaries_set(outlines=outlines, on=on, source="drawn by hand")
    return areas
