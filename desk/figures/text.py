"""A page with the summary to copy into a chat (复制为微信文字)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.gate import SignedInRequest, allow
from desk.figures.dashboard import report_of
from desk.tables.words import SEES_AREAS
from grids.asked import asked_area
from grids.naming import name_from_afar
from grids.scope import scope_of
from lib.clock import today
from reports.indicators import registry
from reports.shown import coverage_values
from reports.snapshots import MONTH, latest, read
from reports.text import plain_text


@allow(*SEES_AREAS)
@require_GET
def page(request: SignedInRequest) -> HttpResponse:
    """What leaves the program is withheld as for a stranger, whoever copies it."""
    on = today()
    area = asked_area(request.user, request.GET.get("area"), on=on)
    known = registry()
    report = report_of(area, scope_of(request.user), on=on, withhold=True)
    kept = latest(area.path, on=on)
    values = coverage_values(report["total"], known)
    if kept:
        for key, one in known.items():
            if not one.sensitive and key not in values:
                values[key] = read(kept.values, one, known, MONTH)
    name = name_from_afar(area)
    text = plain_text(name, values, on=on)
    return render(request, "desk/figures/text.html", {"area": area, "name": name, "text": text})
