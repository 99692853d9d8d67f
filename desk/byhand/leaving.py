"""Out of scope with a reason and an approval; the requests that wait for it."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.gate import SignedInRequest, allow
from accounts.models import User
from accounts.reads import Read, note_read
from desk.byhand.fields import HandForm, PlainText
from desk.byhand.pages import carry_out, hand_page
from desk.household import address, managed_or_404
from grids.naming import account_names, area_labels
from grids.scope import scope_of
from households.models import Exemption
from households.services import (
    exemption_approve,
    exemption_ask,
    exemption_end,
    exemption_refuse,
)
from lib.clock import today
from lib.errors import Refusal

MOST = 200


class ExemptForm(HandForm):
    """Why a household is to leave the scope."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"), choices=Exemption.Reason.choices, widget=forms.RadioSelect
    )
    note = PlainText(
        label=gettext_lazy("Note"), max_length=200, required=False,
        help_text=gettext_lazy("Where it is written down, who confirmed it."),
    )  # fmt: skip


@allow("manager")
@require_http_methods(["GET", "POST"])
def exempt(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Ask to take a household out of scope."""
    household = managed_or_404(request.user, key)
    form = ExemptForm(request.POST or None)
    if form.is_valid():
        answer = carry_out(
            request, form, verb="exempt", subject=household, path=household.path,
            sentence=_("Asked to take %(name)s out of scope; it counts once approved.")
            % {"name": household.head_name},
            deed=lambda: _asked(request.user, household, form.cleaned_data),
        )  # fmt: skip
        if answer is not None:
            return answer
    return hand_page(
        request, "exempt.html", household, form, standing=standing(household, on=today())
    )


def _asked(user: User, household: Any, given: dict[str, Any]) -> None:
    exemption_ask(household=household, on=today(), by=user, **given)


def standing(household: Any, *, on: date) -> Exemption | None:
    """The request or exemption of a household that is not over on a day."""
    return household.exemptions.filter(refused_on=None, during__endswith__gt=on).first() or (
        household.exemptions.filter(refused_on=None, during__upper_inf=True).first()
    )


@allow("manager")
@require_GET
def exemptions(request: SignedInRequest) -> HttpResponse:
    """Requests that wait for an approval, then the households out of scope today."""
    on, scope = today(), scope_of(request.user)
    asked = Exemption.objects.waiting_for(request.user).select_related("household")
    waiting = list(asked.order_by("pk")[:MOST])
    running = Exemption.objects.manageable_by(request.user).filter(
        refused_on=None, approved_on__isnull=False, during__contains=on
    )
    out = list(running.select_related("household").order_by("household__path", "pk")[:MOST])
    shown = [*waiting, *out]
    note_read(request, Read("exemptions.list", ",".join(scope.manage)[:120], len(shown), "P2"))
    names = account_names(str(e.asked_by_id) for e in shown)
    places = area_labels({e.household.path for e in shown}, on=on)
    for exemption in shown:
        exemption.asked_name = names.get(str(exemption.asked_by_id), "")  # type: ignore[attr-defined]
        exemption.place = places[exemption.household.path]["name"]  # type: ignore[attr-defined]
        exemption.needs_another = (  # type: ignore[attr-defined]
            exemption.reason == Exemption.Reason.DECLINED
            and exemption.asked_by_id == request.user.pk
        )
    return hand_page(
        request, "exemptions.html", None, None, waiting=waiting, out=out, more=running.count()
        - len(out),
    )  # fmt: skip


@require_POST
@allow("manager")
def exemption_answer(request: SignedInRequest, key: int, verb: str) -> HttpResponse:
    """Approve, refuse or end one; to the page it was asked on."""
    exemption = (
        Exemption.objects.manageable_by(request.user)
        .filter(pk=key)
        .select_related("household")
        .first()
    )
    if exemption is None or verb not in VERBS:
        raise Http404
    service, sentence = VERBS[verb]
    household = exemption.household
    to = address(household) if request.POST.get("to") == "household" else reverse("exemptions")
    try:
        answer = carry_out(
            request, None, verb=f"exempt-{verb}", subject=household, path=household.path,
            sentence=str(sentence) % {"name": household.head_name}, to=to,
            deed=lambda: _answered(service, exemption, request.user),
        )  # fmt: skip
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return redirect(to)
    return answer or redirect(to)


def _answered(service: Any, exemption: Exemption, user: User) -> None:
    service(exemption=exemption, on=today(), by=user)


VERBS: dict[str, tuple[Any, Any]] = {
    "approve": (exemption_approve, gettext_lazy("%(name)s is out of scope.")),
    "refuse": (exemption_refuse, gettext_lazy("The request for %(name)s was refused.")),
    "end": (exemption_end, gettext_lazy("%(name)s is in scope again.")),
}
