"""Roads, rivers and railways of a draft: taken from a file, listed, taken away."""

from __future__ import annotations

import tempfile
from pathlib import Path
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.gate import SignedInRequest, allow
from accounts.size import takes
from desk.acts import done
from desk.imports import CRS, MOST_BYTES
from jobs.acts import act
from lib.clock import today
from lib.errors import Refusal
from planning.models import Barrier, Redraw
from planning.redrawing.barrier_files import barriers_load, barriers_read
from planning.redrawing.barriers import barrier_remove


@allow("manager")
@require_http_methods(["GET", "POST"])
@takes(MOST_BYTES)
def page(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Load a file of lines; below it those that are kept, each with a way out."""
    redraw = get_object_or_404(Redraw.objects.manageable_by(request.user), pk=key)
    error: Refusal | None = None
    if request.method == "POST":
        try:
            if request.POST.get("remove"):
                return _removed(request, redraw, request.POST["remove"])
            return _loaded(request, redraw)
        except Refusal as refusal:
            error = refusal
    context = {
        "redraw": redraw, "crs": CRS, "kinds": Barrier.Kind.choices, "typed": request.POST,
        "error": error,
        "barriers": Barrier.objects.of(redraw.villages).order_by("kind", "name", "pk"),
    }  # fmt: skip
    return render(request, "desk/redraws/barriers.html", context, status=400 if error else 200)


def _loaded(request: SignedInRequest, redraw: Redraw) -> HttpResponse:
    upload = request.FILES.get("file")
    if upload is None or not upload.name:
        raise Refusal(_("Choose a file first."), field="file")
    properties = {
        name: request.POST.get(f"{name}_property", "").strip() for name in ("kind", "name")
    }
    with tempfile.NamedTemporaryFile(suffix=Path(upload.name).suffix) as copy:
        for chunk in upload.chunks():
            copy.write(chunk)
        copy.flush()
        found = barriers_read(
            redraw, Path(copy.name), crs=request.POST.get("crs"),
            kind=request.POST.get("kind", ""), properties=properties,
        )  # fmt: skip
    with act(
        verb="barriers.load", by=request.user, path=redraw.path, on=today(), subject=redraw
    ) as deed:
        loaded = barriers_load(
            redraw=redraw, found=found, source=Path(upload.name).name, by=request.user
        )
        if not loaded.new:
            # Nothing was done, so there is no act to take back either.
            raise Refusal(_("All of them were there already; nothing was changed."))
        deed.sentence = ngettext(
            "Loaded %d road, river or railway.", "Loaded %d roads, rivers and railways.", loaded.new
        ) % loaded.new  # fmt: skip
    for note in loaded.notes:
        messages.info(request, note)
    return done(reverse("redraw-barriers", args=[redraw.pk]), deed)


def _removed(request: SignedInRequest, redraw: Redraw, key: str) -> HttpResponse:
    try:
        found = Barrier.objects.of(redraw.villages).filter(pk=UUID(key)).first()
    except ValueError:
        found = None
    if found is None:
        raise Http404
    name = found.name or found.get_kind_display()
    with act(
        verb="barriers.remove", by=request.user, path=redraw.path, on=today(), subject=redraw,
        sentence=_("Taken away: %s") % name,
    ) as deed:  # fmt: skip
        barrier_remove(barrier=found, by=request.user)
    return done(reverse("redraw-barriers", args=[redraw.pk]), deed)
