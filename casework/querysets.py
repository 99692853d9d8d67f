"""Questions of the casework. Every read starts at ``visible_to``."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from grids.paths import at_and_above
from grids.querysets import beneath
from lib.clock import moment_of

if TYPE_CHECKING:
    from accounts.models import User


class ContactQuerySet(models.QuerySet):
    """Contacts with households."""

    def visible_to(self, user: User) -> ContactQuerySet:
        """Contacts of the households this person may read."""
        from households.models import Household

        return self.filter(household__in=Household.objects.visible_to(user))


class OfHouseholdQuerySet(models.QuerySet):
    """What is kept of a household and opens its need: read by those who may read the needs."""

    def visible_to(self, user: User) -> OfHouseholdQuerySet:
        """Rows of the households whose needs this person may read, masked or not."""
        from households.models import Household

        return self.filter(household__in=Household.objects.needs_visible_to(user))


class OfPlaceQuerySet(models.QuerySet):
    """What belongs to a place and to no household: public within one's area."""

    def visible_to(self, user: User) -> OfPlaceQuerySet:
        """Rows of the areas whose counts this person sees."""
        from grids.scope import scope_of

        return self.filter(beneath(scope_of(user).areas))


class DeedQuerySet(models.QuerySet):
    """Help given."""

    def visible_to(self, user: User) -> DeedQuerySet:
        """Deeds of places of one's area, and of the households one may read.

        The household's own path decides, not the deed's: it may have moved since.
        """
        from grids.scope import scope_of
        from households.models import Household

        scope = scope_of(user)
        seen = Q(household__isnull=True) & beneath(scope.areas)
        # The path of each by its key: 50 for a page of 50. Of a join or a condition all households
        # of the scope would be read for each page, and as many more in a larger county.
        own_path = Household.objects.filter(pk=OuterRef("household")).values("path")[:1]
        if scope.households:
            seen |= Q(household__isnull=False) & beneath(scope.households, "own_path")
        if scope.own:
            seen |= Q(household__in=Household.objects.linked_to(user))
        return self.alias(own_path=Subquery(own_path)).filter(seen)

    def with_state_on(self, on: date, *, current: date) -> DeedQuerySet:
        """Help up to a day, with ``state_on``: the state at its end, by the history.

        History keeps a row as it was before each change, so the first change after the day tells.
        What was written down later, or never changed, stood as it was first written. Today that is
        the column ``state``.
        """
        from django.apps import apps

        rows = self.filter(on__lte=on)
        if on == current:
            return rows.annotate(state_on=F("state"))
        later = (
            apps.get_model("casework", "DeedEvent")
            .objects.filter(
                pgh_obj_id=OuterRef("pk"), pgh_label="update", pgh_created_at__gt=moment_of(on)
            )
            .order_by("pgh_id")
        )
        return rows.annotate(state_on=Coalesce(Subquery(later.values("state")[:1]), F("state")))


class ContactCardQuerySet(models.QuerySet):
    """Cards printed for households."""

    def visible_to(self, user: User) -> ContactCardQuerySet:
        """Cards of the households this person may read."""
        from households.models import Household

        return self.filter(link__household__in=Household.objects.visible_to(user))

    def handed(self) -> ContactCardQuerySet:
        """Cards that were handed over."""
        return self.filter(handed_on__isnull=False)

    def to_replace(self, on: date) -> ContactCardQuerySet:
        """Cards handed over that name somebody who is the contact no longer.

        Gone from the list once the household holds a card of a later day, or is closed.
        """
        from casework.models import ContactCard
        from households.models import Link

        good = Link.objects.in_force(on).filter(pk=OuterRef("link"))
        later = ContactCard.objects.filter(
            Q(handed_on__gt=OuterRef("handed_on"))
            | Q(handed_on=OuterRef("handed_on"), pk__gt=OuterRef("pk")),
            link__household=OuterRef("link__household"),
            link__role=OuterRef("link__role"),
        )
        return self.handed().filter(
            ~Exists(good), ~Exists(later), link__household__during__contains=on
        )


class SubmissionQuerySet(models.QuerySet):
    """What residents sent, before and after somebody looked at it."""

    def visible_to(self, user: User) -> SubmissionQuerySet:
        """Messages of the areas one manages, and those sent from the cards of one's own posts."""
        from grids.scope import scope_of
        from lib.clock import today

        scope = scope_of(user)
        return self.filter(beneath(scope.manage) | _held_by(user, "card__post", today()))

    def manageable_by(self, user: User) -> SubmissionQuerySet:
        """Messages this person may answer."""
        from grids.scope import scope_of

        return self.filter(beneath(scope_of(user).manage))

    def waiting(self) -> SubmissionQuerySet:
        """Messages nobody has answered yet."""
        return self.filter(state="waiting")


