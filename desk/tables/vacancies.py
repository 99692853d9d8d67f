"""Posts a place must have and nobody holds, as rows: each place and role for itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from desk.tables.keyset import Page

#: The same condition as post_sum of casework/sql/coverage.sql, a row for each place and role.
SQL = """
WITH held AS MATERIALIZED (
    SELECT t.area_id, t.role_id, count(DISTINCT t.person_id) AS people
    FROM grids_post t
    WHERE t.path LIKE ANY(%(paths)s) AND t.path LIKE %(path)s
        AND t.area_id IS NOT NULL AND NOT t.void AND t.during @> %(on)s::date
    GROUP BY t.area_id, t.role_id
)
SELECT a.id, a.path, a.name, a.level, r.code, r.label, r.label_en,
    r.required_count - coalesce(h.people, 0)
FROM grids_area a
JOIN grids_role r ON r.required_at = a.level
LEFT JOIN held h ON h.area_id = a.id AND h.role_id = r.code
WHERE a.path LIKE ANY(%(paths)s) AND a.path LIKE %(path)s AND a.during @> %(on)s::date
    AND coalesce(h.people, 0) < r.required_count AND (%(role)s = '' OR r.code = %(role)s)
"""


@dataclass(frozen=True)
class Vacancy:
    """So many people are missing in a role at a place."""

    pk: str
    path: str
    place: str
    level: str
    role: str
    label: str
    label_en: str
    missing: int


def _parameters(roots: tuple[str, ...], path: str, role: str, on: date) -> dict[str, Any]:
    return {"paths": [f"{root}%" for root in roots], "path": f"{path}%", "role": role, "on": on}


def vacancies(
    roots: tuple[str, ...], *, path: str, role: str, on: date, after: str = "", before: str = "",
    limit: int,
) -> Page:  # fmt: skip
    """A page of vacancies beneath a path, place by place. The key of a row is its place's path
    with the role, which no name betrays."""
    given = {**_parameters(roots, path, role, on), "limit": limit + 1}
    back = bool(before) and not after
    place, _dot, code = (after or before).partition(".")
    sql = SQL
    if place:
        given |= {"id": place, "code": code}
        beyond = "<" if back else ">"
        sql += (
            f" AND (a.path, r.code) {beyond}"
            " ((SELECT path FROM grids_area WHERE id = %(id)s), %(code)s)"
        )
    turned = " DESC" if back else ""
    sql += f" ORDER BY a.path{turned}, r.code{turned} LIMIT %(limit)s"
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        rows = [Vacancy(f"{row[0]}.{row[4]}", *row[1:]) for row in cursor.fetchall()]
    more, rows = len(rows) > limit, rows[:limit]
    if back:
        rows.reverse()
    if not rows:
        return Page()
    has_after, has_before = (True, more) if back else (more, bool(place))
    return Page(rows, rows[-1].pk if has_after else None, rows[0].pk if has_before else None)


def vacancies_counted(roots: tuple[str, ...], *, path: str, role: str, on: date) -> int:
    """How many such rows there are."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({SQL}) v", _parameters(roots, path, role, on))
        return cursor.fetchone()[0]
