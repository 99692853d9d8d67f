"""How much work is a household? Contacts a year by its needs, and how far it lives.

Needs are P3: what leaves this module is a weight for the division of land, and only sums of it are
ever shown. ADR 0131.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np

from households.models import Need, NeedKind

#: Contacts a year; a household's most frequent need decides, for one contact serves all.
A_YEAR = {
    NeedKind.Cadence.WEEKLY.value: 52,
    NeedKind.Cadence.MONTHLY.value: 12,
    NeedKind.Cadence.QUARTERLY.value: 4,
}
#: As many contacts a year are as much work as looking after any household at all.
LIKE_ONE_MORE = 12
#: At this distance from the middle a household is twice the work; beyond it no more.
TWICE_AT_M = 10_000.0


def contacts_a_year(households: Sequence[Any], on: date) -> np.ndarray:
    """Contacts a year that the needs in force on a day ask for, for each household (keys)."""
    kinds: dict[Any, set[str]] = defaultdict(set)
    asked: dict[Any, list[tuple[str, list[str]]]] = defaultdict(list)
    condition = Need.objects.filter(void=False, during__contains=on, household__in=households)
    for household, code, cadence, beside in condition.values_list(
        "household_id", "kind__code", "kind__cadence", "kind__beside"
    ):
        kinds[household].add(code)
        asked[household].append((cadence, beside))
    return np.array(
        [
            max(
                (
                    A_YEAR.get(cadence, 0)
                    for cadence, beside in asked.get(household, ())
                    if not beside or kinds[household] & set(beside)
                ),
                default=0,
            )
            for household in households
        ],
        dtype=float,
    )


def workload(contacts: np.ndarray, metres: np.ndarray) -> np.ndarray:
    """Work of each household: 1 is one without needs in the middle of the village."""
    far = 1 + np.minimum(metres, TWICE_AT_M) / TWICE_AT_M
    found: np.ndarray = (1 + contacts / LIKE_ONE_MORE) * far
    return found
