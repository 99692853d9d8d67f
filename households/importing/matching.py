"""Which household on record is a row of a file? By number, else by place, name and more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from households.importing.places import plain

COLUMNS = """
SELECT id, serial, head_name, phone_sealed, phone_tail, address, path, registered_on, size,
    residence, public.st_x(location), public.st_y(location), location_source, emergency_name,
    emergency_phone_sealed, version
FROM households_household
WHERE path LIKE %(pattern)s
"""
OPEN = COLUMNS + " AND during @> %(on)s::date"
BY_VILLAGE = OPEN + " AND left(path, 12) = ANY(%(villages)s)"
BY_SERIAL = OPEN + " AND serial = ANY(%(serials)s) AND serial <> ''"
CLOSED = COLUMNS + (
    " AND upper(during) <= %(on)s::date AND serial = ANY(%(serials)s) AND serial <> ''"
)


@dataclass(slots=True)
class Known:
    """A household on record, as far as files can change it; a closed one they cannot."""

    id: UUID
    serial: str
    head: str
    phone_sealed: memoryview | None
    phone_tail: bytes | None
    address: str
    path: str
    registered_on: date
    size: int | None
    residence: str
    lon: float | None
    lat: float | None
    location_source: str
    emergency: str
    emergency_phone_sealed: memoryview | None
    version: int
    closed: bool = False


@dataclass
class Match:
    """What a row is: ``known`` where that is sure, else ``candidates`` that somebody must decide
    on; neither: it is new."""

    known: Known | None = None
    candidates: list[Known] = field(default_factory=list)


def same_text(a: str, b: str) -> bool:
    """Whether two addresses say the same, spaces aside."""
    return bool(a) and plain(a) == plain(b)


class Roll:
    """The open households that the rows of a file may be, each given to one row only."""

    def __init__(
        self, root: str, villages: Iterable[str], serials: Iterable[str], *, on: date
    ) -> None:
        parameters: dict[str, Any] = {
            "on": on, "pattern": f"{root}%", "villages": sorted(set(villages)),
            "serials": sorted(set(serials) - {""}),
        }  # fmt: skip
        self.households: dict[UUID, Known] = {}
        with connection.cursor() as cursor:
            for sql in (BY_VILLAGE, BY_SERIAL):
                cursor.execute(sql, parameters)
                for row in cursor.fetchall():
                    known = Known(*row)
                    if known.phone_tail is not None:
                        known.phone_tail = bytes(known.phone_tail)
                    self.households[known.id] = known
            cursor.execute(CLOSED, parameters)
            gone = [Known(*row) for row in cursor.fetchall()]
        for known in gone:
            known.closed = True
        self.closed = {(known.serial, known.head): known for known in gone}
        self.by_serial: dict[str, list[Known]] = {}
        self.by_name: dict[tuple[str, str], list[Known]] = {}
        for known in self.households.values():
            if known.serial:
                self.by_serial.setdefault(known.serial, []).append(known)
            self.by_name.setdefault((known.path[:12], known.head), []).append(known)
        self.taken: set[UUID] = set()

    def free(self, found: list[Known] | None) -> Iterator[Known]:
        """Those no row has been given yet."""
        return (k for k in found or () if k.id not in self.taken)

    def match(
        self, *, serial: str, head: str, path: str, tail: bytes | None, address: str
    ) -> Match:
        """The household of a row, given to it at once; '' and None where the row is silent."""
        if serial and serial in self.by_serial:
            found = self._by_serial(serial, head, path)
            if found is not None:
                return self._given(found)
        gone = self.closed.get((serial, head))
        if gone is not None and (not path or gone.path[:8] == path[:8]):
            return Match(candidates=[gone])
        if not head or not path:
            return Match()
        namesakes = list(self.free(self.by_name.get((path[:12], head))))
        if serial:
            # Another number is another household; without a number it may be this one.
            namesakes = [k for k in namesakes if not k.serial]
        if not namesakes:
            return Match()
        sure = [
            k for k in namesakes
            if near(k.path, path)
            and (
                (tail is not None and k.phone_tail == tail)
                or same_text(k.address, address)
                or (tail is None and not address and k.phone_tail is None and not k.address)
            )
        ]  # fmt: skip
        both = [
            k for k in sure
            if (tail is None or k.phone_tail == tail)
            and (not address or same_text(k.address, address))
        ]  # fmt: skip
        for chosen in (both, sure):
            if len(chosen) == 1 or (chosen and indistinguishable(chosen)):
                return self._given(Match(chosen[0]))
        return Match(candidates=sure or namesakes)

    def _by_serial(self, serial: str, head: str, path: str) -> Match | None:
        found = list(self.free(self.by_serial[serial]))
        if path:
            # Offices number their own households: the same number in another township is another.
            here = [k for k in found if k.path[:8] == path[:8]]
            if not here:
                elsewhere = [k for k in found if k.head == head]
                return Match(candidates=elsewhere) if elsewhere else None
            found = here
        if len(found) > 1:
            nearer = [k for k in found if path and near(k.path, path)]
            found = nearer if len(nearer) == 1 else [k for k in found if k.head == head] or found
        if len(found) == 1:
            return Match(found[0])
        return Match(candidates=found) if found else None

    def _given(self, match: Match) -> Match:
        if match.known is not None:
            self.taken.add(match.known.id)
        return match


def near(a: str, b: str) -> bool:
    """Whether two paths lie in one grid, or one of them says no more than the village."""
    length = min(len(a), len(b), 16)
    return a[:length] == b[:length]


def indistinguishable(found: list[Known]) -> bool:
    """Whether these differ in nothing a file could tell, so that it does not matter which."""
    return len({(k.phone_tail, k.address, k.path, k.size) for k in found}) == 1


def label(known: Any) -> str:
    """A household for people: number, head, address."""
    return " ".join(part for part in (known.serial, known.head, known.address) if part)
