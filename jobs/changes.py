"""Who changed what when: the change history of one row, read forwards.

History keeps each row as it was before a change; what a change made of it stands in the event
that follows, or in the row itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model

#: Columns that say nothing by themselves.
SILENT = {"version", "updated_at"}


@dataclass(frozen=True)
class Change:
    """One change of a row: ``fields`` maps each column that changed to (before, after)."""

    at: datetime
    user: str | None  # key of the account, as the context of the request kept it
    label: str  # insert, update or delete
    row: Any
    fields: dict[str, tuple[Any, Any]]


def changes_of(row: Model, *, since_version: int | None = None) -> list[Change]:
    """The changes of a row, the earliest first; only those since it had a version, where named."""
    events = row.events.select_related("pgh_context").order_by("pgh_id")  # type: ignore[attr-defined]
    if since_version is not None:
        events = events.filter(version__gte=since_version)
    return changes(list(events), row)


def changes(events: list[Any], row: Model | None) -> list[Change]:
    """The changes that the events of one row tell; ``row`` as it stands, None where it is gone."""
    found = []
    for i, event in enumerate(events):
        after = events[i + 1] if i + 1 < len(events) else row
        found.append(
            Change(
                at=event.pgh_created_at,
                user=user_of(event),
                label=event.pgh_label,
                row=event,
                fields=_differences(event, after) if event.pgh_label == "update" else {},
            )
        )
    return [change for change in found if change.label != "update" or change.fields]


def user_of(event: Any) -> str | None:
    """The account a change was made by; None for the command line."""
    return (event.pgh_context.metadata.get("user") if event.pgh_context else None) or None


def _differences(before: Any, after: Any) -> dict[str, tuple[Any, Any]]:
    if after is None:
        return {}
    differences = {}
    for field in before._meta.fields:
        name = field.attname
        if name.startswith("pgh_") or field.name in SILENT:
            continue
        old, new = _plain(getattr(before, name)), _plain(getattr(after, name))
        if old != new:
            differences[field.name] = (old, new)
    return differences


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def last_change(row: Model, fields: Collection[str], *, since_version: int) -> Change | None:
    """The last change of any of these columns since a row had a version."""
    return last_of(changes_of(row, since_version=since_version), fields)


def last_of(found: Iterable[Change], fields: Collection[str]) -> Change | None:
    """The last of changes that touches any of these columns."""
    touching = [change for change in found if any(name in change.fields for name in fields)]
    return touching[-1] if touching else None
