"""Places of one level beside each other: a share with its interval, never an order of merit."""

from __future__ import annotations

import math
from dataclasses import dataclass

#: Fewer holders of the role than these, and the figure would be about persons.
HOLDERS = 3
#: Fewer cases than these say nothing, and could point at one household.
CASES = 5
Z = 1.96


@dataclass(frozen=True)
class Dot:
    """A place: its share with the bounds of the 95 % interval, each from 0 to 1."""

    name: str
    code: str
    share: float
    low: float
    high: float
    part: int
    whole: int


def interval(part: int, whole: int) -> tuple[float, float]:
    """The 95 % interval of a share by Wilson; ValueError without cases."""
    if whole <= 0 or not 0 <= part <= whole:
        raise ValueError("a share needs cases")
    p, n = part / whole, whole
    middle = p + Z * Z / (2 * n)
    spread = Z * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
    scale = 1 + Z * Z / n
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def compared(
    places: list[tuple[str, str, int, int, int]],
) -> tuple[list[Dot], list[str], list[str]]:
    """Places that may be compared, in the order given; names of those with too few people, and
    of those with too few cases. A place is its name, code, part, whole, holders."""
    dots, few_people, few_cases = [], [], []
    for name, code, part, whole, holders in places:
        if holders < HOLDERS:
            few_people.append(name)
        elif whole < CASES:
            few_cases.append(name)
        else:
            low, high = interval(part, whole)
            dots.append(Dot(name, code, part / whole, low, high, part, whole))
    return dots, few_people, few_cases
