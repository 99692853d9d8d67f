"""Partner organisations and party branches: agreements, offers and their uptake, 双报到.

Whoever manages an area keeps what concerns it; whoever sees the area reads it.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import Count, Max, Min, Q, Sum
from django.utils.translation import gettext as _

from accounts.models import User
from casework.deeds import EARLIEST, UNITS, WHOLE, quantity_check
from casework.models import CommunityRegistration, Issue, Offer, Uptake
from grids.models import Area, Organisation, Pairing
from grids.paths import at_and_above
from grids.querysets import beneath
from grids.scope import scope_of
from grids.services import require_manage
from lib.errors import Outdated, Refusal, refused_in_conflict
from lib.identity import no_id_number
from lib.spans import ended, span

#: Units of what is offered: those of deeds, and sessions.
OFFER_UNITS = (*UNITS, "场")
OFFER_WHOLE = (*WHOLE, "场")


def _words(text: str, field: str, *, needed: str = "") -> str:
    text = no_id_number(text, field=field)
    if needed and not text:
        raise Refusal(needed, field=field)
    return text


def pairings_visible_to(user: User) -> Any:
    """Agreements with the areas whose counts somebody sees."""
    return Pairing.objects.filter(beneath(scope_of(user).areas, "area__path"))


def organisations_visible_to(user: User) -> Any:
    """Organisations of the areas one sees, of those above, and those paired with them (P0)."""
    areas = scope_of(user).areas
    near = beneath(areas, "area__path")
    for path in areas:
        near |= Q(area__path__in=at_and_above(path))
    return Organisation.objects.filter(
        near | Q(pk__in=pairings_visible_to(user).values("organisation"))
    )


def version_of(row: Pairing | Offer) -> int:
    """How often an agreement or an offer was changed: what two who change it at once compare."""
    history = apps.get_model(row._meta.app_label, f"{type(row).__name__}Event")
    return history.objects.filter(pgh_obj_id=row.pk).exclude(pgh_label="insert").count()


def _unchanged_since(row: Pairing | Offer, version: int) -> None:
    if version_of(row) != version:
        raise Outdated(
            _("Somebody else has changed this meanwhile; look at what is different and save"
              " again."), row=row,
        )  # fmt: skip


@transaction.atomic
def agreement_change(
    *, pairing: Pairing, on: date, end: date | None, agreement: str, version: int,
    by: User | None = None,
) -> Pairing:  # fmt: skip
    """Put right when an agreement runs (``end`` not included, None: until it is ended) and what it
    is called. What was taken up under it stays within it."""
    pairing = Pairing.objects.select_for_update(of=("self",)).get(pk=pairing.pk)
    require_manage(by, pairing.area.path)
    _unchanged_since(pairing, version)
    if end is not None and end <= on:
        raise Refusal(_("Choose a day after the first."), field="end")
    days = Uptake.objects.filter(offer__pairing=pairing).aggregate(Min("on"), Max("on"))
    if days["on__min"] and days["on__min"] < on:
        raise Refusal(
            _("Something was taken up on %s already; choose that day or an earlier one.")
            % days["on__min"].isoformat(), field="on",
        )  # fmt: skip
    if end is not None and days["on__max"] and days["on__max"] >= end:
        raise Refusal(_("Something was taken up after that day; choose a later day."), field="end")
    if pairing.offers.filter(until__lt=on).exists():  # type: ignore[attr-defined]
        raise Refusal(_("An offer of it ends before that day; change the offer first."), field="on")
    pairing.during, pairing.agreement = span(on, end), _words(agreement, "agreement")
    with refused_in_conflict(
        _("%(name)s already helps %(area)s in that time.")
        % {"name": pairing.organisation.name, "area": pairing.area.name}
    ):
        pairing.save(update_fields=["during", "agreement"])
    return pairing


@transaction.atomic
def agreement_end(*, pairing: Pairing, on: date, by: User | None) -> None:
    """An agreement ends on a day; one that would never have been in force is removed."""
    pairing = Pairing.objects.select_for_update(of=("self",)).get(pk=pairing.pk)
    require_manage(by, pairing.area.path)
    if pairing.during.upper is not None and pairing.during.upper <= on:
        raise Refusal(_("This agreement has ended already."))
    if Uptake.objects.filter(offer__pairing=pairing, on__gte=on).exists():
        raise Refusal(_("Something was taken up after that day; choose a later day."), field="on")
    during = ended(pairing.during, on)
    if during is None:
        pairing.delete()
        return
    pairing.during = during
    pairing.save(update_fields=["during"])


@transaction.atomic
def offer_add(
    *, pairing: Pairing, title: str, subject: str = Issue.Subject.OTHER,
    quantity: Decimal | None = None, unit: str = "", until: date | None = None,
    by: User | None = None,
) -> Offer:  # fmt: skip
    """Put something an organisation offers an area on the list (共建清单)."""
    require_manage(by, pairing.area.path)
    offer = Offer(
        pairing=pairing, title=title, subject=subject, quantity=quantity, unit=unit, until=until
    )
    _check_offer(offer)
    offer.save(force_insert=True)
    return offer


def _check_offer(offer: Offer) -> None:
    """Refuse what an offer cannot mean, and tidy its words."""
    offer.title = _words(
        offer.title, "title", needed=_("Say in a few words what is offered.")
    )  # fmt: skip
    if offer.subject not in Issue.Subject.values:
        raise Refusal(_("Choose the subject."), field="subject")
    quantity_check(offer.quantity, offer.unit, units=OFFER_UNITS, whole=OFFER_WHOLE)
    if offer.until is not None and offer.until < offer.pairing.during.lower:
        raise Refusal(_("The agreement begins after that day; choose a later one."), field="until")


@transaction.atomic
def offer_change(
    *, offer: Offer, title: str, subject: str, quantity: Decimal | None, unit: str,
    until: date | None, version: int, by: User | None = None,
) -> Offer:  # fmt: skip
    """Put right what is offered, how much and until when: never less than was taken up."""
    offer = Offer.objects.select_for_update(of=("self",)).get(pk=offer.pk)
    require_manage(by, offer.pairing.area.path)
    _unchanged_since(offer, version)
    used = offer.uptakes.aggregate(taken=Sum("quantity"), last=Max("on"), times=Count("pk"))  # type: ignore[attr-defined]
    if used["taken"] is not None and (quantity is None or quantity < used["taken"]):
        raise Refusal(
            _("%(n)s %(unit)s of it were taken up already; write that or more.")
            % {"n": f"{used['taken'].normalize():f}", "unit": offer.unit}, field="quantity",
        )  # fmt: skip
    if used["times"] and (quantity is None) != (offer.quantity is None):
        raise Refusal(
            _("It was taken up without a quantity; leave it empty."), field="quantity"
        )  # fmt: skip
    if used["taken"] is not None and unit != offer.unit:
        raise Refusal(
            _("What was taken up is counted in %s; keep the unit.") % offer.unit, field="unit"
        )
    if until is not None and used["last"] and used["last"] > until:
        raise Refusal(
            _("Something was taken up after that day; choose a later day."), field="until"
        )
    offer.title, offer.subject, offer.quantity = title, subject, quantity
    offer.unit, offer.until = unit, until
    _check_offer(offer)
    offer.save()
    return offer


@transaction.atomic
def uptake_record(
    *, offer: Offer, on: date, current: date, quantity: Decimal | None = None,
    people: int | None = None, note: str = "", by: User | None = None,
) -> Uptake:  # fmt: skip
    """Write down that a part of an offer was taken up.

    The offer is locked, so that two who record at once never take more than there is.
    """
    offer = Offer.objects.select_for_update(of=("self",)).get(pk=offer.pk)
    pairing = offer.pairing
    require_manage(by, pairing.area.path)
    if not EARLIEST <= on <= current:
        raise Refusal(_("Choose a day up to today."), field="on")
    if on not in pairing.during:
        raise Refusal(_("The agreement is not in force on that day."), field="on")
    if offer.until is not None and on > offer.until:
        raise Refusal(_("The offer ended on %s.") % offer.until.isoformat(), field="on")
    if offer.quantity is None and quantity is not None:
        raise Refusal(_("This offer has no quantity; leave it empty."), field="quantity")
    if offer.quantity is not None:
        if quantity is None:
            raise Refusal(_("Write how much was taken up."), field="quantity")
        quantity_check(quantity, offer.unit, units=OFFER_UNITS, whole=OFFER_WHOLE)
        left = remaining(offer)
        if left is not None and quantity > left:
            raise Refusal(
                _("Only %(n)s %(unit)s are left of this offer.")
                % {"n": f"{left.normalize():f}", "unit": offer.unit},
                field="quantity",
            )
    if people is not None and people < 1:
        raise Refusal(_("Write the number of people, at least 1, or leave it empty."),
                      field="people")  # fmt: skip
    return Uptake.objects.create(
        offer=offer, on=on, quantity=quantity, people=people, note=_words(note, "note")
    )


def remaining(offer: Offer) -> Decimal | None:
    """What is left of an offer; None where it has no quantity."""
    if offer.quantity is None:
        return None
    taken = offer.uptakes.aggregate(taken=Sum("quantity"))["taken"]
    return offer.quantity - (taken or Decimal(0))


@transaction.atomic
def registration_record(
    *, organisation: Organisation, area: Area, on: date, current: date, members: int,
    by: User | None = None,
) -> CommunityRegistration:  # fmt: skip
    """How many members of an organisation had registered at a community by a day (双报到).

    A bare count. The same day again corrects the number.
    """
    require_manage(by, area.path)
    if not EARLIEST <= on <= current:
        raise Refusal(_("Choose a day up to today."), field="on")
    if not 0 <= members <= 1_000_000:
        raise Refusal(_("Write the number of members, 0 or more."), field="members")
    with refused_in_conflict(_("Somebody has just entered this number; load the page again.")):
        found, _made = CommunityRegistration.objects.select_for_update().get_or_create(
            organisation=organisation, area=area, on=on, defaults={"members": members}
        )
    if found.members != members:
        found.members = members
        found.save(update_fields=["members"])
    return found


def offers_of(pairings: Any) -> Any:
    """The offers of agreements with ``taken``, ``times`` and ``people`` of their uptake."""
    return (
        Offer.objects.filter(pairing__in=pairings)
        .select_related("pairing__area", "pairing__organisation")
        .annotate(
            taken=Sum("uptakes__quantity"),
            times=Count("uptakes"),
            people=Sum("uptakes__people"),
        )
        .order_by("pairing__organisation__name", "pairing__area__path", "pk")
    )


def latest_registrations(rows: Any) -> list[CommunityRegistration]:
    """Of each organisation and community the number of the latest day."""
    return list(
        rows.select_related("area", "organisation")
        .order_by("organisation", "area__path", "-on")
        .distinct("organisation", "area__path")
    )
