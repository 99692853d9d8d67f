"""Numbers of indicators, counted from the records: for an area, or for every path beneath it.

Forms, ledgers and summaries ask here; a dashboard reads what ``snapshots.py`` wrote of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from casework.coverage import own_facts, visits_by_path
from reports.indicators import registry
from reports.measures import Indicator, Number, Value, quotient
from reports.sources import SOURCES

Sums = dict[str, dict[str, Number]]


def rows_of(
    one: Indicator, path: str, *, since: date, until: date, current: date
) -> QuerySet[Any] | None:
    """The rows behind a number; None where it has none."""
    if one.where is None:
        return None
    return SOURCES[one.source].rows(path, until, current).filter(one.where(since, until))


def sums_by_path(
    indicators: Iterable[Indicator], path: str, *, since: date, until: date, current: date
) -> Sums:
    """Counts of simple indicators by the path each row is filed under; nought is left out.

    One question per noun. Quotients, sums and differences are made of these by ``value_of``.
    """
    found: Sums = defaultdict(dict)
    by_source: dict[str, list[Indicator]] = defaultdict(list)
    columns: list[Indicator] = []
    for one in indicators:
        if one.column:
            columns.append(one)
        elif one.where is not None and one.less is None:
            by_source[one.source].append(one)
    for key, wanted in by_source.items():
        source = SOURCES[key]
        names = {f"n{i}": one for i, one in enumerate(wanted)}
        rows = (
            source.rows(path, until, current)
            .order_by()
            .values(filed=F(source.path))
            .annotate(**{
                name: _counted(one, one.where(since, until), source.household)
                for name, one in names.items() if one.where is not None
            })
        )  # fmt: skip
        for row in rows:
            for name, one in names.items():
                if row[name]:
                    found[row["filed"]][one.key] = row[name]
    if columns:
        _columns(found, columns, path, since=since, until=until, current=current)
    return found


def _counted(one: Indicator, condition: Q, household: str) -> Any:
    if one.total:
        return Sum(one.total, filter=condition)
    if one.by_household:
        return Count(household, filter=condition, distinct=True)
    return Count("pk", filter=condition)


def _columns(
    found: Sums, wanted: list[Indicator], path: str, *, since: date, until: date, current: date
) -> None:
    names = {one.column for one in wanted}
    if names - {"visit_due", "visit_done"}:
        for row in own_facts(path, on=until, current=current):
            for one in wanted:
                if row.get(one.column):
                    found[row["path"]][one.key] = row[one.column]
    if names & {"visit_due", "visit_done"}:
        for row in visits_by_path(path, since=since, until=until):
            for one in wanted:
                if row.get(one.column):
                    found[row["path"]][one.key] = row[one.column]


def needed(indicators: Iterable[Indicator], known: Mapping[str, Indicator]) -> list[Indicator]:
    """These and the ones they are made of."""
    found: dict[str, Indicator] = {}
    waiting = list(indicators)
    while waiting:
        one = waiting.pop()
        if one.key not in found:
            found[one.key] = one
            waiting += [known[key] for key in (*(one.of or ()), *(one.less or ()))]
    return list(found.values())


def value_of(
    one: Indicator, numbers: Mapping[str, Number], known: Mapping[str, Indicator]
) -> Value:
    """The value of an indicator from the sums of simple ones."""
    if one.of is not None:
        numerator, denominator = (_number(known[key], numbers, known) for key in one.of)
        return Value(one, quotient(numerator, denominator), numerator, denominator)
    return Value(one, _number(one, numbers, known))


def _number(
    one: Indicator, numbers: Mapping[str, Number], known: Mapping[str, Indicator]
) -> Number:
    if one.less is not None:
        whole, part = one.less
        return _number(known[whole], numbers, known) - _number(known[part], numbers, known)
    return numbers.get(one.key, 0)


def values(
    keys: Iterable[str], path: str, *, since: date, until: date, current: date
) -> dict[str, Value]:
    """Values of indicators for an area and all beneath it, by key; nothing is withheld."""
    known = registry()
    asked = [known[key] for key in keys]
    numbers: dict[str, Number] = defaultdict(int)
    for row in sums_by_path(
        needed(asked, known), path, since=since, until=until, current=current
    ).values():
        for key, number in row.items():
            numbers[key] += number
    return {one.key: value_of(one, numbers, known) for one in asked}
