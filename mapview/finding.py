"""Find a household, an area or a contact person. Nothing outside one's scope, and no hint of it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import User
from grids.models import Area, Post
from grids.naming import area_labels
from grids.querysets import person_named
from grids.scope import scope_of
from households.finding import found_by, households_found
from households.models import Household
from lib.geo import (
    bearing_from,
    box_around,
    latitude_of,
    longitude_of,
    metres_from,
    nearness,
)

LIMIT = 20


def _household_rows(found: QuerySet[Household], text: str, *, on: date) -> list[dict[str, Any]]:
    rows = list(
        found.annotate(lon=longitude_of(), lat=latitude_of())
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


def _measured(rows: QuerySet[Household], longitude: float, latitude: float) -> Any:
    return rows.annotate(
        distance_m=metres_from(longitude, latitude), bearing=bearing_from(longitude, latitude)
    )


def nearest(
    user: User, longitude: float, latitude: float, *, limit: int, on: date, own: bool = False
) -> list[Any]:
    """The located households nearest to a WGS 84 point: distance in metres, bearing in degrees.

    With ``own`` those one is the named contact of alone.
    """
    if own or not scope_of(user).households:
        # A few, found by their links: the index on places would be walked to its end for them.
        rows = Household.objects.linked_to(user).open_on(on).located_by(on)
        return list(_measured(rows, longitude, latitude).order_by("distance_m", "id")[:limit])
    rows = Household.objects.visible_to(user).open_on(on).located_by(on)
    found = _measured(rows, longitude, latitude).order_by(nearness(longitude, latitude))
    return sorted(found[:limit], key=lambda row: row.distance_m)


def within(
    user: User, longitude: float, latitude: float, *, metres: float, limit: int, on: date
) -> tuple[int, list[Any]]:
    """How many households lie within a distance of a WGS 84 point, and the nearest of them."""
    rows = (
        Household.objects.visible_to(user).open_on(on).located_by(on)
        .filter(location_3857__bboverlaps=box_around(longitude, latitude, metres))
    )  # fmt: skip
    found = _measured(rows, longitude, latitude).filter(distance_m__lte=metres)
    return found.count(), list(found.order_by("distance_m", "head_name", "id")[:limit])
