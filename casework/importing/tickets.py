"""Load an export of the hotline 12345: the ticket's number is the key.

The same number again takes over what the file carries and nobody here has changed since the last
one (``told.py``), and the hotline's own state; it makes no second matter, moves none backwards, and
leaves one that is finished here as it is.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

import pgtrigger
from django.utils.translation import gettext as _

from casework.clocks import limit_for, urgent_limit
from casework.importing.cells import Moment, parse_moment, parse_ticket
from casework.importing.forms import TICKETS, is_urgent, kind_of, never_stored, subject_of
from casework.importing.ticketwriting import changes_write, fresh_write
from casework.importing.told import (
    READ,
    WORDS,
    OnRecord,
    cell_of,
    changed_here,
    differs,
    marks_of,
    record_of,
)
from casework.models import Issue, Topic
from households.attribution import Place
from households.importing.base import HouseholdFile, RowPlan
from households.importing.places import FILING_LEVELS, Places
from jobs.imports import Plan, Written
from lib.clock import SHANGHAI
from lib.headers import reason_text
from lib.rows import parse_table

TITLE, TEXT, PLACE, TOLD, WAY = 120, 8000, 120, 80, 60
MOST_PEOPLE = 100_000
CHUNK = 5000


@dataclass
class Ticket:
    """One row: what a matter is to say; ``given`` is the limit the file names, if it does."""

    i: int
    number: str
    place: Place
    values: dict[str, Any]
    given: Moment | None
    #: What the row itself says, by the names of ``told.WORDS``; an empty cell says nothing.
    said: dict[str, Any]


@dataclass
class TicketsPlan(RowPlan):
    """What execute needs of a plan; ``changes`` are the new values by matter."""

    fresh: list[Ticket] = field(default_factory=list)
    changes: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    outcomes: Counter[str] = field(default_factory=Counter)
    limits: dict[tuple[str, bool, date], date] = field(default_factory=dict)

    def limit(self, kind: str, urgent: bool, registered: date) -> date:
        """The county's limit, looked up once for each kind and day."""
        key = (kind, urgent, registered)
        if key not in self.limits:
            self.limits[key] = limit_for(kind, urgent=urgent, on=registered)
        return self.limits[key]


class TicketsImporter(HouseholdFile):
    """Matters that came in by the hotline."""

    kind = "tickets"
    form = TICKETS

    def plan(
        self, parsed: Any, options: Mapping[str, Any], *, path: str, by: Any, on: date
    ) -> Plan:
        read = parse_table(parsed, {"ticket": parse_ticket, "moment": parse_moment})
        data = TicketsPlan(parsed, read.columns, read.problems, set(read.faulty), on)
        reader = _Reader(data, Places(path, on=on), str(options.get("area") or ""))
        tickets = [ticket for i in range(len(parsed)) if (ticket := reader.read(i)) is not None]
        known = on_record([ticket.number for ticket in tickets])
        for ticket in tickets:
            _compare(data, ticket, known.get(ticket.number), path)
        positions = {sheet.name: n for n, sheet in enumerate(parsed.sheets)}
        data.problems.sort(key=lambda p: (positions.get(p.sheet, 0), p.row))
        plan = Plan(
            table=parsed, problems=data.problems, skipped=parsed.skipped,
            left_out=parsed.left_out, data=data,
        )  # fmt: skip
        plan.counts = {
            "rows": len(parsed), "new": len(data.fresh), "changed": len(data.changes),
            "unchanged": data.outcomes["unchanged"], "doubtful": 0, "vanished": 0,
            "closed": data.outcomes["closed"], "excluded": data.outcomes["excluded"],
        }  # fmt: skip
        plan.sample = [_shown(ticket) for ticket in tickets[:8]]
        return plan

    def execute(self, plan: Plan, *, decisions: Mapping[str, str], by: Any, on: date) -> Written:
        data: TicketsPlan = plan.data
        rows = []
        for ticket in data.fresh:
            values = dict(ticket.values)
            registered, urgent = values["registered_on"], values["urgent"]
            if ticket.given is None:
                values["limit_on"] = data.limit(values["kind"], urgent, registered)
                values["limit_at"] = urgent_limit(registered) if urgent else None
            values["told_marks"] = json.dumps(marks_of(ticket.said))
            rows.append((ticket.number, ticket.place, values))
        created = fresh_write(rows, by=by)
        touched, steps = changes_write(data.changes, by=by, on=on)
        return Written(created=created + steps, root=Issue, touched=touched)

    def taking_back(self) -> AbstractContextManager[None]:
        """The path of a matter is only added to, but by whoever takes back what began it."""
        return pgtrigger.ignore("casework.IssueStep:append_only")


