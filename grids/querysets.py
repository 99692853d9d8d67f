"""Questions about areas and posts. Every read of territory starts at ``visible_to``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from django.contrib.gis.geos import Point
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery

if TYPE_CHECKING:
    from accounts.models import User


def beneath(paths: Iterable[str], field: str = "path") -> Q:
    """Rows whose path lies at or beneath any of ``paths``; no path, no row."""
    condition = Q(pk__in=[])
    for path in paths:
        condition |= Q(**{f"{field}__startswith": path})
    return condition


def person_named(text: str, field: str = "") -> Q:
    """People whose name holds ``text``, or whose initials begin with it; ``field`` leads there."""
    condition = Q(**{f"{field}name__contains": text})
    if re.fullmatch("[a-z]{1,20}", text.lower()):
        condition |= Q(**{f"{field}initials__startswith": text.lower()})
    return condition


class AreaQuerySet(models.QuerySet):
    """Areas of the tree."""

    def visible_to(self, user: User) -> AreaQuerySet:
        """Areas whose name and counts this person may read."""
        from grids.scope import scope_of

        return self.filter(beneath(scope_of(user).areas))

    def in_force(self, on: date) -> AreaQuerySet:
        """Areas that exist on a day."""
        return self.filter(during__contains=on)

    def with_code(self, on: date) -> AreaQuerySet:
        """Annotate ``code``, the one in force on a day."""
        from grids.models import AreaCode

        codes = AreaCode.objects.filter(area=OuterRef("pk"), during__contains=on)
        return self.annotate(code=Subquery(codes.values("code")[:1]))

    def by_code(self, code: str, on: date) -> AreaQuerySet:
        """The area that carries a division code on a day; zero-padded forms mean the same."""
        from lib.codes import canonical

        return self.filter(codes__code=canonical(code), codes__during__contains=on)

    def for_point(self, longitude: float, latitude: float, on: date) -> AreaQuerySet:
        """Areas of every level whose boundary on a day covers a WGS 84 point.

        Asked of the subdivided twins: a large polygon is never tested whole.
        """
        from grids.models import BoundaryPart

        parts = BoundaryPart.objects.filter(
            geom__intersects=Point(longitude, latitude, srid=4326),
            boundary__during__contains=on,
            boundary__area=OuterRef("pk"),
        )
        return self.filter(Exists(parts))


class PostQuerySet(models.QuerySet):
    """Posts of people."""

    def in_force(self, on: date) -> PostQuerySet:
        """Posts begun, not ended and not void on a day."""
        return self.filter(void=False, during__contains=on)

    def visible_to(self, user: User) -> PostQuerySet:
        """Posts (P1) of the areas this person may read."""
        from grids.scope import scope_of

        return self.filter(beneath(scope_of(user).areas))
