"""A ticket that comes again: what of it is taken over, and what stays since it was changed here.

A column the file carries is taken over where nobody here has changed it since the last file. That
is known by a mark of what that file said; a hash, so that no contact way is kept a second time. A
column without a mark, from before there were any, counts as unchanged.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy

from households.attribution import Place

#: Columns of a matter that a file may change, the state told of apart, which is the hotline's own.
WORDS = {
    "title": gettext_lazy("matter"),
    "text": gettext_lazy("description"),
    "place": gettext_lazy("place in words"),
    "kind": gettext_lazy("kind"),
    "urgent": gettext_lazy("urgent"),
    "topic": gettext_lazy("subject"),
    "people": gettext_lazy("people"),
    "contact_way": gettext_lazy("contact way given"),
    "area": gettext_lazy("area"),
    "limit_on": gettext_lazy("to be answered by"),
}
#: Under which columns of the file each stands, the first that is there.
CELLS = {
    "title": ("title", "text"), "topic": ("topic", "subject"), "limit_on": ("limit",),
    "contact_way": ("phone", "caller", "secret"), "area": ("area", "village", "place"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class OnRecord:
    """A matter of this number as it stands; ``values`` by the names of ``WORDS``."""

    id: UUID
    path: str
    state: str
    finished_on: date | None
    registered_on: date
    limit_at: datetime | None
    told_state: str
    of_household: bool
    values: Mapping[str, Any]
    marks: Mapping[str, str]


#: Columns that are read of a matter on record.
READ = (
    "ticket", "id", "path", "state", "finished_on", "registered_on", "limit_at", "told_state",
    "household_id", "title", "text", "place", "kind", "urgent", "subject", "topic_id", "people",
    "contact_way", "area_id", "limit_on", "told_marks",
)  # fmt: skip
PLAIN = ("title", "text", "place", "kind", "urgent", "people", "contact_way", "limit_on")


def record_of(row: Mapping[str, Any]) -> OnRecord:
    """A row of ``READ`` as it stands."""
    values = {name: row[name] for name in PLAIN}
    values |= {"topic": (row["subject"], row["topic_id"]), "area": row["area_id"]}
    return OnRecord(
        row["id"], row["path"], row["state"], row["finished_on"], row["registered_on"],
        row["limit_at"], row["told_state"], row["household_id"] is not None, values,
        row["told_marks"] or {},
    )  # fmt: skip


def mark(value: Any) -> str:
    """What is kept of a value to know it again."""
    value = value.id if isinstance(value, Place) else value
    return hashlib.sha256(str(value).encode()).hexdigest()[:16]


def marks_of(values: Mapping[str, Any]) -> dict[str, str]:
    """The marks of what a row said."""
    return {name: mark(value) for name, value in values.items() if name in WORDS}


def changed_here(known: OnRecord, name: str) -> bool:
    """Whether somebody here has changed a column since the last file."""
    return name in known.marks and known.marks[name] != mark(known.values[name])


def differs(known: OnRecord, name: str, value: Any) -> bool:
    """Whether a row says something else than what stands here."""
    return (value.id if isinstance(value, Place) else value) != known.values[name]


def cell_of(name: str, columns: Any) -> str:
    """The column of the file to name for a column of the matter."""
    return next((one for one in CELLS.get(name, (name,)) if one in columns), "ticket")
