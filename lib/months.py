"""Months of the year that may run over New Year: read and written.

The standard library alone: settings are read with it before any package is installed.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Collection
from datetime import date

_SIGNS = str.maketrans("－—–~～至到，、；;", "-------,,,,")
_PART = re.compile(r"(\d{1,2})(?:-+(\d{1,2}))?")


class NoMonths(ValueError):
    """A text that names no months; ``beyond``: it names numbers that no month has."""

    def __init__(self, *, beyond: bool) -> None:
        super().__init__("beyond 1 to 12" if beyond else "not months")
        self.beyond = beyond


def months_parse(text: str) -> list[int]:
    """``11-4``, ``4-5、10`` or ``11月至次年4月``, ascending; raises NoMonths."""
    bare = re.sub(r"[月份次年\s]", "", text.translate(_SIGNS))
    found: set[int] = set()
    for part in bare.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            raise NoMonths(beyond=False)
        first = int(match[1])
        last = int(match[2] or first)
        if not (1 <= first <= 12 and 1 <= last <= 12):
            raise NoMonths(beyond=True)
        found.update((first - 1 + i) % 12 + 1 for i in range((last - first) % 12 + 1))
    return sorted(found)


def month_runs(months: Collection[int]) -> list[tuple[int, int]]:
    """First and last month of each stretch, in the order of the year in which it begins."""
    held = set(months)
    if len(held) == 12:
        return [(1, 12)]
    firsts = sorted(month for month in held if (month - 2) % 12 + 1 not in held)
    runs = []
    for first in firsts:
        last = first
        while last % 12 + 1 in held:
            last = last % 12 + 1
        runs.append((first, last))
    return runs


def months_written(months: Collection[int]) -> str:
    """The shortest that ``months_parse`` reads: ``11-4``, ``4-5,10``."""
    return ",".join(
        str(first) if first == last else f"{first}-{last}" for first, last in month_runs(months)
    )


def stretch_end(months: Collection[int], on: date) -> date | None:
    """The last day of the stretch of months a day lies in; None where it never ends."""
    held = set(months)
    if len(held) == 12:
        return None
    year, month = on.year, on.month
    while month % 12 + 1 in held:
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return date(year, month, monthrange(year, month)[1])
