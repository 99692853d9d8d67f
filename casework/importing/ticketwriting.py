"""New matters of a hotline's file in one go, changed ones in one UPDATE; a step for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from casework.models import Issue, IssueStep
from households.attribution import Place
from jobs.undo import Created

BATCH = 2000
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
    issues = Issue.objects.bulk_create(
        [
            Issue(
                ticket=ticket, source=Issue.Source.HOTLINE, area_id=place.id, path=place.path,
                held_by_id=place.id, **values,
            )
            for ticket, place, values in rows
        ],
        batch_size=BATCH,
    )  # fmt: skip
    steps = IssueStep.objects.bulk_create(
        [
            IssueStep(issue=issue, on=issue.registered_on, verb="register", after=issue.state,
                      by=by)
            for issue in issues
        ],
        batch_size=BATCH,
    )  # fmt: skip
    return [
        Created(Issue, [issue.pk for issue in issues]),
        Created(IssueStep, [step.pk for step in steps]),
    ]


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
    steps = IssueStep.objects.bulk_create(
        [
            IssueStep(issue_id=pk, on=on, verb=TOLD, before=state, after=state, by=by,
                      until=changes[pk].get("limit_on"), note=_note(changes[pk]))
            for pk, state in found
        ],
        batch_size=BATCH,
    )  # fmt: skip
    return [pk for pk, _state in found], [Created(IssueStep, [step.pk for step in steps])]


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
