"""New matters of a hotline's file in one go, changed ones in one UPDATE; a step for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from casework.models import Issue, IssueStep
from households.attribution import Place
from households.importing.writing import NULL, copied, copy_rows, serial_ids, uuids
from jobs.undo import Created
from lib.clock import now

#: The transition in a matter's path of events that changes nothing but words and limit.
TOLD = "told"
UPDATE = """
UPDATE casework_issue i SET
    title = coalesce(c.title, i.title), text = coalesce(c.text, i.text),
    place = coalesce(c.place, i.place), told_state = coalesce(c.told_state, i.told_state),
    limit_on = coalesce(c.limit_on, i.limit_on), limit_at = coalesce(c.limit_at, i.limit_at),
    version = i.version + 1
FROM unnest(%(id)s::uuid[], %(title)s::text[], %(text)s::text[], %(place)s::text[],
    %(told_state)s::text[], %(limit_on)s::date[], %(limit_at)s::timestamptz[])
    c (id, title, text, place, told_state, limit_on, limit_at)
WHERE i.id = c.id AND i.state NOT IN ('closed', 'declined', 'merged')
RETURNING i.id, i.state
"""
COLUMNS = ("title", "text", "place", "told_state", "limit_on", "limit_at")


def fresh_write(rows: Sequence[tuple[str, Place, Mapping[str, Any]]], *, by: Any) -> list[Created]:
    """Register matters (ticket, place, columns); each has its first step. What was made."""
    if not rows:
        return []
    # In order, so that the indexes on the key grow at one end.
    ids = sorted(uuids(len(rows)))
    fixed = {name: _written(value) for name, value in _defaults().items()}
    with connection.cursor() as cursor:
        copy_rows(cursor, "casework_issue", ", ".join(fixed), _issue_lines(rows, ids, fixed))
        steps = _steps_copy(
            cursor,
            [
                (pk, values["registered_on"], "register", "", Issue.State.REGISTERED, None, "")
                for pk, (_ticket, _place, values) in zip(ids, rows, strict=True)
            ],
            by,
        )
    return [Created(Issue, ids), Created(IssueStep, steps)]


def _defaults() -> dict[str, Any]:
    """Every column of a matter with what a new one has in it."""
    fields = Issue._meta.concrete_fields
    fresh = Issue(source=Issue.Source.HOTLINE)
    return {str(field.column): getattr(fresh, field.attname) for field in fields}


def _written(value: Any) -> str:
    """A value as COPY wants it."""
    if value is None:
        return NULL
    if isinstance(value, bool):
        return "t" if value else "f"
    return copied(str(value))


def _issue_lines(
    rows: Sequence[tuple[str, Place, Mapping[str, Any]]], ids: Sequence[UUID],
    fixed: Mapping[str, str],
) -> Iterator[str]:  # fmt: skip
    """The columns of ``fixed``, with those of each row in place of the defaults."""
    for pk, (ticket, place, values) in zip(ids, rows, strict=True):
        own = {**values, "id": pk, "ticket": ticket, "area_id": place.id, "path": place.path,
               "held_by_id": place.id}  # fmt: skip
        line = {**fixed, **{name: _written(value) for name, value in own.items()}}
        yield "\t".join(line.values()) + "\n"


def changes_write(
    changes: Mapping[UUID, Mapping[str, Any]], *, by: Any, on: date
) -> tuple[list[UUID], list[Created]]:
    """Write what a file changes on matters that are still open; their keys, and the steps made."""
    if not changes:
        return [], []
    parameters: dict[str, list[Any]] = {"id": list(changes)}
    for name in COLUMNS:
        parameters[name] = [values.get(name) for values in changes.values()]
    with connection.cursor() as cursor:
        cursor.execute(UPDATE, parameters)
        found = cursor.fetchall()
        steps = _steps_copy(
            cursor,
            [
                (pk, on, TOLD, state, state, changes[pk].get("limit_on"), _note(changes[pk]))
                for pk, state in found
            ],
            by,
        )
    return [pk for pk, _state in found], [Created(IssueStep, steps)]


def _steps_copy(cursor: Any, rows: Sequence[tuple[Any, ...]], by: Any) -> list[int]:
    """Write steps (matter, day, transition, before, after, until, note); their keys."""
    numbers = serial_ids(cursor, "casework_issuestep", len(rows))
    rest = f"{now().isoformat()}\t{by.pk if by else NULL}\t\n"
    copy_rows(
        cursor, "casework_issuestep",
        'id, issue_id, "on", verb, before, after, until, note, at, by_id, answer',
        ("\t".join([str(n), *map(_written, row), rest])
         for n, row in zip(numbers, rows, strict=True)),
    )  # fmt: skip
    return numbers


def _note(change: Mapping[str, Any]) -> str:
    """What the hotline told, for the path of events."""
    parts = []
    if "told_state" in change:
        parts.append(_("the hotline's state: %s") % change["told_state"])
    if "limit_on" in change:
        parts.append(_("limit: %s") % change["limit_on"])
    if "title" in change or "text" in change or "place" in change:
        parts.append(_("description changed"))
    return "；".join(parts)[:400]
