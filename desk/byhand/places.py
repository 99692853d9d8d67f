"""Where a household lives by the season: a place added, changed, ended, with its pin and months."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.gate import SignedInRequest, allow
from desk.acts import done
from desk.byhand.fields import Day, HandForm
from desk.byhand.pages import carry_out, hand_page
from desk.byhand.picking import Place, pick_config
from desk.household import address, managed_or_404
from grids.models import LocationSource
from grids.naming import account_names
from households.models import Household, HouseholdPlace
from households.places import months_usual, place_add, place_change, place_end
from jobs.acts import act
from jobs.changes import changes_of, last_of
from lib.clock import SHANGHAI, today
from lib.errors import Outdated, Refusal
from lib.language import months_said


def usual_said() -> str:
    """The usual months of each kind of place, in words."""
    said = [
        f"{label}：{months_said(months_usual(kind))}"
        for kind, label in HouseholdPlace.Kind.choices
        if months_usual(kind)
    ]
    return "；".join(said)


class PlaceForm(HandForm):
    """A place with its months; none chosen means the usual ones of its kind."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind of place"), choices=HouseholdPlace.Kind.choices,
        widget=forms.RadioSelect,
    )  # fmt: skip
    months = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Months in which the household lives there"), coerce=int,
        choices=[(month, month) for month in range(1, 13)], required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    point = Place(
        label=gettext_lazy("Pin: longitude, latitude (WGS 84)"), max_length=40,
    )  # fmt: skip
    since = Day(
        label=gettext_lazy("Since"), required=False,
        help_text=gettext_lazy("Empty: ever since the household was registered."),
    )  # fmt: skip
    until = Day(
        label=gettext_lazy("Last day"), required=False,
        help_text=gettext_lazy("Empty: from year to year."),
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["point"].error_messages["required"] = _(
            "Put a pin on the map, or write longitude and latitude."
        )
        self.fields["kind"].error_messages["required"] = _("Choose a kind of place.")

    def values(self) -> dict[str, Any]:
        """What the services write."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        given["months"] = given["months"] or months_usual(given["kind"])
        return {**given, "source": LocationSource.PIN}


def _place_or_404(household: Household, key: UUID) -> HouseholdPlace:
    place = HouseholdPlace.objects.filter(household=household, void=False, pk=key).first()
    if place is None:
        raise Http404
    return place


def _show(
    request: SignedInRequest, household: Household, form: PlaceForm,
    place: HouseholdPlace | None = None, meanwhile: list[dict[str, Any]] | None = None,
) -> HttpResponse:  # fmt: skip
    return hand_page(
        request, "place.html", household, form, seasonal=place, usual=usual_said(),
        pick=pick_config(request.user), meanwhile=meanwhile or [],
    )  # fmt: skip


def _tab(household: Household) -> str:
    return f"{address(household)}?tab=place"


@allow("manager")
@require_http_methods(["GET", "POST"])
def new(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Add a seasonal place."""
    household = managed_or_404(request.user, key)
    form = PlaceForm(request.POST or None, initial={"kind": request.GET.get("kind", "")})
    if form.is_valid():
        answer = carry_out(
            request, form, verb="place-add", subject=household, path=household.path,
            sentence=_("A place of %(name)s was added: %(kind)s.")
            % {"name": household.head_name, "kind": _label(form.cleaned_data["kind"])},
            deed=lambda: _added(request, household, form.values()), to=_tab(household),
        )  # fmt: skip
        if answer is not None:
            return answer
    return _show(request, household, form)


def _added(request: SignedInRequest, household: Household, values: dict[str, Any]) -> None:
    place_add(household=household, on=today(), by=request.user, **values)


def _label(kind: str) -> str:
    return str(HouseholdPlace.Kind(kind).label)


def _initial(place: HouseholdPlace) -> dict[str, Any]:
    end = place.during.upper
    return {
        "kind": place.kind, "months": place.months, "point": place.point,
        "since": place.during.lower, "until": end - timedelta(days=1) if end else None,
        "version": place.version,
    }  # fmt: skip


@allow("manager")
@require_http_methods(["GET", "POST"])
def edit(request: SignedInRequest, key: UUID, place: UUID) -> HttpResponse:
    """Change a seasonal place; who is second is told what the first has changed."""
    household = managed_or_404(request.user, key)
    seasonal = _place_or_404(household, place)
    form = PlaceForm(request.POST or None, initial=_initial(seasonal))
    meanwhile: list[dict[str, Any]] = []
    if form.is_valid():
        try:
            with act(
                verb="place-change", by=request.user, path=household.path, on=today(),
                subject=household, sentence=_changed(household, seasonal),
            ) as made:  # fmt: skip
                place_change(
                    place=seasonal, on=today(), version=form.cleaned_data["version"],
                    by=request.user, **form.values(),
                )  # fmt: skip
            return done(_tab(household), made)
        except Outdated as outdated:
            form, meanwhile = together(form, outdated.row)
        except Refusal as refusal:
            form.refuse(refusal)
    return _show(request, household, form, seasonal, meanwhile)


def _changed(household: Household, place: HouseholdPlace) -> str:
    return _("A place of %(name)s was changed: %(kind)s.") % {
        "name": household.head_name, "kind": place.get_kind_display(),
    }  # fmt: skip


def together(form: PlaceForm, row: HouseholdPlace) -> tuple[PlaceForm, list[dict[str, Any]]]:
    """The form with what was typed for the place as it stands now, and what others changed."""
    version = form.cleaned_data["version"] or 0
    found = changes_of(row, since_version=version)
    names = account_names(change.user for change in found)
    now = _initial(row)
    told = []
    for name, columns in TOLD.items():
        last = last_of(found, columns)
        if last is not None:
            told.append(
                {
                    "label": form.fields[name].label,
                    "now": _said(row, name, now[name]),
                    "by": names.get(last.user) or _("somebody"),
                    "at": last.at.astimezone(SHANGHAI),
                }
            )
    data: Any = form.data.copy()  # type: ignore[attr-defined]
    data["version"] = str(row.version)
    fresh = PlaceForm(data)
    fresh.is_valid()
    return fresh, told


#: Fields of the form, and the columns of the place that each shows.
TOLD = {
    "kind": ("kind",), "months": ("months",), "point": ("point",), "since": ("during",),
    "until": ("during",),
}  # fmt: skip


def _said(row: HouseholdPlace, name: str, value: Any) -> Any:
    if name == "kind":
        return row.get_kind_display()
    if name == "months":
        return months_said(value)
    if name == "point":
        return f"{value.x:.6f}, {value.y:.6f}"
    return value or _("empty")


@require_POST
@allow("manager")
def end(request: SignedInRequest, key: UUID, place: UUID) -> HttpResponse:
    """The household lives there no longer, from today."""
    household = managed_or_404(request.user, key)
    seasonal = _place_or_404(household, place)
    with act(
        verb="place-end", by=request.user, path=household.path, on=today(), subject=household,
        sentence=_("A place of %(name)s was ended: %(kind)s.")
        % {"name": household.head_name, "kind": seasonal.get_kind_display()},
    ) as made:  # fmt: skip
        place_end(place=seasonal, on=today(), by=request.user)
    return done(_tab(household), made)
