"""The daily summaries dashboards read."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command

from reports.answers import values
from reports.duties import keep_today, keep_yesterday
from reports.indicators import registry
from reports.measures import Value
from reports.models import Snapshot
from reports.snapshots import LEVELS, by_weeks, flows_by_weeks, latest, read, snapshots_write
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


def test_weeks_come_from_the_rows_of_their_days(world):
    call_command("snapshot", days=15, every=7, verbosity=0)
    path = world.areas["C"].path
    assert [row.on for row in by_weeks(path, on=world.on, weeks=4)] == [
        world.on - timedelta(weeks=back) for back in (2, 1, 0)
    ]
    flows = flows_by_weeks(path, ["issues_registered"], on=world.on, weeks=2)
    assert [week["issues_registered"] for week in flows] == [0, 5]


def test_where_matters_wait_adds_up(world):
    keep_today(world.on)
    parts = latest(world.areas["C"].path, on=world.on).parts
    assert sum(row[2] for row in parts["departments"]) == 5
    assert [row[:2] for row in parts["subjects"]] == [["utilities", 5]]


def test_writing_asks_no_more_questions_for_more_areas(world, django_assert_max_num_queries):
    with django_assert_max_num_queries(50):
        snapshots_write(on=world.on, current=world.on)
