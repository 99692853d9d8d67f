"""Distances as words: ``{% load plans %}{% away metres bearing %}``."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

register = template.Library()

#: Eight winds from the north, clockwise; the words of the map (``data/near.js``).
WINDS = (
    gettext_lazy("north"), gettext_lazy("north-east"), gettext_lazy("east"),
    gettext_lazy("south-east"), gettext_lazy("south"), gettext_lazy("south-west"),
    gettext_lazy("west"), gettext_lazy("north-west"),
)  # fmt: skip
#: Under the width of a house there is no direction to speak of.
HOUSE = 5


def length(metres: float) -> str:
    """Whole metres below a kilometre, else kilometres."""
    if round(metres) < 1000:
        return _("%(n)s m") % {"n": round(metres)}
    km = metres / 1000
    return _("%(n)s km") % {"n": f"{km:.1f}".removesuffix(".0") if km < 10 else round(km)}


@register.simple_tag
def away(metres: float, bearing: float | None = None) -> str:
    """How far, and in which direction (degrees from the north) where that is known."""
    if bearing is None or metres < HOUSE:
        return length(metres)
    wind = WINDS[round(bearing % 360 / 45) % 8]
    return _("%(way)s %(distance)s") % {"way": wind, "distance": length(metres)}
