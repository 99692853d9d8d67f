"""How far it is from a contact to a household: the one place that knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planning.travel import Travel

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
#: Mean radius of the earth in metres.
EARTH = 6_371_008.8


@dataclass(frozen=True)
class Ways:
    """Ways on a day between households (rows with a ``path``) and candidates; both with ``lon``
    and ``lat`` in WGS 84."""

    homes: Sequence[Any]
    candidates: Sequence[Any]
    on: date

    def between(self, home: Ints, candidate: Ints) -> tuple[Floats, Floats]:
        """Metres in a straight line, and minutes by the table of speeds where there is one; nan
        where one of the two has no place."""
        metres = straight(self._homes[home], self._candidates[candidate])
        return metres, metres * self._rates[home]

    @cached_property
    def _rates(self) -> Floats:
        """Minutes a metre takes to each household; nan without a table of speeds."""
        travel = Travel(self.on)
        rates = {path: travel.rate(path) for path in {row.path for row in self.homes}}
        return np.array([rates[row.path] for row in self.homes], dtype=np.float64)

    @cached_property
    def _homes(self) -> Floats:
        return _places(self.homes)

    @cached_property
    def _candidates(self) -> Floats:
        return _places(self.candidates)


def straight(start: Floats, end: Floats) -> Floats:
    """Metres along the great circle between WGS 84 points (rows of longitude and latitude).

    On a sphere: within 0.6 % of the ellipsoid, which a choice between neighbours never feels.
    """
    x0, y0, x1, y1 = (np.radians(part) for part in (*start.T, *end.T))
    half = np.sin((y1 - y0) / 2) ** 2 + np.cos(y0) * np.cos(y1) * np.sin((x1 - x0) / 2) ** 2
    return 2 * EARTH * np.arcsin(np.sqrt(half))


def _places(rows: Sequence[Any]) -> Floats:
    return np.array(
        [(np.nan, np.nan) if row.lon is None else (row.lon, row.lat) for row in rows],
        dtype=np.float64,
    ).reshape(-1, 2)  # fmt: skip
