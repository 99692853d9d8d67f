"""Daily summaries of every area, written by the clock and read by dashboards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models.functions import TruncWeek

from grids.models import Area
from grids.paths import path_length
from lib.clock import now
from reports.answers import Sums, needed, sums_by_path, value_of
from reports.indicators import registry
from reports.measures import Indicator, Number, Value
from reports.models import Snapshot
from reports.sources import month_of
from reports.waiting import LEVELS, parts_by_path

#: Spans of a period as they stand behind its key.
DAY, WEEK, MONTH, YEAR = "", "@w", "@m", "@y"
#: What is kept by the week, nought as well: what the charts of a dashboard draw.
WEEKLY = ("issues_registered", "issues_closed", "contacts")
BATCH = 500


def snapshots_write(*, on: date, current: date) -> int:
    """Write the summaries of a day for every county; return how many rows.

    A day written before is written anew, whoever else writes it meanwhile.
    """
    counties = Area.objects.filter(level="county").values_list("path", flat=True)
    return sum(_write(path, on=on, current=current) for path in counties)


@transaction.atomic
def _write(path: str, *, on: date, current: date) -> int:
    areas = Area.objects.in_force(on).filter(path__startswith=path, level__in=LEVELS)
    numbers = counted(path, on=on, current=current)
    parts = parts_by_path(path, until=on, current=current)
    nought = {f"{key}{WEEK}": 0 for key in WEEKLY}
    rows = [
        Snapshot(
            area=area, path=area.path, on=on, values=nought | numbers.get(area.path, {}),
            parts=parts.get(area.path, {}), written_at=now(),
        )
        for area in areas.order_by("path")
    ]  # fmt: skip
    Snapshot.objects.bulk_create(
        rows, batch_size=BATCH, update_conflicts=True, unique_fields=["path", "on"],
        update_fields=["values", "parts", "written_at"],
    )  # fmt: skip
    return len(rows)


def counted(path: str, *, on: date, current: date) -> dict[str, dict[str, Any]]:
    """Numbers of the day by area, of its week, month and year; sums over what is below."""
    known = registry()
    simple = [one for one in needed(known.values(), known) if one.of is None and one.less is None]
    flowing = [one for one in simple if one.period == "period"]
    found: dict[str, dict[str, Number]] = defaultdict(dict)
    for wanted, since, span in (
        (simple, on, DAY),
        (flowing, month_of(on)[0], MONTH),
        (flowing, on.replace(month=1, day=1), YEAR),
        ([known[key] for key in WEEKLY], monday_of(on), WEEK),
    ):
        sums = sums_by_path(wanted, path, since=since, until=on, current=current)
        for area, key, number in added_up(sums):
            found[area][f"{key}{span}"] = number
    return {
        area: {key: _stored(number) for key, number in row.items()} for area, row in found.items()
    }


def added_up(sums: Sums) -> Iterable[tuple[str, str, Number]]:
    """Sums of what is filed at and beneath each area of a level that has a row."""
    lengths = [path_length(level) for level in LEVELS]
    found: dict[tuple[str, str], Number] = defaultdict(int)
    for path, row in sums.items():
        for key, number in row.items():
            for length in lengths:
                if len(path) >= length:
                    found[path[:length], key] += number
    return ((path, key, number) for (path, key), number in found.items())


def _stored(number: Number) -> int | str:
    """Money stays exact: a number with decimals is kept as text."""
    return str(number) if isinstance(number, Decimal) else int(number)


def read(values: Mapping[str, Any], one: Indicator, known: Mapping[str, Indicator],
         span: str = DAY) -> Value:  # fmt: skip
    """The value of an indicator from a stored row; ``span`` of a period."""
    numbers: dict[str, Number] = {}
    for part in needed([one], known):
        stored = values.get(f"{part.key}{span if part.period == 'period' else DAY}", 0)
        numbers[part.key] = Decimal(stored) if isinstance(stored, str) else stored
    return value_of(one, numbers, known)


def latest(path: str, *, on: date) -> Snapshot | None:
    """The newest summary of an area up to a day."""
    return Snapshot.objects.filter(path=path, on__lte=on).order_by("-on").first()


@dataclass(frozen=True)
class Week:
    """A week from Monday to Sunday, of the current one up to today; ``row`` is its last summary.

    ``row`` is None where none of its days has one.
    """

    first: date
    last: date
    row: Snapshot | None

    def flow(self, key: str) -> int | None:
        """What happened in it up to its summary, of a key of ``WEEKLY``; None where unknown."""
        number = self.row.values.get(f"{key}{WEEK}") if self.row else None
        return None if number is None else int(number)

    def stock(self, one: Indicator, known: Mapping[str, Indicator]) -> Number | None:
        """How it stood at its end; None without a summary, without a household on record, and
        of a rate with nothing to divide by."""
        if self.row is None or not self.row.values.get("households"):
            return None
        return read(self.row.values, one, known).number


def monday_of(on: date) -> date:
    """The Monday of the week a day is in."""
    return on - timedelta(days=on.weekday())


def by_weeks(path: str, *, on: date, weeks: int) -> list[Week]:
    """The week of a day and those before it, oldest first, each with its last summary."""
    begin = monday_of(on) - timedelta(weeks=weeks - 1)
    rows = (
        Snapshot.objects.filter(path=path, on__gte=begin, on__lte=on)
        .annotate(week=TruncWeek("on"))
        .order_by("week", "-on")
        .distinct("week")
    )
    last = {monday_of(row.on): row for row in rows}
    mondays = [begin + timedelta(weeks=n) for n in range(weeks)]
    return [
        Week(monday, min(monday + timedelta(days=6), on), last.get(monday)) for monday in mondays
    ]


def days_of_weeks(on: date, weeks: int) -> list[date]:
    """The days whose summaries a dashboard of a day compares: the Sundays of the weeks before it,
    the same day of the month before, and the day itself; oldest first."""
    sundays = [monday_of(on) - timedelta(days=1, weeks=back) for back in range(weeks - 1)]
    return sorted({*sundays, month_before(on), on})


def month_before(on: date) -> date:
    """The same day of the month before, the last of that month where it has none."""
    last = on.replace(day=1) - timedelta(days=1)
    return last.replace(day=min(on.day, last.day))
