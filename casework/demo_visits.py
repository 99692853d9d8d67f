"""What makes the list "today" of the demo logins worth opening: events, and doors nobody opened."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from casework.contacts import EVENT_DAYS
from casework.models import Contact, LifeEvent
from households.models import Household, Link, Need, NeedKind

#: Login, what happened, how many days ago.
EVENTS = [("head", "illness", 2), ("head", "occasion", 5), ("worker", "accident", 1),
          ("worker", "change", 4), ("cadre", "illness", 3)]  # fmt: skip
#: Days ago on which a weekly household of the worker's grid did not answer.
UNANSWERED = (4, 1)


def visits_add(users: dict[str, User], *, today: date) -> int:
    """Life events of households of the demo logins, and one household not reached twice; how many.

    Nothing of it changes when a household is due.
    """
    made, taken = 0, set[UUID]()
    for login, kind, ago in EVENTS:
        if login not in users:
            continue
        household = _mine(users[login], today).exclude(pk__in=taken).first()
        if household is None:
            continue
        taken.add(household.pk)
        on = today - timedelta(days=ago)
        LifeEvent.objects.create(
            household=household, kind=kind, on=on, expires_on=on + timedelta(days=EVENT_DAYS),
            recorded_by=users[login],
        )  # fmt: skip
        made += 1
    if "worker" in users:
        made += _unanswered(users["worker"], today)
    return made


def _mine(user: User, on: date) -> QuerySet[Household]:
    """Households a login looks after, in a fixed order."""
    linked = Link.objects.in_force(on).filter(post__person__user=user).values("household")
    seen = Household.objects.needs_visible_to(user).open_on(on)
    own = seen.filter(pk__in=linked)
    return (own if own.exists() else seen).order_by("serial", "pk")


def _unanswered(user: User, on: date) -> int:
    household = _mine(user, on).filter(_weekly_on(on)).first()
    if household is None:
        return 0
    Contact.objects.bulk_create(
        Contact(
            household=household, on=on - timedelta(days=ago), mode=Contact.Mode.PHONE,
            reached=False, made_by=user.person, made_by_party_member=user.person.party_member,
            recorded_by=user,
        )
        for ago in UNANSWERED
    )  # fmt: skip
    return 1


def _weekly_on(on: date) -> Q:
    """Households with a need in force that asks for a contact every week."""
    kinds = NeedKind.objects.filter(cadence=NeedKind.Cadence.WEEKLY).values_list("pk", "beside")
    needs = Need.objects.filter(household=OuterRef("pk"), void=False, during__contains=on)
    plain = [pk for pk, beside in kinds if not beside]
    found = Q(Exists(needs.filter(kind__in=plain)))
    for pk, beside in kinds:
        if beside:
            found |= Q(Exists(needs.filter(kind=pk))) & Q(
                Exists(needs.filter(kind__code__in=beside))
            )
    return found
