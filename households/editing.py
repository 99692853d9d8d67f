"""What is written of a household, changed by hand. Nobody's words are overwritten unseen."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.keys import sealer
from accounts.models import User
from households.models import Household
from households.services import locked, phone_fields, residence_set, search_fields, touch
from jobs.changes import changes_of, last_of
from lib.errors import Outdated, Refusal

#: Columns a person edits as they stand; phones are sealed, residence has ranges of its own.
PLAIN = (
    "serial", "head_name", "address", "size", "mode", "language", "fewer_contacts", "calls_agreed",
    "head_may_see_needs_from", "care_note", "emergency_name",
)  # fmt: skip
#: Columns that belong to what is typed: another's change of one of these is told.
WRITTEN = (*PLAIN, "phone_sealed", "emergency_phone_sealed", "residence")


@transaction.atomic
def household_edit(
    *, household: Household, values: dict[str, Any], on: date, version: int | None = None,
    by: User | None = None,
) -> Household:  # fmt: skip
    """Change what is written of a household to ``values``, by column; ``phone`` and
    ``emergency_phone`` are numbers ('' removes one, None keeps it), ``residence`` holds from
    ``on``.

    ``version`` is what the values were typed over: Outdated where somebody has written since.
    """
    household = locked(household, by)
    if version is not None and last_of(changes_of(household, since_version=version), WRITTEN):
        raise Outdated(
            _("Somebody else has changed this household in the meantime."), row=household
        )
    changes = {
        name: values[name]
        for name in PLAIN
        if name in values and values[name] != getattr(household, name)
    }
    if not changes.get("head_name", "-").strip():
        raise Refusal(_("Enter the name of the head of household."), field="head_name")
    if "head_name" in changes or "address" in changes:
        changes |= search_fields(
            changes.get("head_name", household.head_name), changes.get("address", household.address)
        )
    if values.get("phone") is not None:
        changes |= phone_fields(values["phone"])
    if values.get("emergency_phone") is not None:
        number = values["emergency_phone"]
        changes["emergency_phone_sealed"] = sealer().seal(number) if number else None
    if changes:
        household = touch(household, **changes)
    residence = values.get("residence")
    if residence and residence != household.residence:
        household = residence_set(household=household, residence=residence, on=on, by=by)
    return household
