"""What history does not keep of a household follows when its earlier values come back."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from households.models import Household
from households.services import search_fields
from jobs.undo import rows_restored

CHUNK = 5000


@receiver(rows_restored, sender=Household)
def follow_names(sender: Any, ids: list[Any], **kwargs: Any) -> None:
    """Search keys follow the restored names and addresses."""
    for start in range(0, len(ids), CHUNK):
        households = list(Household.objects.filter(pk__in=ids[start : start + CHUNK]))
        for household in households:
            for name, value in search_fields(household.head_name, household.address).items():
                setattr(household, name, value)
        Household.objects.bulk_update(households, ["initials", "bigrams"], batch_size=1000)
