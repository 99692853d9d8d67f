"""What a request of the map asks for; refused with a sentence where unusable."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lib.errors import Refusal


def asked_point(text: str, field: str) -> tuple[float, float]:
    """Longitude and latitude (WGS 84) written as LON,LAT."""
    try:
        longitude, latitude = (float(part) for part in text.split(","))
    except ValueError:
        longitude = latitude = float("nan")
    if not (-180 <= longitude <= 180 and -85 <= latitude <= 85):
        raise Refusal(_("Write the point as LON,LAT in degrees (WGS 84)."), field=field)
    return longitude, latitude
