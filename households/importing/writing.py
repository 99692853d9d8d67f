"""New households by COPY, changed ones by one UPDATE from a temporary table.

The triggers of the tables mark what must be counted again; COPY bypasses Django alone.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from django.db import connection
from django.utils import timezone

from accounts.keys import sealer
from households.attribution import Place
from households.importing.diffs import Change, NeedKinds
from households.importing.indexes import indexes_built_after
from households.importing.seasons import FreshPlace, places_write
from households.links import links_of_household_end
from households.models import Absence, Household, Membership, Need
from households.needcells import NeedMention
from jobs.undo import Created
from lib.bigrams import bigrams
from lib.pinyin import initials

NULL = r"\N"
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
BATCH = 20_000


@dataclass
class Fresh:
    """A household to be made."""

    serial: str
    head: str
    phone: str | None
    address: str
    place: Place
    registered_on: date
    size: int | None
    residence: str
    lon: float | None
    lat: float | None
    emergency: str
    emergency_phone: str | None
    needs: Sequence[NeedMention] = field(default_factory=tuple)
    places: Sequence[FreshPlace] = field(default_factory=tuple)


def copied(text: str) -> str:
    """A text as COPY wants it."""
    if "\\" in text or "\t" in text or "\n" in text or "\r" in text:
        return text.translate(_ESCAPES)
    return text


def bigram_array(head: str, address: str) -> str:
    """The search pairs of a household as an array for COPY."""
    pairs = set(bigrams(head))
    pairs.update(bigrams(address))
    inner = '","'.join(sorted(pairs))
    if not inner:
        return "{}"
    if "\\" in inner or inner.count('"') != 2 * (len(pairs) - 1):
        inner = '","'.join(p.replace("\\", r"\\").replace('"', r"\"") for p in sorted(pairs))
        return copied('{"' + inner + '"}')
    return '{"' + inner + '"}'


def hexed(values: Sequence[bytes | None]) -> list[str]:
    """Byte strings for COPY."""
    return [NULL if v is None else r"\\x" + v.hex() for v in values]


def sealed(numbers: Sequence[str | None]) -> list[bytes | None]:
    """Phone numbers sealed, in order."""
    made = iter(sealer().seal_many([n for n in numbers if n]))
    return [next(made) if n else None for n in numbers]


def tails(numbers: Sequence[str | None]) -> list[bytes | None]:
    """Keyed hashes of the last four digits, in order."""
    made = iter(sealer().tail_many([n for n in numbers if n]))
    return [next(made) if n else None for n in numbers]


def points_hex(lon: Sequence[float | None], lat: Sequence[float | None]) -> list[str]:
    """Points (WGS 84) as EWKB for COPY."""
    x = np.array([np.nan if v is None else v for v in lon], dtype=np.float64)
    y = np.array([np.nan if v is None else v for v in lat], dtype=np.float64)
    geometry = shapely.set_srid(shapely.points(np.nan_to_num(x), np.nan_to_num(y)), 4326)
    wkb = shapely.to_wkb(geometry, hex=True, include_srid=True)
    return [w if known else NULL for w, known in zip(wkb, np.isfinite(x), strict=True)]


def uuids(count: int) -> list[UUID]:
    """Random keys (version 4), made in one go."""
    raw = os.urandom(16 * count)
    return [UUID(bytes=raw[16 * i : 16 * i + 16], version=4) for i in range(count)]


def serial_ids(cursor: Any, table: str, count: int) -> list[int]:
    """Numbers from a table's sequence, so that an undo knows which rows were made."""
    cursor.execute(
        "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
        [table, count],
    )
    return [row[0] for row in cursor.fetchall()]


def copy_rows(cursor: Any, table: str, columns: str, lines: Iterable[str]) -> None:
    """Write lines of tab-separated columns into a table."""
    cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", Lines(lines))


