"""Redraws of the small world, drawn with the squares of ``tests/shapes.py``."""

from __future__ import annotations

from django.contrib.gis.geos import MultiPolygon

from planning.models import Redraw, RedrawArea
from tests.people import World
from tests.shapes import rectangle

#: key of the area that goes on (or None), name, outline
Drawn = tuple[str | None, str, MultiPolygon]


def draft(
    world: World, *drawn: Drawn, villages: tuple[str, ...] = ("V1",), level: str = "grid",
    area: str = "T1", name: str = "甲一村重划", beneath: str | None = None,
) -> Redraw:  # fmt: skip
    """A redraw of villages with the areas given, as the manager would have drawn it."""
    redraw = Redraw.objects.create(
        area=world.areas[area], path=world.areas[area].path, level=level, name=name,
        villages=[world.areas[key].path for key in villages], by=world.users["manager"],
    )  # fmt: skip
    for key, label, geom in drawn:
        add(world, redraw, key, label, geom, beneath=beneath or villages[0])
    return redraw


def add(
    world: World, redraw: Redraw, key: str | None, label: str, geom: MultiPolygon, *,
    beneath: str = "V1", **more: str,
) -> RedrawArea:  # fmt: skip
    """One area more in a redraw."""
    area = world.areas[key] if key else None
    parent = (area.parent if area else None) or world.areas[beneath]
    return RedrawArea.objects.create(
        redraw=redraw, area=area, parent=parent,
        name=label, geom=geom, grid_kind="general" if redraw.level == "grid" else "", **more,
    )  # fmt: skip


def north_and_south(world: World) -> Redraw:
    """V1 cut the other way: G11 keeps the south, the north is new, G12 ends."""
    return draft(
        world,
        ("G11", "甲一村第一网格", rectangle(0, 0, 2, 1)),
        (None, "甲一村北网格", rectangle(0, 1, 2, 2)),
    )
