"""How covered are we? One SQL answers as-of questions, the recount and the summary.

``coverage.sql`` is the only definition. For today its sums per area are kept in ``AreaMetric``;
triggers append marks of what changed, and whoever reads (or a job) first counts the marked
areas of the own scope again. Any other day is asked of the base tables.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from casework.withholding import TIERS
from grids.models import Area
from grids.paths import path_length
from lib.clock import moment_of

SQL = (Path(__file__).parent / "sql" / "coverage.sql").read_text("utf-8")
RECOUNT = (Path(__file__).parent / "sql" / "recount.sql").read_text("utf-8")
ROLES = (Path(__file__).parent / "sql" / "roles.sql").read_text("utf-8")
CELLS = (Path(__file__).parent / "sql" / "cells.sql").read_text("utf-8")

REASONS = ("no_grid", "handover", "left", "vacant", "full", "new", "unassigned")
#: Columns that are summed; the dates take the latest.
SUMS = (
    "households", "excluded", "linked", "party_linked", "party_met",
    *(f"gap_{reason}" for reason in REASONS),
    "gap_zhongdian", "absent", "reviewed", "with_phone", *TIERS,
    "overdue", "overdue_zhongdian", "unlocated", "outside",
    "required_posts", "vacancies", "overloaded", "issues_open", "issues_overdue",
    "deeds", "activities",
)  # fmt: skip
LATEST = ("left_on", "last_reviewed")

ROLL_UP = """
SELECT CASE WHEN length(path) >= %(length)s THEN left(path, %(length)s) END AS row_path,
    {columns}
FROM ({source}) fact
GROUP BY 1
"""


def rows_of(cursor: Any) -> list[dict[str, Any]]:
    """The rows of an executed cursor as dictionaries."""
    names = [column.name for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def areas_beneath(path: str) -> list[UUID]:
    """Ids of the areas at or beneath a path, replaced ones included: they keep their past."""
    return list(Area.objects.filter(path__startswith=path).values_list("pk", flat=True))


def asked(areas: list[UUID], on: date) -> dict[str, Any]:
    """The parameters of ``SQL``: which areas, as of which day, and the moment that means."""
    return {"areas": areas, "on": on, "at": moment_of(on)}


def count_alone(cursor: Any) -> None:
    """One counter at a time until the transaction ends, so that two never write the same row."""
    cursor.execute("SELECT pg_advisory_xact_lock(hashtext('lianhu.recount'))")


def recount(areas: Iterable[UUID], *, on: date) -> int:
    """Count the own households of ``areas`` again and write the summary; return how many.

    Whoever also takes marks calls ``count_alone`` before that, in the same transaction.
    """
    ids = list(areas)
    if not ids:
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        count_alone(cursor)
        cursor.execute(SQL + RECOUNT, asked(ids, on))
        cursor.execute(CELLS, {"areas": ids, "on": on})
    return len(ids)


PENDING = """
SELECT EXISTS (
    SELECT FROM grids_areadirty d
    WHERE left(d.path, length(%(path)s)) = %(path)s
        OR d.deep AND left(%(path)s, length(d.path)) = d.path
) OR EXISTS (
    -- Two ranges, which the index on the day answers at once; <> would read every area.
    SELECT FROM casework_areametric m
    WHERE m.path LIKE %(pattern)s AND m.computed_on < %(on)s
) OR EXISTS (
    SELECT FROM casework_areametric m
    WHERE m.path LIKE %(pattern)s AND m.computed_on > %(on)s
)
"""
TAKE_MARKS = """
WITH taken AS (
    DELETE FROM grids_areadirty d
    WHERE left(d.path, length(%(path)s)) = %(path)s
        OR d.deep AND left(%(path)s, length(d.path)) = d.path
    RETURNING d.path, d.deep
), mark AS (SELECT path, bool_or(deep) AS deep FROM taken GROUP BY path)
SELECT a.id FROM mark JOIN grids_area a ON a.path = mark.path
UNION
SELECT a.id FROM mark JOIN grids_area a ON left(a.path, length(mark.path)) = mark.path
WHERE mark.deep
UNION
SELECT m.area_id FROM casework_areametric m
WHERE m.path LIKE %(pattern)s AND m.computed_on <> %(on)s
"""


def refresh(path: str, *, on: date) -> int:
    """Count what was marked at or beneath ``path`` (and by deep marks above); return how many.

    Marks are taken in the transaction that counts: one that is not yet visible is counted by
    whoever comes next. One counter at a time, so that two never write the same row.
    """
    parameters: dict[str, Any] = {"path": path, "pattern": f"{path}%", "on": on}
    with connection.cursor() as cursor:
        cursor.execute(PENDING, parameters)
        if not cursor.fetchone()[0]:
            return 0
    with transaction.atomic(), connection.cursor() as cursor:
        count_alone(cursor)
        cursor.execute(TAKE_MARKS, parameters)
        areas = [row[0] for row in cursor.fetchall()]
        return recount(areas, on=on)


def _fact_source(
    path: str, *, on: date, current: date, refreshed: bool = False
) -> tuple[str, dict[str, Any]]:
    """The relation of sums per area for a day: the summary for today, else the base tables."""
    if on == current:
        if not refreshed:
            refresh(path, on=on)
        return "SELECT * FROM casework_areametric WHERE path LIKE %(pattern)s", {
            "pattern": f"{path}%"
        }
    return f"{SQL} SELECT * FROM area_fact", asked(areas_beneath(path), on)


def sums(
    path: str, level: str, *, on: date, current: date, refreshed: bool = False
) -> dict[str | None, dict[str, Any]]:
    """Sums of every area at ``level`` beneath ``path``, by its path.

    The key None holds what lies above that level: households in no grid, posts of the parents.
    ``current`` is today; on that day the summary answers. ``refreshed``: the caller has just
    called ``refresh`` for the path or one above it.
    """
    columns = ", ".join(
        [f"coalesce(sum({name}), 0)::bigint AS {name}" for name in SUMS]
        + [f"max({name}) AS {name}" for name in LATEST]
    )
    source, parameters = _fact_source(path, on=on, current=current, refreshed=refreshed)
    with connection.cursor() as cursor:
        cursor.execute(
            ROLL_UP.format(columns=columns, source=source),
            {**parameters, "length": path_length(level)},
        )
        return {row.pop("row_path"): row for row in rows_of(cursor)}


def facts(path: str, *, on: date) -> list[dict[str, Any]]:
    """One row per open household beneath ``path`` on a day, from the base tables."""
    return facts_in(areas_beneath(path), on=on)


def facts_in(areas: list[UUID], *, on: date) -> list[dict[str, Any]]:
    """One row per household open on a day and filed under one of ``areas``."""
    with connection.cursor() as cursor:
        cursor.execute(f"{SQL} SELECT * FROM household_fact", asked(areas, on))
        return rows_of(cursor)


#: Of the one SQL only what this needs is carried out: who is filed where, and who is linked.
LINKED = """
SELECT count(*) AS households,
    count(*) FILTER (WHERE m.excluded) AS excluded,
    count(*) FILTER (WHERE NOT m.excluded AND l.household_id IS NOT NULL) AS linked
