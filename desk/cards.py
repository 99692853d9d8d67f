"""Contact cards (便民联系卡): printed for a household, a selection or an area; those to replace."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.gate import SignedInRequest, allow
from accounts.reads import Read, note_read
from casework.cards import (
    cards_to_replace,
    counts_for,
    links_of_area,
    links_printable,
    text_for,
)
from desk.cardfiles import AT_ONCE, WHICH, cards_now, counted, links_asked, public_address
from desk.household import SEES_HOUSEHOLDS, household_or_404
from desk.household import show as household_page
from desk.tables.actions import households_chosen
from desk.tables.views import asked_of
from desk.tables.views import show as table_page
from desk.tables.written import cards_order
from grids.asked import asked_area
from grids.models import Area
from grids.scope import scope_of
from households.models import Link
from lib.clock import today
from lib.errors import Refusal

SHOWN = 100
#: Who prints the cards of an area: its office, and those who hand them over there.
HANDS_OVER = ("manager", "worker", "village_lead")


@require_POST
@allow(*SEES_HOUSEHOLDS)
def of_household(request: SignedInRequest, key: UUID) -> HttpResponseBase:
    """The cards of one household's contacts, one on a page of A6."""
    household = household_or_404(request.user, key)
    on = today()
    links = links_printable(request.user, on=on).filter(household=household)
    try:
        return cards_now(
            Link.objects.filter(pk__in=list(links.values_list("pk", flat=True))),
            address=public_address(request), sheets=False, on=on, by=request.user,
        )  # fmt: skip
    except Refusal as refusal:
        return household_page(request, household, error=refusal.sentence)


@require_POST
@allow("manager")
def of_selection(request: SignedInRequest) -> HttpResponseBase:
    """The cards of the households chosen in the table, four on a sheet."""
    asked = asked_of(request, "households")
    try:
        households = households_chosen(request, asked)
        links = links_printable(request.user, on=asked.on).filter(household__in=households)
        keys = [str(key) for key in links.values_list("pk", flat=True)]
        return cards_file(request, {"links": keys})
    except Refusal as refusal:
        return table_page(request, asked, error=refusal.sentence)


def cards_file(request: SignedInRequest, query: dict[str, object]) -> HttpResponseBase:
    """A few cards at once; for many, the page where the worker's file is fetched."""
    on, address = today(), public_address(request)
    links: QuerySet[Link] = links_asked(query, request.user, on=on)
    n = counted(links)
    if n <= AT_ONCE:
        return cards_now(links, address=address, sheets=True, on=on, by=request.user)
    where = str(query.get("path") or ",".join(scope_of(request.user).households)[:120])
    cards_order(
        query={**query, "address": address}, expected=n, where=where, on=on, by=request.user
    )
    return redirect("exports")


@require_GET
@allow(*HANDS_OVER)
def page(request: SignedInRequest) -> HttpResponse:
    """The cards of an area: how many there are, to print, and to replace."""
    on, user = today(), request.user
    area = asked_area(user, request.GET.get("area"), on=on)
    replace = cards_to_replace(user, area.path, on=on, most=SHOWN)
    note_read(request, Read("cards.replace", area.path, len(replace), "P2"))
    context = {
        "area": area,
        "code": Area.objects.with_code(on).get(pk=area.pk).code or str(area.pk),
        "counts": counts_for(user, area.path, on=on),
        "to_print": links_of_area(user, area.path, which="replace", on=on).count(),
        "replace": replace,
        "text": text_for(area.path),
        "parts": list(
            Area.objects.visible_to(user).in_force(on).with_code(on).filter(parent=area)
            .exclude(level="unit").order_by("path")
        ),
    }  # fmt: skip
    return render(request, "desk/cards.html", context)


@require_POST
@allow(*HANDS_OVER)
def of_area(request: SignedInRequest) -> HttpResponseBase:
    """The cards of an area: all, those never printed, or those whose old one is void."""
    area = asked_area(request.user, request.POST.get("area"), on=today())
    which = request.POST.get("which", "")
    try:
        if which not in WHICH:
            raise Refusal(_("Choose which cards to print."))
        return cards_file(request, {"path": area.path, "which": which})
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return redirect("{}?area={}".format("/cards/", request.POST.get("area", "")))
