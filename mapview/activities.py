"""Activities as the map tells of them: the public places they were held at. Never a household."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from accounts.models import User
from casework.models import Activity
from grids.naming import area_labels

WINDOW = timedelta(days=365)
#: Activities looked at, the latest ones; and of one place listed on its card.
MOST, LISTED = 4000, 8
#: Degrees within which two points are one place, about ten metres.
DECIMALS = 4


def activity_places(user: User, *, on: date) -> dict[str, Any]:
    """Places of the activities of the year up to a day, those last used first.

    ``rows``: lon, lat (WGS 84), place, area, n (activities), sessions, last_on, and the latest
    under ``latest``; ``unplaced``: how many activities of the year have no point.
    """
    seen = Activity.objects.visible_to(user).filter(on__gt=on - WINDOW, on__lte=on)
    held = list(
        seen.filter(point__isnull=False).select_related("kind").order_by("-on", "id")[:MOST]
    )
    labels = area_labels({activity.path for activity in held}, on=on)
    places: dict[tuple[float, float], dict[str, Any]] = {}
    for activity in held:
        lon, lat = activity.point.coords
        place = places.setdefault(
            (round(lon, DECIMALS), round(lat, DECIMALS)),
            {
                "id": activity.id, "lon": lon, "lat": lat, "place": activity.place, "n": 0,
                "area": labels[activity.path], "sessions": 0, "last_on": activity.on, "latest": [],
            },
        )  # fmt: skip
        place["n"] += 1
        place["sessions"] += activity.sessions
        place["place"] = place["place"] or activity.place
        if len(place["latest"]) < LISTED:
            place["latest"].append(
                {"id": activity.id, "title": activity.title, "kind": str(activity.kind),
                 "on": activity.on, "sessions": activity.sessions}
            )  # fmt: skip
    return {"rows": list(places.values()), "unplaced": seen.filter(point=None).count()}
