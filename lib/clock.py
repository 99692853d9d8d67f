"""The one clock. Offices work by the calendar of Shanghai whatever zone a server is in."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The present moment, aware, in Asia/Shanghai."""
    return datetime.now(SHANGHAI)


def today() -> date:
    """Today's date in Asia/Shanghai; everything else takes a date as a parameter."""
    return now().date()


def moment_of(on: date) -> datetime:
    """As of a day: its end in Shanghai, of today the present moment."""
    return min(now(), datetime.combine(on, time.max, tzinfo=SHANGHAI))
