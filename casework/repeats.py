"""Matters that may be the same one: nearby, of the same subject, within two weeks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import cos, hypot, radians

from django.contrib.gis.geos import Point
from django.db.models import Q

from accounts.models import User
from casework.models import Issue
from grids.paths import path_length
from lib.geo import box_around

WITHIN = timedelta(days=14)
#: Metres between two pins that may mean the same place.
NEAR = 500
MOST = 8


@dataclass(frozen=True)
class Repeat:
    """A matter that another may repeat; ``metres`` between their pins, where both have one."""

    issue: Issue
    metres: int | None


def _metres(one: Point, other: Point) -> int:
    """How far apart two near places are, by the plane that touches the earth there."""
    east = (other.x - one.x) * cos(radians(one.y))
    return round(hypot(east, other.y - one.y) * 111_320)


def repeats_of(issue: Issue, user: User) -> list[Repeat]:
    """What a matter may repeat, of those the person sees: those with a pin by distance, others of
    the same household or of the same village, the nearest in time first."""
    around = Issue.objects.visible_to(user).filter(
        subject=issue.subject, registered_on__gte=issue.registered_on - WITHIN,
        registered_on__lte=issue.registered_on + WITHIN,
    )  # fmt: skip
    around = around.exclude(pk=issue.pk).exclude(
        state__in=(Issue.State.MERGED, Issue.State.DECLINED)
    )
    village = issue.path[: path_length("village")]
    if issue.household_id:
        fits = Q(household=issue.household_id)
    else:
        fits = Q(household__isnull=True, path__startswith=village)
        if issue.point is not None:
            box = box_around(issue.point.x, issue.point.y, NEAR)
            fits &= Q(point__isnull=True) | Q(point__within=box)
    ranked = []
    # All that fit are ranked before any is left out: fourteen days of one subject in a village.
    for key, at, on in around.filter(fits).values_list("pk", "point", "registered_on"):
        metres = _metres(issue.point, at) if issue.point is not None and at is not None else None
        if metres is None or metres <= NEAR:
            ranked.append((metres is None, metres or 0, abs((on - issue.registered_on).days), key))
    nearest = sorted(ranked)[:MOST]
    rows = around.select_related("area", "department").in_bulk([one[-1] for one in nearest])
    return [
        Repeat(rows[key], None if pinless else metres) for pinless, metres, _days, key in nearest
    ]
