"""The emergency list (雪灾, 汛情): who may open it, whom it shows to whom, and how it ends.

For a day a manager opens one area with a reason. Whoever reads the needs of a part of the area
reads that part: names, addresses, phones, and of how many persons each household needs help to
move; which need it is stays closed. Moments are passed in; nothing here looks at the clock.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Sum
from django.utils.translation import gettext as _

from accounts.models import User
from casework.models import EmergencyList
from casework.querysets import touching
from grids.models import Area, Post, Role
from grids.scope import scope_of
from grids.services import require_manage
from households.models import Household, Need
from households.querysets import HouseholdQuerySet
from lib.clock import SHANGHAI
from lib.errors import Refusal, refused_in_conflict

LASTS = timedelta(hours=24)
SHORTEST_REASON = 5
#: Whoever counts an area is told; these kinds of role read needs there, so they read the list.
READERS = (Role.Kind.MANAGER, Role.Kind.WORKER, Role.Kind.VILLAGE_LEAD)


@transaction.atomic
def emergency_open(*, area: Area, kind: str, reason: str, at: datetime, by: User) -> EmergencyList:
    """Open one area for 24 hours."""
    require_manage(by, area.path)
    if not fit_to_open(area):
        raise Refusal(_("Open it for a township or a smaller area."), field="area")
    if kind not in EmergencyList.Kind.values:
        raise Refusal(_("Say what kind of emergency it is."), field="kind")
    reason = reason.strip()
    if len(reason) < SHORTEST_REASON:
        raise Refusal(
            _("Give the reason in at least %(n)d characters.") % {"n": SHORTEST_REASON},
            field="reason",
        )
    if not Household.objects.manageable_by(by).filter(path__startswith=area.path).exists():
        raise Refusal(_("No household is on record here."), field="area")
    with refused_in_conflict(_("The list of this area is open already.")):
        return EmergencyList.objects.create(
            area=area, path=area.path, kind=kind, reason=reason[:200], opened_by=by,
            opened_at=at, closes_at=at + LASTS,
        )  # fmt: skip


def fit_to_open(area: Area) -> bool:
    """Whether an area is small enough for a list: a township or finer, never a whole county."""
    return area.level != Area.Level.COUNTY


def may_open(area: Area, *, by: User) -> bool:
    """Whether somebody may open a list of an area: who manages it, where households are."""
    if not fit_to_open(area) or not scope_of(by).manages(area.path):
        return False
    return Household.objects.manageable_by(by).filter(path__startswith=area.path).exists()


@transaction.atomic
def emergency_close(*, emergency: EmergencyList, at: datetime, by: User) -> EmergencyList:
    """Close a list before its time."""
    emergency = EmergencyList.objects.select_for_update().get(pk=emergency.pk)
    require_manage(by, emergency.path)
    if not in_force(emergency, at):
        raise Refusal(_("This list is closed already."))
    emergency.closed_at, emergency.closed_by = at, by
    emergency.save(update_fields=["closed_at", "closed_by"])
    return emergency


def emergencies_close_due(*, at: datetime) -> int:
    """Write down the end of lists whose time is over; they opened nothing since then anyway."""
    over = EmergencyList.objects.filter(closed_at__isnull=True, closes_at__lte=at)
    return over.update(closed_at=F("closes_at"))


def in_force(emergency: EmergencyList, at: datetime) -> bool:
    """Whether a list opens anything at a moment."""
    return emergency.opened_at <= at < (emergency.closed_at or emergency.closes_at)


def households_on(emergency: EmergencyList, user: User, at: datetime) -> HouseholdQuerySet:
    """The part of a list that somebody may read at a moment."""
    if not in_force(emergency, at):
        return Household.objects.none()
    return (
        Household.objects.needs_within_posts_of(user)
        .filter(path__startswith=emergency.path)
        .open_on(at.astimezone(SHANGHAI).date())
    )


def help_to_move(rows: HouseholdQuerySet, at: datetime) -> dict[UUID, int]:
    """Of households of a list, how many persons need help to move; those without are left out.

    The most that stand under one kind of need, since an old person is often under several; and
    never more than live there.
    """
    needs = (
        Need.objects.filter(household__in=rows, kind__help_to_move=True, void=False)
        .filter(during__contains=at.astimezone(SHANGHAI).date())
        .values_list("household", "household__size", "kind__code")
        .annotate(n=Sum("persons"))
    )
    persons: dict[UUID, int] = {}
    for key, size, _code, n in needs:
        persons[key] = max(persons.get(key, 0), min(n, size or n))
    return persons


def people_told(area: Area, *, at: datetime) -> tuple[list[Post], list[Post]]:
    """Posts that are told of a list of an area: the leaders, and those who read a part of it."""
    on = at.astimezone(SHANGHAI).date()
    told = (
        Post.objects.in_force(on)
        .filter(touching([area.path]), area__isnull=False)
        .select_related("role", "person", "area")
        .order_by("path", "role_id")
    )
    return (
        list(told.filter(role__kind=Role.Kind.LEADER)),
        list(told.filter(role__kind__in=READERS)),
    )
