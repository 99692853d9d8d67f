"""Questions about households and links. Every read starts at ``visible_to``."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.gis.db.models import PointField
from django.contrib.gis.geos import Polygon
from django.db import models
from django.db.models import Case, Exists, F, FilteredRelation, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

from grids.querysets import beneath

if TYPE_CHECKING:
    from accounts.models import User

POINT = PointField(srid=4326)


#: So long a household is new to its contact.
NEWLY = timedelta(days=7)


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

    def new_to(self, user: User, on: date) -> LinkQuerySet:
        """Links by which somebody became a contact within the last days, and still is.

        Told to the holder, so that a draft put into force reaches those it names; a list of what
        one has to do, never a number about a person.
        """
        from grids.scope import scope_of

        return self.in_force(on).filter(
            post__person=scope_of(user).person,
            role__is_backup=False,
            during__startswith__gt=on - NEWLY,
        )


class HouseholdPlaceQuerySet(models.QuerySet):
    """Seasonal places."""

    def visible_to(self, user: User) -> HouseholdPlaceQuerySet:
        """Those of households whose name and address this person may read today."""
        from households.models import Household

        return self.filter(household__in=Household.objects.visible_to(user))

    def lived_in(self, on: date) -> HouseholdPlaceQuerySet:
        """Those where their households are on a day: in force, and of its month. One at most
        of each household."""
        return self.filter(_lived_in(on))


class HandoverQuerySet(models.QuerySet):
    """Households offered to new contacts."""

    def manageable_by(self, user: User) -> HandoverQuerySet:
        """Those of households this person may change."""
        from grids.scope import scope_of

        return self.filter(beneath(scope_of(user).manage, "household__path"))

    def offered_to(self, user: User) -> HandoverQuerySet:
        """Those made to the person behind an account; they say nothing of whose home it is."""
        from grids.scope import scope_of

        scope = scope_of(user)
        return self.filter(to_post__person=scope.person) if scope.person else self.none()

    def waiting(self, on: date) -> HandoverQuerySet:
        """Those nobody has answered by a day, and whose post still stands then."""
        return self.filter(state="proposed", during__contains=on)

    def visible_to(self, user: User) -> HandoverQuerySet:
        """Those one may see: made to oneself, or of households one manages."""
        return self.manageable_by(user) | self.offered_to(user)


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

    def here(self) -> HouseholdQuerySet:
        """Annotate where each is today, at a seasonal place or at the registered one: ``point``
        (WGS 84, null where unknown), ``here_3857`` (its index), ``at_season`` (which of both).
        """
        return self.annotate(
            point=Coalesce("season_point", "location"),
            here_3857=Coalesce("season_3857", "location_3857"),
            at_season=_whether(Q(season_point__isnull=False)),
        )

    def in_box(self, west: float, south: float, east: float, north: float) -> HouseholdQuerySet:
        """Households that are today within a rectangle of longitudes and latitudes (WGS 84)."""
        box = Polygon.from_bbox((west, south, east, north))
        box.srid = 4326
        return self.here().filter(here_3857__intersects=box.transform(3857, clone=True))

    def open_on(self, on: date) -> HouseholdQuerySet:
        """Households registered and not closed on a day."""
        return self.filter(during__contains=on)

    def with_place(self, on: date) -> HouseholdQuerySet:
        """Annotate ``point`` (WGS 84, null where unknown), where each is on a day, and
        ``at_season``, whether that is a seasonal place.

        The seasonal place lived in on that day, else the registered one if it was known by then.
        The one definition; ``placed_on`` asks the same of an index.
        """
        from households.models import HouseholdPlace

        stay = HouseholdPlace.objects.lived_in(on).filter(household=OuterRef("pk"))
        return self.with_registered(on).annotate(
            point=Coalesce(Subquery(stay.values("point")[:1]), F("registered")),
            at_season=Exists(stay),
        )

    def with_registered(self, on: date) -> HouseholdQuerySet:
        """Annotate ``registered``: the registered place if it was known on a day, else null."""
        return self.annotate(registered=Case(When(_known(on), then="location"), output_field=POINT))

    def placed_on(self, on: date, *, current: date) -> list[tuple[HouseholdQuerySet, str]]:
        """Households that have a place on a day, in parts, each with its column of EPSG:3857
        points; annotated with ``point`` (WGS 84) and ``at_season``, whether it is a seasonal one.

        Today there is one part, since the count has written where each is; of another day one of
        those at their registered place and one of those at a seasonal one.
        """
        if on == current:
            located = Q(location__isnull=False) | Q(season_point__isnull=False)
            return [(self.filter(located).here(), "here_3857")]
        from households.models import HouseholdPlace

        stay = FilteredRelation("places", condition=_lived_in(on, "places__"))
        away = Exists(HouseholdPlace.objects.lived_in(on).filter(household=OuterRef("pk")))
        return [
            (
                self.filter(_known(on), ~away, location__isnull=False).annotate(
                    point=F("location"), at_season=Value(value=False)
                ),
                "location_3857",
            ),
            (
                self.annotate(stay=stay)
                .filter(stay__isnull=False)
                .annotate(point=F("stay__point"), at_season=Value(value=True)),
                "stay__point_3857",
            ),
        ]

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


def _lived_in(on: date, place: str = "") -> Q:
    """Of seasonal places, behind a prefix, those where households are on a day."""
    return Q(
        **{
            f"{place}void": False,
            f"{place}during__contains": on,
            f"{place}months__contains": [on.month],
        }
    )


def _known(on: date) -> Q:
    """Whose registered place was known on a day."""
    return Q(located_on__isnull=True) | Q(located_on__lte=on)


def _whether(condition: Q) -> Case:
    return Case(When(condition, then=True), default=False)


def _exempted(on: date) -> Exists:
    from households.models import Exemption

    return Exists(
        Exemption.objects.filter(household=OuterRef("pk"), during__contains=on, approved_on__lte=on)
    )
