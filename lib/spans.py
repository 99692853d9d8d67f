"""Half-open date ranges ``[from, until)``; ``None`` as the end means still in force."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from psycopg2.extras import DateRange


def span(start: date, end: date | None = None) -> DateRange:
    """The range from ``start`` up to but not including ``end``."""
    return DateRange(start, end, "[)")


def ended(during: DateRange, on: date) -> DateRange | None:
    """``during`` cut off on a day; None where nothing of it would remain (then it is void)."""
    if on <= during.lower:
        return None
    if during.upper is not None and during.upper <= on:
        return during
    return span(during.lower, on)


def months_after(day: date, months: int) -> date:
    """The same day so many months later (before, where negative); the last of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
