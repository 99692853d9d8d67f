"""Begin a draft of new boundaries, and draw it: the page around the map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from accounts.gate import SignedInRequest, allow
from desk.byhand.fields import HandForm, PlainText
from grids.asked import asked_area
from grids.basemap import basemap
from grids.models import Area
from grids.naming import name_from_afar
from grids.paths import DEPTH
from grids.scope import scope_of
from lib.clock import today
from lib.errors import Refusal
from planning.models import Redraw
from planning.redrawing.drafts import outlined, redraw_start

LEVELS = [("grid", gettext_lazy("grids")), ("unit", gettext_lazy("units of mutual help"))]
NAME_LENGTH = 60


class NewForm(HandForm):
    """What is divided anew, and under which name."""

    level = forms.ChoiceField(
        label=gettext_lazy("What is drawn"), choices=LEVELS, widget=forms.RadioSelect
    )
    villages = forms.MultipleChoiceField(
        label=gettext_lazy("Villages"),
        error_messages={
            "invalid_choice": gettext_lazy("Choose villages of this area from the list."),
        },
    )
    name = PlainText(label=gettext_lazy("Name"), max_length=NAME_LENGTH, required=False)


@dataclass(frozen=True)
class Choice:
    """A village (or the one grid) that may be chosen, and whether it has an outline."""

    value: str
    name: str
    township: str
    outlined: bool
    chosen: bool


@allow("manager")
@require_http_methods(["GET", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """Choose villages, or the grid one came from, and begin with the division of today."""
    area = asked_area(request.user, request.GET.get("area"), on=today())
    if area.level == Area.Level.UNIT and area.parent:
        area = area.parent
    if not scope_of(request.user).manages(area.path):
        raise Http404
    areas = _choices(area)
    of_grid = area.level == Area.Level.GRID
    form = NewForm(
        request.POST or None, initial={"level": "unit" if of_grid else "grid"},
    )  # fmt: skip
    field: Any = form.fields["villages"]
    field.error_messages["required"] = _("Choose at least one village.")
    field.choices = [(str(one.pk), one.name) for one in areas]
    if form.is_valid():
        chosen = [one for one in areas if str(one.pk) in form.cleaned_data["villages"]]
        try:
            redraw = redraw_start(
                area=area, villages=chosen, level=form.cleaned_data["level"],
                name=form.cleaned_data["name"], by=request.user,
            )  # fmt: skip
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return redirect("redraw-draw", redraw.pk)
    given = form["villages"].value() or []
    context = {
        "form": form, "area": area, "name": name_from_afar(area), "of_grid": of_grid,
        "choices": _shown(areas, set(given) if form.is_bound else None),
    }  # fmt: skip
    return render(request, "desk/redraws/new.html", context, status=400 if form.is_bound else 200)


def _choices(area: Area) -> list[Area]:
    """The villages at or beneath an area; for a grid the grid itself."""
    if DEPTH[area.level] > DEPTH["village"]:
        return [area]
    villages = Area.objects.filter(path__startswith=area.path, level=Area.Level.VILLAGE)
    return list(
        villages.in_force(today()).with_code(today()).select_related("parent").order_by(
            "code", "path"
        )
    )  # fmt: skip


def _shown(areas: list[Area], given: set[str] | None) -> list[Choice]:
    levels = {one.level for one in areas}
    level = "unit" if levels == {Area.Level.GRID} else "grid"
    known = {parent.path for parent, _outline in outlined([one.path for one in areas], level)}
    return [
        Choice(
            str(one.pk), one.name, one.parent.name if one.parent else "", one.path in known,
            str(one.pk) in given if given is not None else len(areas) == 1 and one.path in known,
        )
        for one in areas
    ]  # fmt: skip


@allow("manager")
@require_GET
def draw(request: SignedInRequest, key: UUID) -> HttpResponse:
    """The map of a draft with its tools; the state itself comes by the API."""
    redraw = get_object_or_404(Redraw.objects.manageable_by(request.user), pk=key)
    if redraw.state != Redraw.State.DRAFT:
        return render(request, "desk/redraws/settled.html", {"redraw": redraw}, status=409)
    config = {"redraw": str(redraw.pk), "basemap": basemap()}
    return render(request, "desk/redraws/draw.html", {"redraw": redraw, "config": config})
