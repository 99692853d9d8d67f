"""Areas: which lie at a point, and where one lies."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.gis.db.models import Extent
from django.http import Http404
from ninja import Router

from accounts.gate import SignedInRequest, allow
from accounts.models import User
from casework.report import gap_by_weeks
from grids.asked import asked_date
from grids.models import Area, Boundary
from grids.naming import area_json
from lib.clock import now, today
from mapview.api.asked import asked_point
from mapview.emergencies import emergency_of
from mapview.posts import posts_of
from mapview.tiles import SEES_AREAS
from reports.geography import NOW, gap_of_members, redrawn

router = Router()
MOST_WEEKS = 52


@router.get("/areas")
@allow(*SEES_AREAS)
def areas_at(request: SignedInRequest, at: str, on: str | None = None) -> dict[str, Any]:
    """The areas at a point ``at=LON,LAT`` (WGS 84), coarsest first."""
    day = asked_date(on, current=today())
    longitude, latitude = asked_point(at, "at")
    found = Area.objects.visible_to(request.user).for_point(longitude, latitude, day)
    return {"rows": [area_json(area) for area in found.with_code(day).order_by("path")]}


def area_or_404(user: User, key: UUID, *, on: date) -> Area:
    """The area within what a person may see."""
    area = Area.objects.visible_to(user).with_code(on).filter(pk=key).first()
    if area is None:
        raise Http404
    return area


@router.get("/areas/{key}/bounds")
@allow(*SEES_AREAS)
def bounds(request: SignedInRequest, key: UUID, on: str | None = None) -> dict[str, Any]:
    """West, south, east, north (WGS 84) of an area, or of what lies in it; null for no map."""
    day = asked_date(on, current=today())
    area = area_or_404(request.user, key, on=day)
    inside = Boundary.objects.filter(path__startswith=area.path, during__contains=day)
    box = inside.filter(area=area).aggregate(box=Extent("geom"))["box"]
    box = box or inside.aggregate(box=Extent("geom"))["box"]
    return {"bounds": box}


@router.get("/areas/{key}/posts")
@allow(*SEES_AREAS)
def posts(request: SignedInRequest, key: UUID, on: str | None = None) -> dict[str, Any]:
    """Who holds the posts of an area, and what each role lacks in it and beneath it."""
    day = asked_date(on, current=today())
    return posts_of(area_or_404(request.user, key, on=day), by=request.user, on=day)


@router.get("/areas/{key}/emergency")
@allow(*SEES_AREAS)
def emergency(request: SignedInRequest, key: UUID) -> dict[str, Any]:
    """The emergency list open for an area now, or whether one may open one."""
    at = now()
    return emergency_of(area_or_404(request.user, key, on=at.date()), by=request.user, at=at)


@router.get("/areas/{key}/trend")
@allow(*SEES_AREAS)
def trend(
    request: SignedInRequest, key: UUID, weeks: int = 12, on: str | None = None, geo: str = ""
) -> dict[str, Any]:
    """Gap and linked rate of an area week by week, oldest first.

    ``redrawn`` names the day of the last redraw the area came through and what it took the place
    of, else null; across it ``geo`` says which division: of each day, or ``now`` for the
    households that are in it today.
    """
    day = asked_date(on, current=today())
    area = area_or_404(request.user, key, on=day)
    asked = max(1, min(weeks, MOST_WEEKS))
    came = redrawn(area, on=day)
    of_now = came is not None and geo == NOW
    rows = (
        gap_of_members(area, on=day, weeks=asked)
        if of_now
        else gap_by_weeks(area, on=day, weeks=asked)
    )
    before = [one.name for one in came.before] if came else []
    return {
        "rows": rows,
        "redrawn": {"on": came.on, "before": before, "geo": NOW if of_now else "then"}
        if came
        else None,
    }