def given_to(departments: tuple[UUID, ...], *, helped: Iterable[UUID] | None = None) -> Q:
    """Matters a department leads, one of its offices leads, or it helps with.

    ``helped`` are those it helps with, where the caller knows their keys: an index follows keys,
    a condition has every matter read.
    """
    from casework.models import IssueHelper
    from grids.models import Organisation

    if not departments:
        return Q(department__in=())
    offices = Organisation.objects.filter(parent__in=departments).values_list("pk", flat=True)
    helpers = IssueHelper.objects.filter(organisation__in=departments).values("issue")
    return Q(department__in=[*departments, *offices]) | Q(
        pk__in=helpers if helped is None else helped
    )


def past_limit(on: date) -> Q:
    """Past the resident's limit as of a day: an urgent matter by the hour, before the day's end and
    today before the present moment, any other by the day. ``coverage.sql`` counts the same."""
    from lib.clock import moment_of

    return Q(limit_at__isnull=True, limit_on__lt=on) | Q(limit_at__lt=moment_of(on))


class IssueRequestQuerySet(models.QuerySet):
    """What waits to be approved, or was."""

    def waiting_for(self, user: User) -> IssueRequestQuerySet:
        """What waits for this person's answer."""
        return self.answered_by_posts_of(user).filter(granted__isnull=True)

    def answered_by_posts_of(self, user: User) -> IssueRequestQuerySet:
        """More time for who manages the place, setting aside for its leaders; nobody else."""
        from casework.models import IssueRequest
        from grids.models import Role
        from grids.scope import scope_of
        from lib.clock import today

        scope = scope_of(user)
        on = today()
        led = led_by(user, on) if Role.Kind.LEADER in scope.kinds else ()
        return self.filter(
            Q(kind=IssueRequest.Kind.EXTEND) & beneath(scope.manage, "issue__path")
            | Q(kind=IssueRequest.Kind.SHELVE) & beneath(led, "issue__path")
        )


def led_by(user: User, on: date) -> tuple[str, ...]:
    """Paths of the areas somebody leads on a day."""
    from grids.models import Post, Role

    posts = Post.objects.in_force(on).filter(
        person__user=user, role__kind=Role.Kind.LEADER, area__isnull=False
    )
    return tuple(posts.values_list("path", flat=True))


class IssueQuerySet(models.QuerySet):
    """Matters residents raised."""

    def visible_to(self, user: User, *, linked: Collection[UUID] | None = None) -> IssueQuerySet:
        """Matters of public places of one's area, of one's department, of certain households.

        A matter tied to a household is a count for everyone but its contacts, its managers and
        its handler. ``linked`` are the keys of the households one is the contact of, where the
        caller has just asked for them.
        """
        from grids.scope import scope_of
        from households.models import Household

        scope = scope_of(user)
        seen = Q()
        # What finds nothing is not asked: every list and every menu asks this.
        if scope.departments:
            seen |= given_to(scope.departments)
        if scope.areas:
            seen |= Q(household__isnull=True) & beneath(scope.areas)
        if scope.own:
            mine = Household.objects.linked_to(user) if linked is None else linked
            seen |= Q(household__in=mine)
        if scope.manage:
            seen |= Q(household__isnull=False) & beneath(scope.manage)
        return self.filter(seen or Q(pk__in=()))

    def with_state_on(self, on: date, *, current: date) -> IssueQuerySet:
        """Matters registered by a day, with ``state_on``: the state at its end, by their steps.

        Today that is the column ``state``, which every step sets.
        """
        from casework.models import Issue, IssueStep

        if on == current:
            return self.filter(registered_on__lte=on).annotate(state_on=F("state"))
        steps = IssueStep.objects.filter(issue=OuterRef("pk"), on__lte=on).order_by("-on", "-id")
        state = Coalesce(Subquery(steps.values("after")[:1]), Value(Issue.State.REGISTERED.value))
        return self.filter(registered_on__lte=on).annotate(state_on=state)

    def open_on(self, on: date, *, current: date) -> IssueQuerySet:
        """Matters registered by a day and not closed, declined or merged by its end."""
        from casework.models import Issue

        return self.with_state_on(on, current=current).exclude(state_on__in=Issue.FINISHED)

    def late(self, at: datetime) -> IssueQuerySet:
        """Open matters past the resident's limit: by the day, urgent ones by the hour."""
        from casework.models import Issue

        return self.exclude(state__in=Issue.FINISHED).filter(
            Q(limit_at__isnull=True, limit_on__lt=at.date()) | Q(limit_at__lt=at)
        )

    def at_public_places(self) -> IssueQuerySet:
        """Matters that have a pin: at a place, and never of a household."""
        return self.filter(household__isnull=True, point__isnull=False)


