"""Cells of a hotline's export that no other file has: ticket numbers, and days with an hour."""

from __future__ import annotations

import datetime as dt
import re
from typing import NamedTuple

from django.utils.translation import gettext as _

from lib.clock import SHANGHAI
from lib.values import CLEAR, Cell, Clear, blank, parse_date, text

#: A spreadsheet keeps 15 digits of a number; what is longer has lost its end.
EXACT = 10**15
TICKET_LENGTH = 40
_SHORTENED = re.compile(r"\d(\.\d+)?[eE]\+?\d+")
_TIME = re.compile(r"[\sT]([01]?\d|2[0-3])[:：](\d{2})(?:[:：]\d{2}(?:\.\d+)?)?Z?$")


class Moment(NamedTuple):
    """A day, and the hour where the cell tells one (aware, Asia/Shanghai)."""

    day: dt.date
    at: dt.datetime | None


def parse_ticket(cell: Cell) -> str | Clear | None:
    """A ticket's number as text; ValueError for one that a spreadsheet has shortened."""
    gone = blank(cell)
    if gone is not False:
        return None
    value = re.sub(r"\s", "", text(cell)).lstrip("'")
    # Exports written as CSV keep a spreadsheet from shortening it: ="2026111800012345678".
    value = re.sub(r'^="?(.*?)"?$', r"\1", value)
    number = isinstance(cell, (int, float)) and not isinstance(cell, bool)
    if (number and abs(float(cell)) >= EXACT) or _SHORTENED.fullmatch(value):  # type: ignore[arg-type]
        raise ValueError(
            _("Excel has shortened this number. Format the column as text and enter it again.")
        )
    value = re.sub(r"^(\d+)\.0+$", r"\1", value)
    if len(value) > TICKET_LENGTH:
        raise ValueError(_("This text is longer than %s characters.") % TICKET_LENGTH)
    return value


def parse_moment(cell: Cell) -> Moment | Clear | None:
    """A day with or without an hour: 2026-11-20 09:30, 2026年11月20日, a date cell, a serial."""
    value = text(cell)
    found = _TIME.search(value) if isinstance(cell, str) else None
    day = parse_date(value[: found.start()] if found else cell)
    if day is None or day is CLEAR:
        return None
    if day.approximate:
        raise ValueError(_("“%s” names no day. Write the date as 2024-09-04.") % value[:40])
    at: dt.time | None = None
    if found:
        at = dt.time(int(found[1]), int(found[2]))
    elif isinstance(cell, dt.datetime) and cell.time() != dt.time():
        at = cell.time().replace(second=0, microsecond=0)
    elif isinstance(cell, float) and cell % 1:
        minutes = min(round(cell % 1 * 1440), 1439)
        at = dt.time(minutes // 60, minutes % 60)
    return Moment(day.day, dt.datetime.combine(day.day, at, tzinfo=SHANGHAI) if at else None)
