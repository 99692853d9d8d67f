"""Working days by the table of holidays and make-up days (调休)."""

import datetime as dt
from collections.abc import Collection

Days = Collection[dt.date]


def is_working_day(day: dt.date, holidays: Days, makeup: Days) -> bool:
    """Monday to Friday and make-up days, without holidays; a holiday wins over a make-up day."""
    return (day.weekday() < 5 or day in makeup) and day not in holidays


def add_working_days(start: dt.date, n: int, holidays: Days, makeup: Days) -> dt.date:
    """The n-th working day after start (start itself does not count); n = 0 is start.

    ValueError for a negative n, and when no working day is found within ten years.
    """
    if n < 0:
        raise ValueError("a number of working days is not negative")
    day, left = start, n
    for _step in range(3660):
        if left == 0:
            return day
        day += dt.timedelta(days=1)
        left -= is_working_day(day, holidays, makeup)
    raise ValueError("no working day within ten years: check the table of holidays")


def working_days_between(start: dt.date, end: dt.date, holidays: Days, makeup: Days) -> int:
    """Working days after start up to and including end; 0 when end is not after start."""
    days = (end - start).days
    return sum(
        is_working_day(start + dt.timedelta(days=i), holidays, makeup) for i in range(1, days + 1)
    )
