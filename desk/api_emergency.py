"""Places of an emergency list for its own map; never a tile that anything could keep."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _
from ninja import Router

from accounts.gate import SignedInRequest, allow
from casework.emergency import READERS, in_force
from desk.emergency import Listing, emergency_or_404, note_list
from lib.clock import now
from lib.errors import Refusal
from lib.geo import latitude_of, longitude_of

router = Router()
#: Symbols at once; those who need help to move first.
MOST = 400


@router.get("/emergency/{key}/places")
@allow(*READERS)
def places(request: SignedInRequest, key: UUID, box: str) -> dict[str, Any]:
    """Households of a list in force within ``box=WEST,SOUTH,EAST,NORTH`` (WGS 84)."""
    at = now()
    emergency = emergency_or_404(request.user, key)
    if not in_force(emergency, at):
        raise Http404
    listing = Listing(emergency, request.user, at, emergency.path)
    inside = listing.households.in_box(*_box(box))
    points = inside.annotate(lon=longitude_of("point"), lat=latitude_of("point"))
    where = {row[0]: row[1:] for row in points.values_list("pk", "lon", "lat")}
    keys = sorted(where, key=lambda key: (key not in listing.help, str(key)))
    lines = listing.lines(keys[:MOST])
    note_list(request, "emergency.map", emergency, len(lines))
    return {
        "more": len(keys) > MOST,
        "rows": [
            {
                "id": line.household.pk,
                "head": line.household.head_name,
                "address": line.household.address,
                "season": line.stay.get_kind_display() if line.stay else "",
                "phone": line.phone,
                "size": line.household.size,
                "help": line.help,
                "contacts": [
                    {"person": person, "role_label": role, "phone": phone}
                    for person, role, phone in line.contacts
                ],
                "lon": where[line.household.pk][0],
                "lat": where[line.household.pk][1],
            }
            for line in lines
        ],
    }


def _box(text: str) -> tuple[float, float, float, float]:
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        west = south = east = north = float("nan")
    if not (-180 <= west <= east <= 180 and -85 <= south <= north <= 85):
        raise Refusal(_("Write the box as WEST,SOUTH,EAST,NORTH in degrees (WGS 84)."), field="box")
    return west, south, east, north
