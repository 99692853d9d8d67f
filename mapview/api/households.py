"""Households behind a number, near a point, by what is written of them."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404
from ninja import Query, Router, Schema
from pydantic import Field

from accounts.gate import SignedInRequest, allow
from accounts.keys import phone_of
from accounts.reads import Read, note_read
from casework.coverage import refresh
from grids.asked import asked_area, asked_date
from grids.models import Area
from grids.scope import scope_of
from households.models import Household
from lib.clock import today
from mapview.api.asked import asked_point
from mapview.finding import nearest, search
from mapview.finding import within as households_within
from mapview.rows import PAGE, describe, household_card, household_page
from mapview.tiles import SEES_AREAS, SEES_HOUSEHOLDS
from planning.travel import Travel

router = Router()
MOST_METRES = 200.0


@router.get("/households")
@allow(*SEES_HOUSEHOLDS)
def households(
    request: SignedInRequest, area: str | None = None, gap: bool = False, reason: str = "",
    behind: str = Query("", alias="filter"), near: str | None = None, own: bool = False,
    at: str | None = None, within: float = 5.0, cursor: str = "", limit: int = PAGE,
    on: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """A page of households: of an area, the nearest ``near=LON,LAT``, or those ``at=LON,LAT``.

    ``gap``, ``reason`` and ``filter`` (unlocated, outside, excluded, absent) choose the
    households behind a number; ``own`` those one is the contact of; ``within`` is in metres.
    """
    limit = max(1, min(limit, 200))
    current = today()
    day = asked_date(on, current=current)
    if near is not None:
        longitude, latitude = asked_point(near, "near")
        found = nearest(
            request.user, longitude, latitude, limit=limit, on=day, current=current, own=own
        )
        page = _placed(found, len(found), day)
        scope = "near"
    elif at is not None:
        longitude, latitude = asked_point(at, "at")
        metres = max(0.0, min(within, MOST_METRES))
        total, found = households_within(
            request.user, longitude, latitude, metres=metres, limit=limit, on=day,
            current=current,
        )  # fmt: skip
        page = _placed(found, total, day)
        scope = "at"
    else:
        here = _household_area(request, area, day)
        scope = here.path
        page = household_page(
            request.user, here, gap=gap, reason=reason, behind=behind, cursor=cursor,
            limit=limit, on=day, current=current,
        )  # fmt: skip
    note_read(request, Read("households.list", scope, len(page["rows"]), "P2"))
    return page


def _placed(found: list[Any], total: int, day: date) -> dict[str, Any]:
    """Rows with their place, how far and in what direction that lies, and ``minutes`` where the
    county has a table of speeds."""
    rows = describe(found, on=day)
    travel = Travel(day)
    for row, household in zip(rows, found, strict=True):
        row["distance_m"] = round(household.distance_m, 1)
        minutes = travel.minutes(household.distance_m, household.path)
        row["minutes"] = None if minutes is None else round(minutes)
        row["bearing"] = round(household.bearing or 0.0, 1)
        row["lon"], row["lat"] = household.point.coords
        row["at_season"] = household.at_season
    return {"total": total, "next": None, "rows": rows}


@router.get("/households/{key}/card")
@allow(*SEES_HOUSEHOLDS)
def card(request: SignedInRequest, key: UUID, on: str | None = None) -> dict[str, Any]:
    """One household as the map shows it: where on a day, whom it can turn to; never a need."""
    day = asked_date(on, current=today())
    household = Household.objects.visible_to(request.user).filter(pk=key).first()
    if household is None:
        raise Http404
    refresh(household.path, on=today())
    household.refresh_from_db(fields=["outside", "gap_reason"])
    note_read(request, Read("household.card", household.path, 1, "P2"))
    return household_card(request.user, household, on=day)


@router.post("/households/{key}/phone")
@allow(*SEES_HOUSEHOLDS)
def phone(request: SignedInRequest, key: UUID) -> dict[str, str]:
    """The phone of a household, to call it; a step of its own, logged as that."""
    household = Household.objects.visible_to(request.user).filter(pk=key).first()
    if household is None:
        raise Http404
    note_read(request, Read("household.phone", str(key), 1, "P2"))
    return {"phone": phone_of(household.phone_sealed)}


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
