"""The daily summaries dashboards read."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.management import call_command

from casework.models import Issue
from reports.answers import values
from reports.duties import keep_today, keep_yesterday
from reports.indicators import registry
from reports.measures import Value
from reports.models import Snapshot
from reports.snapshots import (
    LEVELS,
    by_weeks,
    days_of_weeks,
    latest,
    monday_of,
    read,
    snapshots_write,
)
from reports.sources import month_of

pytestmark = pytest.mark.django_db


def told(value: Value) -> tuple[object, ...]:
    """What a value says, whichever copy of the registry it was made from."""
    return value.indicator.key, value.number, value.numerator, value.denominator, value.withheld


def test_it_says_of_every_area_what_the_registry_counts(world):
    keep_today(world.on)
    known = registry()
    spans = {"": world.on, "@m": month_of(world.on)[0], "@y": world.on.replace(month=1, day=1)}
    for key, area in world.areas.items():
        if area.level not in LEVELS:
            assert latest(area.path, on=world.on) is None
            continue
        kept = latest(area.path, on=world.on)
        for span, since in spans.items():
            got = values(known, area.path, since=since, until=world.on, current=world.on)
            for name, one in known.items():
                seen, counted = read(kept.values, one, known, span), got[name]
                assert told(seen) == told(counted), (key, name, span)


def test_a_day_written_twice_has_one_row(world):
    snapshots_write(on=world.on, current=world.on)
    n = Snapshot.objects.count()
    snapshots_write(on=world.on, current=world.on)
    assert Snapshot.objects.count() == n > 0


def test_yesterday_is_written_as_it_was(world):
    keep_yesterday(world.on)
    kept = latest(world.areas["C"].path, on=world.on)
    assert kept.on == world.on - timedelta(days=1)
    # The five matters were registered today.
    assert "issues_open" not in kept.values
    assert kept.values["households"] == 10


def test_weeks_are_those_of_the_calendar_each_with_its_last_summary(world):
    wednesday = world.on - timedelta(days=world.on.weekday() + 5)
    sunday_before = wednesday - timedelta(days=3)
    # Two days of one week, none of the week before it, one of the week before that.
    for on in (sunday_before - timedelta(days=8), wednesday, wednesday - timedelta(days=1)):
        snapshots_write(on=on, current=world.on)
    path = world.areas["C"].path
    weeks = by_weeks(path, on=wednesday, weeks=4)
    assert [week.first.weekday() for week in weeks] == [0, 0, 0, 0]
    assert weeks[-1].last == wednesday
    assert weeks[-2].last == sunday_before
    assert [week.row and week.row.on for week in weeks] == [
        None, sunday_before - timedelta(days=8), None, wednesday,
    ]  # fmt: skip
    assert [week.flow("issues_registered") for week in weeks] == [None, 0, None, 0]


def test_what_happened_in_a_week_counts_from_its_monday(world):
    monday, path = monday_of(world.on), world.areas["V1"].path
    before = [monday - timedelta(days=1), monday - timedelta(days=7)]
    for on in (*before, monday, world.on):
        Issue.objects.create(kind="help", subject="traffic", source="visit", title="路口", path=path,
                             area=world.areas["V1"], registered_on=on, limit_on=on)  # fmt: skip
    call_command("snapshot", weeks=3, verbosity=0)
    weeks = by_weeks(path, on=world.on, weeks=3)
    registered = world.areas["V1"].path
    now = Issue.objects.filter(path__startswith=registered, registered_on__gte=monday).count()
    assert [week.flow("issues_registered") for week in weeks] == [0, 2, now]
    assert [week.flow("contacts") for week in weeks] == [0, 0, 0]


def test_an_area_without_households_has_no_gap_of_nought(world):
    keep_today(world.on)
    known = registry()
    (week,) = by_weeks(world.areas["V1"].path, on=world.on, weeks=1)
    assert week.stock(known["gap"], known) is not None
    week.row.values.pop("households")
    assert week.stock(known["gap"], known) is None


def test_the_days_that_are_compared(world):
    on = date(2026, 3, 31)  # A Tuesday.
    assert days_of_weeks(on, 3) == [date(2026, 2, 28), date(2026, 3, 22), date(2026, 3, 29), on]


def test_where_matters_wait_adds_up(world):
    keep_today(world.on)
    parts = latest(world.areas["C"].path, on=world.on).parts
    assert sum(row[2] for row in parts["departments"]) == 5
    assert [row[:2] for row in parts["subjects"]] == [["utilities", 5]]


def test_writing_asks_no_more_questions_for_more_areas(world, django_assert_max_num_queries):
    with django_assert_max_num_queries(50):
        snapshots_write(on=world.on, current=world.on)
