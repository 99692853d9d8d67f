"""Activities on the map."""

from __future__ import annotations

from typing import Any

from ninja import Router

from accounts.gate import SignedInRequest, allow
from grids.asked import asked_date
from lib.clock import today
from mapview.activities import activity_places
from mapview.tiles import SEES_AREAS

router = Router()


@router.get("/activities")
@allow(*SEES_AREAS)
def activities(request: SignedInRequest, on: str | None = None) -> dict[str, Any]:
    """The places at which activities were held in the year up to a day."""
    return activity_places(request.user, on=asked_date(on, current=today()))
