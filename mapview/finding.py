"""Find a household, an area or a contact person. Nothing outside one's scope, and no hint of it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import User
from grids.models import Area, Post
from grids.naming import area_labels
from grids.querysets import person_named
from households.finding import households_found
from households.models import Household
from lib.geo import bearing_from, latitude_of, longitude_of, metres_from, nearness

LIMIT = 20


def _household_rows(found: QuerySet[Household], *, on: date) -> list[dict[str, Any]]:
    rows = list(
        found.annotate(lon=longitude_of(), lat=latitude_of())
        .order_by("head_name", "id")
        .only("id", "serial", "head_name", "address", "path")[:LIMIT]
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
        "households": _household_rows(households_found(user, text, on=on), on=on),
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


def nearest(user: User, longitude: float, latitude: float, *, limit: int, on: date) -> list[Any]:
    """The located households nearest to a WGS 84 point: distance in metres, bearing in degrees."""
    rows = list(
        Household.objects.visible_to(user)
        .open_on(on)
        .filter(location__isnull=False)
        .annotate(
            distance_m=metres_from(longitude, latitude), bearing=bearing_from(longitude, latitude)
        )
        .order_by(nearness(longitude, latitude))[:limit]
    )
    rows.sort(key=lambda row: row.distance_m)
    return rows
