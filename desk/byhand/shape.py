"""Split, merge, move, close and reopen a household: what ends by it is told first."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.gate import SignedInRequest, allow
from accounts.models import User
from accounts.reads import Read, note_read
from desk.byhand.fields import AreaChoice, Day, HandForm, Phone, PlainText, areas_listed
from desk.byhand.pages import carry_out, hand_page
from desk.household import address, managed_or_404
from grids.models import Area
from grids.naming import area_labels
from households.attribution import Territory
from households.finding import households_found
from households.links import links_ending
from households.models import Household
from households.services import (
    household_close,
    household_merge,
    household_move,
    household_reopen,
    household_split,
    place_of,
)
from lib.clock import today

MOST_FOUND = 12
CLOSING = [
    ("moved", gettext_lazy("moved away for good")),
    ("died", gettext_lazy("nobody is left")),
    ("double", gettext_lazy("registered twice")),
    ("mistake", gettext_lazy("registered by mistake")),
]


class SplitForm(HandForm):
    """Who leaves a household and becomes one of their own."""

    head_name = PlainText(label=gettext_lazy("Head of the new household"), max_length=40)
    size = forms.IntegerField(
        label=gettext_lazy("Persons who leave"), min_value=1, max_value=99, required=False
    )
    phone = Phone(label=gettext_lazy("Phone"), max_length=40, required=False)
    address = PlainText(label=gettext_lazy("Address"), max_length=200, required=False)


class MergeForm(HandForm):
    """The household another one joins: searched for, then chosen."""

    q = PlainText(
        label=gettext_lazy("The household it joins"), max_length=60, required=False,
        help_text=gettext_lazy("Name, address, number or end of the phone"),
    )  # fmt: skip
    into = forms.UUIDField(required=False)


class MoveForm(HandForm):
    """The area a household moves to."""

    area = AreaChoice(
        label=gettext_lazy("New village, grid or unit"), max_length=120,
        widget=forms.TextInput(attrs={"list": "areas", "autocomplete": "off"}),
        help_text=gettext_lazy("By code or name; type part of it and choose."),
    )  # fmt: skip


class CloseForm(HandForm):
    """Why a household is closed, and from when."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"), choices=CLOSING, widget=forms.RadioSelect
    )
    on = Day(label=gettext_lazy("Closed from"))

    def clean_on(self) -> Any:
        """A household is closed from today or was earlier."""
        if self.cleaned_data["on"] > today():
            raise forms.ValidationError(_("Choose a day up to today."))
        return self.cleaned_data["on"]


