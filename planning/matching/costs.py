"""What speaks for a pair: the way between them, skills that fit, a language, having met before.

All in whole metres of way: a reason makes up for so many. ``docs/definitions.md`` says it in words.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from households.models import Household
from planning.matching.inputs import REACHING, Home, Inputs
from planning.matching.options import Options
from planning.matching.ways import Floats, Ways

Ints = NDArray[np.int64]
Truths = NDArray[np.bool_]

#: Word of a skill, and the needs it fits. The word may be part of a longer one (产业致富).
SKILLS: dict[str, tuple[str, ...]] = {
    "医护": (
        "DABING", "CANJI", "SHINENG", "GAOLING", "DUJU", "KONGCHAO", "LIUSHOU_OLD", "JISHENG",
    ),
    "产业": ("CHANYE",),
    "政策": ("ZHENGCE",),
    "就业": ("SHIYE",),
    "教育": ("LIUSHOU_CHILD", "KUNJING", "GUER"),
}  # fmt: skip
LANGUAGE = "语言"
#: Everybody in office speaks it.
COMMON = frozenset({"", "汉语", "普通话", "国家通用语言", "中文"})
#: Roles that take the hardest households first, where the county lets them link.
HARD_ROLES = frozenset({"village_leader", "party_secretary", "first_secretary"})
#: Beyond this a way is no longer worse; and what is taken where one of the two has no place.
FARTHEST = 100_000
UNKNOWN = 3_000
#: Metres that a minute by the table of speeds counts as: a slow walk.
PER_MINUTE = 60
TIERS = {Household.Tier.ZHONGDIAN: 2, Household.Tier.GUANZHU: 1}
LONGEST_WAIT = 999
FITTING = np.array([bits.bit_count() for bits in range(2 ** len(SKILLS))])


@dataclass(frozen=True)
class Pairs:
    """Parallel arrays: ``home`` and ``candidate`` are positions in the inputs.

    ``metres`` and ``minutes`` are nan where they are not known; ``skills`` holds a bit for each of
    ``SKILLS``; a pair that is not ``possible`` is beyond reach, or its role is taken.
    """

    home: Ints
    candidate: Ints
    metres: Floats
    minutes: Floats
    skills: Ints
    language: Truths
    known: Truths
    possible: Truths
    cost: Ints


@dataclass(frozen=True)
class Group:
    """Households filed at one place, ``begin`` up to ``end``, and the posts that reach it."""

    begin: int
    end: int
    candidates: Ints

    @property
    def size(self) -> int:
        """How many pairs there are."""
        return (self.end - self.begin) * len(self.candidates)


def urgency_of(home: Home) -> int:
    """The order of service: the tier, and within it the weeks nobody was there."""
    weeks = min(max(home.waits, 0) // 7, LONGEST_WAIT)
    return TIERS.get(Household.Tier(home.tier), 0) * (LONGEST_WAIT + 1) + weeks


def skill_words(bits: int) -> list[str]:
    """The skills of a bit pattern."""
    return [word for n, word in enumerate(SKILLS) if bits >> n & 1]


def groups_of(inputs: Inputs) -> Iterator[Group]:
    """The households by place, in their order, each with whom it could be given to."""
    at: dict[str, list[int]] = {}
    for n, one in enumerate(inputs.candidates):
        at.setdefault(one.place, []).append(n)
    paths = [home.path for home in inputs.homes]
    begin = 0
    while begin < len(paths):
        path, end = paths[begin], begin
        while end < len(paths) and paths[end] == path:
            end += 1
        # A post may reach a place twice, by its village and by its grid.
        once = {
            inputs.candidates[n].id: n
            for length in REACHING if length <= len(path)
            for n in at.get(path[:length], ())
        }  # fmt: skip
        if once:
            yield Group(begin, end, np.array(sorted(once.values()), dtype=np.int64))
        begin = end


def crossed(begin: int, end: int, candidates: Ints) -> tuple[Ints, Ints]:
    """Every pair of some households in a row and some candidates, by household."""
    return np.repeat(np.arange(begin, end), len(candidates)), np.tile(candidates, end - begin)


@dataclass(frozen=True)
class Reasons:
    """Knows of any pair of the inputs what speaks for it; what it needs is made ready once."""

    inputs: Inputs
    options: Options
    on: date

    def of(self, home: Ints, candidate: Ints) -> Pairs:
        """The pairs at these positions with their reasons and cost."""
        metres, minutes = self._ways.between(home, candidate)
        skills = self._needs[home] & self._skills[candidate]
        language = self._speaks[self._wants[home], candidate]
        known = _among(home, self._person[candidate], self._known, self._people)
        hard = self._hardest[home] & self._leads[candidate]
        possible = ~_among(home, self._role[candidate], self._taken, self._roles)
        if self.options.reach is not None:
            possible &= ~(metres > self.options.reach)
        worth = self.options.weights
        way = np.where(np.isnan(minutes), metres, minutes * PER_MINUTE)
        way = np.clip(np.nan_to_num(way, nan=UNKNOWN), 0, FARTHEST)
        cost = np.rint(way).astype(np.int64) * worth.distance
        cost -= FITTING[skills] * worth.skills + known * worth.known
        cost -= language * worth.language + hard * worth.hard
        return Pairs(home, candidate, metres, minutes, skills, language, known, possible, cost)

    @cached_property
    def _ways(self) -> Ways:
        return Ways(self.inputs.homes, self.inputs.candidates, self.on)

    @cached_property
    def _needs(self) -> Ints:
        bit = {code: 1 << n for n, codes in enumerate(SKILLS.values()) for code in codes}
        found = np.zeros(len(self.inputs.homes), dtype=np.int64)
        for n, home in enumerate(self.inputs.homes):
            for code in home.needs:
                found[n] |= bit.get(code, 0)
        return found

    @cached_property
    def _skills(self) -> Ints:
        found = np.zeros(len(self.inputs.candidates), dtype=np.int64)
        for n, one in enumerate(self.inputs.candidates):
            for place, word in enumerate(SKILLS):
                if any(word in skill for skill in one.skills):
                    found[n] |= 1 << place
        return found

    @cached_property
    def _languages(self) -> list[str]:
        return sorted({home.language.strip() for home in self.inputs.homes} - COMMON)

    @cached_property
    def _wants(self) -> Ints:
        """Of each household the position of its language; the last one is none."""
        row = {language: n for n, language in enumerate(self._languages)}
        return _positions([row.get(h.language.strip(), len(row)) for h in self.inputs.homes])

    @cached_property
    def _speaks(self) -> Truths:
        """Who speaks a language: by its name, or languages at large."""
        table = np.zeros((len(self._languages) + 1, len(self.inputs.candidates)), dtype=bool)
        for n, language in enumerate(self._languages):
            table[n] = [
                any(skill == LANGUAGE or language in skill for skill in one.skills)
                for one in self.inputs.candidates
            ]
        return table

    @cached_property
    def _hardest(self) -> Truths:
        return _truths(home.tier == Household.Tier.ZHONGDIAN for home in self.inputs.homes)

    @cached_property
    def _leads(self) -> Truths:
        return _truths(one.role in HARD_ROLES for one in self.inputs.candidates)

    @cached_property
    def _rows(self) -> dict[Any, int]:
        return {home.id: n for n, home in enumerate(self.inputs.homes)}

    @cached_property
    def _person_rows(self) -> dict[Any, int]:
        return _numbered(one.person_id for one in self.inputs.candidates)

    @cached_property
    def _role_rows(self) -> dict[Any, int]:
        return _numbered(one.role for one in self.inputs.candidates)

    @property
    def _people(self) -> int:
        return len(self._person_rows)

    @property
    def _roles(self) -> int:
        return len(self._role_rows)

    @cached_property
    def _person(self) -> Ints:
        return _positions([self._person_rows[c.person_id] for c in self.inputs.candidates])

    @cached_property
    def _role(self) -> Ints:
        return _positions([self._role_rows[c.role] for c in self.inputs.candidates])

    @cached_property
    def _known(self) -> Ints:
        return self._keys(self.inputs.known, self._person_rows)

    @cached_property
    def _taken(self) -> Ints:
        return self._keys(self.inputs.taken, self._role_rows)

    def _keys(self, pairs: Collection[tuple[Any, Any]], rows: dict[Any, int]) -> Ints:
        """Pairs of a household and something numbered, each as one number."""
        return _positions(
            [
                self._rows[home] * len(rows) + rows[other]
                for home, other in pairs if home in self._rows and other in rows
            ]
        )  # fmt: skip


def _among(home: Ints, other: Ints, keys: Ints, width: int) -> Truths:
    if not len(keys):
        return np.zeros(len(home), dtype=bool)
    return np.isin(home * width + other, keys)


def _positions(values: Sequence[int]) -> Ints:
    return np.array(values, dtype=np.int64)


def _truths(values: Iterator[bool]) -> Truths:
    return np.fromiter(values, dtype=bool)


def _numbered(values: Iterator[Any]) -> dict[Any, int]:
    found: dict[Any, int] = {}
    for value in values:
        found.setdefault(value, len(found))
    return found
