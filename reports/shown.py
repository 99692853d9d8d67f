"""Values as one person may see them: coverage with small counts of needs withheld at the source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from casework.report import RATES
from casework.withholding import SMALL, TIERS
from reports.answers import value_of
from reports.measures import Indicator, Number, Value

PLAIN = ("households", "excluded", *RATES, "absent", "reviewed", "with_phone", "unlocated",
         "outside", "required_posts", "vacancies", "overloaded", "issues_open", "issues_overdue",
         "gap_zhongdian", "overdue", "overdue_zhongdian")  # fmt: skip


def coverage_values(row: Mapping[str, Any], known: Mapping[str, Indicator]) -> dict[str, Value]:
    """Values of the indicators of coverage from a row of ``coverage_report``.

    What the report withholds is withheld, and what could be worked out from it.
    """
    numbers: dict[str, Number] = {name: row[name] or 0 for name in PLAIN}
    numbers |= {tier: row["tier"][tier] or 0 for tier in TIERS}
    numbers |= {f"gap_{reason}": n for reason, n in row["gap_reasons"].items()}
    hidden = {name.removeprefix("tier.") for name in row["withheld"]}
    found = {}
    for one in known.values():
        if one.column and one.column not in numbers:
            continue
        if not (one.column or (one.less and set(one.less) <= {*numbers, "in_scope"})
                or (one.of and one.of[1] == "in_scope")):  # fmt: skip
            continue
        parts = {one.key, *(one.less or ()), *(one.of or ())}
        if parts & hidden:
            found[one.key] = Value(one, None, withheld=True)
        else:
            found[one.key] = value_of(one, numbers, known)
    return found


def guarded(value: Value, *, all_counts: bool) -> Value:
    """A value that is no part of the coverage report: small counts of needs are withheld, and
    those of what households said of the service from everybody.

    Of a quotient also where one of its parts, or what is left of them, is small.
    """
    one = value.indicator
    if not one.guarded and (all_counts or not one.sensitive):
        return value
    counts = [value.number]
    if one.is_rate:
        whole, part = value.denominator or 0, value.numerator or 0
        counts = [whole, part, whole - part]
    if any(count in SMALL for count in counts):
        return Value(one, None, withheld=True)
    return value
