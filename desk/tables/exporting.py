"""Lists as files, in the form their importers read: for managers, logged before a byte leaves.

A short one is written at once; a long one by the worker (``written.py``), to be fetched for a day.
"""

from __future__ import annotations

import tempfile
from typing import Any
from uuid import UUID

from django.http import FileResponse, Http404
from django.http.response import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.gate import SignedInRequest, allow
from accounts.reads import Read, note_read
from desk.cardfiles import CARDS, cards_response
from desk.models import ExportJob
from desk.tables.actions import chosen_rows, keys_of
from desk.tables.asked import Asked
from desk.tables.exports import EXPORTS, content_type, file_name, write
from desk.tables.registry import TABLES
from desk.tables.table import LARGE
from desk.tables.views import asked_of, show
from desk.tables.written import export_cancel, export_order, file_of, jobs_of, may_fetch
from lib.errors import Refusal

#: Who finds files of one's own: tables are written for the office, cards for the place's staff too.
MAKES_FILES = ("manager", "worker", "village_lead")


@require_POST
@allow("manager")
def export(request: SignedInRequest, kind: str) -> HttpResponseBase:
    """The rows chosen, or all that fit, as a file: at once, or when the worker has made it."""
    asked = asked_of(request, kind)
    try:
        offered = [key for key, _label in asked.table.exports]
        if not offered:
            raise Http404
        key = request.POST.get("what", "")
        key = key if key in offered else offered[0]
        needs = request.POST.get("needs") == "1" and key == "households"
        check(asked, needs=needs)
        plain = request.POST.get("format") == "csv"
        ticked = bool(keys_of(request)) and request.POST.get("all") != "1"
        if not ticked and (n := asked.table.total(asked).n) > LARGE:
            export_order(
                asked=asked, what=key, plain=plain, needs=needs, expected=n, where=where_of(asked)
            )
            return redirect("exports")
        return written(request, asked, key, plain=plain, needs=needs)
    except Refusal as refusal:
        return show(request, asked, error=refusal.sentence)


def where_of(asked: Asked) -> str:
    """Of which area, as the access log says it."""
    return asked.path or ",".join(asked.scope.manage)[:120]


def written(
    request: SignedInRequest, asked: Asked, key: str, *, plain: bool, needs: bool
) -> HttpResponseBase:
    """Write the file aside, note what it holds, then send it."""
    sheet = EXPORTS[key].sheet(rows_to_write(request, asked), asked, needs)
    out = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    count = write(out, sheet, plain=plain)
    if not count:
        out.close()
        raise Refusal(_("Nothing of this can be exported by you."))
    note(request, key, where_of(asked), count, reason=asked.typed.reason if needs else "")
    out.seek(0)
    return FileResponse(
        out, as_attachment=True, filename=file_name(key, asked.on, plain=plain),
        content_type=content_type(plain=plain),
    )  # fmt: skip


def note(request: SignedInRequest, key: str, where: str, rows: int, *, reason: str) -> None:
    """Tell the access log what leaves; with a reason, needs leave, too."""
    note_read(request, Read(f"export.{key}", where, rows, EXPORTS[key].p_class))
    if reason:
        note_read(request, Read("export.needs", where, rows, "P3", reason))


def check(asked: Asked, *, needs: bool) -> None:
    """Needs leave only when asked for with a reason; a list found by needs betrays them, too."""
    if needs and not asked.typed.reason:
        raise Refusal(_("Say why the needs are exported; the reason is recorded."), field="reason")
    if asked.typed.look and not needs:
        raise Refusal(
            _("This list was found by needs. Export it with the needs and a reason, or take that"
              " filter off.")
        )  # fmt: skip
    if asked.table.kind == "areas" and not asked.value("level"):
        raise Refusal(_("Choose a level first: a file of areas holds one level."))
    if asked.has("vacant") and asked.table.kind == "posts":
        raise Refusal(_("Vacant posts have no holder to export; take that filter off."))


def rows_to_write(request: SignedInRequest, asked: Asked) -> Any:
    """The rows ticked; without any, all that fit."""
    if keys_of(request) or request.POST.get("all") == "1":
        return chosen_rows(request, asked)
    return asked.table.rows(asked)


@require_GET
@allow(*MAKES_FILES)
def exports(request: SignedInRequest) -> HttpResponse:
    """One's own files: being made, ready to be fetched, given up."""
    labels = {key: label for table in TABLES.values() for key, label in table.exports}
    labels[CARDS] = _("Contact cards")
    jobs = [(job, labels[job.what]) for job in jobs_of(request.user)]
    going = any(job.unfinished for job, _label in jobs)
    return render(request, "desk/tables/exports.html", {"jobs": jobs, "going": going})


def own_job(request: SignedInRequest, key: UUID) -> ExportJob:
    """One's own file; any other does not exist."""
    job = next((job for job in jobs_of(request.user) if job.pk == key), None)
    if job is None:
        raise Http404
    return job


@require_GET
@allow(*MAKES_FILES)
def export_file(request: SignedInRequest, key: UUID) -> HttpResponseBase:
    """Send a file that is ready; logged each time."""
    job = own_job(request, key)
    if not may_fetch(job):
        raise Http404
    if job.what == CARDS:
        note_read(request, Read("export.cards", job.where, job.rows, "P1"))
        return cards_response(file_of(job).open("rb"), on=job.on)
    note(request, job.what, job.where, job.rows, reason=job.reason)
    return FileResponse(
        file_of(job).open("rb"), as_attachment=True,
        filename=file_name(job.what, job.on, plain=job.plain),
        content_type=content_type(plain=job.plain),
    )  # fmt: skip


@require_POST
@allow(*MAKES_FILES)
def export_drop(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Give a file up, or remove it."""
    export_cancel(job=own_job(request, key), by=request.user)
    return redirect("exports")
