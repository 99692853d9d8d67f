"""New matters of a hotline's file in one go, changed ones in one UPDATE; a step for each."""

from __future__ import annotations

import json
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

#: The transition in a matter's path of events that says what the hotline told anew.
TOLD = "told"
#: Who has it in hand goes along to the new place, but for one it was passed up to that lies above
#: the new place as well.
UPDATE = """
UPDATE casework_issue i SET
    title = coalesce(c.title, i.title), text = coalesce(c.text, i.text),
    place = coalesce(c.place, i.place), told_state = coalesce(c.told_state, i.told_state),
    kind = coalesce(c.kind, i.kind), urgent = coalesce(c.urgent, i.urgent),
    subject = coalesce(c.subject, i.subject),
    topic_id = CASE WHEN c.subject IS NULL THEN i.topic_id ELSE c.topic_id END,
    people = coalesce(c.people, i.people),
    contact_way = coalesce(c.contact_way, i.contact_way),
    area_id = coalesce(c.area_id, i.area_id), path = coalesce(c.path, i.path),
    held_by_id = CASE WHEN c.area_id IS NULL THEN i.held_by_id
        WHEN i.held_by_id <> i.area_id AND starts_with(
            c.path, (SELECT h.path FROM grids_area h WHERE h.id = i.held_by_id)
        ) THEN i.held_by_id ELSE c.area_id END,
    limit_on = coalesce(c.limit_on, i.limit_on),
    limit_at = CASE WHEN NOT coalesce(c.urgent, i.urgent) THEN NULL
        ELSE coalesce(c.limit_at, i.limit_at) END,
    told_marks = coalesce(i.told_marks, '{}') || c.marks,
    version = i.version + 1
FROM unnest(%(id)s::uuid[], %(title)s::text[], %(text)s::text[], %(place)s::text[],
    %(told_state)s::text[], %(kind)s::text[], %(urgent)s::boolean[], %(subject)s::text[],
    %(topic_id)s::bigint[], %(people)s::int[], %(contact_way)s::text[], %(area_id)s::uuid[],
    %(path)s::text[], %(limit_on)s::date[], %(limit_at)s::timestamptz[], %(marks)s::jsonb[])
    c (id, title, text, place, told_state, kind, urgent, subject, topic_id, people, contact_way,
    area_id, path, limit_on, limit_at, marks)
WHERE i.id = c.id AND i.state NOT IN ('closed', 'declined', 'merged')
RETURNING i.id, i.state
"""
COLUMNS = (
    "title", "text", "place", "told_state", "kind", "urgent", "subject", "topic_id", "people",
    "contact_way", "area_id", "path", "limit_on", "limit_at", "marks",
)  # fmt: skip


def _columns(change: Mapping[str, Any]) -> dict[str, Any]:
    """A change by the columns of the table."""
    columns = {**change, "marks": json.dumps(change.get("marks", {}))}
    if "topic" in change:
        columns["subject"], columns["topic_id"] = change["topic"]
    if "area" in change:
        columns["area_id"], columns["path"] = change["area"].id, change["area"].path
    return columns


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
    rows = [_columns(change) for change in changes.values()]
    for name in COLUMNS:
        parameters[name] = [values.get(name) for values in rows]
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
    if change.keys() & {"title", "text", "place"}:
        parts.append(_("description changed"))
    if "kind" in change:
        parts.append(_("kind: %s") % Issue.Kind(change["kind"]).label)
    if "urgent" in change:
        parts.append(_("now urgent") if change["urgent"] else _("no longer urgent"))
    if "topic" in change:
        parts.append(_("subject: %s") % Issue.Subject(change["topic"][0]).label)
    if "people" in change:
        parts.append(_("persons: %s") % change["people"])
    if "area" in change:
        parts.append(_("place: %s") % change["area"].name)
    if "contact_way" in change:
        parts.append(_("contact way changed"))
    return "；".join(parts)[:400]
