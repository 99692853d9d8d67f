"""Where contacts stand, for the map: what the matching measures distances from."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.db import connection

from planning.matching.inputs import PEOPLE, REACHING


def posts_stand(
    *, posts: Collection[tuple[UUID, str]], paths: Collection[str], on: date
) -> dict[UUID, tuple[float, float]]:
    """Longitude and latitude (WGS 84) of posts, given with their roles, that reach ``paths``.

    Nobody's own address is kept: it is the pin of a unit, else the middle of the households linked
    already, else a point within the area. Posts without any of these are absent.
    """
    places = {path[:n] for path in paths for n in REACHING if n <= len(path)}
    wanted = {post for post, _role in posts}
    with connection.cursor() as cursor:
        cursor.execute(
            PEOPLE, {"places": sorted(places), "roles": sorted({r for _p, r in posts}), "on": on}
        )
        at = [column.name for column in cursor.description]
        key, lon, lat = at.index("id"), at.index("lon"), at.index("lat")
        return {
            row[key]: (row[lon], row[lat])
            for row in cursor.fetchall() if row[key] in wanted and row[lon] is not None
        }  # fmt: skip
