"""The households whose named contact one is: name, address, call, the way, and when one is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from accounts.gate import SignedInRequest, allow
from accounts.keys import phone_of
from accounts.models import User
from accounts.reads import Read, note_read
from casework.coverage import refresh
from grids.basemap import basemap
from grids.models import Area
from grids.scope import RIGHTS, scope_of
from households.models import Cover, Handover, Household, Link
from lib.clock import today

LINKS_HOUSEHOLDS = tuple(kind for kind, right in RIGHTS.items() if right.own)


@dataclass(frozen=True)
class Line:
    """One household. ``due_on`` only for those who may know it. ``covers``: one stands in there,
    until the last day ``until`` where one is set. ``since``: the day it became one's own, of late.
    """

    household: Household
    place: str
    phone: str
    due_on: date | None
    late: bool
    covers: bool
    until: date | None
    since: date | None


def place_of(household: Household) -> dict[str, object]:
    """Where a household is today, for the page to sort and draw; nulls where nobody knows."""
    here = household.here
    longitude, latitude = here.coords if here else (None, None)
    return {"id": household.pk, "lon": longitude, "lat": latitude}


def covered_by(user: User, households: list[Household], *, on: date) -> dict[UUID, date | None]:
    """Of these, the ones where the person only stands in, with the last day where one is set."""
    covers = Cover.objects.filter(
        link__household__in=households, link__post__person=scope_of(user).person,
        link__void=False, during__contains=on,
    )  # fmt: skip
    rows = covers.values_list("link__household", "during")
    return {
        household: during.upper and during.upper - timedelta(days=1) for household, during in rows
    }


@allow(*LINKS_HOUSEHOLDS)
def page(request: SignedInRequest) -> HttpResponse:
    """Own linked households, those due first where the person may know when."""
    user, on = request.user, today()
    own = Household.objects.linked_to(user).open_on(on)
    for path in {path[:12] for path in own.values_list("path", flat=True)}:
        refresh(path, on=on)
    knows_due = set(own.due_open_to(user).values_list("pk", flat=True))
    households = list(own.order_by("head_name", "id"))
    names = dict(
        Area.objects.filter(path__in={h.path for h in households}).values_list("path", "name")
    )
    covered = covered_by(user, households, on=on)
    new = {
        key: during.lower
        for key, during in Link.objects.new_to(user, on).values_list("household", "during")
    }
    lines = [
        Line(
            household,
            names[household.path],
            phone_of(household.phone_sealed),
            household.due_on if household.pk in knows_due else None,
            household.pk in knows_due and household.due_on is not None and household.due_on < on,
            household.pk in covered,
            covered.get(household.pk),
            new.get(household.pk),
        )
        for household in households
    ]
    lines.sort(key=lambda line: (line.due_on is None, line.due_on or on))
    person = str(scope_of(user).person)
    note_read(request, Read("mine.list", person, len(lines), "P2"))
    note_read(request, Read("mine.due", person, len(knows_due), "P3"))
    places = [place_of(line.household) for line in lines]
    context = {
        "lines": lines,
        "late": sum(line.late for line in lines),
        "offered": Handover.objects.offered_to(user).waiting(on).count(),
        "places": places,
        "basemap": basemap(),
    }
    return render(request, "desk/mine.html", context)
