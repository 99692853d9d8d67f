"""What a draft of contacts is worked out from: households that have nobody, and who could be it.

Everything is read as of a day. Needs and tier are P3: they leave this package only as the reasons
of a line, which is read by those who may read the needs.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection

from casework.coverage import SQL, areas_beneath, asked, refresh
from grids.models import Role
from households.models import Household
from households.places import PLACE_ON
from lib.clock import today
from lib.spans import months_after
from planning.matching.options import Options

HERE = Path(__file__).parent
HOUSEHOLDS = (HERE / "households.sql").read_text("utf-8").replace("{place}", PLACE_ON)
PEOPLE = (HERE / "people.sql").read_text("utf-8")
#: Lengths of the paths a candidate may stand at, from the village down.
REACHING = (12, 16, 20)


@dataclass(frozen=True, slots=True)
class Home:
    """A household without a contact. ``lon`` and ``lat`` in WGS 84, None: not located."""

    id: UUID
    path: str
    tier: str
    language: str
    lon: float | None
    lat: float | None
    needs: list[str]
    waits: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A post that could look after the households filed at or beneath ``place``.

    ``links`` and ``most`` (None: no limit) are of its holder in the role.
    """

    id: UUID
    place: str
    person_id: UUID
    role: str
    skills: list[str]
    links: int
    most: int | None
    lon: float | None
    lat: float | None


@dataclass(frozen=True)
class Inputs:
    """Households and candidates of an area on a day, in a fixed order.

    ``taken`` are pairs of a household and a role in which it has somebody from a later day on:
    the role cannot be named again. ``known`` are pairs of a household and a person who was its
    contact, or has reached it within a year.
    """

    homes: Sequence[Home]
    candidates: Sequence[Candidate]
    taken: Collection[tuple[UUID, str]]
    known: Collection[tuple[UUID, UUID]]

    @property
    def stamp(self) -> str:
        """A digest of what decides a draft: who has nobody where, who could be it, with what room.

        Needs, skills and places are left out: they make a pair better or worse, and no draft false.
        """
        digest = sha256()
        for home in self.homes:
            digest.update(f"{home.id} {home.path}\n".encode())
        for one in self.candidates:
            digest.update(f"{one.id} {one.place} {one.links} {one.most}\n".encode())
        for household, role in sorted(self.taken, key=str):
            digest.update(f"{household} {role}\n".encode())
        return digest.hexdigest()


def inputs_read(
    path: str, options: Options, *, on: date, keys: Collection[UUID] | None = None
) -> Inputs:
    """Everything a draft of the area at ``path`` is worked out from; ``keys`` instead of the
    households that have nobody."""
    wanted = list(gap_keys(path, options.reasons, on=on) if keys is None else keys)
    homes = [Home(**row) for row in rows_of_query(HOUSEHOLDS, {"keys": wanted, "on": on})]
    places = {home.path[:n] for home in homes for n in REACHING if n <= len(home.path)}
    roles = options.roles or tuple(
        Role.objects.filter(may_link=True).order_by("code").values_list("code", flat=True)
    )
    found = rows_of_query(PEOPLE, {"places": sorted(places), "roles": list(roles), "on": on})
    candidates = [Candidate(**row) for row in found]
    known = _known(wanted, {one.person_id for one in candidates}, on)
    return Inputs(homes, candidates, _taken(wanted, on), known)


def gap_keys(path: str, reasons: Collection[str], *, on: date) -> list[UUID]:
    """Households beneath a path that have nobody on a day, for one of the reasons."""
    if on == today():
        refresh(path, on=on)
        gap = Household.objects.filter(path__startswith=path, gap_reason__in=reasons).open_on(on)
        return list(gap.values_list("pk", flat=True))
    select = f"{SQL} SELECT household_id FROM household_fact WHERE reason = ANY(%(reasons)s)"
    with connection.cursor() as cursor:
        cursor.execute(select, {**asked(areas_beneath(path), on), "reasons": list(reasons)})
        return [row[0] for row in cursor.fetchall()]


def rows_of_query(statement: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


TAKEN = """
SELECT l.household_id, l.role_id
FROM households_link l
WHERE l.household_id = ANY(%(keys)s::uuid[]) AND NOT l.void
    AND (upper_inf(l.during) OR upper(l.during) > %(on)s)
"""
KNOWN = """
SELECT l.household_id, t.person_id
FROM households_link l
JOIN grids_post t ON t.id = l.post_id
WHERE l.household_id = ANY(%(keys)s::uuid[]) AND NOT l.void
    AND t.person_id = ANY(%(people)s::uuid[])
UNION
SELECT c.household_id, c.made_by_id
FROM casework_contact c
WHERE c.household_id = ANY(%(keys)s::uuid[]) AND c.reached
    AND c."on" > %(since)s AND c."on" <= %(on)s AND c.made_by_id = ANY(%(people)s::uuid[])
"""


def _taken(keys: list[UUID], on: date) -> set[tuple[UUID, str]]:
    with connection.cursor() as cursor:
        cursor.execute(TAKEN, {"keys": keys, "on": on})
        return set(cursor.fetchall())


def _known(keys: list[UUID], people: Collection[UUID], on: date) -> set[tuple[UUID, UUID]]:
    parameters: dict[str, Any] = {
        "keys": keys, "people": list(people), "on": on, "since": months_after(on, -12),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, parameters)
        return set(cursor.fetchall())
