"""Dividing land into grids (pure): in metres of one plane, with shapely, numpy and scipy.

``divide`` proposes, ``measure`` judges any division, ``grids_for`` turns a wanted size into a
number of grids. ADR 0130.
"""

from lib.partition.divide import divide, grids_for
from lib.partition.model import (
    AllLocked,
    BadNumber,
    BadOutline,
    CannotDivide,
    Division,
    Line,
    LockedOverlap,
    NoHouseholds,
    Notice,
    Quality,
    TooMany,
)
from lib.partition.quality import grid_of, matched, measure

__all__ = [
    "AllLocked",
    "BadNumber",
    "BadOutline",
    "CannotDivide",
    "Division",
    "Line",
    "LockedOverlap",
    "NoHouseholds",
    "Notice",
    "Quality",
    "TooMany",
    "divide",
    "grid_of",
    "grids_for",
    "matched",
    "measure",
]
