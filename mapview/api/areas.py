"""Areas: which lie at a point, and where one lies."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.gis.db.models import Extent
from django.http import Http404
from ninja import Router

from accounts.gate import SignedInRequest, allow
from grids.asked import asked_date
from grids.models import Area, Boundary
from grids.naming import area_json
from lib.clock import today
from mapview.api.asked import asked_point
from mapview.tiles import SEES_AREAS

router = Router()


@router.get("/areas")
@allow(*SEES_AREAS)
def areas_at(request: SignedInRequest, at: str, on: str | None = None) -> dict[str, Any]:
    """The areas at a point ``at=LON,LAT`` (WGS 84), coarsest first."""
    day = asked_date(on, current=today())
    longitude, latitude = asked_point(at, "at")
    found = Area.objects.visible_to(request.user).for_point(longitude, latitude, day)
    return {"rows": [area_json(area) for area in found.with_code(day).order_by("path")]}


@router.get("/areas/{key}/bounds")
@allow(*SEES_AREAS)
def bounds(request: SignedInRequest, key: UUID, on: str | None = None) -> dict[str, Any]:
    """West, south, east, north (WGS 84) of an area, or of what lies in it; null for no map."""
    day = asked_date(on, current=today())
    area = Area.objects.visible_to(request.user).filter(pk=key).first()
    if area is None:
        raise Http404
    inside = Boundary.objects.filter(path__startswith=area.path, during__contains=day)
    box = inside.filter(area=area).aggregate(box=Extent("geom"))["box"]
    box = box or inside.aggregate(box=Extent("geom"))["box"]
    return {"bounds": box}
