"""Register a household, and change what is written of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.gate import SignedInRequest, allow
from accounts.reads import Read, note_read
from desk.acts import done
from desk.byhand.fields import AreaChoice, Day, HandForm, Phone, PlainText, areas_listed
from desk.byhand.pages import carry_out, hand_page
from desk.household import address, managed_or_404
from grids.models import Area
from grids.naming import account_names
from households.duplicates import likely_same
from households.editing import WRITTEN, household_edit
from households.models import Household
from households.services import household_register, household_review
from jobs.acts import act
from jobs.changes import Change, changes_of
from lib.clock import SHANGHAI, today
from lib.errors import Outdated, Refusal

NOT_ASKED = [("", gettext_lazy("not asked"))]


class HouseholdForm(HandForm):
    """What registering and editing share."""

    head_name = PlainText(label=gettext_lazy("Head of household"), max_length=40)
    phone = Phone(label=gettext_lazy("Phone"), max_length=40, required=False)
    address = PlainText(label=gettext_lazy("Address"), max_length=200, required=False)
    serial = PlainText(
        label=gettext_lazy("Household number"), max_length=40, required=False,
        help_text=gettext_lazy("The office's own number; may stay empty."),
    )  # fmt: skip
    size = forms.IntegerField(
        label=gettext_lazy("Persons"), min_value=1, max_value=99, required=False
    )
    residence = forms.ChoiceField(
        label=gettext_lazy("Residence"), choices=Household.Residence.choices,
        initial=Household.Residence.PRESENT,
    )  # fmt: skip
    emergency_name = PlainText(
        label=gettext_lazy("Emergency contact"), max_length=40, required=False
    )
    emergency_phone = Phone(
        label=gettext_lazy("Phone of the emergency contact"), max_length=40, required=False
    )


class RegisterForm(HouseholdForm):
    """A household to register. ``sure``: no household on record is this one."""

    area = AreaChoice(
        label=gettext_lazy("Village, grid or unit"), max_length=120,
        widget=forms.TextInput(attrs={"list": "areas", "autocomplete": "off"}),
        help_text=gettext_lazy("By code or name; type part of it and choose."),
    )  # fmt: skip
    on = Day(label=gettext_lazy("Registered on"))
    sure = forms.BooleanField(required=False)
    field_order = ["area", "head_name"]

    def clean_on(self) -> Any:
        """A household is registered today or was earlier."""
        if self.cleaned_data["on"] > today():
            raise forms.ValidationError(_("Choose a day up to today."))
        return self.cleaned_data["on"]


class EditForm(HouseholdForm):
    """What is written of a household. An empty number keeps the one on record."""

    mode = forms.ChoiceField(
        label=gettext_lazy("Preferred way"), choices=[*NOT_ASKED, *Household.Mode.choices],
        required=False,
    )  # fmt: skip
    language = PlainText(
        label=gettext_lazy("Preferred language"), max_length=20, required=False,
        help_text=gettext_lazy("For the conversation only; never filtered, counted or exported."),
    )  # fmt: skip
    fewer_contacts = forms.BooleanField(
        label=gettext_lazy("The household wishes fewer contacts"), required=False
    )
    calls_agreed = forms.BooleanField(
        label=gettext_lazy("The household agrees to be called back by sample"), required=False,
        help_text=gettext_lazy("Somebody other than its contact asks how the service was."),
    )  # fmt: skip
    head_may_see_needs_from = Day(
        label=gettext_lazy("Agreed in writing that the head of the unit sees needs, on"),
        required=False,
    )
    no_phone = forms.BooleanField(
        label=gettext_lazy("The number is no longer valid: remove it"), required=False
    )
    no_emergency_phone = forms.BooleanField(
        label=gettext_lazy("The number is no longer valid: remove it"), required=False
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def values(self) -> dict[str, Any]:
        """What the service writes."""
        given = {name: self.cleaned_data[name] for name in self.cleaned_data if name in PLAIN_TEXT}
        for number in ("phone", "emergency_phone"):
            removed = self.cleaned_data[f"no_{number}"]
            given[number] = "" if removed else self.cleaned_data[number] or None
        return given


PLAIN_TEXT = {
    "serial", "head_name", "address", "size", "mode", "language", "fewer_contacts",
    "calls_agreed", "head_may_see_needs_from", "emergency_name", "residence",
}  # fmt: skip


@allow("manager")
@require_http_methods(["GET", "POST"])
def register(request: SignedInRequest) -> HttpResponse:
    """Register a household; one that may be on record already is shown first."""
    form = RegisterForm(
        request.POST or None, initial={"on": today(), "area": request.GET.get("area", "")}
    )
    form.fields["area"].user = request.user  # type: ignore[attr-defined]
    same: list[Household] = []
    if form.is_valid():
        given = dict(form.cleaned_data)
        area: Area = given.pop("area")
        if not given.pop("sure"):
            same = likely_same(
                path=area.path, on=today(),
                **{name: given[name] for name in ("head_name", "address", "phone", "serial")},
            )  # fmt: skip
            note_read(request, Read("household.same", area.path, len(same), "P2"))
        if not same:
            answer = carry_out(
                request, form, verb="register", subject=area, path=area.path,
                sentence=_("%(name)s was registered.") % {"name": given["head_name"]},
                deed=lambda: household_register(
                    area=area, recorded_on=today(), by=request.user,
                    **{**given, "phone": given["phone"] or None,
                       "emergency_phone": given["emergency_phone"] or None},
                ),
            )  # fmt: skip
            if answer is not None:
                return answer
    return hand_page(
        request, "register.html", None, form, same=same, areas=areas_listed(request.user),
        proposed=form.fields["area"].proposed,  # type: ignore[attr-defined]
    )  # fmt: skip


@allow("manager")
@require_http_methods(["GET", "POST"])
def edit(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Change what is written of a household; who is second is told what the first has changed."""
    household = managed_or_404(request.user, key)
    initial = {name: getattr(household, name) for name in PLAIN_TEXT}
    form = EditForm(request.POST or None, initial={**initial, "version": household.version})
    meanwhile: list[dict[str, Any]] = []
    if form.is_valid():
        try:
            with act(
                verb="edit", by=request.user, path=household.path, on=today(), subject=household,
                sentence=_("The entry of %(name)s was changed.")
                % {"name": form.cleaned_data["head_name"]},
            ) as made:  # fmt: skip
                household_edit(
                    household=household, values=form.values(), on=today(), by=request.user,
                    version=form.cleaned_data["version"],
                )  # fmt: skip
            return done(address(household), made)
        except Outdated as outdated:
            form, meanwhile = together(form, outdated.row)
        except Refusal as refusal:
            form.refuse(refusal)
    return hand_page(request, "edit.html", household, form, meanwhile=meanwhile)


