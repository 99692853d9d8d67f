"""Record help given, read one, change it, take it out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.gate import SignedInRequest, allow
from accounts.models import User
from accounts.reads import Read, note_read
from casework.deeds import UNITS, deed_change, deed_record, deed_remove, may_write
from casework.models import Deed, Issue
from desk.acts import done
from desk.byhand.fields import Day, PlainText
from desk.byhand.pages import place_name
from desk.helping.fields import (
    NONE,
    NOT_CHOSEN,
    Number,
    PlaceChoice,
    SharedForm,
    places_listed,
    renewed,
    told_meanwhile,
    word_of,
)
from desk.household import SEES_HOUSEHOLDS, household_or_404
from desk.tables.words import SEES_AREAS
from grids.models import Organisation
from grids.naming import name_from_afar
from grids.scope import scope_of
from households.models import Household
from jobs.acts import act
from lib.clock import today
from lib.errors import Outdated, Refusal

SEES_DEEDS = tuple(SEES_AREAS | set(SEES_HOUSEHOLDS))


class DeedForm(SharedForm):
    """What was done. For a household the place is known; ``area`` is for everything else."""

    area = PlaceChoice(
        label=gettext_lazy("Area"), max_length=120,
        widget=forms.TextInput(attrs={"list": "areas", "autocomplete": "off"}),
        help_text=gettext_lazy("By code or name; type part of it and choose."),
    )  # fmt: skip
    passers_by = forms.BooleanField(
        label=gettext_lazy("for passers-by, not for people of this area"), required=False
    )
    what = PlainText(label=gettext_lazy("What was done"), max_length=120)
    subject = forms.ChoiceField(
        label=gettext_lazy("Subject"), choices=Issue.Subject.choices, initial=Issue.Subject.OTHER
    )
    on = Day(label=gettext_lazy("Date"))
    quantity = Number(label=gettext_lazy("Quantity"), required=False)
    unit = forms.ChoiceField(
        label=gettext_lazy("Unit"), required=False,
        choices=[*NOT_CHOSEN, *((unit, unit) for unit in UNITS)],
    )  # fmt: skip
    approximate = forms.ChoiceField(
        label=gettext_lazy("About"), required=False, choices=[*NONE, *Deed.Approximate.choices]
    )
    amount = Number(label=gettext_lazy("Amount (yuan)"), required=False)
    funds = forms.ChoiceField(
        label=gettext_lazy("Source of funds"), required=False,
        choices=[*NOT_CHOSEN, *Deed.Funds.choices],
    )  # fmt: skip
    people = forms.IntegerField(
        label=gettext_lazy("People helped"), min_value=1, max_value=2_000_000_000, required=False
    )
    state = forms.ChoiceField(
        label=gettext_lazy("State"), initial=Deed.State.GRANTED,
        choices=[
            (gettext_lazy("Help"), [
                choice for choice in Deed.State.choices if choice[0] not in Deed.OF_PROJECTS]),
            (gettext_lazy("Project"), [
                choice for choice in Deed.State.choices if choice[0] in Deed.OF_PROJECTS]),
        ],
    )  # fmt: skip
    organisation = forms.ModelChoiceField(
        label=gettext_lazy("Responsible organisation"), queryset=Organisation.objects.none(),
        required=False, empty_label="—",
        help_text=gettext_lazy("A project needs one."),
    )  # fmt: skip
    result = PlainText(label=gettext_lazy("Result"), max_length=200, required=False)

    def for_household(self) -> None:
        """Leave out what a household answers by itself."""
        del self.fields["area"], self.fields["passers_by"]

    def values(self) -> dict[str, Any]:
        """What the services write."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


def prepared(form: Any, user: User, household: Household | None, path: str = "") -> Any:
    """A form for a household or for a place."""
    if household is not None:
        form.for_household()
        path = household.path
    form.prepare(user, path)
    return form


