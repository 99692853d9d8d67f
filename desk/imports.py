"""The import page: file, columns, check, done, on one page per run; undo while nothing was built.

The rules live in ``jobs.imports``; this page only asks and shows. What a person typed is kept:
a file that cannot be read as it stands stays until its columns or coordinates are named.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.gate import SignedInRequest, allow
from accounts.reads import Read, note_read
from accounts.size import takes
from grids.models import Area
from grids.querysets import beneath
from grids.scope import scope_of
from jobs.imports import (
    IMPORTERS,
    BadRows,
    import_commit,
    import_drop,
    import_errors,
    import_open,
    import_review,
    import_undo,
    importer_of,
)
from jobs.models import ImportRun
from lib.clock import today
from lib.errors import Refusal

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_BYTES = 60 * 1024 * 1024


@dataclass(frozen=True)
class Kind:
    """What may be loaded: its name, what the file holds, and what else must be said."""

    key: str
    label: Any
    holds: Any
    accepts: str
    asks: tuple[str, ...] = ()


TABLES = ".xlsx,.xls,.csv"
KINDS = [
    Kind(
        "households", gettext_lazy("Households"),
        gettext_lazy("Head of household, phone, address, grid code, coordinates, needs"),
        TABLES, ("crs", "area"),
    ),
    Kind(
        "staff", gettext_lazy("Staff and posts"),
        gettext_lazy("Name, phone, post, area code or unit, from, until"),
        TABLES,
    ),
    Kind(
        "links", gettext_lazy("Named contacts"),
        gettext_lazy("Household, contact person, phone, post, from, until"),
        TABLES,
    ),
    Kind(
        "needs", gettext_lazy("A department's list of needs"),
        gettext_lazy("Household, kind of need, persons, from"),
        TABLES,
    ),
    Kind(
        "tickets", gettext_lazy("Tickets of the hotline 12345"),
        gettext_lazy("Ticket number, matter, kind, limit, place, contact way"),
        TABLES, ("area",),
    ),
    Kind(
        "areas", gettext_lazy("Areas and boundaries"),
        gettext_lazy("GeoJSON, GeoPackage, zipped Shapefile, or a table of codes and names"),
        ".geojson,.json,.gpkg,.zip,.xlsx,.xls,.csv", ("crs", "level", "since"),
    ),
]  # fmt: skip
CRS = [
    ("", gettext_lazy("no coordinates in the file")),
    ("wgs84", "WGS 84 (GPS)"),
    ("cgcs2000", gettext_lazy("CGCS2000, degrees")),
    ("gcj02", gettext_lazy("GCJ-02 (Amap, Tencent, WeChat)")),
    ("bd09", gettext_lazy("BD-09 (Baidu)")),
    *[
        (f"EPSG:{code}", f"CGCS2000 3° zone {code - 4488} (EPSG:{code})")
        for code in range(4513, 4534)
    ],
    *[
        (f"EPSG:{code}", f"CGCS2000 CM {75 + 3 * (code - 4534)}°E (EPSG:{code})")
        for code in range(4534, 4555)
    ],
]
LEVELS = [
    ("village", gettext_lazy("village")),
    ("grid", gettext_lazy("grid")),
    ("unit", gettext_lazy("unit of mutual help")),
]
#: Those of tickets alone are shown where the file has some.
COUNTS = {
    "new": gettext_lazy("new"),
    "changed": gettext_lazy("changed"),
    "unchanged": gettext_lazy("unchanged"),
    "doubtful": gettext_lazy("possibly the same"),
    "vanished": gettext_lazy("no longer in the file"),
    "closed": gettext_lazy("closed here already"),
    "excluded": gettext_lazy("never stored"),
    "bad": gettext_lazy("with errors"),
}


def kinds_offered() -> list[Kind]:
    """The kinds an importer is registered for."""
    return [kind for kind in KINDS if kind.key in IMPORTERS]


def runs_of(request: SignedInRequest) -> Any:
    """The runs of the areas this person manages; a department's answers have their own page."""
    managed = ImportRun.objects.filter(beneath(scope_of(request.user).manage))
    return managed.filter(kind__in=[kind.key for kind in KINDS])


def run_of(request: SignedInRequest, key: UUID) -> ImportRun:
    """A run of an area this person manages; any other does not exist."""
    run = runs_of(request).filter(pk=key).first()
    if run is None:
        raise Http404
    return run


@allow("manager")
@require_http_methods(["GET", "POST"])
@takes(MOST_BYTES)
def import_home(request: SignedInRequest) -> HttpResponse:
    """Choose a file; below it the imports so far."""
    error: Refusal | None = None
    if request.method == "POST":
        try:
            return redirect("import-run", key=taken_in(request, request.POST.get("kind", "")).pk)
        except Refusal as refusal:
            error = refusal
    scope = scope_of(request.user)
    runs = runs_of(request).select_related("by")
    villages = Area.objects.filter(beneath(scope.manage), level="village").with_code(today())
    return render(
        request,
        "desk/import.html",
        {
            "kinds": kinds_offered(),
            "chosen": request.POST.get("kind") or request.GET.get("kind") or "households",
            "crs": CRS,
            "levels": LEVELS,
            "villages": villages.in_force(today()),
            "today": today(),
            "typed": request.POST,
            "error": error,
            "runs": runs.order_by("-at")[:20],
            "kind_labels": {kind.key: kind.label for kind in KINDS},
        },
        status=400 if error else 200,
    )


def _options(request: SignedInRequest) -> dict[str, Any]:
    names = ("crs", "area", "level", "since")
    return {name: request.POST[name] for name in names if request.POST.get(name)}


