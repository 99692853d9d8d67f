"""Monthly forms: an office's own workbook, kept, previewed with numbers that open, and filled."""

from __future__ import annotations

import io
from datetime import date
from uuid import UUID

from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.gate import SignedInRequest, allow
from accounts.reads import Read, note_read
from accounts.size import takes
from desk.figures.opening import Opening
from desk.tables.exports import XLSX
from grids.asked import asked_area
from grids.models import Area
from grids.naming import name_from_afar
from grids.scope import scope_of
from lib.clock import today
from lib.errors import Refusal
from reports.forms import filled, form_keep, form_remove, forms_of, workbook
from reports.indicators import registry
from reports.models import Form

MOST_BYTES = 5 * 2**20
FIELDS = ("name", "unit", "filled_by", "checked_by", "total_since", "area")


@allow("manager")
@require_http_methods(["GET", "POST"])
@takes(MOST_BYTES)
def home(request: SignedInRequest) -> HttpResponse:
    """The forms kept, and the place to add one."""
    typed = {name: request.POST.get(name, "") for name in FIELDS}
    wrong: dict[str, str] = {}
    if request.method == "POST":
        try:
            form = _keep(request, typed)
        except Refusal as refusal:
            wrong = {"field": refusal.field or "", "sentence": refusal.sentence}
        else:
            return redirect("form", form.pk)
    areas = Area.objects.filter(path__in=scope_of(request.user).manage).order_by("path")
    context = {
        "forms": forms_of(request.user), "typed": typed, "wrong": wrong,
        "areas": [(area.pk, name_from_afar(area)) for area in areas],
        "indicators": registry().values(),
    }  # fmt: skip
    return render(request, "desk/figures/forms.html", context, status=400 if wrong else 200)


def _keep(request: SignedInRequest, typed: dict[str, str]) -> Form:
    sent = request.FILES.get("file")
    if sent is None or sent.size is None or sent.size > MOST_BYTES:
        raise Refusal(_("Choose a workbook (.xlsx) of 5 MB at most."), field="file")
    try:
        since = date.fromisoformat(typed["total_since"]) if typed["total_since"] else None
    except ValueError:
        raise Refusal(_("Write the date as 2026-11-22."), field="total_since") from None
    on = today()
    return form_keep(
        area=asked_area(request.user, typed["area"], on=on), name=typed["name"],
        file=sent.read(), on=on, by=request.user, unit=typed["unit"],
        filled_by=typed["filled_by"], checked_by=typed["checked_by"], total_since=since,
    )  # fmt: skip


def _form(request: SignedInRequest, key: UUID) -> Form:
    form = forms_of(request.user).filter(pk=key).first()
    if form is None:
        raise Http404
    return form


def _month(request: SignedInRequest) -> date:
    """The month asked for as 2026-11; without one, or of the future, this one."""
    current = today()
    try:
        asked = date.fromisoformat(request.GET.get("month", "") + "-01")
    except ValueError:
        return current
    return min(asked, current)


@allow("manager")
@require_GET
def page(request: SignedInRequest, key: UUID) -> HttpResponse:
    """A form as it would be filled for a month: every number opens to its rows."""
    form, month, current = _form(request, key), _month(request), today()
    known, scope = registry(), scope_of(request.user)
    rows = []
    for row in filled(form, month=month, current=current):
        opening = Opening(row.area, scope, row.until, row.since, known, current)
        rows.append({"at": row, "shown": opening.shown(row.value) if row.value else None})
    context = {"form": form, "month": f"{month:%Y-%m}", "this": f"{current:%Y-%m}", "rows": rows}
    return render(request, "desk/figures/form.html", context)


@allow("manager")
@require_GET
def file(request: SignedInRequest, key: UUID) -> HttpResponseBase:
    """The filled workbook. It may hold small counts of needs, so that its leaving is logged."""
    form, month = _form(request, key), _month(request)
    rows = filled(form, month=month, current=today())
    book = workbook(form, rows)
    sensitive = sum(1 for row in rows if row.value and row.value.indicator.sensitive)
    note_read(request, Read("form", form.path, sensitive, "P3"))
    name = f"{form.name}_{month:%Y%m}.xlsx"
    return FileResponse(io.BytesIO(book), as_attachment=True, filename=name, content_type=XLSX)


@require_POST
@allow("manager")
def remove(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Take a form out of the list."""
    form_remove(form=_form(request, key), by=request.user)
    return redirect("forms")
