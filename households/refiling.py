"""New boundaries settle households that were filed no finer than their village or grid."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import F
from django.db.models.functions import Length
from django.dispatch import receiver

from grids.boundaries import boundaries_activated
from households.attribution import Territory
from households.models import Household
from households.services import membership_change, refiled


@receiver(boundaries_activated)
def settle_households(sender: Any, paths: list[str], on: date, **kwargs: Any) -> None:
    """File households of the villages at ``paths`` under the grid and unit that cover them.

    Where a file's code named a grid or a unit it has decided already and stays.
    """
    for path in paths:
        waiting = (
            Household.objects.open_on(on)
            .filter(path__startswith=path)
            .annotate(depth=Length(F("path")))
            .filter(depth__lt=20)
            .order_by("pk")
        )
        if not waiting.exists():
            continue
        territory = Territory(path, on=on)
        for household in waiting.iterator(chunk_size=2000):
            place = territory.by_path.get(household.path)
            if place is None:
                continue
            point = household.location
            settled = territory.settle(
                place, point.x if point else None, point.y if point else None
            )
            if settled.path != household.path:
                membership_change(household=household, area_id=settled.id, on=on)
                refiled(household, path=settled.path, on=on)
