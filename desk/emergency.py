"""The emergency list: opened for a day, read by those in the field, printed, and gone by itself.

Each view asks the clock once and passes the moment on. What it shows is noted twice for the
access log: names and phones (P2), and who needs help to move, which hints at needs (P3).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import cached_property
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.gate import SignedInRequest, allow
from accounts.keys import phone_of
from accounts.models import User
from accounts.reads import Read, note_read
from casework.coverage import sums
from casework.emergency import (
    READERS,
    SHORTEST_REASON,
    emergency_close,
    emergency_open,
    help_to_move,
    households_on,
    in_force,
    people_told,
)
from casework.models import EmergencyList
from desk.emergency_parts import divided, finer
from grids.asked import asked_area
from grids.basemap import basemap
from grids.models import Area
from grids.naming import area_json, area_labels, name_from_afar
from grids.scope import Kind, scope_of
from households.finding import households_found
from households.models import Household, HouseholdPlace, Link
from lib.clock import now, today
from lib.errors import Refusal

IS_TOLD = (*READERS, Kind.LEADER)
PAGE = 100
PAST = 20
#: More on paper is no help to anybody; print village by village.
MOST_PRINTED = 3000
NAMED = 12


@dataclass(frozen=True)
class Line:
    """A household as the list shows it. ``help`` persons need help to move; None: nobody."""

    household: Household
    place: str
    phone: str
    help: int | None
    contacts: list[tuple[str, str, str]]
    #: The seasonal place it is at today, if it is at one: rescue goes there.
    stay: HouseholdPlace | None


@dataclass(frozen=True)
class Group:
    """Households of one grid or unit that need help to move, or of one that do not."""

    helped: bool
    place: str
    lines: list[Line]


def emergency_or_404(user: User, key: UUID) -> EmergencyList:
    """A list of which somebody may read a part, in force or over."""
    found = EmergencyList.objects.readable_by(user).select_related("area", "opened_by__person")
    emergency = found.filter(pk=key).first()
    if emergency is None:
        raise Http404
    return emergency


class Listing:
    """What somebody may read of a list at a moment, in order, without reading every row whole."""

    def __init__(
        self, emergency: EmergencyList, user: User, at: datetime, beneath: str,
        without: Sequence[Area] = (),
    ) -> None:  # fmt: skip
        self.emergency, self.on = emergency, at.date()
        self.households = households_on(emergency, user, at).filter(path__startswith=beneath)
        for area in without:
            self.households = self.households.exclude(path__startswith=area.path)
        self.help = help_to_move(self.households, at)

    @cached_property
    def rows(self) -> list[tuple[UUID, str, str]]:
        """Key, path and name of every household."""
        return list(self.households.values_list("pk", "path", "head_name"))

    @property
    def totals(self) -> dict[str, int]:
        """Households, those that need help to move, and how many persons these are."""
        return {
            "households": len(self.rows),
            "helped": len(self.help),
            "persons": sum(self.help.values()),
        }

    def keys(self, *, helped: bool, among: set[UUID] | None = None) -> list[UUID]:
        """Who needs help to move first, then place by place in the order of the codes."""
        areas = Area.objects.filter(path__startswith=self.emergency.path).with_code(self.on)
        coded = areas.order_by("code", "path").values_list("path", flat=True)
        places = {path: number for number, path in enumerate(coded)}
        wanted = [
            (-bool(self.help.get(key)), places[path], -self.help.get(key, 0), name, str(key), key)
            for key, path, name in self.rows
            if (not helped or key in self.help) and (among is None or key in among)
        ]
        return [row[-1] for row in sorted(wanted)]

    def paths(self, keys: Sequence[UUID]) -> list[str]:
        """Where households of the list are filed."""
        wanted = set(keys)
        return [path for key, path, _name in self.rows if key in wanted]

    def lines(self, keys: Sequence[UUID]) -> list[Line]:
        """Households with phones opened and their contacts of the day."""
        found = Household.objects.in_bulk(keys)
        rows = [found[key] for key in keys]
        labels = area_labels({row.path for row in rows}, on=self.on)
        contacts: dict[UUID, list[tuple[str, str, str]]] = {row.pk: [] for row in rows}
        links = Link.objects.in_force(self.on).filter(household__in=keys)
        for link in links.select_related("role", "post__person").order_by("role__kind", "role_id"):
            person = link.post.person
            contacts[link.household_id].append(
                (person.name, link.role.name, phone_of(person.phone_sealed))
            )
        stays = {
            stay.household_id: stay
            for stay in HouseholdPlace.objects.lived_in(self.on).filter(household__in=keys)
        }
        return [
            Line(
                row, labels[row.path]["name"], phone_of(row.phone_sealed), self.help.get(row.pk),
                contacts[row.pk], stays.get(row.pk),
            )
            for row in rows
        ]  # fmt: skip


def groups_of(lines: list[Line]) -> list[Group]:
    """Lines in order, split where the place changes or the need for help ends."""
    groups: list[Group] = []
    for line in lines:
        helped = line.help is not None
        if not groups or (groups[-1].helped, groups[-1].place) != (helped, line.place):
            groups.append(Group(helped, line.place, []))
        groups[-1].lines.append(line)
    return groups


def note_list(request: SignedInRequest, action: str, emergency: EmergencyList, rows: int) -> None:
    """Note for the access log what was shown of a list, and why it was opened."""
    for field_class in ("P2", "P3"):
        note_read(request, Read(action, str(emergency.pk), rows, field_class, emergency.reason))


def areas_of(emergency: EmergencyList, user: User, *, on: date) -> list[Area]:
    """The areas of a list that somebody may choose to see alone, by code, named from afar."""
    visible = Area.objects.visible_to(user).in_force(on).with_code(on)
    areas = list(visible.filter(path__startswith=emergency.path).order_by("code", "path"))
    labels = area_labels({area.path for area in areas}, on=on)
    for area in areas:
        area.label = labels[area.path]["name"]
    return areas


def area_to_map(emergency: EmergencyList, user: User, part: Area | None) -> Area:
    """Where the map begins: the part chosen, or what of the area the person looks after."""
    own = [path for path in scope_of(user).needs if path.startswith(emergency.path)]
    return part or (Area.objects.get(path=own[0]) if own else emergency.area)


def chosen(
    request: SignedInRequest, emergency: EmergencyList, at: datetime
) -> tuple[Listing, dict[str, Any]]:
    """What the address asks for: a part of the area, only who needs help to move.

    With ``rest`` only households that no finer area holds, which no other part prints.
    """
    areas = areas_of(emergency, request.user, on=at.date())
    part = next((area for area in areas if str(area.pk) == request.GET.get("part")), None)
    helped, rest = request.GET.get("help") == "1", request.GET.get("rest") == "1"
    beneath = part.path if part else emergency.path
    without = finer(areas, beneath) if rest else []
    listing = Listing(emergency, request.user, at, beneath, without)
    choices = finer(areas, emergency.path)
    asked = {"part": str(part.pk) if part else "", "rest": "1" * rest, "help": "1" * helped}
    return listing, {
        "emergency": emergency, "name": name_from_afar(emergency.area), "areas": areas,
        "parts": choices if part is None or part in choices else [*choices, part],
        "part": part, "helped": helped, "rest": rest, "totals": listing.totals,
        "asked": "".join(f"&{key}={value}" for key, value in asked.items() if value),
        "manages": scope_of(request.user).manages(emergency.path),
        "whole": scope_of(request.user).sees_all_counts_of(emergency.path),
    }  # fmt: skip


@require_GET
@allow(*IS_TOLD)
def home(request: SignedInRequest) -> HttpResponse:
    """Lists in force and over: who opened what, why, until when. Never a household."""
    at = now()
    told = (
        EmergencyList.objects.visible_to(request.user)
        .select_related("area", "opened_by__person", "closed_by__person")
        .order_by("-opened_at")
    )
    running = list(told.open_at(at))
    readable = set(EmergencyList.objects.readable_by(request.user).values_list("pk", flat=True))
    past = told.exclude(pk__in=[emergency.pk for emergency in running])
    page = Paginator(past, PAST).get_page(request.GET.get("page"))
    names = area_labels({row.path for row in [*running, *page]}, on=today())
    for emergency in [*running, *page]:
        emergency.name = names[emergency.path]["name"]
        emergency.opens = emergency.pk in readable
    context = {"running": running, "page": page, "manages": bool(scope_of(request.user).manage)}
    return render(request, "desk/emergency_home.html", context)


def managed_area(request: SignedInRequest, *, on: date) -> Area:
    """The area a list is to be opened for; only where one manages it."""
    area = asked_area(request.user, request.GET.get("area"), on=on)
    if not scope_of(request.user).manages(area.path):
        raise Http404
    return area


@require_http_methods(["GET", "POST"])
@allow("manager")
def new(request: SignedInRequest) -> HttpResponse:
    """What opening the list of an area would open, for whom, and who is told; then open it."""
    at = now()
    area = managed_area(request, on=at.date())
    error = None
    if request.method == "POST":
        try:
            emergency = emergency_open(
                area=area, kind=request.POST.get("kind", ""), at=at, by=request.user,
                reason=request.POST.get("reason", ""),
            )  # fmt: skip
            return redirect("emergency", emergency.pk)
        except Refusal as refusal:
            error = refusal
    leaders, readers = people_told(area, at=at)
    counted = sums(area.path, area.level, on=at.date(), current=at.date()).get(area.path)
    children = Area.objects.filter(parent=area).in_force(at.date()).with_code(at.date())
    context = {
        "area": area_json(area), "name": name_from_afar(area), "error": error,
        "kinds": EmergencyList.Kind.choices, "shortest": SHORTEST_REASON,
        "households": counted["households"] if counted else 0,
        "leaders": leaders[:NAMED], "more_leaders": max(0, len(leaders) - NAMED),
        "readers": len({post.person_id for post in readers}),
        "children": [area_json(child) for child in children.order_by("code", "path")],
        "parent": parent_of(request, area, on=at.date()),
        "running": EmergencyList.objects.open_at(at).filter(area=area).first(),
        "given": request.POST,
    }  # fmt: skip
    return render(request, "desk/emergency_new.html", context, status=400 if error else 200)


def parent_of(request: SignedInRequest, area: Area, *, on: date) -> dict[str, Any] | None:
    """The area above, where one manages that too."""
    above = Area.objects.with_code(on).filter(pk=area.parent_id).first()
    if above is None or not scope_of(request.user).manages(above.path):
        return None
    return area_json(above)


@require_http_methods(["GET", "POST"])
@allow(*READERS)
def page(request: SignedInRequest, key: UUID) -> HttpResponse:
    """A list in force; a POST with ``q`` searches it, so that no address carries a name."""
    at = now()
    emergency = emergency_or_404(request.user, key)
    if not in_force(emergency, at):
        return over(request, emergency)
    listing, context = chosen(request, emergency, at)
    text = request.POST.get("q", "").strip()[:60]
    among = None
    if text:
        found = households_found(request.user, text, on=at.date())
        among = set(found.values_list("pk", flat=True))
    keys = listing.keys(helped=context["helped"] and not text, among=among)
    shown = Paginator(keys, PAGE).get_page(request.GET.get("page"))
    lines = listing.lines(list(shown))
    note_list(request, "emergency.list", emergency, len(lines))
    start = area_to_map(emergency, request.user, context["part"])
    context |= {
        "page": shown, "groups": groups_of(lines), "q": text,
        "config": {
            "id": emergency.pk, "area": start.pk, "level": start.level,
            "closes": emergency.closes_at, "basemap": basemap(),
        },
    }  # fmt: skip
    return render(request, "desk/emergency.html", context)


@require_GET
@allow(*READERS)
def paper(request: SignedInRequest, key: UUID) -> HttpResponse:
    """The list for the printer: A4, its head on every page, until when it is valid."""
    at = now()
    emergency = emergency_or_404(request.user, key)
    if not in_force(emergency, at):
        return over(request, emergency)
    listing, context = chosen(request, emergency, at)
    keys = listing.keys(helped=context["helped"])
    part = context["part"]
    beneath = part.path if part else emergency.path
    if len(keys) > MOST_PRINTED and not context["rest"] and finer(context["areas"], beneath):
        context |= {"too_many": len(keys), "most": MOST_PRINTED, "divided": divided(
            context["areas"], listing.paths(keys), within=beneath, area=part, most=MOST_PRINTED
        )}  # fmt: skip
        return render(request, "desk/emergency_print.html", context)
    lines = listing.lines(keys)
    note_list(request, "emergency.print", emergency, len(lines))
    context |= {"groups": groups_of(lines), "at": at}
    return render(request, "desk/emergency_print.html", context)


def over(request: SignedInRequest, emergency: EmergencyList) -> HttpResponse:
    """A list that is over holds nothing any more; it says so to who could read it."""
    context = {
        "emergency": emergency,
        "name": name_from_afar(emergency.area),
        "manages": scope_of(request.user).manages(emergency.path),
        "ended_at": emergency.closed_at or emergency.closes_at,
        "area": area_json(Area.objects.with_code(today()).get(pk=emergency.area_id)),
    }
    return render(request, "desk/emergency_over.html", context, status=410)


@require_POST
@allow("manager")
def close(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Close a list before its time."""
    emergency = EmergencyList.objects.manageable_by(request.user).filter(pk=key).first()
    if emergency is None:
        raise Http404
    try:
        emergency_close(emergency=emergency, at=now(), by=request.user)
    except Refusal:
        return over(request, emergency)  # it has closed by itself meanwhile
    return redirect("emergency-home")