def together(form: EditForm, row: Household) -> tuple[EditForm, list[dict[str, Any]]]:
    """The form with what somebody else has written since where it was left as it was, and what
    differs: the person's own words stay, theirs stand beside them."""
    found = changes_of(row, since_version=form.cleaned_data["version"])
    names = account_names(change.user for change in found)
    data: Any = form.data.copy()  # type: ignore[attr-defined]
    data["version"] = str(row.version)
    told = []
    for name in WRITTEN:
        touching = [change for change in found if name in change.fields]
        if not touching:
            continue
        before, now = touching[0].fields[name][0], getattr(row, name)
        mine = form.cleaned_data.get(name)
        if name in PLAIN_TEXT and mine == before:
            data[name] = "" if now in (None, False) else str(now)
        told.append(_told(form, name, now, touching[-1], names, kept=mine not in (before, now)))
    fresh = EditForm(data)
    fresh.is_valid()
    return fresh, told


def _told(
    form: EditForm, name: str, now: Any, change: Change, names: dict[str | None, str], *, kept: bool
) -> dict[str, Any]:  # fmt: skip
    field = name.removesuffix("_sealed")
    label = form.fields[field].label if field in form.fields else _("Care note")
    shown = name in PLAIN_TEXT
    if name == "residence":
        now = Household.Residence(now).label
    return {
        "label": label,
        "now": ("" if now in (None, False) else now) if shown else "",
        "shown": shown,
        "by": names.get(change.user) or _("somebody"),
        "at": change.at.astimezone(SHANGHAI),
        "kept": kept and shown,
    }


@require_POST
@allow("manager")
def review(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Somebody looked the whole entry over today."""
    household = managed_or_404(request.user, key)
    answer = carry_out(
        request, None, verb="review", subject=household, path=household.path,
        sentence=_("The entry of %(name)s was reviewed today.") % {"name": household.head_name},
        deed=lambda: household_review(household=household, on=today(), by=request.user),
    )  # fmt: skip
    return answer or redirect(address(household))
