"""Help given beside need, village by village: where the one lags behind the other (失衡点).

The rows are those of the map: what is withheld there is withheld here, and the same are marked.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.gate import SignedInRequest, allow
from casework.report import FAR_BELOW, coverage_report
from desk.tables.words import SEES_AREAS
from grids.asked import asked_area
from grids.models import Area
from grids.naming import map_address
from grids.paths import DEPTH
from grids.scope import scope_of
from lib.clock import today

#: Compared are villages; within one, its grids.
LEVEL = "village"


@require_GET
@allow(*SEES_AREAS)
def page(request: SignedInRequest) -> HttpResponse:
    """Need and help of the villages of ``?area=``, those furthest behind first."""
    on = today()
    scope = scope_of(request.user)
    area = asked_area(request.user, request.GET.get("area"), on=on)
    level = LEVEL if DEPTH[area.level] < DEPTH[LEVEL] else "grid"
    if DEPTH[area.level] > DEPTH[level]:
        level = area.level
    report = coverage_report(
        area=area, level=level, on=on, current=on,
        withhold=not scope.sees_all_counts_of(area.path),
        root=next(path for path in scope.areas if area.path.startswith(path)),
    )  # fmt: skip
    rows = in_order(report["rows"])
    context = {
        "area": area, "total": report["total"], "rows": rows,
        "behind": [row for row in rows if row["imbalance"]],
        "others": [row for row in rows if not row["imbalance"]],
        "marked": sum(row["imbalance"] for row in rows),
        "share": round(FAR_BELOW * 100), "level": Area.Level(level).label,
        "on_map": map_address(request.user, area, on=on),
        "above": _above(request, area),
    }  # fmt: skip
    return render(request, "desk/helping/balance.html", context)


def in_order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Marked places first, then the least help for the need; what is not known last."""
    return sorted(
        rows,
        key=lambda row: (
            row["id"] is None,
            not row["imbalance"],
            row["help_per_100"] is None,
            row["help_per_100"] or 0,
            row["code"] or "",
        ),
    )


def _above(request: SignedInRequest, area: Area) -> Area | None:
    """The area above, where one sees that."""
    seen = Area.objects.visible_to(request.user).with_code(today())
    return seen.filter(pk=area.parent_id).first()
