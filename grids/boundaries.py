"""Boundaries in time: set one, keep its pieces for look-ups and its outlines for tiles."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import django.dispatch
from django.contrib.gis.geos import MultiPolygon
from django.db import connection, transaction
from django.utils.translation import gettext as _

from grids.models import Area, Boundary
from lib.errors import refused_in_conflict
from lib.spans import ended, span

#: Sent inside the transaction, with ``paths`` (of the villages touched) and ``on``. Households
#: and casework subscribe; grids imports nobody.
boundaries_activated = django.dispatch.Signal()

#: Lowest zoom of each band, and the tolerance in metres its outlines are simplified with.
BANDS = ((0, 600.0), (9, 120.0), (11, 30.0), (13, 4.0))

PARTS = """
INSERT INTO grids_boundarypart (boundary_id, level, geom)
SELECT b.id, b.level, part.geom
FROM grids_boundary b, LATERAL (
    SELECT (public.st_dump(public.st_subdivide(b.geom, 64))).geom
) part
WHERE b.id = ANY(%s) AND public.st_geometrytype(part.geom) = 'ST_Polygon'
"""


def boundaries_set(
    *, outlines: Iterable[tuple[Area, MultiPolygon]], on: date, source: str = ""
) -> list[Boundary]:
    """Give areas new boundaries (WGS 84) from a day on; those in force end that day.

    One transaction; announces ``boundaries_activated`` with the villages touched.
    """
    from grids.outlines import outlines_draw

    pairs = list(outlines)
    with transaction.atomic():
        with connection.cursor() as cursor:
            # Outlines are simplified with their siblings: two at once would lock each other out.
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('lianhu.boundaries'))")
        areas = [area for area, _geom in pairs]
        for old in Boundary.objects.select_for_update().filter(area__in=areas, during__contains=on):
            cut = ended(old.during, on)
            if cut is None:
                old.delete()
            else:
                old.during = cut
                old.save(update_fields=["during"])
        fresh = [
            Boundary(
                area=area, level=area.level, path=area.path, geom=geom,
                during=span(on), source=source,
            )
            for area, geom in pairs
        ]  # fmt: skip
        with refused_in_conflict(
            _("A boundary that begins later, or is drawn twice, stands in the way.")
        ):
            new = Boundary.objects.bulk_create(fresh, batch_size=500)
        with connection.cursor() as cursor:
            cursor.execute(PARTS, [[boundary.pk for boundary in new]])
        outlines_draw(levels={area.level for area in areas}, on=on)
        paths = sorted({area.path[:12] for area in areas})
        boundaries_activated.send(sender=Boundary, paths=paths, on=on)
    return new
