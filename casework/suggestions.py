"""The county's rules for visits (N 必访), and setting a suggestion aside."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.apps import apps
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from casework.models import Dismissal, LifeEvent, VisitRule
from households.links import households_lock
from households.models import Household
from lib.errors import Refusal
from lib.identity import no_id_number
from lib.spans import months_after

REASON = 200
Kind = LifeEvent.Kind
#: code, label, English label, event, within days, kinds of need, every so many months
RULES: list[tuple[str, str, str, str, int, list[str], int]] = [
    ("occasion", "红白喜事必访", "Weddings and funerals", Kind.OCCASION, 3, [], 12),
    ("illness", "生病住院必访", "Illness, in hospital", Kind.ILLNESS, 7, [], 12),
    ("change", "家庭变故必访", "A change in the family", Kind.CHANGE, 7, [], 12),
    ("accident", "意外灾害必访", "Accident or disaster", Kind.ACCIDENT, 3, [], 12),
    ("alone", "孤寡弱残必访", "Alone, weak or disabled", "", 7,
     ["DUJU", "KONGCHAO", "LIUSHOU_OLD", "CANJI", "SHINENG", "TEKUN", "GUER"], 3),
    ("hardship", "生活困难必访", "In hardship", "", 7,
     ["DIBAO", "DIBIAN", "GANGXING", "JIANCE"], 6),
    ("enterprise", "致富能人必访", "Building a trade", "", 7, ["CHANYE"], 12),
]  # fmt: skip


def ensure_visit_rules(**kwargs: object) -> None:
    """Write the rules where there are none yet (after migrate, and after a test's flush)."""
    if VisitRule.objects.exists():
        return
    VisitRule.objects.bulk_create(
        VisitRule(
            code=code, label=label, label_en=label_en, event=event, within_days=within,
            need_codes=codes, every_months=months,
        )
        for code, label, label_en, event, within, codes, months in RULES
    )  # fmt: skip


@transaction.atomic
def suggestion_dismiss(
    *, household: Household, what: str, reason: str, on: date, by: User
) -> Dismissal:  # fmt: skip
    """Set aside a suggestion for a household, with the reason: a life event for good, a rule until
    its time comes again. ``what`` is ``event:<key>`` or ``rule:<code>``."""
    households_lock([household.pk])
    if not Household.objects.needs_visible_to(by).filter(pk=household.pk).exists():
        raise Refusal(_("This household was not found."))
    reason = no_id_number(reason, field="reason")
    if not reason:
        raise Refusal(_("Say in a sentence why it is set aside."), field="reason")
    if len(reason) > REASON:
        raise Refusal(_("Say it in at most %(n)d characters.") % {"n": REASON}, field="reason")
    standing = Dismissal.objects.filter(household=household, what=what, until__gte=on).first()
    if standing is not None:
        raise Refusal(_("This suggestion has been set aside already."))
    return Dismissal.objects.create(
        household=household, what=what, reason=reason, on=on,
        until=_until(household, what, on), by=by,
    )  # fmt: skip


@transaction.atomic
def events_forget(*, on: date) -> int:
    """Delete life events whose 90 days are over, and what was said when one was set aside; in the
    history too, for this is what households are told. How many events."""
    forgotten, _each = LifeEvent.objects.filter(expires_on__lte=on).delete()
    of_events = {"what__startswith": "event:", "until__lte": on}
    Dismissal.objects.filter(**of_events).delete()
    # The deletion itself wrote the rows into the history once more.
    apps.get_model("casework", "LifeEventEvent").objects.filter(expires_on__lte=on).delete()
    apps.get_model("casework", "DismissalEvent").objects.filter(**of_events).delete()
    return forgotten


def _until(household: Household, what: str, on: date) -> date:
    """The last day a suggestion stays set aside; Refusal where there is no such suggestion."""
    kind, _colon, key = what.partition(":")
    if kind == "rule":
        rule = VisitRule.objects.filter(pk=key).first()
        if rule is not None:
            return months_after(on, rule.every_months)
    if kind == "event":
        try:
            event = LifeEvent.objects.filter(household=household, pk=UUID(key)).first()
        except ValueError:
            event = None
        if event is not None:
            return event.expires_on
    raise Refusal(_("This suggestion is no longer there."))
