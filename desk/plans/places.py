"""Where the contacts of a draft stand, and in which direction from there a household lies."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from math import atan2, cos, degrees, radians, sin
from typing import Any
from uuid import UUID

import numpy as np

from desk.plans.lines import Pair
from grids.models import Post
from planning.matching.standing import posts_stand
from planning.matching.ways import straight


def contact_places(
    keys: Collection[UUID], paths: Collection[str], *, on: date
) -> list[dict[str, Any]]:
    """Contacts with name, role and place (WGS 84; null where none is known), in a fixed order."""
    posts = list(
        Post.objects.filter(pk__in=keys).select_related("person", "role").order_by("path", "pk")
    )
    found = posts_stand(posts=[(post.pk, post.role_id) for post in posts], paths=paths, on=on)
    return [
        {
            "post": str(post.pk), "name": post.person.name, "role": str(post.role),
            "lon": round(found[post.pk][0], 6) if post.pk in found else None,
            "lat": round(found[post.pk][1], 6) if post.pk in found else None,
        }
        for post in posts
    ]  # fmt: skip


def bearings(pairs: list[Pair], *, on: date) -> None:
    """Put on pairs of a page in which direction, seen from the contact, the household lies."""
    posts = {(p.line.post.pk, p.line.post.role_id) for p in pairs if p.line.post}
    if not posts:
        return
    found = posts_stand(posts=posts, paths={pair.line.path for pair in pairs}, on=on)
    for pair in pairs:
        spot, post = pair.household.here, pair.line.post
        if spot and post and post.pk in found:
            pair.bearing = bearing(found[post.pk], (spot.x, spot.y))


def bearing(start: tuple[float, float], end: tuple[float, float]) -> float:
    """Degrees clockwise from north from one point to another, both (lon, lat) in WGS 84."""
    (lon1, lat1), (lon2, lat2) = ((radians(p[0]), radians(p[1])) for p in (start, end))
    across = lon2 - lon1
    east = sin(across) * cos(lat2)
    north = cos(lat1) * sin(lat2) - sin(lat1) * cos(lat2) * cos(across)
    return degrees(atan2(east, north)) % 360


def metres_between(start: tuple[float, float], end: tuple[float, float]) -> float:
    """Metres as the matching measures them, between points (lon, lat) in WGS 84."""
    return float(straight(np.array([start]), np.array([end]))[0])
