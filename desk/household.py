"""The page of one household: head, address, contacts, and needs masked until asked for.

Every byte of it is P2 or P3: what a request shows is noted for the access log before it leaves.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.gate import SignedInRequest, allow
from accounts.keys import phone_of
from accounts.models import User
from accounts.reads import Read, note_read
from casework.coverage import refresh
from casework.models import Deed, Issue
from desk.acts import done
from desk.history import history_of
from grids.basemap import basemap
from grids.models import Area, Boundary, Post
from grids.paths import at_and_above
from grids.scope import scope_of
from households.candidates import Candidate, candidates
from households.covers import covers_running
from households.links import reaches
from households.models import Handover, Household, HouseholdPlace, Link, Need
from households.naming import contact_end, contacts_name
from lib.clock import today
from lib.errors import Refusal
from planning.closing import Closer, why_nobody

SEES_HOUSEHOLDS = ("manager", "worker", "village_lead", "head", "cadre", "volunteer")
#: Who may have something to see to today: whoever works with households, and departments.
HAS_DUTIES = (*SEES_HOUSEHOLDS, "department")
HISTORY = 20
REASON = 200


def household_or_404(user: User, key: UUID) -> Household:
    """The household within what a person may read."""
    household = Household.objects.visible_to(user).filter(pk=key).first()
    if household is None:
        raise Http404
    return household


def managed_or_404(user: User, key: UUID) -> Household:
    """The household where the person may change it."""
    household = Household.objects.manageable_by(user).filter(pk=key).first()
    if household is None:
        raise Http404
    return household


@dataclass(frozen=True)
class ContactLine:
    """A link as the page shows it."""

    link: Link
    phone: str = ""


def contacts_in_force(household: Household, *, on: date) -> list[ContactLine]:
    """Named contacts of a day with their phones (staff, P1)."""
    links = household.links.in_force(on).select_related(
        "role", "post__person", "post__area", "post__organisation"
    )
    return [
        ContactLine(link, phone_of(link.post.person.phone_sealed))
        for link in links.order_by("role__kind", "role_id")
    ]


def earlier_links(household: Household, *, on: date) -> list[Link]:
    """Links that ended, the latest first; those taken back on their first day left no trace."""
    ended = household.links.filter(void=False, during__endswith__lte=on)
    return list(ended.select_related("role", "post__person").order_by("-during")[:HISTORY])


def offers_of(household: Household) -> list[Handover]:
    """To whom a household was offered, the latest first."""
    offers = household.handovers.select_related("to_post__person", "to_post__role", "from_post")
    return list(offers.order_by("-proposed_on", "-pk")[:HISTORY])


def choices(household: Household, *, on: date) -> list[Candidate]:
    """Posts that could be named today: they reach the household, and no one else holds the role."""
    area = Area.objects.get(path=household.path)
    taken = set(
        household.links.filter(void=False, during__contains=on).values_list("role", flat=True)
    )
    return [
        candidate
        for candidate in candidates(area, on=on)
        if candidate.post.role_id not in taken and reaches(candidate.post, household.path, on=on)
    ]


def needs_on(household: Household, *, on: date) -> list[Need]:
    """Needs in force on a day, in the order of the vocabulary."""
    needs = household.needs.filter(void=False, during__contains=on).select_related("kind")
    return list(needs.order_by("kind__position", "id"))


def needs_past(household: Household, *, on: date) -> list[Need]:
    """Needs that ended by a day, the latest first."""
    ended = household.needs.filter(void=False, during__endswith__lte=on).select_related("kind")
    return list(ended.order_by("-during", "id")[:HISTORY])


def trail(household: Household) -> list[Area]:
    """Areas from the county down to where the household is filed (names are public)."""
    paths = at_and_above(household.path)
    return list(Area.objects.filter(path__in=paths).order_by("path"))


def map_area(user: User, household: Household, *, on: date) -> str:
    """Code of the finest area around the household that the person's map shows; or empty."""
    paths = at_and_above(household.path)
    shown = Area.objects.visible_to(user).filter(path__in=paths).with_code(on).order_by("-path")
    return next((area.code for area in shown if area.code), "")


#: Parts of the page: what the address calls them, and how they are named.
TABS = {
    "contacts": gettext_lazy("Contact"),
    "needs": gettext_lazy("Needs"),
    "matters": gettext_lazy("Matters"),
    "help": gettext_lazy("Help given"),
    "place": gettext_lazy("Places"),
    "history": gettext_lazy("History"),
}


