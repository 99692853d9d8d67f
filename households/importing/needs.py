"""Load a department's list of support needs (P3). What is no longer listed is named, never ended.

止 is the first day a need no longer holds. The same need may occur twice in a household: each row
is one need, and finds its own on record.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import F
from django.utils.translation import gettext as _

from households.forms import NEEDS
from households.importing.base import HouseholdFile, RowPlan
from households.importing.contacts import Span, covers
from households.importing.diffs import HARDSHIP_DAYS, LIST
from households.importing.finding import Home, Homes, told
from households.importing.places import Places
from households.importing.rows import needs_cell
from households.models import Need, NeedKind
from households.needcells import NeedMention, needs_text
from households.services import need_cut
from jobs.imports import Candidate, Plan, Written
from jobs.undo import Created
from lib.rows import parse_table
from lib.spans import span
from lib.values import CLEAR, Day

BATCH = 5000


@dataclass
class Entry:
    """One need that a row names, of a household; ``need`` is the one on record it is."""

    i: int
    home: Home
    kind: NeedKind
    subtype: int | None
    persons: int | None
    since: date | None
    until: date | None
    need: OnRecord | None = None


@dataclass
class OnRecord:
    """A need on record."""

    id: UUID
    kind: int
    subtype: int | None
    persons: int
    span: Span
    listed: bool = False
    claimed: bool = False


@dataclass
class NeedsPlan(RowPlan):
    """What execute needs of a plan."""

    entries: list[Entry] = field(default_factory=list)
    record: dict[UUID, list[OnRecord]] = field(default_factory=dict)
    make: list[Entry] = field(default_factory=list)
    persons: dict[UUID, int] = field(default_factory=dict)
    confirmed: set[UUID] = field(default_factory=set)
    cut: dict[UUID, date] = field(default_factory=dict)
    outcomes: Counter[str] = field(default_factory=Counter)


class NeedsImporter(HouseholdFile):
    """Households and what they need."""

    kind = "needs"
    form = NEEDS

    def plan(
        self, parsed: Any, options: Mapping[str, Any], *, path: str, by: Any, on: date
    ) -> Plan:
        read = parse_table(parsed, {"needs": _needs})
        data = NeedsPlan(parsed, read.columns, read.problems, set(read.faulty), on)
        homes = Homes(
            path, read.columns.get("serial", []), read.columns.get("head", []),
            Places(path, on=on),
        )  # fmt: skip
        kinds = {(kind.code, kind.variant): kind for kind in NeedKind.objects.all()}
        for i in range(len(parsed)):
            if i not in data.faulty:
                _read(data, i, homes, kinds)
        data.entries = [entry for entry in data.entries if entry.i not in data.faulty]
        _load(data)
        _compare(data)
        missing = _vanished(data, path)
        positions = {sheet.name: n for n, sheet in enumerate(parsed.sheets)}
        data.problems.sort(key=lambda p: (positions.get(p.sheet, 0), p.row))
        plan = Plan(
            table=parsed, problems=data.problems, skipped=parsed.skipped,
            left_out=parsed.left_out, data=data, vanished=missing,
        )  # fmt: skip
        plan.counts = {
            "rows": len(parsed), "new": len(data.make),
            "changed": len(data.persons.keys() | data.cut.keys()),
            "unchanged": data.outcomes["unchanged"], "doubtful": 0, "vanished": len(missing),
            "confirmed": len(data.confirmed),
        }  # fmt: skip
        plan.sample = [
            {"head": entry.home.head, "needs": entry.kind.label} for entry in data.entries[:8]
        ]
        return plan

    def execute(self, plan: Plan, *, decisions: Mapping[str, str], by: Any, on: date) -> Written:
        data: NeedsPlan = plan.data
        fresh = [_fresh(entry, on) for entry in data.make]
        Need.objects.bulk_create(fresh, batch_size=BATCH)
        touched = list(data.persons.keys() | data.cut.keys() | data.confirmed)
        for need in Need.objects.select_for_update().filter(pk__in=touched):
            if need.pk in data.persons or need.pk in data.confirmed:
                Need.objects.filter(pk=need.pk).update(
                    persons=data.persons.get(need.pk, need.persons), confirmed_by=LIST,
                    version=F("version") + 1,
                )  # fmt: skip
            if need.pk in data.cut:
                need_cut(need, data.cut[need.pk])
        return Written(
            created=[Created(Need, [need.pk for need in fresh])] if fresh else [],
            root=Need, touched=touched,
        )  # fmt: skip


@lru_cache(maxsize=4096)
def _mentions(value: str) -> tuple[NeedMention, ...]:
    found = needs_cell(value)
    return found if isinstance(found, tuple) else ()


def _needs(cell: Any) -> Any:
    """The needs of a cell as a tuple; an empty cell and a dash as elsewhere."""
    return _mentions(cell) or None if isinstance(cell, str) else needs_cell(cell)


def _fresh(entry: Entry, on: date) -> Need:
    since = entry.home.since(entry.since or on)
    until = entry.until
    if entry.kind.code == "LINSHI" and until is None:
        until = since + timedelta(days=HARDSHIP_DAYS)
    return Need(
        household_id=entry.home.id, kind=entry.kind, subtype=entry.subtype,
        persons=entry.persons or 1, during=span(since, until), clock_from=max(since, on),
        confirmed_by="" if entry.persons is None else LIST,
    )  # fmt: skip


def _read(data: NeedsPlan, i: int, homes: Homes, kinds: Mapping[tuple[str, str], NeedKind]) -> None:
    """The entries of one row, or why it does not fit."""
    mentions = data.cell(i, "needs")
    since, until = data.cell(i, "since"), data.cell(i, "until")
    since = since.day if isinstance(since, Day) else None
    until = until.day if isinstance(until, Day) else None
    day = since or data.on
    if mentions is CLEAR or not mentions:
        data.wrong(i, "needs", _("This row names no need."))
        return
    if day > data.on:
        data.wrong(i, "since", _("This day lies in the future."))
        return
    try:
        home, warning = homes.find(
            serial=told(data.cell(i, "serial")), head=told(data.cell(i, "head")),
            address=told(data.cell(i, "address")), area=told(data.cell(i, "area")),
            village=told(data.cell(i, "village")), day=day,
        )  # fmt: skip
    except ValueError as error:
        data.wrong(i, "serial" if told(data.cell(i, "serial")) else "head", str(error))
        return
    if warning:
        data.doubt(i, "head", warning)
    begin = home.since(day)
    if not home.open_on(begin):
        data.wrong(i, "since", _("The household is not open on that day."))
        return
    if until is not None and until <= begin:
        data.wrong(i, "until", _("The last day must be after the first."))
        return
    persons = data.cell(i, "persons")
    persons = persons if isinstance(persons, int) else None
    if persons is not None and not 1 <= persons <= 99:
        data.wrong(i, "persons", _("Enter at least one person."))
        return
    if persons is not None and len(mentions) > 1 and persons != 1:
        message = _("The row names several needs: write the number of persons behind each of them.")
        data.wrong(i, "persons", message)
        return
    for mention in mentions:
        kind = kinds.get((mention.code, mention.variant))
        if kind is None:
            data.wrong(i, "needs", _("The need %s is not in use here.") % needs_text([mention]))
            return
        number = mention.persons if mention.persons > 1 else persons
        data.entries.append(Entry(i, home, kind, mention.type, number, since, until))


def _load(data: NeedsPlan) -> None:
    households = {entry.home.id for entry in data.entries}
    rows = Need.objects.filter(household__in=households, void=False).order_by("during", "pk")
    for household, pk, kind, subtype, persons, during, confirmed in rows.values_list(
        "household_id", "id", "kind_id", "subtype", "persons", "during", "confirmed_by"
    ):
        listed = confirmed == LIST
        found = OnRecord(pk, kind, subtype, persons, (during.lower, during.upper), listed)
        data.record.setdefault(household, []).append(found)


def _compare(data: NeedsPlan) -> None:
    """Give each entry its need on record: the same begin first, then one in force."""
    for exact in (True, False):
        for entry in data.entries:
            if entry.need is None:
                _match(data, entry, exact=exact)
    for entry in data.entries:
        if entry.need is None:
            data.make.append(entry)
            if entry.kind.code == "LINSHI" and entry.until is None:
                message = _("A sudden hardship needs an end date; it ends after 90 days.")
                data.doubt(entry.i, "until", message)
            continue
        need, changed = entry.need, False
        if entry.persons is not None and entry.persons != need.persons:
            data.persons[need.id] = entry.persons
            changed = True
        elif entry.persons is not None and not need.listed:
            data.confirmed.add(need.id)
        if entry.until is not None and entry.until != need.span[1]:
            if entry.until <= need.span[0]:
                data.wrong(entry.i, "until", _("The last day must be after the first."))
            elif need.span[1] is None or entry.until < need.span[1]:
                data.cut[need.id] = entry.until
                changed = True
            else:
                message = _("The need ended on %s; that day is kept.") % need.span[1]
                data.doubt(entry.i, "until", message)
        data.outcomes["unchanged"] += not changed


def _match(data: NeedsPlan, entry: Entry, *, exact: bool) -> None:
    begin = entry.home.since(entry.since or data.on)
    for need in data.record.get(entry.home.id, []):
        if need.claimed or need.kind != entry.kind.pk:
            continue
        if None not in (need.subtype, entry.subtype) and need.subtype != entry.subtype:
            continue
        if exact and need.span[0] != begin:
            continue
        running = covers(need.span, data.on) or covers(need.span, begin)
        # A hardship of an earlier list that has run out meanwhile is not a new one.
        lapsed = entry.kind.code == "LINSHI" and entry.since is None
        if exact or running or lapsed:
            need.claimed = True
            entry.need = need
            return


def _vanished(data: NeedsPlan, path: str) -> list[Candidate]:
    """Needs in force, of the kinds and townships of the file, that no row names; they stay."""
    towns = {entry.home.path[:8] for entry in data.entries}
    kinds = {entry.kind.pk for entry in data.entries}
    claimed = {entry.need.id for entry in data.entries if entry.need is not None}
    faulty = {
        told(data.cell(i, name)) for i in data.faulty for name in ("serial", "head")
    } - {""}  # fmt: skip
    needs = Need.objects.filter(
        kind__in=kinds, void=False, during__contains=data.on, household__path__startswith=path
    )
    rows = needs.values_list(
        "id", "household__serial", "household__head_name", "household__path", "kind__label"
    ).order_by("household__path", "household__head_name")
    return [
        Candidate(str(pk), f"{serial} {head} {label}".strip())
        for pk, serial, head, where, label in rows
        if pk not in claimed and where[:8] in towns and serial not in faulty and head not in faulty
    ]