def on_record(numbers: list[str]) -> dict[str, OnRecord]:
    """The matters of the hotline with these numbers, wherever they are filed."""
    found = {}
    for start in range(0, len(numbers), CHUNK):
        rows = Issue.objects.filter(
            source=Issue.Source.HOTLINE, ticket__in=numbers[start : start + CHUNK]
        )
        for row in rows.values(*READ):
            found[row["ticket"]] = record_of(row)
    return found


class _Reader:
    """Reads the rows of one file; numbers it has seen make no second matter."""

    def __init__(self, data: TicketsPlan, places: Places, chosen: str) -> None:
        self.data = data
        self.places = places
        place = places.place_of_code(chosen) if chosen else None
        self.chosen = place if place is not None and place.level in FILING_LEVELS else None
        self.topics = {
            name: topic
            for topic in Topic.objects.all()
            for name in (topic.label, topic.code)
            if name
        }
        self.subjects = {str(label): value for value, label in Issue.Subject.choices}
        self.villages = [
            (names, place)
            for place in places.villages
            if (names := [n for n, p in places.by_name.items() if p == [place] and len(n) > 1])
        ]
        self.seen: dict[str, int] = {}

    def word(self, i: int, name: str) -> str:
        """A text cell, '' where it is empty or a dash."""
        value = self.data.cell(i, name)
        return value if isinstance(value, str) else ""

    def moment(self, i: int, name: str) -> Moment | None:
        value = self.data.cell(i, name)
        return value if isinstance(value, Moment) else None

    def read(self, i: int) -> Ticket | None:
        """The ticket of a row; None where it has an error or is passed over."""
        data, word = self.data, self.word
        kind_word, subject_word = word(i, "kind"), word(i, "subject")
        title, text = word(i, "title"), word(i, "text")
        # Before anything else: what is never stored needs no mending either.
        subject = never_stored(kind_word, f"{subject_word} {word(i, 'topic')}", title + text)
        if subject:
            data.doubt(i, "kind", _("This row is passed over. %s") % reason_text(subject))
            data.outcomes["excluded"] += 1
            data.faulty.discard(i)
            self._forgive(i)
            return None
        number = word(i, "ticket")
        if i in data.faulty or not number:
            return None
        if number in self.seen:
            message = _("Row %s has this ticket already; this row is passed over.")
            data.doubt(i, "ticket", message % data.table.row[self.seen[number]])
            data.outcomes["unchanged"] += 1
            return None
        self.seen[number] = i
        if not title and not text:
            name = "title" if "title" in data.columns else "text"
            data.wrong(i, name, _("Say in a sentence what the matter is."))
            return None
        if len(text) > TEXT:
            data.wrong(i, "text", _("This text is longer than %s characters.") % TEXT)
            return None
        values = self._kind(i, kind_word) | self._topic(i, subject_word, word(i, "topic"))
        values |= self._days(i)
        place, named = self._place(i)
        people = data.cell(i, "people")
        if isinstance(people, int) and not 1 <= people <= MOST_PEOPLE:
            data.wrong(i, "people", _("A matter concerns at least one person."))
        if i in data.faulty or place is None:
            return None
        given = values.pop("given")
        told = word(i, "state")
        unit = word(i, "unit")
        values |= {
            "title": _cut(title or text, TITLE), "text": text,
            "place": _cut(word(i, "place"), PLACE),
            "told_state": _cut(f"{told}（{unit}）" if told and unit else told or unit, TOLD),
            "contact_way": self._way(i), "people": people if isinstance(people, int) else 1,
        }  # fmt: skip
        if given is not None:
            values["limit_on"] = given.day
            values["limit_at"] = _hour(given) if values["urgent"] else None
        said = self._said(i, values, given)
        if named:
            said["area"] = place
        return Ticket(i, number, place, values, given, said)

    def _said(self, i: int, values: dict[str, Any], given: Moment | None) -> dict[str, Any]:
        """What a row itself says of a matter, but for its area; a title cut from the text is
        said by the text."""
        said = {name: values[name] for name in ("title", "text", "place") if values[name]}
        for name in ("kind", "urgent"):
            if self.word(i, name):
                said[name] = values[name]
        if self.word(i, "subject") or self.word(i, "topic"):
            said["topic"] = (values["subject"], values["topic_id"])
        if isinstance(self.data.cell(i, "people"), int):
            said["people"] = values["people"]
        if values["contact_way"] or self.data.cell(i, "secret") is True:
            said["contact_way"] = values["contact_way"]
        if given is not None:
            said["limit_on"] = given.day
        return said

    def _forgive(self, i: int) -> None:
        """Errors of a row that is passed over anyway are none."""
        where = (self.data.table.sheet[i], self.data.table.row[i])
        self.data.problems[:] = [
            p for p in self.data.problems if p.severity != "error" or (p.sheet, p.row) != where
        ]

    def _kind(self, i: int, word: str) -> dict[str, Any]:
        urgent = is_urgent(self.word(i, "urgent"))
        if not word:
            self.data.doubt(i, "kind", _("No kind is given; it is read as a request for help."))
            return {"kind": Issue.Kind.HELP.value, "urgent": urgent}
        kind = kind_of(word)
        if kind is None:
            message = _("“%s” is no kind of matter. Allowed: 咨询, 求助, 投诉, 建议, 纠纷.")
            self.data.wrong(i, "kind", message % word[:20])
        return {"kind": str(kind), "urgent": urgent}

    def _topic(self, i: int, *words: str) -> dict[str, Any]:
        """Subject and topic: a topic of the county by label or code, finest word first."""
        parts = [part for word in reversed(words) for part in (word, *reversed(_split(word)))]
        for part in parts:
            if part in self.topics:
                topic = self.topics[part]
                return {"subject": topic.subject, "topic_id": topic.pk}
        for part in parts:
            if part in self.subjects:
                return {"subject": self.subjects[part], "topic_id": None}
        return {"subject": str(subject_of(" ".join(words))), "topic_id": None}

    def _days(self, i: int) -> dict[str, Any]:
        registered, given = self.moment(i, "registered"), self.moment(i, "limit")
        day = registered.day if registered else self.data.on
        if day > self.data.on:
            self.data.wrong(i, "registered", _("This day lies in the future."))
        if given is not None and given.day < day:
            self.data.wrong(i, "limit", _("The limit lies before the day of registration."))
        return {"registered_on": day, "given": given}

    def _place(self, i: int) -> tuple[Place | None, bool]:
        """By code or name; else by the one village whose name the address holds; else the village
        chosen for the file, else the township the row names. Whether the row says it itself."""
        data = self.data
        try:
            place, warning = self.places.of_cells(self.word(i, "area"), self.word(i, "village"))
        except ValueError as error:
            name = "area" if self.word(i, "area") else "village"
            if self.chosen is None:
                data.wrong(i, name, str(error))
                return None, False
            data.doubt(i, name, _("%s It is filed under the village chosen.") % error)
            return self.chosen, False
        if warning and "area" in data.columns:
            data.doubt(i, "area", warning)
        if place is not None and place.level in FILING_LEVELS:
            return place, True
        address = self.word(i, "place")
        found = [p for names, p in self.villages if any(name in address for name in names)]
        if len(found) == 1 and (place is None or found[0].path.startswith(place.path)):
            return found[0], True
        if self.chosen is not None:
            return self.chosen, False
        if place is not None:
            return place, False
        name = next((n for n in ("area", "village", "place") if n in data.columns), "ticket")
        data.wrong(
            i, name, _("No place is given. Name the village, or choose one for such rows.")
        )  # fmt: skip
        return None, False

    def _way(self, i: int) -> str:
        """How to reach who called: the one place their name is kept; nothing where they asked for
        confidence."""
        if self.data.cell(i, "secret") is True:
            return ""
        parts = (self.word(i, "caller"), self.word(i, "phone").removesuffix(".0"))
        return _cut(" ".join(part for part in parts if part), WAY)