def tab_of(request: SignedInRequest, asked: str) -> str:
    """The part asked for; needs where these were asked for, history keeps itself."""
    tab = request.GET.get("tab", "")
    if asked == "needs" and tab != "history":
        return "needs"
    return tab if tab in TABS else "contacts"


def tabs(request: SignedInRequest, household: Household, *, needs: bool) -> list[dict[str, Any]]:
    """Links to the parts of the page that this person may see."""
    return [
        {"key": key, "label": label, "url": f"{address(household)}?tab={key}"}
        for key, label in TABS.items()
        if key != "needs" or needs
    ]


def panel(user: User, household: Household, tab: str, *, shows_needs: bool) -> dict[str, Any]:
    """What one part shows beside what every one does."""
    if tab == "matters":
        mine = Issue.objects.visible_to(user).filter(household=household)
        return {"matters": list(mine.select_related("department").order_by("-registered_on", "pk"))}
    if tab == "help":
        given = Deed.objects.visible_to(user).filter(household=household)
        return {"deeds": list(given.select_related("organisation").order_by("-on", "pk"))}
    if tab == "place":
        filed = household.memberships.select_related("area").order_by("-during")
        return {"filed": list(filed[:HISTORY]), **seasonal(household, on=today())}
    if tab == "history":
        return {"history": history_of(household, with_needs=shows_needs)}
    return {}


@dataclass(frozen=True)
class PlaceLine:
    """A seasonal place as the page shows it: whether one lives there now, and how long yet."""

    place: HouseholdPlace
    now: bool
    until: date | None
    over: bool

    @property
    def last(self) -> date | None:
        """Its last day; None where it goes on from year to year."""
        end = self.place.during.upper
        return end - timedelta(days=1) if end else None


def seasonal(household: Household, *, on: date) -> dict[str, Any]:
    """The seasonal places of a household: those in force or to come, then those that are over."""
    lines = []
    for place in household.places.filter(void=False).order_by("during", "kind"):
        over = place.during.upper is not None and place.during.upper <= on
        here = on in place.during and on.month in place.months
        lines.append(PlaceLine(place, here, place.stays_until(on), over))
    return {
        "places": [line for line in lines if not line.over],
        "places_past": [line for line in reversed(lines) if line.over][:HISTORY],
    }


def living_at(household: Household, *, on: date) -> PlaceLine | None:
    """The seasonal place a household lives at on a day; None where it is at its own."""
    place = household.places.lived_in(on).first()
    return place and PlaceLine(place, now=True, until=place.stays_until(on), over=False)


def spot(household: Household, *, locate: bool, stay: PlaceLine | None) -> dict[str, Any]:
    """The registered place of a household for the small map, and whether it may be moved; and
    the seasonal place it is at, where it is at one (``season``)."""
    longitude, latitude = household.location.coords if household.location else (None, None)
    at_season = None
    if stay is not None:
        lon, lat = stay.place.point.coords
        at_season = {"lon": lon, "lat": lat, "label": stay.place.get_kind_display()}
    return {
        "kind": "household",
        "id": str(household.pk),
        "name": household.head_name,
        "version": household.version,
        "lon": longitude,
        "lat": latitude,
        "accuracy": household.location_accuracy_m,
        "season": at_season,
        "locate": locate,
        "page": address(household),
        "around": middle_of(household) if locate and not household.location else None,
        "basemap": basemap(),
    }


def middle_of(household: Household) -> dict[str, float] | None:
    """A point in the finest outline around a household, where a pin may be put first."""
    paths = at_and_above(household.path)
    outline = (
        Boundary.objects.filter(path__in=paths, during__contains=today()).order_by("-path").first()
    )
    if outline is None:
        return None
    longitude, latitude = outline.geom.point_on_surface.coords
    return {"lon": longitude, "lat": latitude}


@allow(*SEES_HOUSEHOLDS)
def page(request: SignedInRequest, key: UUID) -> HttpResponse:
    """One household. A POST with ``ask`` shows the phone or the needs, and is logged as that."""
    household = household_or_404(request.user, key)
    if request.method == "POST":
        return show(request, household, asked=request.POST.get("ask", ""))
    return show(request, household)


