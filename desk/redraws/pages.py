"""Redraws: the list of an area, and of one what it would change, its day, and taking it back."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts.gate import SignedInRequest, allow
from accounts.models import User
from accounts.reads import Read, note_read
from desk.redraws.drawn import drawing
from grids.asked import asked_area
from grids.basemap import basemap
from grids.naming import map_address
from grids.scope import scope_of
from lib.clock import today
from lib.errors import Refusal
from planning.models import Redraw
from planning.redrawing.activating import redraw_schedule, redraw_unschedule
from planning.redrawing.drafts import redraw_drop
from planning.redrawing.report import (
    LISTS,
    RedrawReport,
    household_keys,
    household_lines,
    redraw_report,
)

SEES = ("manager", "leader")
PAGE = 50
State = Redraw.State
#: What is shown of a redraw in figures: key and label, in the order of a reader's questions.
FIGURES = (
    ("changed", gettext_lazy("households that change")),
    ("links_broken", gettext_lazy("contacts that end")),
    ("alone", gettext_lazy("left with nobody")),
    ("offered", gettext_lazy("of them offered to somebody")),
    ("posts_moved", gettext_lazy("posts that move along")),
    ("posts_over", gettext_lazy("posts that end")),
    ("matters", gettext_lazy("open matters filed anew")),
    ("unlocated_changed", gettext_lazy("change without a pin")),
)
LABELS = {
    "changed": gettext_lazy("Households that change"),
    "alone": gettext_lazy("Left with nobody"),
    "unlocated": gettext_lazy("Change without a pin"),
}


@require_GET
@allow(*SEES)
def home(request: SignedInRequest) -> HttpResponse:
    """Redraws of an area (``area``), those in trouble first; ``state`` narrows them."""
    user, on = request.user, today()
    area = asked_area(user, request.GET.get("area"), on=on)
    rows = Redraw.objects.visible_to(user).filter(path__startswith=area.path)
    state = request.GET.get("state", "")
    if state in State.values:
        rows = rows.filter(state=state)
    else:
        state, rows = "", rows.exclude(state=State.DROPPED)
    rows = rows.select_related("area", "by__person").defer("steps", "ahead")
    page = Paginator(rows.order_by("-made_at", "pk"), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page, "area": area, "state": state, "states": State.choices,
        "waiting": list(Redraw.objects.manageable_by(user).troubled(on).select_related("area")),
        "manages": scope_of(user).manages(area.path),
    }  # fmt: skip
    return render(request, "desk/redraws/list.html", context)


def _redraw(user: User, key: UUID) -> Redraw:
    rows = Redraw.objects.visible_to(user).select_related("area", "by__person", "settled_by")
    return get_object_or_404(rows, pk=key)


@require_GET
@allow(*SEES)
def page(request: SignedInRequest, key: UUID) -> HttpResponse:
    """The report of a redraw: as of its day, of a draft as of today."""
    return _shown(request, _redraw(request.user, key))


def _shown(
    request: SignedInRequest, redraw: Redraw, *, error: Refusal | None = None,
    asked: date | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    """The page of a redraw; ``asked``: the day that is to be confirmed in numbers."""
    user, on = request.user, today()
    manages = scope_of(user).manages(redraw.path)
    over = redraw.state in (State.ACTIVE, State.DROPPED)
    report = None if over else redraw_report(redraw, on=max(redraw.on or on, on))
    figures = report.figures if report else redraw.report.get("figures", {})
    if redraw.state == State.DROPPED:
        figures = {}
    context: dict[str, Any] = {
        "redraw": redraw, "report": report, "manages": manages, "error": error, "today": on,
        "figures": [(label, figures[name]) for name, label in FIGURES if name in figures],
        "all": figures, "matrix": report.matrix if report else redraw.report.get("matrix", []),
        "asked": asked, "typed": request.POST.get("on", ""),
        "draws": manages and redraw.state == State.DRAFT,
        "waits": redraw.state in (State.SCHEDULED, State.BLOCKED),
    }  # fmt: skip
    sees = manages and user_sees_households(user, redraw)
    if report is not None and sees:
        context |= _households(request, report)
    points = report if sees else None
    if points is not None and (shown := len(household_keys(points, "changed"))):
        note_read(request, Read("redraw.points", redraw.path, shown, "P2"))
    context["drawing"] = {
        **drawing(redraw, points, user, on=on),
        "basemap": basemap(),
    }
    context["on_map"] = map_address(user, redraw.area, on=on) if over else ""
    return render(request, "desk/redraws/report.html", context, status=status)


def user_sees_households(user: User, redraw: Redraw) -> bool:
    """Whether somebody may read every household of the area a redraw lies in."""
    return any(redraw.path.startswith(root) for root in scope_of(user).households)


def _households(request: SignedInRequest, report: RedrawReport) -> dict[str, Any]:
    """A page of the households behind one of the numbers, for who may read them; logged."""
    which = request.GET.get("which", LISTS[0])
    if which not in LISTS:
        raise Http404
    try:
        number = max(int(request.GET.get("page", "1")), 1)
    except ValueError:
        raise Http404 from None
    total, lines = household_lines(
        report, request.user, which, start=(number - 1) * PAGE, most=PAGE
    )
    if lines:
        note_read(request, Read("redraw.households", report.redraw.path, len(lines), "P2"))
    return {
        "lines": lines, "total": total, "which": which, "number": number,
        "further": number * PAGE < total,
        "lists": [(name, LABELS[name], len(household_keys(report, name))) for name in LISTS],
    }  # fmt: skip


@require_POST
@allow("manager")
def step(request: SignedInRequest, key: UUID) -> HttpResponse:
    """``do``: schedule (``on``; today also ``sure``), unschedule or drop."""
    user = request.user
    redraw = _redraw(user, key)
    do = request.POST.get("do", "")
    try:
        version = int(request.POST.get("version", ""))
    except ValueError:
        raise Http404 from None
    try:
        if do == "schedule":
            on = _day(request.POST.get("on", ""))
            if on == today() and not request.POST.get("sure"):
                return _shown(request, redraw, asked=on)
            redraw_schedule(redraw=redraw, on=on, by=user, version=version)
        elif do == "unschedule":
            redraw_unschedule(redraw=redraw, by=user, version=version)
        elif do == "drop":
            redraw_drop(redraw=redraw, version=version, by=user)
            return redirect("redraws")
        else:
            raise Http404
    except Refusal as refusal:
        return _shown(request, _redraw(user, key), error=refusal, status=400)
    return redirect("redraw", key=key)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Refusal(_("Write the day as 2024-09-04."), field="on") from None