class Lines(io.TextIOBase):
    """Lines as the file that COPY reads from, a batch at a time."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines: Iterator[str] = iter(lines)
        self.rest = ""

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> str:
        """The next characters, at least one line of them while there are any."""
        wanted = 2**62 if size is None or size < 0 else size
        parts, length = [self.rest], len(self.rest)
        while length < wanted:
            line = next(self.lines, None)
            if line is None:
                break
            parts.append(line)
            length += len(line)
        text = "".join(parts)
        self.rest = text[wanted:]
        return text[:wanted]


HOUSEHOLD = (
    "id, serial, head_name, initials, bigrams, phone_sealed, phone_tail, address, path, during,"
    " registered_on, recorded_on, size, residence, location, location_source, located_on,"
    " outside, legal_basis, language, mode, fewer_contacts, calls_agreed, care_note,"
    " emergency_name, emergency_phone_sealed, tier, gap_reason, closed_reason, version, updated_at"
)


def fresh_write(fresh: Sequence[Fresh], kinds: NeedKinds, *, on: date) -> list[Created]:
    """Write new households with their memberships, absences and needs; what was made."""
    if not fresh:
        return []
    # In order, so that the indexes on the key grow at one end.
    ids = sorted(uuids(len(fresh)))
    with connection.cursor() as cursor:
        with indexes_built_after(len(fresh)):
            for start in range(0, len(fresh), BATCH):
                part = fresh[start : start + BATCH]
                lines = household_lines(part, ids[start : start + BATCH], on)
                copy_rows(cursor, "households_household", HOUSEHOLD, lines)
        made = [Created(Household, ids)]
        numbers = serial_ids(cursor, "households_membership", len(fresh))
        copy_rows(
            cursor, "households_membership", "id, household_id, area_id, during",
            (f"{n}\t{pk}\t{f.place.id}\t[{f.registered_on},)\n"
             for n, pk, f in zip(numbers, ids, fresh, strict=True)),
        )  # fmt: skip
        made.append(Created(Membership, numbers))
        away = [(pk, f) for pk, f in zip(ids, fresh, strict=True)
                if f.residence == Household.Residence.AWAY]  # fmt: skip
        if away:
            numbers = serial_ids(cursor, "households_absence", len(away))
            copy_rows(
                cursor, "households_absence", "id, household_id, during",
                (f"{n}\t{pk}\t[{f.registered_on},)\n"
                 for n, (pk, f) in zip(numbers, away, strict=True)),
            )  # fmt: skip
            made.append(Created(Absence, numbers))
    needs = [
        (pk, *row)
        for pk, f in zip(ids, fresh, strict=True)
        if f.needs
        for row in kinds.rows(f.needs, begin=f.registered_on, on=on)
    ]
    places = [(pk, one) for pk, f in zip(ids, fresh, strict=True) for one in f.places]
    return made + needs_write(needs) + places_write(places, [], on=on)


def household_lines(fresh: Sequence[Fresh], ids: Sequence[UUID], on: date) -> Iterator[str]:
    """The columns of ``HOUSEHOLD`` for new households."""
    phones = [f.phone for f in fresh]
    others = [f.emergency_phone for f in fresh]
    columns = zip(
        fresh, ids, hexed(sealed(phones)), hexed(tails(phones)), hexed(sealed(others)),
        points_hex([f.lon for f in fresh], [f.lat for f in fresh]), strict=True,
    )  # fmt: skip
    now = timezone.now().isoformat()
    for f, pk, phone, tail, other, point in columns:
        day = f.registered_on
        where = NULL if f.lon is None else str(day)
        source = "" if f.lon is None else "file"
        yield (
            f"{pk}\t{copied(f.serial)}\t{copied(f.head)}\t{initials(f.head)}"
            f"\t{bigram_array(f.head, f.address)}\t{phone}\t{tail}\t{copied(f.address)}"
            f"\t{f.place.path}\t[{day},)\t{day}\t{on}\t{NULL if f.size is None else f.size}"
            f"\t{f.residence}\t{point}\t{source}\t{where}\tf\tstatutory\t\t\tf\tf\t"
            f"\t{copied(f.emergency)}\t{other}\tfangxin\t\t\t1\t{now}\n"
        )


def needs_write(rows: Sequence[tuple[Any, ...]]) -> list[Created]:
    """Write needs: household, kind, type, persons, begin, end, start of the clock."""
    if not rows:
        return []
    ids = uuids(len(rows))
    with connection.cursor() as cursor:
        copy_rows(
            cursor, "households_need",
            "id, household_id, kind_id, subtype, persons, during, void, clock_from, confirmed_by,"
            " version",
            (f"{pk}\t{household}\t{kind}\t{NULL if subtype is None else subtype}\t{persons}"
             f"\t[{begin},{end or ''})\tf\t{clock}\t\t1\n"
             for pk, (household, kind, subtype, persons, begin, end, clock)
             in zip(ids, rows, strict=True)),
        )  # fmt: skip
    return [Created(Need, ids)]


# Changes of households on record

CHANGED = (
    "id, serial, head_name, initials, bigrams, phone_sealed, phone_tail, address, path,"
    " registered_on, size, residence, location, location_source, located_on, emergency_name,"
    " emergency_phone_sealed"
)
UPDATE = """
UPDATE households_household h SET
    serial = c.serial, head_name = c.head_name, initials = c.initials, bigrams = c.bigrams,
    phone_sealed = c.phone_sealed, phone_tail = c.phone_tail, address = c.address,
    path = c.path, registered_on = c.registered_on,
    during = daterange(c.registered_on, upper(h.during)), size = c.size,
    residence = c.residence, emergency_name = c.emergency_name,
    emergency_phone_sealed = c.emergency_phone_sealed,
    location = CASE WHEN p.id IS NULL THEN h.location ELSE c.location END,
    location_source = CASE WHEN p.id IS NULL THEN h.location_source ELSE c.location_source END,
    location_accuracy_m = CASE WHEN p.id IS NULL THEN h.location_accuracy_m END,
    located_on = CASE
        WHEN p.id IS NULL THEN h.located_on
        WHEN c.location IS NULL THEN NULL
        ELSE coalesce(h.located_on, c.located_on)
    END,
    version = h.version + 1, updated_at = now()
