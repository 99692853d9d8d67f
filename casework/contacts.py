"""Record contacts with households."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from casework.models import Contact
from grids.models import Person
from households.models import Household
from lib.errors import Refusal


@transaction.atomic
def contact_record(
    *, household: Household, made_by: Person, on: date, mode: str, reached: bool,
    purposes: list[str] | None = None, note: str = "", by: User | None = None,
) -> Contact:  # fmt: skip
    """Somebody reached a household or tried to. ``by`` may record it for another (代录)."""
    if by is not None and not Household.objects.visible_to(by).filter(pk=household.pk).exists():
        raise Refusal(_("This household was not found."))
    if on not in household.during:
        raise Refusal(_("The household is not open on that day."), field="on")
    return Contact.objects.create(
        household=household, on=on, mode=mode, reached=reached, purposes=purposes or [],
        note=note, made_by=made_by, made_by_party_member=made_by.party_member, recorded_by=by,
    )  # fmt: skip