def taken_in(request: SignedInRequest, kind: str) -> ImportRun:
    """The run of the file that was sent; Refusal where there is none, or one too large."""
    upload = request.FILES.get("file")
    if upload is None or not upload.name:
        raise Refusal(_("Choose a file first."), field="file")
    if (upload.size or 0) > MOST_BYTES:
        raise Refusal(
            _("The file is larger than 60 MB; split it, or load it on the server."), field="file"
        )
    with tempfile.NamedTemporaryFile(suffix=Path(upload.name).suffix) as copy:
        for chunk in upload.chunks():
            copy.write(chunk)
        copy.flush()
        return import_open(
            kind=kind, file=Path(copy.name), file_name=upload.name,
            options=_options(request), by=request.user, on=today(),
        )  # fmt: skip


@allow("manager")
@require_http_methods(["GET", "POST"])
def import_run(request: SignedInRequest, key: UUID) -> HttpResponse:
    """One run: its columns and what it would do, or what it did. POST reads it another way."""
    run = run_of(request, key)
    error: Refusal | None = None
    if run.state == ImportRun.State.PREVIEW and (request.method == "POST" or not run.report):
        try:
            options = None
            if request.method == "POST":
                options = {**_options(request), "mapping": _mapping(request)}
            import_review(run=run, options=options, by=request.user, on=today())
        except Refusal as refusal:
            error = refusal
            run.report = {}
    return _show(request, run, error)


def _mapping(request: SignedInRequest) -> dict[str, str]:
    prefix = "field-"
    return {
        name[len(prefix) :]: str(value).strip()
        for name, value in request.POST.items()
        if name.startswith(prefix) and str(value).strip()
    }


def _show(request: SignedInRequest, run: ImportRun, error: Refusal | None) -> HttpResponse:
    form = importer_of(run.kind).form
    report = run.report
    columns = report.get("columns", [])
    read_as = {column["field"]: column for column in columns if column["field"]}
    mapping = run.options.get("mapping") or {}
    fields = [
        {
            "name": field.name,
            "label": next((h for h in field.headers if not h.isascii()), field.headers[0]),
            "required": field.required,
            "typed": mapping.get(field.name, ""),
            "column": read_as.get(field.name),
        }
        for field in (form.fields if form else ())
    ]
    counts = report.get("counts", {})
    kind = next(k for k in KINDS if k.key == run.kind)
    bad = counts.get("bad", 0)
    note_read(
        request,
        Read("import.preview", run.path, len(report.get("sample", [])) + len(
            report.get("doubtful", [])), "P2"),
    )  # fmt: skip
    return render(
        request,
        "desk/import_run.html",
        {
            "run": run,
            "kind": kind,
            "error": error,
            "report": report,
            "fields": fields,
            "unread": [c for c in columns if not c["field"] and not c["skipped"]],
            "headers": [c["header"] for c in columns if not c["skipped"]],
            "sample_head": list(report["sample"][0]) if report.get("sample") else [],
            "counts": [
                (key, label, counts.get(key, 0))
                for key, label in COUNTS.items()
                if key not in ("closed", "excluded") or counts.get(key)
            ],
            "rows": counts.get("rows", 0),
            "bad": bad,
            "good": max(counts.get("rows", 0) - bad, 0),
            "crs": CRS,
            "levels": LEVELS,
            "step": _step(run, report, error),
        },
        status=400 if error else 200,
    )


def _step(run: ImportRun, report: dict[str, Any], error: Refusal | None) -> int:
    if run.state != ImportRun.State.PREVIEW:
        return 4
    return 2 if error or not report else 3


@allow("manager")
@require_POST
def import_write(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Write the run: all of it, or the good rows alone."""
    run = run_of(request, key)
    prefix = "doubt-"
    decisions = {
        name[len(prefix) :]: str(value)
        for name, value in request.POST.items()
        if name.startswith(prefix)
    }
    try:
        import_commit(
            run=run, good_rows_only=request.POST.get("rows") == "good", decisions=decisions,
            by=request.user, on=today(),
        )  # fmt: skip
    except BadRows as refusal:
        return _show(request, run, refusal)
    except Refusal as refusal:
        return _show(request, run_of(request, key), refusal)
    return redirect("import-run", key=run.pk)


@allow("manager")
@require_POST
def import_forget(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Drop a preview and its file."""
    run = run_of(request, key)
    try:
        import_drop(run=run, by=request.user)
    except Refusal as refusal:
        return _show(request, run, refusal)
    messages.info(request, _("“%s” was put aside; nothing was loaded.") % run.file_name)
    return redirect("import")


@allow("manager")
@require_POST
def import_take_back(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Undo a run that nothing was built on."""
    run = run_of(request, key)
    try:
        import_undo(run=run, by=request.user)
    except Refusal as refusal:
        return _show(request, run, refusal)
    return redirect("import-run", key=run.pk)


@allow("manager")
@require_GET
def import_marked(request: SignedInRequest, key: UUID) -> HttpResponse:
    """The sender's workbook with the faulty cells marked."""
    run = run_of(request, key)
    try:
        body = import_errors(run=run, by=request.user, on=today())
    except Refusal as refusal:
        return _show(request, run, refusal)
    note_read(request, Read("import.errors", run.path, run.report["counts"].get("rows", 1), "P2"))
    name = _("%s, errors marked") % Path(run.file_name).stem
    disposition = content_disposition_header(True, f"{name}.xlsx") or "attachment"
    return HttpResponse(body, content_type=XLSX, headers={"Content-Disposition": disposition})