def show(
    request: SignedInRequest, household: Household, *, asked: str = "", error: str = ""
) -> HttpResponse:
    """Draw the page with only what may be shown, and note it for the access log."""
    user, on, scope = request.user, today(), str(household.pk)
    one = Household.objects.filter(pk=household.pk)
    linked = one.linked_to(user).exists()
    may_ask = one.needs_visible_to(user).exists()
    shows_phone = bool(household.phone_sealed) and (linked or asked == "phone")
    shows_needs = may_ask and (asked == "needs" or one.needs_open_to(user).exists())
    # A head of a unit knows when a contact is due and what to mind, if not why.
    knows_due = one.due_open_to(user).exists()
    shows_due = shows_needs or knows_due
    note_read(request, Read("household.page", scope, 1, "P2"))
    may_locate = scope_of(user).manages(household.path) and on in household.during
    tab = tab_of(request, asked)
    context: dict[str, Any] = {
        "household": household,
        "tab": tab,
        "tabs": tabs(request, household, needs=may_ask or knows_due),
        "trail": trail(household),
        "open": on in household.during,
        "linked": linked,
        "manages": scope_of(user).manages(household.path),
        "contacts": contacts_in_force(household, on=on),
        "earlier": earlier_links(household, on=on),
        "covers": covers_running(household, on=on),
        "offers": offers_of(household),
        "made": household.contacts.select_related("made_by").order_by("-on", "-recorded_at")[
            :HISTORY
        ],
        "may_ask": may_ask,
        "not_agreed": knows_due and not may_ask,
        "shows_due": shows_due,
        "shows_needs": shows_needs,
        "error": error,
        "map_area": map_area(user, household, on=on),
    }
    if shows_phone:
        note_read(request, Read("household.phone", scope, 1, "P2"))
        context["phone"] = phone_of(household.phone_sealed)
    if shows_due:
        refresh(household.path[:12], on=on)
        household.refresh_from_db(fields=["due_on", "tier"])
    if shows_needs:
        context["needs"] = needs = needs_on(household, on=on)
        context["past"] = needs_past(household, on=on)
        reason = request.POST.get("reason", "")[:REASON] if asked == "needs" else ""
        note_read(request, Read("household.needs", scope, len(needs) or 1, "P3", reason))
    elif shows_due:
        note_read(request, Read("household.due", scope, 1, "P3"))
    if context["open"] and not context["contacts"]:
        context |= why_of(household, manages=context["manages"], on=on)
    context |= panel(user, household, tab, shows_needs=shows_needs)
    context["stay"] = stay = living_at(household, on=on)
    context["spot"] = spot(household, locate=may_locate, stay=stay)
    if context["manages"] and context["open"]:
        context["choices"] = choices(household, on=on)
    return render(request, "desk/household.html", context, status=400 if error else 200)


def why_of(household: Household, *, manages: bool, on: date) -> dict[str, Any]:
    """Why nobody is named, and what closes that, for who manages the household."""
    refresh(household.path[:12], on=on)
    household.refresh_from_db(fields=["gap_reason"])
    why = why_nobody([household], on=on).get(household.pk)
    if why is None:
        return {}
    return {"why": why, "closing": Closer([household]).actions(why, household) if manages else []}


@require_POST
@allow("manager")
def name_contact(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Name the holder of a post as contact of this household."""
    household = managed_or_404(request.user, key)
    on = today()
    chosen = {str(candidate.post.pk): candidate.post for candidate in choices(household, on=on)}
    post: Post | None = chosen.get(request.POST.get("post", ""))
    if post is None:
        return show(request, household, error=_("Choose a contact from the list."))
    try:
        outcome, deed = contacts_name(households=[household], post=post, on=on, by=request.user)
    except Refusal as refusal:
        return show(request, household, error=refusal.sentence)
    if deed is None:
        return show(request, household, error=outcome.refused[0][1])
    return done(address(household), deed)


@require_POST
@allow("manager")
def end_contact(request: SignedInRequest, key: UUID, link: UUID) -> HttpResponse:
    """The person is this household's contact no longer, from today."""
    household = managed_or_404(request.user, key)
    ending = household.links.filter(pk=link).select_related("post__person", "post__role").first()
    if ending is None:
        raise Http404
    try:
        deed = contact_end(link=ending, on=today(), by=request.user)
    except Refusal as refusal:
        return show(request, household, error=refusal.sentence)
    return done(address(household), deed)


def address(household: Household) -> str:
    """The address of a household's page."""
    return reverse("household", args=[household.pk])
