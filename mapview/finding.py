"""Find a household, an area or a contact person. Nothing outside one's scope, and no hint of it."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Reverse

from accounts.keys import sealer
from accounts.models import User
from grids.models import Area, Post
from grids.naming import area_labels
from households.models import Household, Link
from lib.bigrams import bigrams
from lib.geo import bearing_from, latitude_of, longitude_of, metres_from, nearness

LIMIT = 20
CHINESE = re.compile(r"[\u3400-\u9fff]")
LETTERS = re.compile(r"[a-z]{1,20}")


def _name_conditions(text: str) -> list[Q]:
    """Names or addresses that hold ``text``, each length by the index that serves it."""
    if len(text) == 1:
        return [Q(head_name__startswith=text)]
    if len(text) == 2:
        return [Q(bigrams__contains=bigrams(text))]
    return [Q(head_name__contains=text), Q(address__contains=text)]


def _conditions(text: str) -> list[Q]:
    """By name, address, own number, end of the phone, or initials: one index each."""
    conditions = [Q(serial__in=sorted({text, text.upper(), text.lower()}))]
    digits = re.sub(r"[\s-]", "", text)
    if digits.isdigit() and len(digits) >= 4:
        conditions.append(Q(phone_tail__in=sealer().tails(digits[-4:])))
        conditions.append(~Q(serial="") & Q(serial_end__startswith=digits[::-1]))
    elif LETTERS.fullmatch(text.lower()):
        conditions.append(Q(initials__startswith=text.lower()))
    if CHINESE.search(text) or not digits.isdigit():
        conditions += _name_conditions(text)
    return conditions


def households_found(user: User, text: str, *, on: date) -> QuerySet[Household]:
    """Households by what is written of them, or by the name of their contact.

    A union of questions with one condition each: in one question with OR, no index serves all
    of it, and every household of the county is read.
    """
    seen: Any = Household.objects.visible_to(user).open_on(on)
    seen = seen.annotate(serial_end=Reverse("serial"))
    first, *others = [seen.filter(c).values("pk") for c in _conditions(text)]
    if len(text) >= 2:
        others.append(_of_contact(seen, text, on=on).values("pk"))
    return Household.objects.filter(pk__in=first.union(*others))


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


def _person_condition(text: str, field: str) -> Q:
    condition = Q(**{f"{field}name__contains": text})
    if LETTERS.fullmatch(text.lower()):
        condition |= Q(**{f"{field}initials__startswith": text.lower()})
    return condition


def _of_contact(seen: QuerySet[Household], text: str, *, on: date) -> QuerySet[Household]:
    """Of these, the households whose named contact fits ``text``."""
    links = Link.objects.in_force(on).filter(_person_condition(text, "post__person__"))
    return seen.filter(pk__in=links.values("household"))


def people_found(user: User, text: str, *, on: date) -> list[dict[str, Any]]:
    """Posts in force within scope whose holder fits ``text``."""
    posts = (
        Post.objects.visible_to(user).in_force(on)
        .filter(_person_condition(text, "person__"))
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
