"""Questions about households and links. Every read starts at ``visible_to``."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.gis.geos import Polygon
from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, When

from grids.querysets import beneath

if TYPE_CHECKING:
    from accounts.models import User


class LinkQuerySet(models.QuerySet):
    """Named contacts."""

    def in_force(self, on: date) -> LinkQuerySet:
        """Begun, not ended, the post held, and a backup only while it covers."""
        from households.models import Cover

        covering = Cover.objects.filter(link=OuterRef("pk"), during__contains=on)
        return self.filter(
            Q(role__is_backup=False) | Exists(covering),
            void=False,
            during__contains=on,
            post__void=False,
            post__during__contains=on,
        )


class ExemptionQuerySet(models.QuerySet):
    """Requests to leave the scope, and who is out of it."""

    def manageable_by(self, user: User) -> ExemptionQuerySet:
        """Those of households this person may change."""
        from grids.scope import scope_of

        return self.filter(beneath(scope_of(user).manage, "household__path"))

    def waiting_for(self, user: User) -> ExemptionQuerySet:
        """Those nobody has answered yet, of open households."""
        from lib.clock import today

        return self.manageable_by(user).filter(
            approved_on=None, refused_on=None, household__during__contains=today()
        )


class HouseholdQuerySet(models.QuerySet):
    """Households."""

    def _own(self, user: User, on: date, kinds: list[str]) -> Q:
        """Linked today to the person signed in, through a post whose kind of role counts."""
        from grids.scope import scope_of
        from households.models import Link

        links = Link.objects.in_force(on).filter(
            household=OuterRef("pk"), post__person=scope_of(user).person, role__kind__in=kinds
        )
        return Q(Exists(links))

    def _linked_to(self, user: User, right: str = "own") -> Q:
        """Households whose contact this person is today, by a post that has a right to it."""
        from grids.scope import RIGHTS, scope_of
        from lib.clock import today

        scope = scope_of(user)
        if not scope.own:
            return Q(pk__in=[])
        kinds = [kind for kind in scope.kinds if getattr(RIGHTS[kind], right)]
        if not kinds:
            return Q(pk__in=[])
        return self._own(user, today(), kinds)

    def _needs_open_to(self, user: User, linked: Collection[UUID] | None = None) -> Q:
        """Of these, the ones whose needs the link itself opens.

        A head of a unit is a neighbour: needs only where the household agreed in writing.
        """
        from grids.scope import RIGHTS, scope_of
        from lib.clock import today

        on, kinds = today(), scope_of(user).kinds
        agreed = Q(head_may_see_needs_from__lte=on)
        holding = {kind for kind in kinds if RIGHTS[kind].own}
        if linked is not None and holding == {"head"}:
            return Q(pk__in=linked) & agreed
        if linked is not None and all(RIGHTS[kind].own_needs for kind in holding):
            return Q(pk__in=linked)
        open_by_link = self._linked_to(user, "own_needs")
        if "head" not in kinds:
            return open_by_link
        return open_by_link | (self._own(user, on, ["head"]) & agreed)

    def linked_to(self, user: User) -> HouseholdQuerySet:
        """Households whose named contact this person is today."""
        return self.filter(self._linked_to(user))

    def due_open_to(self, user: User) -> HouseholdQuerySet:
        """Of these, the ones of which this person sees when they are due and the care note."""
        return self.filter(self._linked_to(user, "own_due"))

    def visible_to(
        self, user: User, *, linked: Collection[UUID] | None = None
    ) -> HouseholdQuerySet:
        """Households whose name and address (P2) this person may read today.

        ``linked`` are the keys of ``linked_to``, where the caller has just asked for them.
        """
        from grids.scope import scope_of

        scope = scope_of(user)
        if linked is not None:
            return self.filter(beneath(scope.households) | Q(pk__in=linked))
        if not scope.own:
            return self.filter(beneath(scope.households))
        return self.filter(beneath(scope.households) | self._linked_to(user))

    def needs_open_to(self, user: User) -> HouseholdQuerySet:
        """Households whose needs (P3) this person, as their contact, sees without asking."""
        return self.filter(self._needs_open_to(user))

    def needs_visible_to(self, user: User) -> HouseholdQuerySet:
        """Households whose needs (P3) this person may ask for today."""
        from grids.scope import scope_of

        return self.filter(beneath(scope_of(user).needs) | self._needs_open_to(user))

    def with_needs_visible_to(
        self, user: User, *, linked: Collection[UUID] | None = None
    ) -> HouseholdQuerySet:
        """Annotate ``needs_visible``: whether ``needs_visible_to`` would leave the household.

        ``linked`` as for ``visible_to``.
        """
        from grids.scope import scope_of

        asked = beneath(scope_of(user).needs) | self._needs_open_to(user, linked)
        return self.annotate(needs_visible=Case(When(asked, then=True), default=False))

    def needs_within_posts_of(self, user: User) -> HouseholdQuerySet:
        """Households of the areas whose needs (P3) a post opens; own links do not count."""
        from grids.scope import scope_of

        return self.filter(beneath(scope_of(user).needs))

    def manageable_by(self, user: User) -> HouseholdQuerySet:
        """Households this person may change and link."""
        from grids.scope import scope_of

        return self.filter(beneath(scope_of(user).manage))

    def in_box(self, west: float, south: float, east: float, north: float) -> HouseholdQuerySet:
        """Households located within a rectangle of longitudes and latitudes (WGS 84)."""
        box = Polygon.from_bbox((west, south, east, north))
        box.srid = 4326
        return self.filter(location__intersects=box)

    def open_on(self, on: date) -> HouseholdQuerySet:
        """Households registered and not closed on a day."""
        return self.filter(during__contains=on)

    def located_by(self, on: date) -> HouseholdQuerySet:
        """Households whose place was known on a day; today these are all that have one."""
        return self.filter(
            Q(located_on__isnull=True) | Q(located_on__lte=on), location__isnull=False
        )

    def excluded_on(self, on: date) -> HouseholdQuerySet:
        """Households out of scope on a day by a reason that was approved by then."""
        return self.filter(_exempted(on))

    def in_scope_on(self, on: date) -> HouseholdQuerySet:
        """Households that count on a day."""
        return self.filter(~_exempted(on))

    def with_linked_on(self, on: date, *, current: date) -> HouseholdQuerySet:
        """Annotate ``linked``: nobody is wanting; linked on a day, or out of scope.

        Today the coverage count has written it to the row.
        """
        from households.models import Link

        if on == current:
            return self.annotate(linked=Case(When(gap_reason="", then=True), default=False))
        links = Link.objects.in_force(on).filter(household=OuterRef("pk"))
        return self.annotate(
            linked=Case(When(Exists(links) | Q(_exempted(on)), then=True), default=False)
        )

    def absent_on(self, on: date) -> HouseholdQuerySet:
        """Households away all year on a day."""
        from households.models import Absence

        away = Absence.objects.filter(household=OuterRef("pk"), during__contains=on)
        return self.filter(Exists(away))


def _exempted(on: date) -> Exists:
    from households.models import Exemption

    return Exists(
        Exemption.objects.filter(household=OuterRef("pk"), during__contains=on, approved_on__lte=on)
    )
