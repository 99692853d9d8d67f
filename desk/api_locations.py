"""Pins of households and of units, moved by hand: one act each, and nobody is overwritten."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal
from uuid import UUID

from django.contrib.gis.geos import Point
from django.http import Http404, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import Field

from accounts.gate import SignedInRequest, allow
from accounts.models import User
from accounts.reads import Read, note_read
from desk.household import managed_or_404
from grids.models import Area
from grids.naming import account_names
from grids.querysets import beneath
from grids.scope import scope_of
from grids.services import area_locate
from households.models import Household
from households.services import household_locate
from jobs.acts import act
from jobs.changes import last_change
from lib.clock import today
from lib.errors import Outdated

router = Router()
FARTHEST_M = 100_000


class NewPlace(Schema):
    """Where a pin was put (WGS 84), how exactly, and what it was moved from."""

    lon: float = Field(ge=-180, le=180, allow_inf_nan=False)
    lat: float = Field(ge=-85, le=85, allow_inf_nan=False)
    accuracy_m: float | None = Field(None, ge=0, le=FARTHEST_M, allow_inf_nan=False)
    source: Literal["pin", "phone"] = "pin"
    version: int


@router.post("/households/{key}/location")
@allow("manager")
def household_location(request: SignedInRequest, key: UUID, body: NewPlace) -> Any:
    """Move the pin of a household; 409 where somebody else moved it meanwhile."""
    household = managed_or_404(request.user, key)
    sentence = _("The pin of %(name)s was moved.") % {"name": household.head_name}
    note_read(request, Read("household.location", str(key), 1, "P2"))

    def locate(point: Point) -> Household:
        return household_locate(
            household=household, point=point, on=today(), source=body.source,
            accuracy_m=body.accuracy_m, version=body.version, by=request.user,
        )  # fmt: skip

    return _moved(request, body, household, locate, sentence)


def _managed_area(user: User, key: UUID) -> Area:
    area = Area.objects.filter(beneath(scope_of(user).manage), pk=key).first()
    if area is None:
        raise Http404
    return area


@router.get("/areas/{key}/location")
@allow("manager")
def area_place(request: SignedInRequest, key: UUID) -> dict[str, Any]:
    """Where a unit stands (nulls where nobody knows) and the version a move starts from."""
    area = _managed_area(request.user, key)
    lon, lat = area.location.coords if area.location else (None, None)
    return {"lon": lon, "lat": lat, "accuracy": area.location_accuracy_m, "version": area.version}


@router.post("/areas/{key}/location")
@allow("manager")
def area_location(request: SignedInRequest, key: UUID, body: NewPlace) -> Any:
    """Move the pin of a unit; 409 where somebody else moved it meanwhile."""
    area = _managed_area(request.user, key)

    def locate(point: Point) -> Area:
        return area_locate(
            area=area, point=point, on=today(), source=body.source,
            accuracy_m=body.accuracy_m, version=body.version, by=request.user,
        )  # fmt: skip

    sentence = _("The pin of %(name)s was moved.") % {"name": area.name}
    return _moved(request, body, area, locate, sentence)


def _moved(
    request: SignedInRequest, body: NewPlace, row: Household | Area,
    locate: Callable[[Point], Household | Area], sentence: str,
) -> dict[str, Any] | HttpResponse:  # fmt: skip
    try:
        with _act(request, row, sentence) as done:
            moved = locate(Point(body.lon, body.lat, srid=4326))
    except Outdated as outdated:
        return JsonResponse(_meanwhile(outdated, body.version), status=409)
    return {
        "version": moved.version,
        "act": done.pk,
        "lon": body.lon,
        "lat": body.lat,
        "located_on": moved.located_on,
    }


def _act(request: SignedInRequest, row: Household | Area, sentence: str) -> Any:
    return act(
        verb="locate", by=request.user, path=row.path, on=today(), subject=row, sentence=sentence
    )


def _meanwhile(outdated: Outdated, version: int) -> dict[str, Any]:
    """Where the pin stands now, who moved it and when."""
    row = outdated.row
    change = last_change(row, ["location"], since_version=version)
    assert change is not None
    lon, lat = row.location.coords if row.location else (None, None)
    return {
        "error": outdated.sentence,
        "lon": lon,
        "lat": lat,
        "version": row.version,
        "by": account_names([change.user]).get(change.user, ""),
        "at": change.at.isoformat(),
    }
