"""The map of a redraw: today's division and the new one, households that change, faults."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import shapely
from django.db.models import Q

from accounts.models import User
from grids.models import Boundary
from households.models import Household
from planning.models import Redraw
from planning.redrawing.faults import cells_of, shape_of
from planning.redrawing.report import RedrawReport, household_keys

#: More points than this are a cloud that says nothing; the lists and the matrix say it all.
POINTS = 4000
#: Degrees a point of an outline may be off on this small map (about half a metre).
PRECISION = 5e-6


def drawing(redraw: Redraw, report: RedrawReport | None, user: User, *, on: date) -> dict[str, Any]:
    """What the script draws, all in WGS 84: ``before`` and ``after`` with names and rings,
    ``points`` [lon, lat] of households that change (only with a ``report``), ``faults``."""
    active = redraw.state == Redraw.State.ACTIVE and redraw.on is not None
    day = redraw.on - timedelta(days=1) if active and redraw.on else on
    within = Q()
    for path in redraw.villages:
        within |= Q(path__startswith=path)
    old = Boundary.objects.filter(within, level=redraw.level, during__contains=day)
    cells = cells_of(redraw)
    kept = {cell.area_id for cell in cells}
    return {
        "before": [
            {
                "name": b.area.name,
                "rings": rings(b.geom),
                "gone": b.area_id not in kept,
            }
            for b in old.select_related("area").order_by("path")
        ],
        "after": [
            {"name": c.name, "rings": rings(c.geom), "new": c.area_id is None} for c in cells
        ],
        "points": points(report, user) if report else [],
        "faults": [
            [fault.lon, fault.lat, fault.sentence, fault.blocks]
            for fault in (report.faults if report else ())
            if fault.lon is not None
        ],
    }


def rings(geom: Any) -> list[list[list[list[float]]]]:
    """Polygons of rings of [lat, lon], as Leaflet takes them."""
    shape = shapely.set_precision(shapely.simplify(shape_of(geom), PRECISION), 1e-7)
    return [
        [
            [[round(y, 7), round(x, 7)] for x, y in ring.coords]
            for ring in (part.exterior, *part.interiors)
        ]
        for part in shapely.get_parts(shape)
        if part.geom_type == "Polygon"
    ]


def points(report: RedrawReport, user: User) -> list[list[float]]:
    """Where households stand that change, of those this person may read."""
    rows = Household.objects.visible_to(user).filter(
        pk__in=household_keys(report, "changed")[:POINTS], location__isnull=False
    )
    return [[p.x, p.y] for p in rows.values_list("location", flat=True)]