FROM imported_change c LEFT JOIN unnest(%(points)s::uuid[]) p (id) ON p.id = c.id
WHERE h.id = c.id
"""
EARLIER = """
UPDATE households_membership m SET during = daterange(c.registered_on, upper(m.during))
FROM unnest(%(ids)s::uuid[], %(old)s::date[], %(new)s::date[]) c (id, old, registered_on)
WHERE m.household_id = c.id AND lower(m.during) = c.old
"""


def changes_write(changes: Sequence[Change], kinds: NeedKinds, *, on: date) -> list[Created]:
    """Write what a file changes on households on record; rows made on the way."""
    if not changes:
        return []
    points = [c.known.id for c in changes if "point" in c.values]
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE imported_change ON COMMIT DROP AS"
            f" SELECT {CHANGED} FROM households_household LIMIT 0"
        )
        copy_rows(cursor, "imported_change", CHANGED, changed_lines(changes, on))
        cursor.execute(UPDATE, {"points": points})
        cursor.execute("DROP TABLE imported_change")
        earlier = [c for c in changes if "registered_on" in c.values]
        if earlier:
            cursor.execute(EARLIER, {
                "ids": [c.known.id for c in earlier],
                "old": [c.known.registered_on for c in earlier],
                "new": [c.values["registered_on"] for c in earlier],
            })  # fmt: skip
    made = residences_write([c for c in changes if "residence" in c.values], on)
    made += moves_write([c for c in changes if c.move], on)
    needs_change(changes, on)
    rows = [(c.known.id, *row) for c in changes for row in kinds.rows(c.needs, begin=on, on=on)]
    places = [(c.known.id, one) for c in changes for one in c.places.fresh]
    return made + needs_write(rows) + places_write(places, [c.places for c in changes], on=on)


def changed_lines(changes: Sequence[Change], on: date) -> Iterator[str]:
    """The columns of ``CHANGED``: new values where the file has them, else those on record."""

    def numbers(name: str, old: str) -> list[bytes | None]:
        fresh = sealed([c.values.get(name) for c in changes])
        return [
            new if name in c.values else (bytes(b) if (b := getattr(c.known, old)) else None)
            for c, new in zip(changes, fresh, strict=True)
        ]

    new_tails = tails([c.values.get("phone") for c in changes])
    tail = [
        new if "phone" in c.values else c.known.phone_tail
        for c, new in zip(changes, new_tails, strict=True)
    ]
    point = points_hex(
        [(c.values.get("point") or (None, None))[0] for c in changes],
        [(c.values.get("point") or (None, None))[1] for c in changes],
    )
    for c, phone, end, other, where in zip(
        changes, hexed(numbers("phone", "phone_sealed")), hexed(tail),
        hexed(numbers("emergency_phone", "emergency_phone_sealed")), point, strict=True,
    ):  # fmt: skip
        get, known = c.values.get, c.known
        head, address = get("head", known.head), get("address", known.address)
        size = get("size", known.size)
        path = c.move.path if c.move else known.path
        yield (
            f"{known.id}\t{copied(get('serial', known.serial))}\t{copied(head)}\t{initials(head)}"
            f"\t{bigram_array(head, address)}\t{phone}\t{end}\t{copied(address)}\t{path}"
            f"\t{get('registered_on', known.registered_on)}\t{NULL if size is None else size}"
            f"\t{get('residence', known.residence)}\t{where}"
            f"\t{'' if where == NULL else 'file'}\t{on}"
            f"\t{copied(get('emergency', known.emergency))}\t{other}\n"
        )


def residences_write(changes: Sequence[Change], on: date) -> list[Created]:
    """Absences begin and end with 常年外出."""
    away = Household.Residence.AWAY
    back = [c.known.id for c in changes if c.values["residence"] != away]
    gone = [c.known.id for c in changes if c.values["residence"] == away]
    with connection.cursor() as cursor:
        if back:
            cursor.execute(
                "DELETE FROM households_absence"
                " WHERE household_id = ANY(%s) AND lower(during) = %s",
                [back, on],
            )
            cursor.execute(
                "UPDATE households_absence SET during = daterange(lower(during), %s)"
                " WHERE household_id = ANY(%s) AND during @> %s::date",
                [on, back, on],
            )
        if not gone:
            return []
        cursor.execute(
            "INSERT INTO households_absence (household_id, during)"
            " SELECT h.id, daterange(%s, NULL) FROM unnest(%s::uuid[]) h (id)"
            " WHERE NOT EXISTS (SELECT FROM households_absence a WHERE a.household_id = h.id"
            " AND a.during && daterange(%s, NULL)) RETURNING id",
            [on, gone, on],
        )
        made = [row[0] for row in cursor.fetchall()]
    return [Created(Absence, made)] if made else []


MOVED = """
SELECT m.household_id, m.id, lower(m.during), upper(m.during)
FROM households_membership m
WHERE m.household_id = ANY(%s::uuid[]) AND m.during @> %s::date
"""


def moves_write(changes: Sequence[Change], on: date) -> list[Created]:
    """File households elsewhere from a day on; links whose post does not reach there end."""
    if not changes:
        return []
    target = {c.known.id: c.move for c in changes if c.move}
    with connection.cursor() as cursor:
        cursor.execute(MOVED, [list(target), on])
        current = cursor.fetchall()
        same_day = [(row[1], target[row[0]].id) for row in current if row[2] == on]
        cut = [row for row in current if row[2] < on]
        cursor.execute(
            "UPDATE households_membership m SET area_id = c.area"
            " FROM unnest(%s::bigint[], %s::uuid[]) c (id, area) WHERE m.id = c.id",
            [[row[0] for row in same_day], [row[1] for row in same_day]],
        )
        cursor.execute(
            "UPDATE households_membership SET during = daterange(lower(during), %s)"
            " WHERE id = ANY(%s::bigint[])",
            [on, [row[1] for row in cut]],
        )
        numbers = serial_ids(cursor, "households_membership", len(cut))
        copy_rows(
            cursor, "households_membership", "id, household_id, area_id, during",
            (f"{n}\t{household}\t{target[household].id}\t[{on},{end or ''})\n"
             for n, (household, _pk, _begin, end) in zip(numbers, cut, strict=True)),
        )  # fmt: skip
    linked = Household.objects.filter(pk__in=list(target), links__void=False).distinct()
    for household in linked:
        links_of_household_end(
            household=household, on=on, unless_covering=target[household.pk].path
        )
    return [Created(Membership, numbers)] if numbers else []


def needs_change(changes: Sequence[Change], on: date) -> None:
    """Needs that end, and needs of another number of persons."""
    ended = [pk for c in changes for pk in c.ended]
    persons = {pk: n for c in changes for pk, n in c.persons.items()}
    with connection.cursor() as cursor:
        if persons:
            cursor.execute(
                "UPDATE households_need n SET persons = c.persons, version = version + 1"
                " FROM unnest(%s::uuid[], %s::int[]) c (id, persons) WHERE n.id = c.id",
                [list(persons), list(persons.values())],
            )
        if ended:
            # Ended on its first day a need is void: its range would be empty.
            cursor.execute(
                "UPDATE households_need SET version = version + 1, void = lower(during) >= %(on)s,"
                " during = CASE WHEN lower(during) >= %(on)s THEN during"
                " ELSE daterange(lower(during), %(on)s) END WHERE id = ANY(%(ids)s::uuid[])",
                {"on": on, "ids": ended},
            )
