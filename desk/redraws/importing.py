"""A draft of new boundaries from a file."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.gate import SignedInRequest, allow
from accounts.size import takes
from desk.imports import CRS, MOST_BYTES
from grids.asked import asked_area
from grids.models import Area
from grids.scope import scope_of
from lib.clock import today
from lib.errors import Refusal
from lib.sandbox import UnreadableFile
from planning.models import Redraw
from planning.redrawing.importing import redraw_import

LEVELS = [("grid", gettext_lazy("grids")), ("unit", gettext_lazy("units of mutual help"))]


@allow("manager")
@require_http_methods(["GET", "POST"])
@takes(MOST_BYTES)
def page(request: SignedInRequest) -> HttpResponse:
    """Choose a file of outlines; nothing of it is in force before the draft gets a day."""
    area = asked_area(request.user, request.GET.get("area"), on=today())
    if not scope_of(request.user).manages(area.path):
        raise Http404
    error: Refusal | None = None
    if request.method == "POST":
        try:
            redraw = _taken_in(request, area)
            return redirect("redraw", key=redraw.pk)
        except Refusal as refusal:
            error = refusal
        except (UnreadableFile, ValueError) as unread:
            error = Refusal(str(unread), field="file")
    context = {
        "area": area, "crs": CRS, "levels": LEVELS, "typed": request.POST, "error": error,
        "sentences": error.sentence.splitlines() if error else [],
    }  # fmt: skip
    return render(request, "desk/redraws/import.html", context, status=400 if error else 200)


def _taken_in(request: SignedInRequest, area: Area) -> Redraw:
    upload = request.FILES.get("file")
    if upload is None or not upload.name:
        raise Refusal(_("Choose a file first."), field="file")
    if (upload.size or 0) > MOST_BYTES:
        raise Refusal(
            _("The file is larger than 60 MB; split it, or load it on the server."), field="file"
        )
    if len(request.POST.get("name", "").strip()) > 60:
        raise Refusal(_("The name is too long; 60 characters at most."), field="name")
    with tempfile.NamedTemporaryFile(suffix=Path(upload.name).suffix) as copy:
        for chunk in upload.chunks():
            copy.write(chunk)
        copy.flush()
        return redraw_import(
            source=Path(copy.name), crs=request.POST.get("crs") or None,
            level=request.POST.get("level", ""), name=request.POST.get("name", ""),
            source_name=Path(upload.name).stem, on=today(), by=request.user, area=area,
        )  # fmt: skip
