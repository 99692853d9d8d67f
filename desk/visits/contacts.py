"""Record a contact: with one household from its page, with several from a list."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.gate import SignedInRequest, allow
from accounts.reads import Read, note_read
from casework.contacts import contacts_record
from desk.acts import done
from desk.byhand.pages import place_name
from desk.household import SEES_HOUSEHOLDS, household_or_404, needs_on
from desk.tables.actions import keys_of
from desk.visits.forms import ContactForm
from grids.appointing import WORK
from grids.models import Area
from households.models import Household
from households.naming import common_path
from jobs.acts import act
from jobs.models import Act
from lib.clock import today
from lib.errors import Refusal

#: Households of one contact at most: a meeting of a unit, not of a town.
AT_ONCE = 100


class Twice(Exception):
    """The form had arrived before: nothing is to be kept of this act."""


def back_to(request: SignedInRequest, otherwise: str) -> str:
    """Where the page was opened from (``next``), else ``otherwise``; only within this program."""
    asked = request.POST.get("next", "") or request.GET.get("next", "")
    allowed = url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    return asked if allowed and asked.startswith("/") else otherwise


def recorded(
    request: SignedInRequest, households: list[Household], given: dict[str, Any]
) -> Act | None:
    """Record a contact as one act; None where this form had been recorded before."""
    path = common_path(households)
    subject = households[0] if len(households) == 1 else Area.objects.get(path=path)
    try:
        with act(verb=f"{WORK}contact", by=request.user, path=path, on=today(), subject=subject,
                 sentence=_sentence(households, given)) as deed:  # fmt: skip
            if not contacts_record(
                households=households, current=today(), by=request.user, **given
            ):
                raise Twice
    except Twice:
        return None
    return deed


def _sentence(households: list[Household], given: dict[str, Any]) -> str:
    words = {"day": given["on"].isoformat(), "n": len(households), "name": households[0].head_name}
    if len(households) > 1:
        return ngettext(
            "A contact with %(n)s household on %(day)s was recorded.",
            "A contact with %(n)s households on %(day)s was recorded.", len(households),
        ) % words  # fmt: skip
    if given.get("matter"):
        return _("A contact with %(name)s on %(day)s was recorded, and the matter raised.") % words
    return _("A contact with %(name)s on %(day)s was recorded.") % words


def after(request: SignedInRequest, deed: Act | None, address: str) -> HttpResponse:
    """Go on once it is recorded, saying so."""
    if deed is None:
        messages.info(request, _("This contact had been recorded already."))
        return redirect(address)
    return done(address, deed)


@allow(*SEES_HOUSEHOLDS)
@require_http_methods(["GET", "POST"])
def one(request: SignedInRequest, key: UUID) -> HttpResponse:
    """The form for a contact with one household."""
    household = household_or_404(request.user, key)
    back = back_to(request, reverse("household", args=[household.pk]))
    form = ContactForm(request.POST or None, households=[household], user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            return after(request, recorded(request, [household], form.what()), back)
        except Refusal as refusal:
            refuse(form, refusal)
    return _show(request, form, [household], back)


@require_POST
@allow(*SEES_HOUSEHOLDS)
def several(request: SignedInRequest) -> HttpResponse:
    """The form for one contact with the households ticked in a list."""
    chosen = Household.objects.visible_to(request.user).open_on(today())
    households = list(
        chosen.filter(pk__in=keys_of(request)).order_by("path", "head_name", "pk")[: AT_ONCE + 1]
    )
    back = back_to(request, reverse("home"))
    if not households:
        messages.error(request, _("Choose the households first."))
        return redirect(back)
    if len(households) > AT_ONCE:
        most = _("One contact is with at most %(n)d households.") % {"n": AT_ONCE}
        messages.error(request, most)
        return redirect(back)
    typed = request.POST if "key" in request.POST else None
    form = ContactForm(typed, households=households, user=request.user)
    if form.is_bound and form.is_valid():
        try:
            return after(request, recorded(request, households, form.what()), back)
        except Refusal as refusal:
            refuse(form, refusal)
    return _show(request, form, households, back)


#: The field of the form a part of the service is asked in.
ASKED_IN = {"matter": "matter_title", "title": "matter_title", "kind": "matter_kind",
            "subject": "matter_subject", "what": "deed_what", "amount": "deed_amount",
            "quantity": "deed_quantity", "unit": "deed_unit", "funds": "deed_funds"}  # fmt: skip


def refuse(form: ContactForm, refusal: Refusal) -> None:
    """Put a sentence at the field that asks for it."""
    refusal.field = ASKED_IN.get(refusal.field, refusal.field)
    form.refuse(refusal)


def _show(
    request: SignedInRequest, form: ContactForm, households: list[Household], back: str
) -> HttpResponse:
    """Draw the form, with what to mind of a single household."""
    household = households[0] if len(households) == 1 else None
    context: dict[str, Any] = {
        "form": form, "back": back, "households": households, "household": household,
        "today": today(),
    }  # fmt: skip
    scope = str(household.pk) if household else common_path(households)
    note_read(request, Read("household.contact", scope, len(households), "P2"))
    if household is not None:
        context["place"] = place_name(household)
        user, single = request.user, Household.objects.filter(pk=household.pk)
        if single.due_open_to(user).exists():
            context["care_note"] = household.care_note
            note_read(request, Read("household.due", scope, 1, "P3"))
        if single.needs_open_to(user).exists():
            context["needs"] = needs = needs_on(household, on=today())
            note_read(request, Read("household.needs", scope, len(needs) or 1, "P3"))
    wrong = form.is_bound and bool(form.errors)
    return render(request, "desk/visits/contact.html", context, status=400 if wrong else 200)
