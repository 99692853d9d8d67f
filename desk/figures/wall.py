"""The wall display of an area: read from five metres, without personal data, refreshes itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.gate import SignedInRequest, allow
from desk.figures.dashboard import change_since, report_of
from desk.figures.trends import WEEKS
from desk.tables.words import SEES_AREAS
from grids.asked import asked_area
from grids.naming import name_from_afar
from grids.scope import scope_of
from lib.clock import now, today
from reports.indicators import registry
from reports.measures import Indicator
from reports.shown import coverage_values
from reports.snapshots import MONTH, by_weeks, latest, read

#: Seconds until the page asks again.
REFRESH = 120
#: Places shown; the others are on the map.
PLACES = 7
MATTERS = ("issues_accepted", "issues_closed", "issues_open", "issues_overdue", "issues_shelved")
WIDTH, HEIGHT = 600, 160


@allow(*SEES_AREAS)
@require_GET
def page(request: SignedInRequest) -> HttpResponse:
    """The display. A wall is seen by anybody: small counts of needs are withheld from everyone."""
    on = today()
    area = asked_area(request.user, request.GET.get("area"), on=on)
    known = registry()
    report = report_of(area, scope_of(request.user), on=on, withhold=True)
    found = coverage_values(report["total"], known)
    kept = latest(area.path, on=on)
    values = kept.values if kept else {}
    gaps = [row for row in report["rows"] if row["gap"] and row["id"] != area.pk]
    gaps.sort(key=lambda row: -row["gap"])
    most = gaps[0]["gap"] if gaps else 1
    context = {
        "area": area, "name": name_from_afar(area), "at": now(), "refresh": REFRESH,
        "gap": found["gap"], "of_them": found["gap_zhongdian"],
        "change": change_since(kept, report["total"]["gap"], area.path, on=on),
        "overdue": found["overdue"], "vacancies": found["vacancies"],
        "linked": found["linked_rate"],
        "late": read(values, known["issues_overdue"], known) if kept else None,
        "matters": [read(values, known[key], known, MONTH) for key in MATTERS] if kept else [],
        "satisfied": read(values, known["satisfaction_rate"], known, MONTH) if kept else None,
        "places": [
            {"name": row["name"], "gap": row["gap"],
             "width": round(row["gap"] * 100 / most, 1)}
            for row in gaps[:PLACES]
        ],
        "more": max(len(gaps) - PLACES, 0),
        "line": line_of(area.path, known, on=on),
    }  # fmt: skip
    return render(request, "desk/figures/wall.html", context)


def line_of(path: str, known: Mapping[str, Indicator], *, on: Any) -> dict[str, Any] | None:
    """The gap of the last weeks as lines, with a gap where a week is not on record.

    None with fewer than two weeks on record.
    """
    weeks = by_weeks(path, on=on, weeks=WEEKS)
    gaps = [week.stock(known["gap"], known) for week in weeks]
    there = [n for n, gap in enumerate(gaps) if gap is not None]
    if len(there) < 2:
        return None
    most = max(*(int(gap) for gap in gaps if gap is not None), 1)
    step = WIDTH / (len(gaps) - 1 - there[0])
    pieces: list[list[tuple[float, float]]] = [[]]
    for n in range(there[0], len(gaps)):
        gap = gaps[n]
        if gap is None:
            pieces.append([])
        else:
            at = round((n - there[0]) * step, 1), round(HEIGHT - int(gap) * HEIGHT / most, 1)
            pieces[-1].append(at)
    return {
        "pieces": [" ".join(f"{x},{y}" for x, y in piece) for piece in pieces if piece],
        "end": next(piece for piece in reversed(pieces) if piece)[-1],
        "first": f"{gaps[there[0]]:,}", "last": f"{gaps[there[-1]]:,}",
        "weeks": there[-1] - there[0],
    }  # fmt: skip
