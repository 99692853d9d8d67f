"""What the small map of a form begins with, where a pin is picked."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from grids.basemap import basemap
from grids.scope import scope_of
from grids.surroundings import outlines_around
from households.models import Household
from lib.clock import today


def pick_config(user: User) -> dict[str, Any]:
    """Where to look, what to draw: tiles of the areas one sees, else the village of one's own."""
    on = today()
    areas = scope_of(user).areas
    if areas:
        return {**outlines_around(areas[0], on=on), "basemap": basemap(), "tiles": True}
    own = Household.objects.visible_to(user).order_by("path").values_list("path", flat=True).first()
    return {**outlines_around(own or "", on=on), "basemap": basemap(), "tiles": False}
