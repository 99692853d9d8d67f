"""Roads, rivers and railways that grids are cut along: drawn by hand, kept for the next redraw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import shapely
from django.contrib.gis.geos import GEOSGeometry, MultiLineString
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from grids.services import require_manage
from lib.borders import Point
from lib.errors import Refusal
from lib.identity import holds_id_number
from planning.models import Barrier, Redraw
from planning.redrawing.drafts import families

LONGEST_NAME = 60


@transaction.atomic
def barrier_add(
    *, redraw: Redraw, kind: str, line: Sequence[Point], name: str = "", by: User
) -> Barrier:
    """Keep a line (WGS 84) with the village of the draft most of it lies in."""
    require_manage(by, redraw.path)
    if kind not in Barrier.Kind.values:
        raise Refusal(_("Choose road, river or railway."), field="kind")
    if len(name.strip()) > LONGEST_NAME:
        raise Refusal(_("The name is too long; 60 characters at most."), field="name")
    if holds_id_number(name):
        raise Refusal(
            _("This looks like an ID number; it is never stored here. Leave it out."), field="name"
        )
    if len(set(line)) < 2:
        raise Refusal(_("A line needs at least two points."))
    drawn = shapely.LineString(line)
    length, path = max(
        ((drawn.intersection(outline).length, parent.path[:12]) for parent, outline in
         families(redraw)), default=(0.0, ""),
    )  # fmt: skip
    if not length:
        raise Refusal(_("This lies outside the villages of this draft."))
    geom = GEOSGeometry(memoryview(shapely.to_wkb(shapely.MultiLineString([drawn]))), srid=4326)
    return Barrier.objects.create(
        path=path, kind=kind, name=name.strip(), geom=cast(MultiLineString, geom),
        source=_("drawn by hand"),
    )  # fmt: skip


@transaction.atomic
def barrier_remove(*, barrier: Barrier, by: User) -> None:
    """Take a line away; the change history keeps it."""
    require_manage(by, barrier.path)
    barrier.delete()
