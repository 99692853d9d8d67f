"""A pin in a form: its field, and what the small map begins with on which it is picked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _

from accounts.models import User
from grids.basemap import basemap
from grids.scope import scope_of
from grids.surroundings import outlines_around
from households.models import Household
from lib.clock import today

WORLD = ((-180, 180), (-90, 90))


def written(point: Point) -> str:
    """Longitude and latitude as people type them."""
    return f"{point.x:.6f},{point.y:.6f}"


class Place(forms.CharField):
    """Longitude and latitude in WGS 84, as a point; None where nothing was typed."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def clean(self, value: Any) -> Point | None:
        typed = super().clean(value)
        if not typed:
            return None
        try:
            numbers = [float(part) for part in typed.replace("，", ",").split(",")]
        except ValueError:
            numbers = []
        if len(numbers) != 2 or not all(
            low <= n <= high for n, (low, high) in zip(numbers, WORLD, strict=True)
        ):
            raise forms.ValidationError(
                _("Write longitude and latitude with a comma between: 122.90000,46.72000")
            )
        return Point(numbers[0], numbers[1], srid=4326)

    def prepare_value(self, value: Any) -> Any:
        """A point as it is typed."""
        return written(value) if isinstance(value, Point) else value


def pick_config(user: User) -> dict[str, Any]:
    """Where to look, what to draw: tiles of the areas one sees, else the village of one's own."""
    on = today()
    areas = scope_of(user).areas
    if areas:
        return {**outlines_around(areas[0], on=on), "basemap": basemap(), "tiles": True}
    own = Household.objects.visible_to(user).order_by("path").values_list("path", flat=True).first()
    return {**outlines_around(own or "", on=on), "basemap": basemap(), "tiles": False}