def _split(word: str) -> list[str]:
    """The levels of a subject written in one cell: 城乡建设-供水, 城乡建设/供水, 城乡建设>供水."""
    for sign in "/>—-|、":
        word = word.replace(sign, " ")
    return word.split()


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _hour(moment: Moment) -> datetime:
    return moment.at or datetime.combine(moment.day, time(23, 59), tzinfo=SHANGHAI)


def _compare(data: TicketsPlan, ticket: Ticket, known: OnRecord | None, path: str) -> None:
    """New, changed, unchanged, or finished here already."""
    if known is None:
        data.fresh.append(ticket)
        return
    if not known.path.startswith(path):
        data.wrong(ticket.i, "ticket", _("A matter of another area has this ticket already."))
        return
    if known.state in Issue.FINISHED:
        label = dict(Issue.State.choices)[known.state]
        message = _("Here this matter is %(state)s since %(day)s; it is left so, nothing changed.")
        data.doubt(
            ticket.i, "ticket",
            message % {"state": label, "day": known.finished_on or known.registered_on},
        )  # fmt: skip
        data.outcomes["closed"] += 1
        return
    if ticket.given is not None and ticket.given.day < known.registered_on:
        data.wrong(ticket.i, "limit", _("The limit lies before the day of registration."))
        return
    changed = _taken_over(data, ticket, known)
    if changed:
        changed["marks"] = marks_of(
            {name: value for name, value in ticket.said.items()
             if name in changed or not differs(known, name, value)}
        )  # fmt: skip
        data.changes[known.id] = changed
    else:
        data.outcomes["unchanged"] += 1


