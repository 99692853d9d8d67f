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
    condition = Q()
    for path in paths:
        condition |= Q(**{f"{field}__startswith": path})
    return condition or Q(pk__in=[])


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

    def live(self, on: date) -> PostQuerySet:
        """Posts in force on a day or still to come."""
        return self.filter(void=False).filter(
            Q(during__endswith__isnull=True) | Q(during__endswith__gt=on)
        )

    def visible_to(self, user: User) -> PostQuerySet:
        """Posts (P1) of the areas this person may read."""
        from grids.scope import scope_of

        return self.filter(beneath(scope_of(user).areas))

    def known_to(self, user: User) -> PostQuerySet:
        """Posts visible to a person, and those whose accounts the person configures."""
        from grids.appointing import configured_by
        from grids.scope import scope_of

        return self.filter(beneath([*scope_of(user).areas, *configured_by(user)]))

    def given_by(self, user: User) -> PostQuerySet:
        """Posts this person may give and take (docs/decisions/0080)."""
        from grids.appointing import givable

        return self.filter(givable(user))


class PersonQuerySet(models.QuerySet):
    """People who hold posts, or held them."""

    def known_to(self, user: User) -> PersonQuerySet:
        """People with a post, now or before, that this person may know of."""
        from grids.models import Post

        posts = Post.objects.known_to(user).filter(person=OuterRef("pk"), void=False)
        return self.filter(Exists(posts))

    def in_charge_of(self, user: User, on: date) -> PersonQuerySet:
        """People whose data and account this person looks after: every post they hold on a day
        or later is one this person gives; or lies in what an administrator configures.

        Never one's own, and never an account with rights of its own (a superuser's).
        """
        from grids.appointing import configured_by, givable
        from grids.models import Post

        live = Post.objects.live(on).filter(person=OuterRef("pk"))
        named = ~Exists(live.exclude(givable(user)))
        configured = ~Exists(live.exclude(beneath(configured_by(user))))
        return (
            self.filter(Exists(live))
            .filter(named | configured)
            .exclude(user=user)
            .exclude(Q(user__is_superuser=True) | Q(user__is_staff=True))
        )
