"""The monthly sweep (动态摸排): a grid's whole list is looked over, at the desk or on the way.

Whoever holds a post in the area may confirm and correct what is written of its households, the
grid worker included; needs, links and areas stay with the office.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from households.editing import household_edit
from households.links import households_lock
from households.models import Household, Review
from lib.errors import Refusal

#: What may be corrected in the sweep.
SWEPT = ("size", "residence", "phone")


def month_of(on: date) -> date:
    """The first day of the month a sweep belongs to."""
    return on.replace(day=1)


@transaction.atomic
def sweep_confirm(*, keys: Collection[UUID], on: date, by: User) -> int:
    """Nothing has changed in these households: each was looked over on a day. Returns how many."""
    households_lock(keys)
    found = Household.objects.needs_within_posts_of(by).open_on(on).filter(pk__in=keys)
    households = list(found.order_by("pk"))
    if not households:
        raise Refusal(_("Choose the households first."))
    if len(households) != len(set(keys)):
        raise Refusal(_("A household of these is no longer in your area; load the list again."))
    Review.objects.bulk_create(
        [Review(household=household, on=on) for household in households], ignore_conflicts=True
    )
    Household.objects.filter(pk__in=[household.pk for household in households]).filter(
        Q(reviewed_on=None) | Q(reviewed_on__lt=on)
    ).update(reviewed_on=on, version=F("version") + 1, updated_at=timezone.now())
    return len(households)


@transaction.atomic
def sweep_change(
    *, household: Household, values: dict[str, Any], version: int, on: date, by: User
) -> Household:  # fmt: skip
    """Correct what the sweep found: persons, residence, phone ('' or None keeps the number); the
    household counts as looked over. Outdated where somebody has written since ``version``."""
    households_lock([household.pk])
    if not Household.objects.needs_within_posts_of(by).filter(pk=household.pk).exists():
        raise Refusal(_("This household was not found."))
    kept = {name: values[name] for name in SWEPT if name in values}
    kept["phone"] = kept.get("phone") or None
    changed = household_edit(household=household, values=kept, on=on, version=version)
    sweep_confirm(keys=[household.pk], on=on, by=by)
    return changed
