"""Daily summaries of every area, written by the clock and read by dashboards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from grids.models import Area
from grids.paths import path_length
from lib.clock import now
from reports.answers import Sums, needed, sums_by_path, value_of
from reports.indicators import registry
from reports.measures import Indicator, Number, Value
from reports.models import Snapshot
from reports.sources import month_of
from reports.waiting import parts_by_path

#: Levels that have a row; a unit's numbers are part of its grid's.
LEVELS = ("county", "township", "village", "grid")
#: Spans of a period as they stand behind its key.
DAY, MONTH, YEAR = "", "@m", "@y"
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
    rows = [
        Snapshot(
            area=area, path=area.path, on=on, values=numbers.get(area.path, {}),
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
    """Numbers of the day by area, with those of its month and its year; sums over what is below."""
    known = registry()
    simple = [one for one in needed(known.values(), known) if one.of is None and one.less is None]
    flowing = [one for one in simple if one.period == "period"]
    found: dict[str, dict[str, Number]] = defaultdict(dict)
    for wanted, since, span in (
        (simple, on, DAY),
        (flowing, month_of(on)[0], MONTH),
        (flowing, on.replace(month=1, day=1), YEAR),
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


def by_weeks(path: str, *, on: date, weeks: int) -> list[Snapshot]:
    """Summaries of an area on a day and on the same day of the weeks before it, oldest first.

    Weeks without a summary are left out.
    """
    days = [on - timedelta(weeks=back) for back in range(weeks)]
    return list(Snapshot.objects.filter(path=path, on__in=days).order_by("on"))


def flows_by_weeks(path: str, keys: Iterable[str], *, on: date, weeks: int) -> list[dict[str, Any]]:
    """What happened in each of the last weeks, from the summaries of its seven days.

    Oldest first: ``on`` its last day, ``days`` how many of the seven have a summary, and the sums.
    """
    wanted = list(keys)
    found: list[dict[str, Any]] = [
        {"on": on - timedelta(weeks=back), "days": 0, **dict.fromkeys(wanted, 0)}
        for back in reversed(range(weeks))
    ]
    since = on - timedelta(weeks=weeks)
    rows = Snapshot.objects.filter(path=path, on__gt=since, on__lte=on)
    for day, values in rows.values_list("on", "values"):
        week = found[weeks - 1 - (on - day).days // 7]
        week["days"] += 1
        for key in wanted:
            week[key] += int(values.get(key, 0))
    return found