class IssuePhotoQuerySet(models.QuerySet):
    """Photos of matters."""

    def visible_to(self, user: User) -> IssuePhotoQuerySet:
        """Photos of the matters this person may read, without those removed."""
        from casework.models import Issue

        return self.filter(issue__in=Issue.objects.visible_to(user), removed_on__isnull=True)


def touching(paths: Iterable[str]) -> Q:
    """Rows whose path lies at, beneath or above any of ``paths``."""
    condition = beneath(paths)
    for path in paths:
        condition |= Q(path__in=at_and_above(path))
    return condition


class EmergencyListQuerySet(models.QuerySet):
    """Lists opened in snow or flood."""

    def visible_to(self, user: User) -> EmergencyListQuerySet:
        """Lists one is told of: who opened what, why and until when, never a household."""
        from grids.scope import scope_of

        return self.filter(touching(scope_of(user).areas))

    def readable_by(self, user: User) -> EmergencyListQuerySet:
        """Lists of which one may read a part: posts that read needs there, no other."""
        from grids.scope import scope_of

        return self.filter(touching(scope_of(user).needs))

    def manageable_by(self, user: User) -> EmergencyListQuerySet:
        """Lists of areas one manages: these one may close."""
        from grids.scope import scope_of

        return self.filter(beneath(scope_of(user).manage))

    def covering(self, path: str) -> EmergencyListQuerySet:
        """Lists of an area or of one above it."""
        return self.filter(path__in=at_and_above(path))

    def open_at(self, at: datetime) -> EmergencyListQuerySet:
        """Lists in force at a moment, whether or not anybody has closed them since."""
        return self.annotate(ends_at=Coalesce("closed_at", "closes_at")).filter(
            opened_at__lte=at, ends_at__gt=at
        )


def _held_by(user: User, post: str, on: date) -> Q:
    """Rows whose post is held on a day by the person signed in."""
    from grids.scope import scope_of

    person = scope_of(user).person
    if person is None or not user.is_active:
        return Q(pk__in=[])
    return Q(**{f"{post}__person": person}) & _in_force(post, on)


def _in_force(post: str, on: date) -> Q:
    return Q(**{f"{post}__void": False, f"{post}__during__contains": on})


class TaskQuerySet(models.QuerySet):
    """Gaps handed to the post that must close them."""

    def handed_by(self, user: User, on: date) -> TaskQuerySet:
        """Tasks handed out by a post this person still holds."""
        return self.filter(_held_by(user, "from_post", on))

    def held_by(self, user: User, on: date) -> TaskQuerySet:
        """Tasks of a post this person still holds."""
        return self.filter(_held_by(user, "to_post", on))

    def visible_to(self, user: User) -> TaskQuerySet:
        """Tasks one handed out or holds; nobody else knows of them."""
        from lib.clock import today

        on = today()
        return self.filter(_held_by(user, "from_post", on) | _held_by(user, "to_post", on))

    def handing_held(self, on: date) -> TaskQuerySet:
        """Tasks whose handing post is still held: without it nobody waits for the answer."""
        return self.filter(_in_force("from_post", on))

    def open_on(self, on: date) -> TaskQuerySet:
        """Tasks that are not over; both posts they rest on are held."""
        from casework.models import Task

        return self.handing_held(on).filter(_in_force("to_post", on), state__in=Task.OPEN)


class TaskHouseholdQuerySet(models.QuerySet):
    """Households of the gaps handed out."""

    def visible_to(self, user: User) -> TaskHouseholdQuerySet:
        """Households of open tasks: all of them for who handed it out, for who holds it those of
        the own area; those that have left the task's area are gone. They open nothing outside
        the task: no page, no list, no search.
        """
        from casework.models import Task
        from households.models import Household
        from lib.clock import today

        on = today()
        tasks = Task.objects.open_on(on)
        still_there = Q(household__path__startswith=F("task__path"), household__during__contains=on)
        return self.filter(
            still_there,
            Q(task__in=tasks.handed_by(user, on))
            | Q(task__in=tasks.held_by(user, on), household__in=Household.objects.visible_to(user)),
        )
