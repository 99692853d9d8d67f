"""How long a redraw of 10,000 households takes: the report, and putting it into force.

    python -m bench.redraw [HOUSEHOLDS]

Makes a village with four grids in a transaction that is rolled back at the end; prints seconds.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.contrib.gis.geos import MultiPolygon, Point, Polygon  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from accounts.models import User  # noqa: E402
from grids.boundaries import boundaries_set  # noqa: E402
from grids.models import Area, Role  # noqa: E402
from grids.services import area_create, person_create, post_start  # noqa: E402
from households.models import Household, Link, Membership  # noqa: E402
from lib.clock import today  # noqa: E402
from lib.spans import span  # noqa: E402
from planning.models import Redraw, RedrawArea  # noqa: E402
from planning.redrawing.activating import redraw_activate  # noqa: E402
from planning.redrawing.report import redraw_report  # noqa: E402

LON, LAT, SIDE, GRIDS = 121.0, 46.0, 0.04, 4


def box(x0: float, y0: float, x1: float, y1: float) -> MultiPolygon:
    """A rectangle of the village, in shares of its sides; WGS 84."""
    corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)]
    ring = [(round(LON + x * SIDE, 7), round(LAT + y * SIDE, 7)) for x, y in corners]
    return MultiPolygon(Polygon(ring), srid=4326)


def village(count: int) -> tuple[Area, list[Area], User]:
    """A village of four grids in stripes, households spread over it, each with a contact."""
    on = today() - timedelta(days=200)
    parent: Area | None = None
    for level, code in (("county", "159990"), ("township", "159990100"),
                        ("village", "159990100200")):  # fmt: skip
        parent = area_create(level=level, name=level, code=code, parent=parent, on=on)
    if parent is None:
        raise RuntimeError("no village")
    grids = [
        area_create(
            level="grid", name=f"第{n + 1}网格", code=f"159990100200{n + 1:03d}", parent=parent,
            on=on,
        )
        for n in range(GRIDS)
    ]  # fmt: skip
    stripes = [(g, box(n / GRIDS, 0, (n + 1) / GRIDS, 1)) for n, g in enumerate(grids)]
    boundaries_set(outlines=[(parent, box(0, 0, 1, 1)), *stripes], on=on)
    user = User.objects.create(username="bench-redraw")
    role = Role.objects.get(code="unit_head")
    posts = [
        post_start(
            person=person_create(name=f"联{n}"), role=role, on=on, area=grid, max_links=500
        )
        for n, grid in enumerate(grids)
    ]  # fmt: skip
    side = int(count**0.5) + 1
    homes = []
    for n in range(count):
        x, y = (n % side + 0.5) / side, (n // side + 0.5) / side
        grid = grids[min(int(x * GRIDS), GRIDS - 1)]
        homes.append(
            Household(
                head_name=f"户{n}", path=grid.path, during=span(on), registered_on=on,
                recorded_on=on, location=Point(LON + x * SIDE, LAT + y * SIDE, srid=4326),
                located_on=on,
            )
        )  # fmt: skip
    Household.objects.bulk_create(homes, batch_size=1000)
    by_path = {grid.path: (grid, post) for grid, post in zip(grids, posts, strict=True)}
    Membership.objects.bulk_create(
        [Membership(household=h, area=by_path[h.path][0], during=span(on)) for h in homes],
        batch_size=1000,
    )
    Link.objects.bulk_create(
        [Link(household=h, post=by_path[h.path][1], role=role, during=span(on)) for h in homes],
        batch_size=1000,
    )
    return parent, grids, user


def main(count: int) -> None:
    with transaction.atomic():
        place, grids, user = village(count)
        redraw = Redraw.objects.create(
            area=place, path=place.path, level="grid", villages=[place.path], by=user,
            state="scheduled", on=today(), settled_by=user,
        )  # fmt: skip
        # Across the stripes: every grid gives and takes, two end, two are new.
        for n in range(GRIDS):
            RedrawArea.objects.create(
                redraw=redraw, area=grids[n] if n < 2 else None, parent=place, name=f"横{n}",
                geom=box(0, n / GRIDS, 1, (n + 1) / GRIDS),
            )  # fmt: skip
        told: dict[str, Any] = {}
        for name, run in (
            ("report", lambda: redraw_report(redraw, on=today())),
            ("activation", lambda: redraw_activate(redraw=redraw)),
        ):
            begin = time.perf_counter()
            found: Any = run()
            told[name] = time.perf_counter() - begin
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        figures = found.report["figures"]
        print(
            f"{count:,} households, {figures['changed']:,} change,"
            f" {figures['links_broken']:,} contacts end, {figures['links_kept']:,} go along"
        )
        for name, seconds in told.items():
            print(f"  {name}: {seconds:.2f} s")
        transaction.set_rollback(True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