@allow("manager")
@require_http_methods(["GET", "POST"])
def split(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Part of a household becomes one of its own (分户)."""
    household = managed_or_404(request.user, key)
    form = SplitForm(request.POST or None, initial={"address": household.address})
    if form.is_valid():
        answer = carry_out(
            request, form, verb="split", subject=household, path=household.path,
            sentence=_("%(new)s was split off %(name)s.")
            % {"new": form.cleaned_data["head_name"], "name": household.head_name},
            deed=lambda: _split(request.user, household, form.cleaned_data),
            to=address(household),
        )  # fmt: skip
        if answer is not None:
            return answer
    return hand_page(request, "split.html", household, form)


def _split(user: User, household: Household, given: dict[str, Any]) -> None:
    household_split(
        household=household, on=today(), by=user, head_name=given["head_name"], size=given["size"],
        phone=given["phone"] or None, address=given["address"], recorded_on=today(),
    )  # fmt: skip


@allow("manager")
@require_http_methods(["GET", "POST"])
def merge(request: SignedInRequest, key: UUID) -> HttpResponse:
    """A household joins another one: search for it, see what follows, do it."""
    household = managed_or_404(request.user, key)
    form = MergeForm(request.POST or None)
    found: list[Household] = []
    into: Household | None = None
    if form.is_valid():
        managed = Household.objects.manageable_by(request.user).open_on(today())
        into = managed.exclude(pk=household.pk).filter(pk=form.cleaned_data["into"]).first()
        if into is not None and request.POST.get("sure"):
            answer = _merge(request, form, household, into)
            if answer is not None:
                return answer
        elif into is None:
            found = _found(request.user, household, form.cleaned_data["q"])
            note_read(request, Read("household.same", household.path, len(found), "P2"))
            if not found:
                form.add_error("q", _("No other household you manage fits; try another word."))
    return hand_page(
        request, "merge.html", household, form, into=into,
        found=_described(found), ending=links_ending(household, on=today()),
        persons=(household.size or 0) + (into.size or 0)
        if into is not None and household.size and into.size else None,
    )  # fmt: skip


def _found(user: User, household: Household, text: str) -> list[Household]:
    if not text:
        return []
    managed = Household.objects.manageable_by(user).exclude(pk=household.pk).values("pk")
    found = households_found(user, text, on=today()).filter(pk__in=managed)
    return list(found.order_by("head_name", "pk")[:MOST_FOUND])


def _described(found: list[Household]) -> list[dict[str, Any]]:
    places = area_labels({h.path for h in found}, on=today())
    return [{"household": h, "place": places[h.path]["name"]} for h in found]


def _merge(
    request: SignedInRequest, form: MergeForm, household: Household, into: Household
) -> HttpResponse | None:  # fmt: skip
    return carry_out(
        request, form, verb="merge", subject=into, path=into.path,
        sentence=_("%(name)s was merged into %(into)s.")
        % {"name": household.head_name, "into": into.head_name},
        deed=lambda: household_merge(
            household=household, into=into, on=today(), by=request.user
        ),
    )  # fmt: skip


@allow("manager")
@require_http_methods(["GET", "POST"])
def move(request: SignedInRequest, key: UUID) -> HttpResponse:
    """File a household under another area; which contacts end by it is told first."""
    household = managed_or_404(request.user, key)
    form = MoveForm(request.POST or None)
    form.fields["area"].user = request.user  # type: ignore[attr-defined]
    told: dict[str, Any] = {}
    if form.is_valid():
        area: Area = form.cleaned_data["area"]
        if request.POST.get("sure") == str(area.pk):
            answer = carry_out(
                request, form, verb="move", subject=household, path=household.path,
                sentence=_("%(name)s was moved to %(area)s.")
                % {"name": household.head_name, "area": area.name},
                deed=lambda: household_move(
                    household=household, area=area, on=today(), by=request.user
                ),
            )  # fmt: skip
            if answer is not None:
                return answer
        else:
            told = consequences(household, area)
    return hand_page(
        request, "move.html", household, form, areas=areas_listed(request.user),
        proposed=form.fields["area"].proposed, **told,  # type: ignore[attr-defined]
    )  # fmt: skip


def consequences(household: Household, area: Area) -> dict[str, Any]:
    """Where a household would be filed, and whose contact ends by it."""
    point = household.location
    settled = Territory(area.path[:12], on=today()).settle(
        place_of(area), point.x if point else None, point.y if point else None
    )
    return {
        "chosen": area,
        "settled": area_labels({settled.path}, on=today())[settled.path]["name"],
        "same": settled.path == household.path,
        "ending": links_ending(household, on=today(), unless_covering=settled.path),
        "staying": household.links.in_force(today()).count(),
    }


@allow("manager")
@require_http_methods(["GET", "POST"])
def close(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Close a household with a reason."""
    household = managed_or_404(request.user, key)
    form = CloseForm(request.POST or None, initial={"on": today()})
    if form.is_valid():
        answer = carry_out(
            request, form, verb="close", subject=household, path=household.path,
            sentence=_("%(name)s was closed.") % {"name": household.head_name},
            deed=lambda: household_close(
                household=household, by=request.user, **form.cleaned_data
            ),
        )  # fmt: skip
        if answer is not None:
            return answer
    return hand_page(
        request, "close.html", household, form, ending=links_ending(household, on=today())
    )


@allow("manager")
@require_http_methods(["GET", "POST"])
def reopen(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Open a household again that was closed by mistake."""
    household = managed_or_404(request.user, key)
    form = HandForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        answer = carry_out(
            request, form, verb="reopen", subject=household, path=household.path,
            sentence=_("%(name)s is open again.") % {"name": household.head_name},
            deed=lambda: household_reopen(household=household, by=request.user),
        )  # fmt: skip
        if answer is not None:
            return answer
    return hand_page(request, "reopen.html", household, form)
