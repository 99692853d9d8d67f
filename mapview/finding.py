"""Find a household, an area or a contact person. Nothing outside one's scope, and no hint of it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q

from accounts.models import User
from casework.coverage import refresh
from grids.models import Area, Post
from grids.naming import area_labels
from grids.querysets import person_named
from grids.scope import scope_of
from households.finding import found_by, households_found
from households.models import Household
from households.querysets import HouseholdQuerySet
from lib.geo import (
    bearing_from,
    box_around,
    latitude_of,
    longitude_of,
    metres_from,
    nearness,
)

LIMIT = 20


def _household_rows(found: HouseholdQuerySet, text: str, *, on: date) -> list[dict[str, Any]]:
    rows = list(
        found.here()
        .annotate(lon=longitude_of("point"), lat=latitude_of("point"))
        .order_by("head_name", "id")
        .only("id", "serial", "head_name", "address", "path", "initials")[:LIMIT]
    )
    places = area_labels({row.path for row in rows}, on=on)
    return [
        {
            "id": row.id,
            "serial": row.serial,
            "head": row.head_name,
            "address": row.address,
            "area": places[row.path],
            "lon": row.lon,
            "lat": row.lat,
            "found_by": found_by(row, text),
        }
        for row in rows
    ]


def search(user: User, text: str, *, on: date) -> dict[str, list[dict[str, Any]]]:
    """Areas, households and contact people that fit ``text``; at most 20 of each."""
    text = text.strip()
    if not text:
        return {"areas": [], "households": [], "people": []}
    areas = (
        Area.objects.visible_to(user).in_force(on).with_code(on)
        .filter(Q(name__contains=text) | Q(codes__code=text, codes__during__contains=on))
        .order_by("path").distinct()[:LIMIT]
    )  # fmt: skip
    return {
        "areas": [
            {"id": a.id, "code": a.code, "name": a.name, "level": a.level, "type": a.type_label}
            for a in areas
        ],
        "households": _household_rows(households_found(user, text, on=on), text, on=on),
        "people": people_found(user, text, on=on),
    }


def people_found(user: User, text: str, *, on: date) -> list[dict[str, Any]]:
    """Posts in force within scope whose holder fits ``text``."""
    posts = (
        Post.objects.visible_to(user).in_force(on)
        .filter(person_named(text, "person__"))
        .select_related("person", "role", "area", "organisation")
        .order_by("person__name", "path")[:LIMIT]
    )  # fmt: skip
    labels = area_labels({post.path for post in posts}, on=on)
    return [
        {
            "name": post.person.name,
            "role_label": post.role.name,
            "area_name": labels[post.path]["name"],
            "path_code": labels[post.path]["code"],
        }
        for post in posts
    ]


def _measured(rows: HouseholdQuerySet, longitude: float, latitude: float) -> HouseholdQuerySet:
    return rows.annotate(
        distance_m=metres_from("point", longitude, latitude),
        bearing=bearing_from("point", longitude, latitude),
    )


def _follow(user: User, *, on: date, current: date) -> None:
    """Today's places stand in a column that the count writes when the calendar turns."""
    if on == current:
        for path in scope_of(user).households:
            refresh(path, on=on)


def nearest(
    user: User, longitude: float, latitude: float, *, limit: int, on: date, current: date,
    own: bool = False,
) -> list[Any]:  # fmt: skip
    """The households nearest to a WGS 84 point on a day: metres, and degrees from north.

    With ``own`` those one is the named contact of alone.
    """
    if own or not scope_of(user).households:
        # A few, found by their links: the index on places would be walked to its end for them.
        few = Household.objects.linked_to(user).open_on(on).with_place(on)
        few = few.filter(point__isnull=False)
        return list(_measured(few, longitude, latitude).order_by("distance_m", "id")[:limit])
    _follow(user, on=on, current=current)
    found: list[Any] = []
    seen = Household.objects.visible_to(user).open_on(on)
    for rows, column in seen.placed_on(on, current=current):
        near = _measured(rows, longitude, latitude)
        found += near.order_by(nearness(column, longitude, latitude))[:limit]
    return sorted(found, key=lambda row: row.distance_m)[:limit]


def within(
    user: User, longitude: float, latitude: float, *, metres: float, limit: int, on: date,
    current: date,
) -> tuple[int, list[Any]]:  # fmt: skip
    """How many households lie within a distance of a WGS 84 point, and the nearest of them."""
    _follow(user, on=on, current=current)
    total = 0
    found: list[Any] = []
    seen = Household.objects.visible_to(user).open_on(on)
    for rows, column in seen.placed_on(on, current=current):
        boxed = rows.filter(**{f"{column}__bboverlaps": box_around(longitude, latitude, metres)})
        near = _measured(boxed, longitude, latitude).filter(distance_m__lte=metres)
        total += near.count()
        found += near.order_by("distance_m", "head_name", "id")[:limit]
    found.sort(key=lambda row: (row.distance_m, row.head_name, row.id))
    return total, found[:limit]