@allow(*SEES_HOUSEHOLDS)
@require_http_methods(["GET", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """Record help for the household ``?household=``, else for a place."""
    user, household = request.user, None
    if "household" in request.GET:
        household = household_or_404(user, _key(request.GET["household"]))
    elif not scope_of(user).households:
        raise Http404
    initial = {"on": today(), "area": request.GET.get("area", "")}
    form = prepared(DeedForm(request.POST or None, initial=initial), user, household)
    if form.is_valid():
        values = form.values()
        area = values.pop("area", None)
        subject = household or area
        try:
            with act(
                verb="deed", by=user, path=subject.path, on=today(), subject=subject,
                sentence=_recorded(values["what"], household),
            ) as made:  # fmt: skip
                deed = deed_record(
                    household=household, area=area, current=today(), by=user, **values
                )
                made.subject_label, made.subject_key = Deed._meta.label, str(deed.pk)
            return done(back(deed), made)
        except Refusal as refusal:
            form.refuse(refusal)
    return form_page(request, form, household)


def _recorded(what: str, household: Household | None) -> str:
    if household is None:
        return _("“%(what)s” was recorded.") % {"what": what}
    return _("“%(what)s” was recorded for %(name)s.") % {
        "what": what, "name": household.head_name,
    }  # fmt: skip


def back(deed: Deed) -> str:
    """Where one goes on to: the household's help, or the deed."""
    if deed.household_id:
        return f"{reverse('household', args=[deed.household_id])}?tab=help"
    return reverse("deed", args=[deed.pk])


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None


def form_page(
    request: SignedInRequest, form: Any, household: Household | None, deed: Deed | None = None,
    meanwhile: list[dict[str, Any]] | None = None,
) -> HttpResponse:  # fmt: skip
    """Draw the form; status 400 where something typed is to be mended."""
    if household is not None:
        note_read(request, Read("household.hand", str(household.pk), 1, "P2"))
    area = form.fields.get("area")
    context = {
        "form": form, "household": household, "deed": deed, "meanwhile": meanwhile or [],
        "place": place_name(household) if household else "",
        "areas": places_listed(request.user) if area else [],
        "proposed": area.proposed if area else [],
    }  # fmt: skip
    wrong = bool(meanwhile) or (form.is_bound and form.errors)
    return render(request, "desk/helping/deed_form.html", context, status=400 if wrong else 200)


def deed_or_404(user: User, key: UUID) -> Deed:
    """A deed this person may see."""
    seen = Deed.objects.visible_to(user).select_related("household", "area", "organisation")
    deed = seen.filter(pk=key).first()
    if deed is None:
        raise Http404
    return deed


def written_or_404(user: User, key: UUID) -> Deed:
    """A deed this person may change."""
    deed = deed_or_404(user, key)
    if not may_write(user, deed):
        raise Http404
    return deed


@require_GET
@allow(*SEES_DEEDS)
def page(request: SignedInRequest, key: UUID) -> HttpResponse:
    """One deed, to read."""
    deed = deed_or_404(request.user, key)
    if deed.household_id:
        note_read(request, Read("deed.page", str(deed.pk), 1, "P2"))
    context = {
        "deed": deed, "place": name_from_afar(deed.area),
        "writes": may_write(request.user, deed),
        "project": deed.state in Deed.OF_PROJECTS,
    }  # fmt: skip
    return render(request, "desk/helping/deed.html", context)


@allow(*SEES_HOUSEHOLDS)
@require_http_methods(["GET", "POST"])
def edit(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Change a deed; who is second is told what the first has changed."""
    user, deed = request.user, written_or_404(request.user, key)
    initial = {name: getattr(deed, name) for name in DeedForm.base_fields if name != "area"}
    form = prepared(
        DeedForm(request.POST or None, initial={**initial, "area": word_of(deed.area)}),
        user, deed.household, deed.path,
    )  # fmt: skip
    meanwhile: list[dict[str, Any]] = []
    if form.is_valid():
        version = form.cleaned_data["version"] or 0
        try:
            with act(
                verb="deed-change", by=user, path=deed.path, on=today(), subject=deed,
                sentence=_("“%(what)s” was changed.") % {"what": form.cleaned_data["what"]},
            ) as made:  # fmt: skip
                deed_change(
                    deed=deed, values=form.values(), current=today(), by=user, version=version
                )
            return done(reverse("deed", args=[deed.pk]), made)
        except Outdated as outdated:
            meanwhile = told_meanwhile(form, outdated.row, version=version)
            form = prepared(renewed(form, outdated.row), user, deed.household, deed.path)
        except Refusal as refusal:
            form.refuse(refusal)
    return form_page(request, form, deed.household, deed, meanwhile)


@require_POST
@allow(*SEES_HOUSEHOLDS)
def remove(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Take out a deed that was written by mistake."""
    user, deed = request.user, written_or_404(request.user, key)
    with act(
        verb="deed-remove", by=user, path=deed.path, on=today(),
        subject=deed.household or deed.area,
        sentence=_("“%(what)s” was taken out.") % {"what": deed.what},
    ) as made:  # fmt: skip
        deed_remove(deed=deed, by=user)
    return done(back(deed) if deed.household_id else reverse("table", args=["deeds"]), made)
