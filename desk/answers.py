"""The workbook of a department's inbox: handed out, and read back with the answers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.gate import SignedInRequest, allow
from accounts.reads import Read, note_read
from accounts.size import takes
from casework.importing.answers import inbox_book, inbox_rows
from desk.imports import MOST_BYTES, XLSX, taken_in
from grids.models import Role
from jobs.imports import import_commit, import_drop, import_errors, import_review
from jobs.models import ImportRun
from lib.clock import today
from lib.errors import Refusal

KIND = "answers"


def _sent(body: bytes, name: str) -> HttpResponse:
    disposition = content_disposition_header(True, name) or "attachment"
    return HttpResponse(body, content_type=XLSX, headers={"Content-Disposition": disposition})


def run_or_404(request: SignedInRequest, key: UUID) -> ImportRun:
    """A workbook this person sent; one of somebody else does not exist."""
    run = ImportRun.objects.filter(pk=key, kind=KIND, by=request.user).first()
    if run is None:
        raise Http404
    return run


@require_GET
@allow(Role.Kind.DEPARTMENT)
def book(request: SignedInRequest) -> HttpResponse:
    """The workbook: one row a matter, with three columns to fill in."""
    rows = inbox_rows(request.user)
    note_read(request, Read("matters.book", "", len(rows), "P2"))
    return _sent(inbox_book(rows), _("matters to answer %s.xlsx") % today())


@require_http_methods(["GET", "POST"])
@takes(MOST_BYTES)
@allow(Role.Kind.DEPARTMENT)
def home(request: SignedInRequest) -> HttpResponse:
    """Take the workbook back."""
    error = ""
    if request.method == "POST":
        try:
            run = taken_in(request, KIND)
            return redirect("answers-run", key=run.pk)
        except Refusal as refusal:
            error = refusal.sentence
    return render(
        request, "desk/answers.html", {"error": error}, status=400 if error else 200
    )  # fmt: skip


@require_GET
@allow(Role.Kind.DEPARTMENT)
def run(request: SignedInRequest, key: UUID) -> HttpResponse:
    """What the workbook would do, or did: counts, and every row that does not fit."""
    found = run_or_404(request, key)
    error = ""
    if found.state == ImportRun.State.PREVIEW:
        try:
            import_review(run=found, by=request.user, on=today())
        except Refusal as refusal:
            error = refusal.sentence
    return _show(request, found, error)


def _show(request: SignedInRequest, found: ImportRun, error: str) -> HttpResponse:
    counts: dict[str, Any] = found.report.get("counts", {})
    context = {"run": found, "counts": counts, "report": found.report, "error": error}
    note_read(request, Read("matters.answers", str(found.pk), counts.get("rows", 0), "P2"))
    return render(request, "desk/answers.html", context, status=400 if error else 200)


@require_POST
@allow(Role.Kind.DEPARTMENT)
def write(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Write the good rows, or put the workbook aside."""
    found = run_or_404(request, key)
    try:
        if "drop" in request.POST:
            import_drop(run=found, by=request.user)
            return redirect("answers")
        import_commit(run=found, good_rows_only=True, by=request.user, on=today())
    except Refusal as refusal:
        return _show(request, found, refusal.sentence)
    return redirect("answers-run", key=found.pk)


@require_GET
@allow(Role.Kind.DEPARTMENT)
def marked(request: SignedInRequest, key: UUID) -> HttpResponse:
    """The workbook back, with what is wrong marked row by row."""
    found = run_or_404(request, key)
    try:
        body = import_errors(run=found, by=request.user, on=today())
    except Refusal as refusal:
        return _show(request, found, refusal.sentence)
    note_read(request, Read("matters.answers", str(found.pk), 1, "P2"))
    return _sent(body, _("%s, errors marked") % found.file_name.rsplit(".", 1)[0] + ".xlsx")
