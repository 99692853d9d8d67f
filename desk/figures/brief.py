"""The one-page brief of an area with its map, as PDF and as Word."""

from __future__ import annotations

import io

from django.http import FileResponse, Http404
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from accounts.gate import SignedInRequest, allow
from desk.figures.dashboard import report_of
from desk.tables.words import SEES_AREAS
from grids.asked import asked_area
from grids.naming import name_from_afar
from grids.scope import scope_of
from lib.clock import today
from reports.brief import Brief, drawing_of, pdf, reasons_of, word
from reports.indicators import registry
from reports.shown import coverage_values, guarded
from reports.snapshots import MONTH, latest, read

KINDS = {
    "pdf": (pdf, "application/pdf"),
    "docx": (word, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
}  # fmt: skip


@allow(*SEES_AREAS)
@require_GET
def file(request: SignedInRequest, kind: str) -> HttpResponseBase:
    """The brief of the area asked for. Paper is passed on: small counts are withheld from all."""
    if kind not in KINDS:
        raise Http404
    on = today()
    area = asked_area(request.user, request.GET.get("area"), on=on)
    known = registry()
    report = report_of(area, scope_of(request.user), on=on, withhold=True)
    values = coverage_values(report["total"], known)
    kept = latest(area.path, on=on)
    if kept:
        for key, one in known.items():
            if key not in values:
                values[key] = guarded(read(kept.values, one, known, MONTH), all_counts=False)
    name = name_from_afar(area)
    brief = Brief(area, name, on, values, reasons_of(report["total"]),
                  drawing_of(report["rows"], on=on))  # fmt: skip
    write, content_type = KINDS[kind]
    return FileResponse(
        io.BytesIO(write(brief)), as_attachment=True, content_type=content_type,
        filename=f"{name}联户简报_{on:%Y%m%d}.{kind}",
    )  # fmt: skip
