"""Households that may be the one somebody is about to register."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from accounts.keys import sealer
from households.importing.matching import same_text
from households.models import Household

MOST = 8


def likely_same(
    *, path: str, head_name: str, address: str, phone: str, serial: str, on: date
) -> list[Household]:
    """Open households of the township with the same number, or of the village with the same name
    and the same address or end of the phone."""
    tails = sealer().tails(phone[-4:]) if phone else []
    same_number = Q(serial=serial, path__startswith=path[:8]) if serial else Q(pk__in=[])
    namesakes = Q(head_name=head_name, path__startswith=path[:12])
    found = Household.objects.open_on(on).filter(same_number | namesakes).order_by("path", "pk")
    return [
        household
        for household in found
        if (serial and household.serial == serial)
        or same_text(household.address, address)
        or (household.phone_tail is not None and bytes(household.phone_tail) in tails)
    ][:MOST]
