"""What goes into a division of land, and what comes out; everything in metres of one plane."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: By kind: what a metre of border along it costs (a metre of open land costs 1), and what a metre
#: of it costs that lies inside a grid, so that it is crossed on the way from door to door.
ALONG: Mapping[str, float] = {"road": 0.7, "river": 0.6, "rail": 0.55}
CROSSED: Mapping[str, float] = {"road": 0.25, "river": 0.5, "rail": 0.6}


@dataclass(frozen=True)
class Line:
    """A barrier: its kind (road, river, rail) and its line or lines (shapely)."""

    kind: str
    geom: Any


@dataclass(frozen=True)
class Notice:
    """Something whoever reads a division must be told; ``code`` says what, ``count`` how many.

    ``outside``: households beyond the outline (counted with the nearest grid, inside none);
    ``apart``: grids made of several pieces of land, because the land itself is in pieces and
    there are fewer grids than pieces; ``islets``: pieces without households that went with the
    nearest grid; ``heavy``: places so heavy that one alone is more than a grid may carry;
    ``uneven``: grids beyond the tolerance.
    """

    code: str
    count: int


@dataclass(frozen=True)
class Quality:
    """How good a division is.

    ``loads`` is the workload of each grid, ``households`` their number, ``compactness`` the
    Polsby-Popper value of each (4πA/P², 1 is a circle). ``spread`` is the largest workload over
    the mean of all (1 is even; 0 where there is no workload). ``crossings`` counts the places
    where a barrier runs through the inside of a grid, ``crossed_m`` how many metres of barrier do,
    ``along_m`` how many metres of border run along one. ``changed`` counts the households that
    leave the grid they are in today (0 where nothing is known of today).
    """

    loads: tuple[float, ...]
    households: tuple[int, ...]
    compactness: tuple[float, ...]
    spread: float
    crossings: int
    crossed_m: float
    along_m: float
    changed: int

    @property
    def mean_compactness(self) -> float:
        """Mean of the Polsby-Popper values; 0 where there is no grid."""
        return float(np.mean(self.compactness)) if self.compactness else 0.0


@dataclass(frozen=True)
class Division:
    """Land divided into grids that touch without gap or overlap.

    ``grids``: the free grids, then the locked ones in the order given (shapely, metres).
    ``of``: for each household the number of its grid. ``goes_on``: for each free grid the number
    of the grid of today that most of it was, or None. ``outside``: numbers of the households
    beyond the outline.
    """

    grids: tuple[Any, ...]
    of: Ints
    goes_on: tuple[int | None, ...]
    outside: tuple[int, ...]
    notices: tuple[Notice, ...]
    quality: Quality


class CannotDivide(ValueError):
    """Why nothing can be proposed; ``code`` is for whoever words the sentence."""

    code = "cannot"


class BadOutline(CannotDivide):
    """The outline is empty, broken or has no area."""

    code = "outline"


class NoHouseholds(CannotDivide):
    """There is no household to divide."""

    code = "no_households"


class TooMany(CannotDivide):
    """More grids than places with households; ``most`` is how many there could be."""

    code = "too_many"

    def __init__(self, message: str, *, most: int) -> None:
        super().__init__(message)
        self.most = most


class BadNumber(CannotDivide):
    """A number that makes no sense; ``name`` is k, tolerance, size, weights or points."""

    code = "number"

    def __init__(self, message: str, *, name: str) -> None:
        super().__init__(message)
        self.name = name


class AllLocked(CannotDivide):
    """What is locked leaves no land, or no household, to divide."""

    code = "all_locked"


class LockedOverlap(CannotDivide):
    """Two locked grids overlap, or one lies outside; ``which`` are their numbers."""

    code = "locked_overlap"

    def __init__(self, message: str, *, which: Sequence[int]) -> None:
        super().__init__(message)
        self.which = tuple(which)
