"""Herders of the demo with a winter camp and a summer pasture: the map turns with the year."""

from __future__ import annotations

from datetime import date
from math import cos, radians, sin

from django.contrib.gis.geos import Point
from django.db import transaction

from accounts.models import User
from grids.models import Area
from households.models import Household
from households.places import months_usual, place_add

#: Villages of herders carry this word; where there are none, all villages have some.
HERDERS = "嘎查"
EVERY, MOST = 7, 60
DEGREE = 111_320.0  # metres of latitude
#: How far from its registered place each kind lies, in metres, and how much that varies.
AWAY = {"winter": (900, 600), "summer": (3200, 2400)}


@transaction.atomic
def places_load(manager: User, *, today: date) -> int:
    """Seasonal places of every seventh located household of herders; how many households."""
    villages = Area.objects.in_force(today).filter(level="village")
    paths = villages.filter(type_label=HERDERS).values_list("path", flat=True) or (
        villages.values_list("path", flat=True)
    )
    located = Household.objects.manageable_by(manager).open_on(today)
    located = located.filter(location__isnull=False)
    chosen: list[Household] = []
    for path in sorted(paths):
        inside = located.filter(path__startswith=path).order_by("serial", "pk")
        chosen += inside[:: EVERY * max(1, len(paths) // 4)][: MOST - len(chosen)]
    for number, household in enumerate(chosen):
        for turn, (kind, (least, more)) in enumerate(AWAY.items()):
            metres = least + more * (number * 37 % 100) / 100
            place_add(
                household=household, kind=kind, months=months_usual(kind), source="pin",
                point=_moved(household, metres, (number * 53 + turn * 140) % 360),
                accuracy_m=100, on=today, by=manager,
            )  # fmt: skip
    return len(chosen)


def _moved(household: Household, metres: float, bearing: float) -> Point:
    """A place so many metres from where a household is registered, in a direction in degrees."""
    at = household.location
    assert at is not None
    north, east = metres * cos(radians(bearing)), metres * sin(radians(bearing))
    return Point(at.x + east / (DEGREE * cos(radians(at.y))), at.y + north / DEGREE, srid=4326)
