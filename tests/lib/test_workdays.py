"""Working days around the National Day of 2026, with its make-up days."""

import datetime as dt

import pytest

from lib.workdays import add_working_days, is_working_day, working_days_between

HOLIDAYS = {dt.date(2026, 10, day) for day in range(1, 8)}
MAKEUP = {dt.date(2026, 9, 27), dt.date(2026, 10, 10)}


def day(month, number):
    return dt.date(2026, month, number)


@pytest.mark.parametrize(
    ("start", "n", "end"),
    [
        (day(9, 21), 0, day(9, 21)),
        (day(9, 21), 1, day(9, 22)),
        (day(9, 25), 1, day(9, 27)),
        (day(9, 30), 1, day(10, 8)),
        (day(9, 30), 3, day(10, 10)),
        (day(10, 10), 1, day(10, 12)),
        (day(10, 3), 1, day(10, 8)),
    ],
)
def test_it_counts_make_up_days_and_leaves_out_holidays(start, n, end):
    assert add_working_days(start, n, HOLIDAYS, MAKEUP) == end
    assert working_days_between(start, end, HOLIDAYS, MAKEUP) == n


def test_a_holiday_wins_over_a_make_up_day():
    assert not is_working_day(day(9, 27), MAKEUP, MAKEUP)


def test_it_refuses_what_cannot_be():
    with pytest.raises(ValueError):
        add_working_days(day(9, 1), -1, set(), set())
    every = {day(1, 1) + dt.timedelta(days=i) for i in range(4000)}
    with pytest.raises(ValueError):
        add_working_days(day(1, 1), 1, every, set())
