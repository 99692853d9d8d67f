"""Count everything again, and compare what is kept with a fresh count."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection, transaction

from casework.coverage import SUMS, count_alone, recount, refresh
from grids.models import Area, AreaDirty

#: Derived data by name: table, key columns, columns that the count writes.
KEPT: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "area": (
        "casework_areametric",
        ("area_id",),
        ("computed_on", "path", *SUMS, "left_on", "last_reviewed"),
    ),
    "household": (
        "households_household", ("id",),
        ("tier", "due_on", "gap_reason", "outside", "season_point"),
    ),
    "last contact": ("casework_lastcontact", ("household_id",), ("reached_on",)),
    "full post": ("casework_fullpost", ("post_id",), ("path", "over")),
    "cell": (
        "casework_householdcell", ("path", "zoom", "x", "y"), ("households", "unlinked"),
    ),
    "density": (
        "casework_densitycell", ("path", "zoom", "x", "y"), ("households", "zhongdian"),
    ),
}  # fmt: skip
COPY = "CREATE TEMP TABLE kept_before ON COMMIT DROP AS SELECT {columns} FROM {table}"
COMPARE = """
SELECT coalesce(to_jsonb(kept), 'null'), coalesce(to_jsonb(fresh), 'null')
FROM kept_before kept
FULL JOIN (SELECT {columns} FROM {table}) fresh USING ({key})
WHERE to_jsonb(kept) IS DISTINCT FROM to_jsonb(fresh)
ORDER BY {key}
"""


@dataclass
class Comparison:
    """What a fresh count found: rows compared, and (kind, kept row, fresh row) that differ."""

    compared: int = 0
    differences: list[tuple[str, dict[str, Any] | None, dict[str, Any] | None]] = field(
        default_factory=list
    )


def recount_all(*, on: date) -> int:
    """Count every area again for a day and forget all marks; return how many areas."""
    with transaction.atomic(), connection.cursor() as cursor:
        count_alone(cursor)
        AreaDirty.objects.all().delete()
        return recount(Area.objects.values_list("pk", flat=True), on=on)


def kept_compare(*, on: date) -> Comparison:
    """Compare every derived row with a fresh count, and change nothing.

    Marked areas are counted first, as any reader would: only what stays different is told. The
    fresh count is made in a transaction that is taken back.
    """
    for path in Area.objects.filter(level="county").values_list("path", flat=True):
        refresh(path, on=on)
    result = Comparison()
    for kind, (table, key, values) in KEPT.items():
        names = {"table": table, "key": ", ".join(key), "columns": ", ".join([*key, *values])}
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(COPY.format(**names))
            recount(Area.objects.values_list("pk", flat=True), on=on)
            cursor.execute("SELECT count(*) FROM kept_before")
            result.compared += cursor.fetchone()[0]
            cursor.execute(COMPARE.format(**names))
            for kept, fresh in cursor.fetchall():
                result.differences.append((kind, json.loads(kept), json.loads(fresh)))
            transaction.set_rollback(True)
    return result