def _taken_over(data: TicketsPlan, ticket: Ticket, known: OnRecord) -> dict[str, Any]:
    """What a row changes on a matter; what stays, since it was changed here, is remarked."""
    changed: dict[str, Any] = {}
    for name, value in ticket.said.items():
        if not differs(known, name, value):
            continue
        if name == "area" and known.of_household:
            sentence = _("A matter of a household stays where the household is.")
        elif changed_here(known, name):
            sentence = _("%(what)s was changed here since the last file; it is left so.") % {
                "what": WORDS[name]
            }
        else:
            changed[name] = value
            continue
        data.doubt(ticket.i, cell_of(name, data.columns), sentence)
    told = ticket.values["told_state"]
    if told and told != known.told_state:
        changed["told_state"] = told
    urgent = changed.get("urgent", known.values["urgent"])
    if ticket.given is None and changed.keys() & {"kind", "urgent"}:
        if not changed_here(known, "limit_on"):
            kind = changed.get("kind", known.values["kind"])
            changed["limit_on"] = data.limit(kind, urgent, known.registered_on)
            changed["limit_at"] = urgent_limit(known.registered_on) if urgent else None
    elif ticket.given is not None and urgent and not changed_here(known, "limit_on"):
        moved = ticket.given.at or known.values["limit_on"] != ticket.given.day
        hour = _hour(ticket.given)
        if (moved or "urgent" in changed) and hour != known.limit_at:
            changed["limit_at"] = hour
    return changed


def _shown(ticket: Ticket) -> dict[str, str]:
    """A row as it is read, without who called."""
    values = ticket.values
    return {
        _("ticket"): ticket.number,
        _("matter"): values["title"],
        _("kind"): str(dict(Issue.Kind.choices)[values["kind"]]),
        _("subject"): str(dict(Issue.Subject.choices)[values["subject"]]),
        _("place"): ticket.place.name,
        _("to be answered by"): str(values.get("limit_on") or ""),
    }
