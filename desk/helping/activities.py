"""Record an activity, read one, change it, take it out."""

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
from casework.activities import UNITS, activity_change, activity_record, activity_remove
from casework.deeds import works_at
from casework.models import Activity, ActivityKind
from desk.acts import done
from desk.byhand.fields import Day, PlainText
from desk.byhand.picking import Place, pick_config
from desk.helping.fields import (
    NOT_CHOSEN,
    Number,
    PlaceChoice,
    SharedForm,
    places_listed,
    renewed,
    told_meanwhile,
    word_of,
)
from desk.tables.words import SEES_AREAS
from grids.models import Organisation
from grids.naming import name_from_afar
from jobs.acts import act
from lib.clock import today
from lib.errors import Outdated, Refusal

WORKS = ("manager", "worker", "village_lead")


class ActivityForm(SharedForm):
    """What took place where and when; people are a bare count."""

    kind = forms.ModelChoiceField(
        label=gettext_lazy("Kind"), queryset=ActivityKind.objects.all(), empty_label="—"
    )
    title = PlainText(label=gettext_lazy("Name of the activity"), max_length=120)
    area = PlaceChoice(
        label=gettext_lazy("Area"), max_length=120,
        widget=forms.TextInput(attrs={"list": "areas", "autocomplete": "off"}),
        help_text=gettext_lazy("By code or name; type part of it and choose."),
    )  # fmt: skip
    on = Day(label=gettext_lazy("Date"))
    sessions = forms.IntegerField(
        label=gettext_lazy("Sessions"), min_value=1, max_value=999, initial=1
    )
    people = forms.IntegerField(
        label=gettext_lazy("People who came"), min_value=1, max_value=2_000_000_000, required=False,
        help_text=gettext_lazy("A number only; nobody is named."),
    )  # fmt: skip
    quantity = Number(label=gettext_lazy("Quantity given out"), required=False)
    unit = forms.ChoiceField(
        label=gettext_lazy("Unit counted in"), required=False,
        choices=[*NOT_CHOSEN, *((unit, unit) for unit in UNITS)],
    )  # fmt: skip
    place = PlainText(label=gettext_lazy("Where it was held"), max_length=80, required=False)
    point = Place(
        label=gettext_lazy("Pin at a public place: longitude, latitude (WGS 84)"),
        max_length=40, required=False,
    )  # fmt: skip
    organisation = forms.ModelChoiceField(
        label=gettext_lazy("Held by"), queryset=Organisation.objects.none(),
        required=False, empty_label="—",
    )  # fmt: skip
    note = PlainText(label=gettext_lazy("Note"), max_length=400, required=False)

    def values(self) -> dict[str, Any]:
        """What the services write."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


@allow(*WORKS)
@require_http_methods(["GET", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """Record an activity."""
    user = request.user
    form = ActivityForm(
        request.POST or None, initial={"on": today(), "area": request.GET.get("area", "")}
    )
    form.prepare(user)
    if form.is_valid():
        values = form.values()
        try:
            with act(
                verb="activity", by=user, path=values["area"].path, on=today(),
                subject=values["area"],
                sentence=_("“%(what)s” was recorded.") % {"what": values["title"]},
            ) as made:  # fmt: skip
                activity = activity_record(current=today(), by=user, **values)
                made.subject_label, made.subject_key = Activity._meta.label, str(activity.pk)
            return done(reverse("activity", args=[activity.pk]), made)
        except Refusal as refusal:
            form.refuse(refusal)
    return form_page(request, form)


def form_page(
    request: SignedInRequest, form: Any, activity: Activity | None = None,
    meanwhile: list[dict[str, Any]] | None = None,
) -> HttpResponse:  # fmt: skip
    """Draw the form; status 400 where something typed is to be mended."""
    context = {
        "form": form, "activity": activity, "meanwhile": meanwhile or [],
        "pick": pick_config(request.user),
        "areas": places_listed(request.user), "proposed": form.fields["area"].proposed,
    }  # fmt: skip
    wrong = bool(meanwhile) or (form.is_bound and form.errors)
    return render(request, "desk/helping/activity_form.html", context, status=400 if wrong else 200)


def activity_or_404(user: User, key: UUID, *, writes: bool = False) -> Activity:
    """An activity this person may see; with ``writes``, may change."""
    seen = Activity.objects.visible_to(user).select_related("kind", "area", "organisation")
    activity = seen.filter(pk=key).first()
    if activity is None or (writes and not works_at(user, activity.path)):
        raise Http404
    return activity


@require_GET
@allow(*SEES_AREAS)
def page(request: SignedInRequest, key: UUID) -> HttpResponse:
    """One activity, to read."""
    activity = activity_or_404(request.user, key)
    context = {
        "activity": activity, "place": name_from_afar(activity.area),
        "writes": works_at(request.user, activity.path),
    }  # fmt: skip
    return render(request, "desk/helping/activity.html", context)


@allow(*WORKS)
@require_http_methods(["GET", "POST"])
def edit(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Change an activity; who is second is told what the first has changed."""
    user, activity = request.user, activity_or_404(request.user, key, writes=True)
    initial = {name: getattr(activity, name) for name in ActivityForm.base_fields}
    form: Any = ActivityForm(
        request.POST or None, initial={**initial, "area": word_of(activity.area)}
    )
    form.prepare(user, activity.path)
    meanwhile: list[dict[str, Any]] = []
    if form.is_valid():
        version = form.cleaned_data["version"] or 0
        try:
            with act(
                verb="activity-change", by=user, path=activity.path, on=today(), subject=activity,
                sentence=_("“%(what)s” was changed.") % {"what": form.cleaned_data["title"]},
            ) as made:  # fmt: skip
                activity_change(
                    activity=activity, values=form.values(), current=today(), by=user,
                    version=version,
                )  # fmt: skip
            return done(reverse("activity", args=[activity.pk]), made)
        except Outdated as outdated:
            meanwhile = told_meanwhile(form, outdated.row, version=version)
            form = renewed(form, outdated.row)
            form.prepare(user, activity.path)
        except Refusal as refusal:
            form.refuse(refusal)
    return form_page(request, form, activity, meanwhile)


@require_POST
@allow(*WORKS)
def remove(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Take out an activity that was written by mistake."""
    user, activity = request.user, activity_or_404(request.user, key, writes=True)
    with act(
        verb="activity-remove", by=user, path=activity.path, on=today(), subject=activity.area,
        sentence=_("“%(what)s” was taken out.") % {"what": activity.title},
    ) as made:  # fmt: skip
        activity_remove(activity=activity, by=user)
    return done(reverse("table", args=["activities"]), made)
