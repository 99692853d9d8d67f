"""Where a household lives by the season (冬营地, 夏牧场): places with months, in force from a day.

The registered place, where it is filed and what is counted of its area never follow. On a day a
household is at the place in force whose months hold that day's, else at its registered place:
``HouseholdPlaceQuerySet.lived_in`` and ``HouseholdQuerySet.with_place`` say it for any day,
``PLACE_ON`` within other SQL; today's is kept on the household for the map and written by the
coverage count, which follows the calendar.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.gis.geos import Point
from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from households.models import Household, HouseholdPlace
from households.services import locked
from jobs.changes import last_change
from lib.clock import today
from lib.errors import Outdated, Refusal, refused_in_conflict
from lib.spans import ended, span

#: SQL of where household ``h`` is on the day ``%(on)s``: WGS 84, null where unknown.
PLACE_ON = """coalesce(
    (
        SELECT p.point FROM households_householdplace p
        WHERE p.household_id = h.id AND NOT p.void AND p.during @> %(on)s::date
            AND extract(month FROM %(on)s::date)::int2 = ANY(p.months)
    ),
    CASE WHEN h.located_on IS NULL OR h.located_on <= %(on)s THEN h.location END
)"""

FOLLOW = """
UPDATE households_household h SET season_point = p.point
FROM households_household one
LEFT JOIN households_householdplace p ON p.household_id = one.id AND NOT p.void
    AND p.during @> %(on)s::date AND extract(month FROM %(on)s::date)::int2 = ANY(p.months)
WHERE h.id = one.id AND one.id = ANY(%(ids)s::uuid[])
    AND public.st_asewkb(h.season_point) IS DISTINCT FROM public.st_asewkb(p.point)
"""


def months_usual(kind: str) -> list[int]:
    """The months people of the county usually spend at a kind of place; none for other homes."""
    return list(settings.PLACE_MONTHS.get(kind, ()))


def places_follow(ids: Iterable[Any], *, on: date) -> None:
    """Write to some households, which the caller has locked, where they are on a day (today)."""
    with connection.cursor() as cursor:
        cursor.execute(FOLLOW, {"ids": list(ids), "on": on})


def months_checked(months: Collection[int]) -> list[int]:
    """Months in ascending order, each once; refuses none and what is no month."""
    if not months:
        raise Refusal(_("Choose the months in which the household lives there."), field="months")
    if not set(months) <= set(range(1, 13)):
        raise Refusal(_("Months run from 1 to 12."), field="months")
    return sorted(set(months))


def _during(household: Household, since: date | None, until: date | None) -> Any:
    """From a day (else since the household was registered) up to and with another, or open."""
    start = since or household.during.lower
    if start < household.during.lower:
        raise Refusal(
            _("The household was registered on %(day)s; choose that day or a later one.")
            % {"day": household.during.lower.isoformat()},
            field="since",
        )
    if until is not None and until < start:
        raise Refusal(_("The last day must not be before the first."), field="until")
    return span(start, None if until is None else date.fromordinal(until.toordinal() + 1))


def _free() -> Any:
    return refused_in_conflict(
        _("In some of these months the household already lives at another place; change that one.")
    )


@transaction.atomic
def place_add(
    *, household: Household, kind: str, months: Collection[int], point: Point, source: str,
    on: date, accuracy_m: float | None = None, since: date | None = None,
    until: date | None = None, by: User | None = None,
) -> HouseholdPlace:  # fmt: skip
    """A household lives at ``point`` (WGS 84) in some months, from ``since`` (None: since it was
    registered) to ``until`` inclusive. ``on`` is the day it became known."""
    household = locked(household, by)
    if kind not in HouseholdPlace.Kind.values:
        raise Refusal(_("Choose a kind of place."), field="kind")
    with _free():
        place = HouseholdPlace.objects.create(
            household=household, kind=kind, months=months_checked(months), point=point,
            source=source, accuracy_m=accuracy_m, located_on=on,
            during=_during(household, since, until),
        )  # fmt: skip
    places_follow([household.pk], on=today())
    return place


#: What a person changes of a place; another's change of one of these is told.
CHANGED = ("kind", "months", "point", "during", "void")


def _held(place: HouseholdPlace, version: int | None, by: User | None) -> HouseholdPlace:
    """The place as it stands, its household locked; Outdated where somebody changed it since."""
    locked(place.household, by)
    place = HouseholdPlace.objects.select_related("household").get(pk=place.pk)
    if place.void:
        raise Outdated(_("Somebody else has taken this place off in the meantime."), row=place)
    if version is not None and last_change(place, CHANGED, since_version=version):
        raise Outdated(_("Somebody else has changed this place in the meantime."), row=place)
    return place


@transaction.atomic
def place_change(
    *, place: HouseholdPlace, kind: str, months: Collection[int], point: Point, source: str,
    on: date, accuracy_m: float | None = None, since: date | None = None,
    until: date | None = None, version: int | None = None, by: User | None = None,
) -> HouseholdPlace:  # fmt: skip
    """Correct a place; the parameters as for ``place_add``. ``version`` is what it was read at."""
    place = _held(place, version, by)
    if kind not in HouseholdPlace.Kind.values:
        raise Refusal(_("Choose a kind of place."), field="kind")
    if point != place.point:
        place.point, place.source, place.accuracy_m = point, source, accuracy_m
        place.located_on = on
    place.kind, place.months = kind, months_checked(months)
    place.during = _during(place.household, since, until)
    return _written(place)


@transaction.atomic
def place_end(
    *, place: HouseholdPlace, on: date, version: int | None = None, by: User | None = None
) -> HouseholdPlace:
    """The household lives there no longer from a day on; ended on its first day it is void."""
    place = _held(place, version, by)
    cut = ended(place.during, on)
    if cut is None:
        place.void = True
    else:
        place.during = cut
    return _written(place)


def _written(place: HouseholdPlace) -> HouseholdPlace:
    place.version = F("version") + 1
    with _free():
        place.save()
    place.refresh_from_db(fields=["version"])
    places_follow([place.household_id], on=today())
    return place
