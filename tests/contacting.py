"""A contact on record, of whoever and whenever a test wants it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from casework.models import Contact
from grids.models import Person
from households.models import Household


def contact_record(
    *, household: Household, made_by: Person, on: date, mode: str, reached: bool,
    purposes: Collection[str] = (), note: str = "",
) -> Contact:  # fmt: skip
    """Write it down; nothing is asked and nobody recorded it."""
    return Contact.objects.create(
        household=household, on=on, mode=mode, reached=reached, purposes=list(purposes),
        note=note, made_by=made_by, made_by_party_member=made_by.party_member,
    )  # fmt: skip
