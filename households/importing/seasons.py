"""Seasonal places of a file: a pair of coordinates per kind, with months; usual months where
none are given.

An empty cell leaves what is there, a dash ends the place, and a pin set by hand is kept: as for
the registered place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

import numpy as np
from django.contrib.gis.geos import Point
from django.db.models import F
from django.utils.translation import gettext as _

from grids.models import LocationSource
from households.attribution import Place
from households.forms import SEASONS
from households.importing.places import Places
from households.importing.points import Points, read_points
from households.importing.rows import Rows
from households.models import HouseholdPlace
from households.places import months_usual, places_follow
from jobs.undo import Created
from lib.clock import today
from lib.spans import ended, span
from lib.values import CLEAR

#: Nearer than this (degrees; a millimetre) two points are the same.
SAME_POINT = 1e-8
BATCH = 1000


@dataclass(frozen=True)
class Given:
    """What a row says of one kind of place; None where it says nothing."""

    lon: float | None
    lat: float | None
    months: tuple[int, ...] | None
    cleared: bool


@dataclass(frozen=True)
class FreshPlace:
    """A place to be made (WGS 84), in force from ``since``."""

    kind: str
    months: tuple[int, ...]
    lon: float
    lat: float
    since: date


@dataclass
class PlaceChange:
    """What happens to the seasonal places of one household."""

    fresh: list[FreshPlace] = field(default_factory=list)
    changed: list[HouseholdPlace] = field(default_factory=list)
    ended: list[HouseholdPlace] = field(default_factory=list)
    #: Pins set by hand that the file would have moved or taken off.
    kept: int = 0

    def __bool__(self) -> bool:
        return bool(self.fresh or self.changed or self.ended)


class Clash(ValueError):
    """Two places of a household in one month; ``column`` is where the file says so."""

    def __init__(self, column: str) -> None:
        super().__init__(_("In some of these months the household already lives at another place."))
        self.column = column


class Seasons:
    """The seasonal places that the rows of a file name."""

    def __init__(
        self, rows: Rows, crs: str | None, filed: list[Place | None], places: Places
    ) -> None:
        self.rows = rows
        self.points: dict[str, Points] = {}
        for kind in SEASONS:
            axes = (f"{kind}_x", f"{kind}_y")
            if any(axis in rows.table.columns for axis in (*axes, f"{kind}_months")):
                points = read_points(rows.table, rows.columns, crs, filed, places, axes=axes)
                rows.problems += points.problems
                rows.faulty |= points.faulty
                self.points[kind] = points
                rows.column(f"{kind}_months")

    def given(self, i: int) -> dict[str, Given]:
        """What row i says, by kind; a kind it says nothing of is left out."""
        found = {}
        for kind, points in self.points.items():
            lon, months = float(points.lon[i]), self.rows.columns[f"{kind}_months"][i]
            known, cleared = bool(np.isfinite(lon)), i in points.cleared or months is CLEAR
            if known or cleared or months:
                found[kind] = Given(
                    lon if known else None, float(points.lat[i]) if known else None,
                    None if months is CLEAR else months, cleared,
                )  # fmt: skip
        return found

    def check(self, i: int, *, has: Callable[[str], bool]) -> bool:
        """Whether what row i says can be used: months without a point say nothing where there is
        no such place yet (``has``)."""
        good = True
        for kind, one in self.given(i).items():
            if one.months and one.lon is None and not one.cleared and not has(kind):
                self.rows.wrong(
                    i, f"{kind}_months",
                    _("Months without longitude and latitude: give the place, too."),
                )  # fmt: skip
                good = False
        return good

    def fresh(self, i: int, *, since: date) -> list[FreshPlace]:
        """The places of row i as those of a new household. Clash where two share a month."""
        change = PlaceChange()
        for kind, one in self.given(i).items():
            if one.lon is not None and one.lat is not None:
                change.fresh.append(_fresh(kind, one, since))
        _clash_check([], change)
        return change.fresh


def _fresh(kind: str, one: Given, since: date) -> FreshPlace:
    assert one.lon is not None and one.lat is not None
    months = one.months or tuple(months_usual(kind))
    return FreshPlace(kind, months, one.lon, one.lat, since)


class PlaceDiffer:
    """Compares what rows say with the places on record, read once for all households."""

    def __init__(self, *, on: date) -> None:
        self.on = on
        self.places: dict[UUID, list[HouseholdPlace]] = {}
        self.before: set[UUID] = set()

    def load(self, ids: Iterable[UUID]) -> None:
        """Read the places of these households."""
        wanted = list(ids)
        for start in range(0, len(wanted), 10_000):
            found = HouseholdPlace.objects.filter(
                household__in=wanted[start : start + 10_000], void=False
            )
            for place in found.order_by("during", "pk"):
                end = place.during.upper
                if end is not None and end <= self.on:
                    self.before.add(place.household_id)
                else:
                    self.places.setdefault(place.household_id, []).append(place)

    def has(self, household: UUID, kind: str) -> bool:
        """Whether a household has a place of a kind, now or to come."""
        return any(place.kind == kind for place in self.places.get(household, ()))

    def change(
        self, household: UUID, registered_on: date, given: Mapping[str, Given]
    ) -> PlaceChange:
        """What a row changes. Clash where two places would share a month."""
        change, stay = PlaceChange(), list(self.places.get(household, ()))
        since = self.on if household in self.before else registered_on
        for kind, one in given.items():
            place = next((place for place in stay if place.kind == kind), None)
            if place is None:
                if one.lon is not None:
                    change.fresh.append(_fresh(kind, one, since))
            elif one.cleared and place.source != LocationSource.FILE:
                change.kept += 1
            elif one.cleared:
                change.ended.append(place)
            elif self._renewed(place, one, change):
                change.changed.append(place)
        if change:
            _clash_check([place for place in stay if place not in change.ended], change)
        return change

    def _renewed(self, place: HouseholdPlace, one: Given, change: PlaceChange) -> bool:
        """Whether a row gives a place another point or other months; it then carries them."""
        renewed = False
        if one.lon is not None and one.lat is not None:
            moved = max(abs(place.point.x - one.lon), abs(place.point.y - one.lat)) >= SAME_POINT
            if moved and place.source != LocationSource.FILE:
                change.kept += 1
            elif moved:
                place.point, place.located_on = Point(one.lon, one.lat, srid=4326), self.on
                renewed = True
        if one.months and list(one.months) != place.months:
            place.months, renewed = list(one.months), True
        return renewed


def _clash_check(stay: Sequence[HouseholdPlace], change: PlaceChange) -> None:
    taken = {m for place in stay if place not in change.changed for m in place.months}
    changed = [(place.kind, set(place.months)) for place in change.changed]
    for kind, months in [*changed, *((one.kind, set(one.months)) for one in change.fresh)]:
        if taken & months:
            raise Clash(f"{kind}_months")
        taken |= months


def places_write(
    fresh: Sequence[tuple[UUID, FreshPlace]], changes: Sequence[PlaceChange], *, on: date
) -> list[Created]:
    """Write new places with their households, and what files change on those on record."""
    made = [
        HouseholdPlace(
            household_id=household, kind=one.kind, months=list(one.months),
            point=Point(one.lon, one.lat, srid=4326), source=LocationSource.FILE, located_on=on,
            during=span(one.since),
        )
        for household, one in fresh
    ]  # fmt: skip
    touched = [place for change in changes for place in (*change.changed, *change.ended)]
    for change in changes:
        for place in change.ended:
            cut = ended(place.during, on)
            place.during, place.void = cut or place.during, cut is None
    for place in touched:
        place.version = F("version") + 1
    # What ends or moves comes first: its months are free then.
    HouseholdPlace.objects.bulk_update(
        touched, ["point", "months", "located_on", "during", "void", "version"], batch_size=BATCH
    )
    HouseholdPlace.objects.bulk_create(made, batch_size=BATCH)
    places_follow({place.household_id for place in (*touched, *made)}, on=today())
    return [Created(HouseholdPlace, [place.pk for place in made])] if made else []
