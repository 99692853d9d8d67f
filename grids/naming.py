"""How areas are named to people: beside their code, from afar, as a path from the root down."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from accounts.models import User
from grids.models import Area
from grids.paths import at_and_above


def area_json(area: Area) -> dict[str, Any]:
    """An area as the map names it."""
    return {
        "id": area.id,
        "code": getattr(area, "code", None),
        "name": area.name,
        "level": area.level,
        "type": area.type_label,
    }


def name_from_afar(area: Area) -> str:
    """The name of a grid or unit with its village's before it: every village has a first grid."""
    village = area.path[:12]
    if area.path == village or len(area.path) < len(village):
        return area.name
    return f"{Area.objects.get(path=village).name} {area.name}"


def trail_of(user: Any, area: Area, on: date) -> list[dict[str, Any]]:
    """The areas from the root of a person's scope down to ``area``."""
    paths = at_and_above(area.path)
    seen = Area.objects.visible_to(user).filter(path__in=paths).with_code(on).order_by("path")
    trail = [area_json(step) for step in seen]
    if trail:
        trail[0]["name"] = name_from_afar(seen[0])
    return trail


def map_address(user: Any, area: Area, *, on: date) -> str:
    """The map with the panel of an area open, among the areas beside it.

    Where somebody sees nothing above the area the map is about it alone, and has no panel of it.
    """
    keys = [step["code"] or step["id"] for step in trail_of(user, area, on)]
    above, here = keys[-2:] if len(keys) > 1 else ("", keys[-1] if keys else area.pk)
    return f"/?area={above}&sel={here}" if above else f"/?area={here}"


def area_labels(paths: set[str], *, on: date) -> dict[str, dict[str, Any]]:
    """Code and name of areas by path; the name of a grid or unit begins with its village's."""
    wanted = paths | {path[:12] for path in paths}
    areas = {area.path: area for area in Area.objects.filter(path__in=wanted).with_code(on)}
    labels = {}
    for path in paths:
        area, village = areas[path], areas.get(path[:12])
        finer = village is not None and village.path != path
        name = f"{village.name} {area.name}" if finer and village else area.name
        labels[path] = {"code": area.code, "name": name}
    return labels


def account_names(keys: Iterable[str | None]) -> dict[str | None, str]:
    """Who is behind accounts, by key: the person's name, else the name of the account."""
    users = User.objects.filter(pk__in={key for key in keys if key}).select_related("person")
    names: dict[str | None, str] = {None: ""}
    for user in users:
        person = getattr(user, "person", None)
        names[str(user.pk)] = person.name if person else user.get_username()
    return names
