"""How long the way takes: the straight line times a detour, at the speed of the county's table.

An estimate to choose between neighbours by, no route. Where the table has no row for the kind of
way and the month, there is none, and the straight line alone is told.
"""

from __future__ import annotations

from datetime import date

from planning.models import AreaWay, TravelSpeed, Way


class Travel:
    """The table of speeds as of a day, read once."""

    def __init__(self, on: date) -> None:
        found = TravelSpeed.objects.filter(months__contains=[on.month])
        #: Minutes a metre of the straight line takes, by kind of way.
        self.rates = {row.way: row.detour * 60 / (row.kmh * 1000) for row in found}
        self.ways = dict(AreaWay.objects.values_list("area__path", "way")) if self.rates else {}

    def way(self, path: str) -> str:
        """What one travels on in the area of a path: as said of it, else of the nearest above."""
        above = (path[:length] for length in range(len(path), 0, -4))
        return next((self.ways[one] for one in above if one in self.ways), Way.ROAD)

    def rate(self, path: str) -> float | None:
        """Minutes a metre of the straight line takes in the area of a path; None: not known."""
        return self.rates.get(self.way(path)) if self.rates else None

    def minutes(self, metres: float, path: str) -> float | None:
        """Minutes for a distance as the crow flies, in the area of a path; None: not known."""
        rate = self.rate(path)
        return None if rate is None else metres * rate


def minutes(metres: float, path: str, on: date) -> float | None:
    """Minutes for a distance as the crow flies, in the area of a path on a day; None where there
    is no table. For many distances make one ``Travel``."""
    return Travel(on).minutes(metres, path)
