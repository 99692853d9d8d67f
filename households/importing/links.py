"""Load named contacts. Every row follows the rules of ``links_create``; the rows are written at
once. 止 is the first day the person is no longer the contact."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from grids.models import Post
from households.forms import LINKS
from households.importing.base import HouseholdFile, RowPlan
from households.importing.contacts import Contacts, Held, Span, covers, overlap
from households.importing.finding import Home, Homes, told
from households.importing.places import Places
from households.links import link_cut, offers_settle
from households.models import Handover, Household, Link
from jobs.imports import Candidate, Plan, Written
from jobs.undo import Created
from lib.errors import Refusal
from lib.rows import parse_table
from lib.spans import span
from lib.values import Day

BATCH = 5000


@dataclass
class Resting:
    """A link of a household: on record (``id``) or made by the file (None)."""

    post: UUID
    role: str
    person: UUID
    span: Span
    id: UUID | None = None


@dataclass
class LinksPlan(RowPlan):
    """What execute needs of a plan: links to make and to end."""

    make: list[tuple[Home, Held, Span]] = field(default_factory=list)
    cut: dict[UUID, date] = field(default_factory=dict)
    claimed: set[UUID] = field(default_factory=set)
    outcomes: Counter[str] = field(default_factory=Counter)
    towns: set[str] = field(default_factory=set)
    roles: set[str] = field(default_factory=set)

    def text(self, i: int, name: str) -> str:
        return told(self.cell(i, name))

    def day(self, i: int, name: str) -> date | None:
        value = self.cell(i, name)
        return value.day if isinstance(value, Day) else None


class LinksImporter(HouseholdFile):
    """Households and their contacts."""

    kind = "links"
    form = LINKS

    def plan(
        self, parsed: Any, options: Mapping[str, Any], *, path: str, by: Any, on: date
    ) -> Plan:
        read = parse_table(parsed)
        data = LinksPlan(parsed, read.columns, read.problems, set(read.faulty), on)
        homes = Homes(
            path, read.columns.get("serial", []), read.columns.get("head", []),
            Places(path, on=on),
        )  # fmt: skip
        contacts = Contacts(read.columns.get("person", []))
        resting = _resting(homes)
        # In the order of their days, as they would have been named one by one.
        order = sorted(range(len(parsed)), key=lambda i: (data.day(i, "since") or on, i))
        for i in order:
            if i not in data.faulty:
                _take(data, i, homes, contacts, resting)
        missing = _vanished(data, path)
        positions = {sheet.name: n for n, sheet in enumerate(parsed.sheets)}
        data.problems.sort(key=lambda p: (positions.get(p.sheet, 0), p.row))
        plan = Plan(
            table=parsed, problems=data.problems, skipped=parsed.skipped,
            left_out=parsed.left_out, data=data, vanished=missing,
        )  # fmt: skip
        plan.counts = {
            "rows": len(parsed), "new": len(data.make), "changed": len(data.cut),
            "unchanged": data.outcomes["unchanged"], "doubtful": 0, "vanished": len(missing),
        }  # fmt: skip
        plan.sample = [
            {"head": home.head, "person": held.post.person.name, "role": held.post.role.label}
            for home, held, _span in data.make[:8]
        ]
        if data.outcomes["clipped"]:
            plan.notices.append(
                _("%d links begin on the day their household was registered, not before.")
                % data.outcomes["clipped"]
            )
        return plan

    def execute(self, plan: Plan, *, decisions: Mapping[str, str], by: Any, on: date) -> Written:
        data: LinksPlan = plan.data
        posts = sorted({held.post.pk for _home, held, _span in data.make})
        locked = Post.objects.select_for_update(no_key=True).order_by("pk").only("pk")
        list(locked.filter(pk__in=posts))
        households = sorted({home.id for home, _held, _span in data.make})
        waiting = Household.objects.select_for_update(no_key=True).order_by("pk").only("pk")
        list(waiting.filter(pk__in=households))
        for link in Link.objects.select_for_update().filter(pk__in=list(data.cut)):
            link_cut(link, data.cut[link.pk])
        fresh = [
            Link(
                household_id=home.id, post=held.post, role_id=held.post.role_id,
                during=span(*when),
            )
            for home, held, when in data.make
        ]  # fmt: skip
        try:
            with transaction.atomic():
                Link.objects.bulk_create(fresh, batch_size=BATCH)
        except IntegrityError:
            raise Refusal(
                _("Somebody has just named contacts for these households; load the file again.")
            ) from None
        _settle_offers(data)
        return Written(
            created=[Created(Link, [link.pk for link in fresh])] if fresh else [],
            root=Link, touched=list(data.cut),
        )  # fmt: skip


def _resting(homes: Homes) -> dict[UUID, list[Resting]]:
    """The links of the households a file may mean, by household."""
    ids = {home.id for found in homes.by_head.values() for home in found}
    resting: dict[UUID, list[Resting]] = {}
    rows = Link.objects.filter(household__in=ids, void=False).values_list(
        "household_id", "id", "post_id", "role_id", "post__person_id", "during"
    )
    for household, pk, post, role, person, during in rows:
        resting.setdefault(household, []).append(
            Resting(post, role, person, (during.lower, during.upper), pk)
        )
    return resting


def _take(
    data: LinksPlan, i: int, homes: Homes, contacts: Contacts, resting: dict[UUID, list[Resting]]
) -> None:
    """One row: a link to make, to end, one that stands, or an error in a sentence."""
    day = data.day(i, "since") or data.on
    until = data.day(i, "until")
    try:
        home, warning = homes.find(
            serial=data.text(i, "serial"), head=data.text(i, "head"),
            address=data.text(i, "address"), area=data.text(i, "area"),
            village=data.text(i, "village"), day=day,
        )  # fmt: skip
    except ValueError as error:
        data.wrong(i, "serial" if data.text(i, "serial") else "head", str(error))
        return
    if warning:
        data.doubt(i, "head", warning)
    data.towns.add(home.path[:8])
    begin = home.since(day)
    try:
        held = contacts.find(
            name=data.text(i, "person"), phone=data.text(i, "person_phone"),
            role=data.text(i, "role"), path=home.path, day=begin,
        )  # fmt: skip
    except ValueError as error:
        data.wrong(i, "person", str(error))
        return
    data.roles.add(held.post.role_id)
    if until is not None and until <= begin:
        data.wrong(i, "until", _("The last day must be after the first."))
        return
    own = resting.setdefault(home.id, [])
    if _stands(data, i, contacts, held, begin, until, own):
        return
    if not home.open_on(begin):
        data.wrong(i, "since", _("The household is not open on that day."))
        return
    most = contacts.full(held, begin)
    if most is not None:
        message = _("%(name)s already has %(most)s households, the most for this post.")
        data.wrong(i, "person", message % {"name": held.post.person, "most": most})
        return
    ends = [day for day in (until, held.span[1]) if day is not None]
    when: Span = (begin, min(ends) if ends else None)
    if any(other.role == held.post.role_id and overlap(other.span, when) for other in own):
        message = _("The household already has a contact in this role; end that link first.")
        data.wrong(i, "person", message)
        return
    held.spans.append(when)
    own.append(Resting(held.post.pk, held.post.role_id, held.post.person_id, when))
    data.make.append((home, held, when))
    data.outcomes["clipped"] += begin > day


def _stands(
    data: LinksPlan, i: int, contacts: Contacts, held: Held, begin: date, until: date | None,
    own: list[Resting],
) -> bool:  # fmt: skip
    """Whether the row speaks of a link on record; then only its end may change."""
    mine = [r for r in own if r.person == held.post.person_id and r.role == held.post.role_id]
    same = [r for r in mine if r.post == held.post.pk and r.span[0] == begin]
    found = same or [r for r in mine if covers(r.span, begin)]
    if not found:
        return False
    link = found[0]
    if link.id is None or link.id in data.claimed:
        data.wrong(i, "person", _("An earlier row names the same contact for this household."))
        return True
    data.claimed.add(link.id)
    if data.day(i, "since") is not None and link.span[0] != begin:
        message = _("The link is on record since %s; that day is kept.")
        data.doubt(i, "since", message % link.span[0])
    if until is None or until == link.span[1]:
        data.outcomes["unchanged"] += 1
    elif link.span[1] is None or until < link.span[1]:
        if until <= link.span[0]:
            data.wrong(i, "until", _("The last day must be after the first."))
            return True
        data.cut[link.id] = until
        spans = contacts.by_post[link.post].spans
        spans.remove(link.span)
        link.span = (link.span[0], until)
        spans.append(link.span)
    else:
        data.doubt(i, "until", _("The link ended on %s; that day is kept.") % link.span[1])
        data.outcomes["unchanged"] += 1
    return True


def _vanished(data: LinksPlan, path: str) -> list[Candidate]:
    """Links in force in the townships and roles of the file that no row names; they stay."""
    links = Link.objects.in_force(data.on).filter(
        role__in=data.roles, household__path__startswith=path
    )
    faulty = {data.text(i, "serial") or data.text(i, "head") for i in data.faulty}
    rows = links.values_list(
        "id", "household__serial", "household__head_name", "household__path", "post__person__name"
    )
    return [
        Candidate(str(pk), f"{serial} {head} ← {person}".strip())
        for pk, serial, head, where, person in rows
        if pk not in data.claimed and where[:8] in data.towns
        and serial not in faulty and head not in faulty
    ]  # fmt: skip


def _settle_offers(data: LinksPlan) -> None:
    """A household that got a contact waits for no answer any more."""
    offered = set(
        Handover.objects.filter(household__in={home.id for home, *_rest in data.make}).values_list(
            "household", flat=True
        )
    )
    for home, held, when in data.make:
        if home.id in offered:
            offers_settle(home.id, held.post, when[0])
