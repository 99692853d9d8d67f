"""The clocks of matters: working days by the table of holidays, urgent ones by the hour."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from casework.models import Holiday, IssueLimit
from lib.clock import SHANGHAI, now
from lib.workdays import add_working_days

#: Working days to answer a resident where the county has set no other (``IssueLimit``).
LIMITS = {"consult": 1, "help": 5, "complaint": 5, "suggestion": 10, "dispute": 10}
#: An urgent matter is answered within these, by the clock.
URGENT = timedelta(hours=24)


def working_days_after(on: date, days: int) -> date:
    """The day so many working days after ``on``, by the table of holidays."""
    rows = Holiday.objects.filter(on__gt=on)
    return add_working_days(
        on, days, {d.on for d in rows if not d.working}, {d.on for d in rows if d.working}
    )


def limit_for(kind: str, *, urgent: bool, on: date) -> date:
    """The last day to answer a matter registered on a day; of an urgent one the next day."""
    if urgent:
        return on + timedelta(days=1)
    days = IssueLimit.objects.filter(kind=kind).values_list("days", flat=True).first()
    return working_days_after(on, LIMITS[kind] if days is None else days)


def urgent_limit(on: date) -> datetime:
    """24 hours from now, or, of what is entered later than its day, from that day's end."""
    present = now()
    began = present if on >= present.date() else datetime.combine(on, time.max, tzinfo=SHANGHAI)
    return began + URGENT
