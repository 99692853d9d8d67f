"""Support needs (P3): begin and end one. Tier and due dates follow in the coverage count."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from households.models import Household, Need, NeedKind
from households.services import locked, need_cut
from lib.errors import Refusal
from lib.spans import span


@transaction.atomic
def need_begin(
    *, household: Household, kind: NeedKind, on: date, recorded_on: date | None = None,
    persons: int = 1, subtype: int | None = None, grade: int | None = None,
    end: date | None = None, review_due_on: date | None = None, confirmed_by: str = "",
    by: User | None = None,
) -> Need:  # fmt: skip
    """A household begins to have a need; its clock starts at the later of begin and record."""
    household = locked(household, by)
    if on not in household.during:
        raise Refusal(_("The household is not open on that day."), field="on")
    if persons < 1:
        raise Refusal(_("Enter at least one person."), field="persons")
    if kind.code == "LINSHI" and end is None:
        raise Refusal(_("A sudden hardship needs an end date."), field="end")
    return Need.objects.create(
        household=household, kind=kind, subtype=subtype, grade=grade, persons=persons,
        during=span(on, end), clock_from=max(on, recorded_on or on),
        review_due_on=review_due_on, confirmed_by=confirmed_by,
    )  # fmt: skip


@transaction.atomic
def need_end(*, need: Need, on: date, by: User | None = None) -> None:
    """A need ends: ``on`` is the first day it no longer holds."""
    locked(need.household, by)
    need = Need.objects.select_for_update().get(pk=need.pk)
    if need.void or (need.during.upper is not None and need.during.upper <= on):
        raise Refusal(_("This need has already ended."))
    need_cut(need, on)


@transaction.atomic
def need_review(
    *, need: Need, on: date, review_due_on: date | None, confirmed_by: str = "",
    by: User | None = None,
) -> Need:  # fmt: skip
    """A need was looked at and still holds: who confirmed it, and when to look again."""
    locked(need.household, by)
    need = Need.objects.select_for_update().get(pk=need.pk)
    if need.void or on not in need.during:
        raise Refusal(_("This need has already ended."))
    if review_due_on is not None and review_due_on <= on:
        raise Refusal(_("Choose a later day to look at it again."), field="review_due_on")
    need.review_due_on = review_due_on
    need.confirmed_by = confirmed_by.strip() or need.confirmed_by
    need.version = F("version") + 1
    need.save(update_fields=["review_due_on", "confirmed_by", "version"])
    need.refresh_from_db(fields=["version"])
    return need
