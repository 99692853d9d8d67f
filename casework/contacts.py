"""Record contacts with households, and what one visit brings besides."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from casework.deeds import deed_record
from casework.issues import issue_register
from casework.models import Contact, ContactCard, Deed, Issue, LifeEvent
from grids.models import Person, Post, Role
from grids.paths import at_and_above, path_length
from grids.scope import scope_of
from households.links import households_lock
from households.models import Household, Link
from lib.errors import Refusal
from lib.identity import no_id_number

NOTE = 400
#: Kinds of role whose holders go and see households.
GOES = (
    Role.Kind.HEAD, Role.Kind.CADRE, Role.Kind.WORKER, Role.Kind.VILLAGE_LEAD,
    Role.Kind.MANAGER, Role.Kind.LEADER, Role.Kind.VOLUNTEER,
)  # fmt: skip
#: What happened in a household suggests a visit for so long.
EVENT_DAYS = 90
#: A matter raised in a contact comes in the way of the contact.
SOURCE_OF: dict[str, str] = {
    Contact.Mode.VISIT: Issue.Source.VISIT, Contact.Mode.CAME: Issue.Source.COUNTER,
}  # fmt: skip


@transaction.atomic
def contacts_record(
    *, households: Collection[Household], made_by: Person, on: date, current: date, mode: str,
    reached: bool, purposes: Collection[str] = (), note: str = "",
    deed: Mapping[str, Any] | None = None, card: bool = False,
    matter: Mapping[str, Any] | None = None, event: str = "", key: UUID | None = None, by: User,
) -> list[Contact]:  # fmt: skip
    """One contact with each of some households, and what it brought, as one whole.

    ``current`` is today. ``deed`` and ``matter`` are what the services of help given and of
    matters take; ``event`` a kind of LifeEvent; ``card``: the printed card was handed over. A
    matter and an event belong to one household. ``key`` is of the form that was sent: sent twice
    it is recorded once, and the second time nothing comes back.
    """
    chosen = {household.pk for household in households}
    households_lock(chosen)
    found = list(Household.objects.visible_to(by).filter(pk__in=chosen).order_by("pk"))
    if not chosen or len(found) != len(chosen):
        raise Refusal(_("This household was not found."))
    if key and Contact.objects.filter(pk__in=[_key(key, one) for one in found]).exists():
        return []
    note = _checked(
        found, on=on, current=current, mode=mode, reached=reached, purposes=purposes, note=note
    )
    if not people_who_go(found, on=on, by=by).filter(pk=made_by.pk).exists():
        raise Refusal(_("Choose who made the contact from the list."), field="made_by")
    if len(found) > 1 and (matter or event):
        raise Refusal(
            _("A matter or an event belongs to one household: record that contact by itself."),
            field="matter" if matter else "event",
        )
    contacts = [
        Contact(
            **({"pk": _key(key, one)} if key else {}), household=one, on=on, mode=mode,
            reached=reached, purposes=list(purposes), note=note, made_by=made_by,
            made_by_party_member=made_by.party_member, recorded_by=by,
        )
        for one in found
    ]  # fmt: skip
    Contact.objects.bulk_create(contacts)
    for contact in contacts:
        if deed:
            deed_give(contact, deed, current=current, by=by)
        if card:
            card_hand_over(contact)
    if matter:
        (contact,) = contacts
        issue_register(
            household=contact.household, contact=contact, on=on, by=by,
            source=SOURCE_OF.get(mode, Issue.Source.PHONE), **matter,
        )  # fmt: skip
    if event:
        event_note(contacts[0], event, by=by)
    return contacts


def _key(form: UUID, household: Household) -> UUID:
    """The key of a household's contact, the same however often a form arrives."""
    return uuid5(form, str(household.pk))


def _checked(
    households: Collection[Household], *, on: date, current: date, mode: str, reached: bool,
    purposes: Collection[str], note: str,
) -> str:  # fmt: skip
    """The note as it is kept; Refusal at the field that cannot be meant."""
    if on > current:
        raise Refusal(_("Choose a day up to today."), field="on")
    for one in households:
        if on not in one.during:
            raise Refusal(
                _("%(name)s was not open on that day; choose a day from %(day)s on.")
                % {"name": one.head_name, "day": one.during.lower}, field="on",
            )  # fmt: skip
    if mode not in Contact.Mode.values:
        raise Refusal(_("Choose the way of the contact."), field="mode")
    if mode == Contact.Mode.CAME and not reached:
        raise Refusal(_("A resident who came was reached."), field="reached")
    if not set(purposes) <= set(Contact.Purpose.values):
        raise Refusal(_("Choose purposes from the list."), field="purposes")
    note = no_id_number(note, field="note")
    if len(note) > NOTE:
        raise Refusal(_("Say it in at most %(n)d characters.") % {"n": NOTE}, field="note")
    return note


def people_who_go(
    households: Collection[Household], *, on: date, by: User
) -> QuerySet[Person]:  # fmt: skip
    """Who may have made a contact with all of some households: oneself, and whoever holds a post
    of their area, from the township down, or is linked to one of them."""
    above = [set(at_and_above(one.path)) for one in households]
    shared = set.intersection(*above) if above else set()
    paths = [path for path in shared if len(path) >= path_length("township")]
    posts = Post.objects.in_force(on).filter(
        path__in=paths, area__isnull=False, role__kind__in=GOES
    )
    links = Link.objects.filter(household__in=households, void=False, during__contains=on)
    return Person.objects.filter(
        Q(pk=scope_of(by).person)
        | Q(pk__in=posts.values("person"))
        | Q(pk__in=links.values("post__person"))
    ).order_by("name", "pk")


def deed_give(contact: Contact, deed: Mapping[str, Any], *, current: date, by: User) -> Deed:
    """Help given on a visit: ``what``, and if known quantity, unit, amount and funds."""
    if not str(deed.get("what", "")).strip():
        raise Refusal(_("Say what was given or done."), field="deed_what")
    return deed_record(
        household=contact.household, contact=contact, on=contact.on, current=current, by=by, **deed
    )


def card_hand_over(contact: Contact) -> int:
    """The printed cards of a household's links in force were handed over with a contact."""
    links = Link.objects.in_force(contact.on).filter(household=contact.household_id)
    handed = 0
    for card in ContactCard.objects.filter(link__in=links, handed_on=None):
        card.handed_on, card.contact = contact.on, contact
        card.save(update_fields=["handed_on", "contact"])
        handed += 1
    if not handed:
        raise Refusal(
            _("No printed card waits to be handed over to %(name)s: print it first.")
            % {"name": contact.household.head_name}, field="card",
        )  # fmt: skip
    return handed


def event_note(contact: Contact, kind: str, *, by: User) -> LifeEvent:
    """Something happened in the household (五必访), as heard in a contact."""
    if kind not in LifeEvent.Kind.values:
        raise Refusal(_("Choose what happened from the list."), field="event")
    return LifeEvent.objects.create(
        household=contact.household, contact=contact, kind=kind, on=contact.on,
        expires_on=contact.on + timedelta(days=EVENT_DAYS), recorded_by=by,
    )  # fmt: skip
