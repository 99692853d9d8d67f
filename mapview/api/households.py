"""Households behind a number, near a point, by what is written of them."""

from __future__ import annotations

from datetime import date
from typing import Any

from ninja import Router, Schema
from pydantic import Field

from accounts.gate import SignedInRequest, allow
from accounts.reads import Read, note_read
from grids.asked import asked_area, asked_date
from grids.models import Area
from grids.scope import scope_of
from lib.clock import today
from mapview.api.asked import asked_point
from mapview.finding import nearest, search
from mapview.rows import PAGE, describe, household_page
from mapview.tiles import SEES_AREAS, SEES_HOUSEHOLDS

router = Router()


@router.get("/households")
@allow(*SEES_HOUSEHOLDS)
def households(
    request: SignedInRequest, area: str | None = None, near: str | None = None, gap: bool = False,
    reason: str = "", cursor: str = "", limit: int = PAGE, on: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """A page of households of an area, or the nearest to ``near=LON,LAT``."""
    limit = max(1, min(limit, 200))
    current = today()
    day = asked_date(on, current=current)
    if near is not None:
        longitude, latitude = asked_point(near, "near")
        found = nearest(request.user, longitude, latitude, limit=limit, on=day)
        rows = describe(found, on=day)
        for row, household in zip(rows, found, strict=True):
            row["distance_m"] = round(household.distance_m, 1)
            row["bearing"] = round(household.bearing or 0.0, 1)
            row["lon"], row["lat"] = household.location.coords
        page: dict[str, Any] = {"total": len(rows), "next": None, "rows": rows}
        scope = "near"
    else:
        here = _household_area(request, area, day)
        scope = here.path
        page = household_page(
            request.user, here, gap=gap, reason=reason, cursor=cursor, limit=limit, on=day,
            current=current,
        )  # fmt: skip
    note_read(request, Read("households.list", scope, len(page["rows"]), "P2"))
    return page


def _household_area(request: SignedInRequest, code: str | None, day: date) -> Area:
    """The area asked for; who sees only linked households may name no area."""
    if code is None and not scope_of(request.user).areas:
        return Area(path="", level="county", name="")
    return asked_area(request.user, code, on=day)


class SearchText(Schema):
    """What is looked for; in the body, so that no address or log carries it."""

    q: str = Field(max_length=60)


@router.post("/search")
@allow(*{*SEES_AREAS, *SEES_HOUSEHOLDS})
def find(request: SignedInRequest, body: SearchText) -> dict[str, Any]:
    """Areas, households and contact people that fit a text."""
    found = search(request.user, body.q, on=today())
    scope = ",".join(scope_of(request.user).households) or "own"
    note_read(request, Read("search", scope[:120], len(found["households"]), "P2"))
    return found
