"""How covered an area is, now and earlier."""

from __future__ import annotations

from typing import Any

from ninja import Query, Router

from accounts.gate import SignedInRequest, allow
from casework.report import coverage_report, gap_a_month_ago
from grids.asked import asked_area, asked_date, asked_level
from grids.naming import area_json, trail_of
from grids.scope import scope_of
from lib.clock import today
from mapview.tiles import SEES_AREAS

router = Router()


@router.get("/coverage")
@allow(*SEES_AREAS)
def coverage(
    request: SignedInRequest,
    area: str | None = None,
    level: str | None = None,
    on: str | None = None,
    printed: bool = Query(False, alias="print"),
) -> dict[str, Any]:
    """How covered an area is: one row per area of a level beneath it, and the total.

    With ``print`` small counts of needs are withheld from everybody: paper is passed on.
    """
    current = today()
    day = asked_date(on, current=current)
    here = asked_area(request.user, area, on=day)
    scope = scope_of(request.user)
    report = coverage_report(
        area=here,
        level=asked_level(level, here),
        on=day,
        current=current,
        withhold=printed or not scope.sees_all_counts_of(here.path),
        root=next(path for path in scope.areas if here.path.startswith(path)),
    )
    return {
        **report,
        "area": area_json(here),
        "trail": trail_of(request.user, here, day),
        "data_on": day,
    }


@router.get("/coverage/previous")
@allow(*SEES_AREAS)
def coverage_previous(
    request: SignedInRequest, area: str | None = None, on: str | None = None
) -> dict[str, Any] | None:
    """The gap of an area one month earlier; asked apart, since it reads the base tables."""
    current = today()
    day = asked_date(on, current=current)
    return gap_a_month_ago(asked_area(request.user, area, on=day), on=day)