FROM member m
LEFT JOIN link_in_force l ON l.household_id = m.household_id
"""


def linked_on(path: str, *, on: date) -> dict[str, int]:
    """Households, those excluded and those linked beneath a path on a day, and nothing else.

    Asked of the base tables, a fraction of the work of ``sums``.
    """
    with connection.cursor() as cursor:
        cursor.execute(SQL + LINKED, asked(areas_beneath(path), on))
        return rows_of(cursor)[0]


def own_facts(path: str, *, on: date, current: date) -> list[dict[str, Any]]:
    """What is counted at exactly each area beneath a path on a day; parents are the sums."""
    source, parameters = _fact_source(path, on=on, current=current)
    with connection.cursor() as cursor:
        cursor.execute(source, parameters)
        return rows_of(cursor)


#: Of each area the households with a weekly or monthly need, and those reached since a day.
VISITS = """
SELECT m.path, count(*) AS visit_due, count(*) FILTER (WHERE EXISTS (
    SELECT FROM casework_contact c
    WHERE c.household_id = m.household_id AND c.reached
        AND c."on" BETWEEN %(since)s AND %(on)s
)) AS visit_done
FROM member m
WHERE NOT m.excluded AND EXISTS (
    SELECT FROM need_that_counts n
    WHERE n.household_id = m.household_id AND n.cadence IN ('weekly', 'monthly')
)
GROUP BY m.path
"""


def visits_by_path(path: str, *, since: date, until: date) -> list[dict[str, Any]]:
    """Of each area, households to be visited monthly as of a day, and those reached meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(SQL + VISITS, {**asked(areas_beneath(path), until), "since": since})
        return rows_of(cursor)


def roles_on(path: str, *, on: date) -> list[dict[str, Any]]:
    """Of each role held or required beneath a path on a day: people, required posts, vacant."""
    with connection.cursor() as cursor:
        cursor.execute(ROLES, {"pattern": f"{path}%", "on": on})
        return rows_of(cursor)
