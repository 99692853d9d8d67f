"""What a household is told of its own data: what is held, who holds it, and who read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.keys import phone_of
from accounts.models import AccessLog
from casework.models import Contact, ContactCard, Deed, Issue, LifeEvent
from grids.models import Area
from grids.naming import account_names
from grids.paths import at_and_above
from households.models import Household

#: Reads listed one by one, the latest first.
LISTED = 200


@dataclass(frozen=True)
class ReadOnce:
    """Somebody read something of this household alone."""

    at: datetime
    who: str
    action: str
    reason: str


@dataclass(frozen=True)
class Record:
    """Something on record of this household: the day, what kind of record it is, what it says."""

    on: date
    kind: str
    what: str


@dataclass(frozen=True)
class OwnAnswer:
    """The answer: what is held by label, what is on record, the latest first, reads of the
    household, reads of lists it stands in."""

    held: list[tuple[str, str]]
    needs: list[str]
    contacts: list[str]
    records: list[Record]
    office: str
    reads: list[ReadOnce]
    reads_total: int
    lists_total: int


def own_answer(household: Household, *, on: date) -> OwnAnswer:
    """Everything of a household that its request for its data is answered with."""
    areas = list(Area.objects.filter(path__in=at_and_above(household.path)).order_by("path"))
    own = AccessLog.objects.filter(scope=str(household.pk)).order_by("-at")
    rows = list(own[:LISTED].values_list("at", "user_id", "action", "reason"))
    names = account_names(str(user) for _at, user, _action, _reason in rows)
    lists = AccessLog.objects.filter(scope__in=at_and_above(household.path))
    links = household.links.in_force(on).select_related("post__person", "role")
    needs = household.needs.filter(void=False, during__contains=on).select_related("kind")
    return OwnAnswer(
        held=_held(household, areas),
        needs=[str(need.kind) for need in needs.order_by("kind__position")],
        contacts=[f"{link.post.person}（{link.role}）" for link in links],
        records=_records(household),
        office=next((area.name for area in areas if area.level == "township"), str(areas[0])),
        reads=[ReadOnce(at, names.get(str(user), ""), action, why)
               for at, user, action, why in rows],
        reads_total=own.count(), lists_total=lists.count(),
    )  # fmt: skip


def _held(household: Household, areas: list[Area]) -> list[tuple[str, str]]:
    """Labels and values; a value that is not held is left out."""
    place: Any = household.location
    pairs = [
        (_("Head of household"), household.head_name),
        (_("Household number"), household.serial),
        (_("Address"), household.address),
        (_("Filed under"), " · ".join(area.name for area in areas)),
        (_("Phone"), phone_of(household.phone_sealed)),
        (_("Persons"), str(household.size or "")),
        (_("Residence"), household.get_residence_display()),
        (_("Place on the map"), f"{place.x:.5f}, {place.y:.5f}" if place else ""),
        *((str(stay.get_kind_display()),
           f"{stay.point.x:.5f}, {stay.point.y:.5f}（{stay.months_said}）")
          for stay in household.places.filter(void=False).order_by("during", "kind")),
        (_("Emergency contact"), " ".join(filter(None, [
            household.emergency_name, phone_of(household.emergency_phone_sealed)]))),
        (_("Preferred way"), household.get_mode_display() if household.mode else ""),
        (_("Care note"), household.care_note),
        (_("Held since"), household.recorded_on.isoformat()),
        (_("Legal basis"), household.get_legal_basis_display()),
        (_("Kept until"), household.retain_until.isoformat() if household.retain_until else ""),
    ]  # fmt: skip
    return [(label, value) for label, value in pairs if value]


def _records(household: Household) -> list[Record]:
    """Contacts, matters and their ratings, help, cards and events on record, the latest first."""
    records = [
        Record(one.on, _("contact"), _said(
            one.get_mode_display(), _("reached") if one.reached else _("not reached"), one.note))
        for one in Contact.objects.filter(household=household)
    ]  # fmt: skip
    for issue in Issue.objects.filter(household=household).prefetch_related("ratings"):
        records.append(Record(issue.registered_on, _("a matter"), _said(
            issue.ticket, issue.title, issue.get_state_display())))  # fmt: skip
        records += [
            Record(one.on, _("rating"), _said(one.get_answer_display(), one.text))
            for one in issue.ratings.all()
        ]
    for deed in Deed.objects.filter(household=household):
        money = f"{deed.amount:,.2f} 元" if deed.amount is not None else ""
        records.append(Record(deed.on, _("Help given"), _said(
            deed.what, money, deed.get_state_display())))  # fmt: skip
    for card in ContactCard.objects.filter(link__household=household):
        handed = _("handed over %s") % card.handed_on if card.handed_on else ""
        records.append(Record(card.printed_on, _("contact card"), _said(_("was printed"), handed)))
    for event in LifeEvent.objects.filter(household=household):
        records.append(Record(event.on, _("life event"), event.get_kind_display()))
    return sorted(records, key=lambda one: one.on, reverse=True)


def _said(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
