"""What speaks for a pair: the way between them, skills that fit, a language, having met before.

All in whole metres of way: a reason makes up for so many. ``docs/definitions.md`` says it in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from households.models import Household
from planning.matching.inputs import REACHING, Candidate, Home, Inputs
from planning.matching.options import Options

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
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
EARTH = 6_371_008.8
TIERS = {Household.Tier.ZHONGDIAN: 2, Household.Tier.GUANZHU: 1}
LONGEST_WAIT = 999


@dataclass(frozen=True)
class Pairs:
    """Parallel arrays of what is possible: ``home`` and ``candidate`` are positions in the inputs.

    ``metres`` and ``minutes`` are nan where they are not known; ``skills`` holds a bit for each of
    ``SKILLS``. By home, then candidate.
    """

    home: Ints
    candidate: Ints
    metres: Floats
    minutes: Floats
    skills: Ints
    language: Truths
    known: Truths
    cost: Ints


def urgency_of(home: Home) -> int:
    """The order of service: the tier, and within it the weeks nobody was there."""
    weeks = min(max(home.waits, 0) // 7, LONGEST_WAIT)
    return TIERS.get(Household.Tier(home.tier), 0) * (LONGEST_WAIT + 1) + weeks


def skill_words(bits: int) -> list[str]:
    """The skills of a bit pattern."""
    return [word for n, word in enumerate(SKILLS) if bits >> n & 1]


def pairs_of(inputs: Inputs, options: Options, *, on: date) -> Pairs:
    """Every possible pair with its reasons and its cost."""
    home, candidate = _possible(inputs)
    homes, candidates = inputs.homes, inputs.candidates
    metres, minutes = way_between(homes, candidates, home, candidate, on=on)
    if options.reach is not None:
        near = ~(metres > options.reach)
        home, candidate, metres, minutes = home[near], candidate[near], metres[near], minutes[near]
    skills = _need_bits(homes)[home] & _skill_bits(candidates)[candidate]
    language = _language(homes, candidates, home, candidate)
    known = _known(inputs, home, candidate)
    worth = options.weights
    hard = np.array([h.tier == Household.Tier.ZHONGDIAN for h in homes], dtype=bool)[home]
    hard &= np.array([c.role in HARD_ROLES for c in candidates], dtype=bool)[candidate]
    way = np.where(np.isnan(minutes), metres, minutes * PER_MINUTE)
    way = np.clip(np.nan_to_num(way, nan=UNKNOWN), 0, FARTHEST)
    count = np.array([bits.bit_count() for bits in range(2 ** len(SKILLS))])
    cost = np.rint(way).astype(np.int64) * worth.distance
    cost -= count[skills] * worth.skills + known * worth.known
    cost -= language * worth.language + hard * worth.hard
    return Pairs(home, candidate, metres, minutes, skills, language, known, cost)


def way_between(
    homes: Sequence[Home], candidates: Sequence[Candidate], home: Ints, candidate: Ints, *,
    on: date,
) -> tuple[Floats, Floats]:  # fmt: skip
    """Metres in a straight line, and minutes by the table of speeds where there is one."""
    metres = straight(_places(homes)[home], _places(candidates)[candidate])
    return metres, np.full(len(home), np.nan)


def straight(start: Floats, end: Floats) -> Floats:
    """Metres along the great circle between WGS 84 points (rows of longitude and latitude).

    On a sphere: within 0.4 % of the ellipsoid, which a choice between neighbours never feels.
    """
    x0, y0, x1, y1 = (np.radians(part) for part in (*start.T, *end.T))
    half = np.sin((y1 - y0) / 2) ** 2 + np.cos(y0) * np.cos(y1) * np.sin((x1 - x0) / 2) ** 2
    return 2 * EARTH * np.arcsin(np.sqrt(half))


def _places(rows: Sequence[Any]) -> Floats:
    return np.array(
        [(np.nan, np.nan) if row.lon is None else (row.lon, row.lat) for row in rows],
        dtype=np.float64,
    ).reshape(-1, 2)  # fmt: skip


def _possible(inputs: Inputs) -> tuple[Ints, Ints]:
    """Positions of households and of the posts that reach them, each pair once."""
    at: dict[str, list[int]] = {}
    for n, one in enumerate(inputs.candidates):
        at.setdefault(one.place, []).append(n)
    homes: list[Ints] = []
    candidates: list[Ints] = []
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
        found = np.array(sorted(once.values()), dtype=np.int64)
        homes.append(np.repeat(np.arange(begin, end), len(found)))
        candidates.append(np.tile(found, end - begin))
        begin = end
    none = np.empty(0, dtype=np.int64)
    home, candidate = np.concatenate([none, *homes]), np.concatenate([none, *candidates])
    if inputs.taken:
        row = {h.id: n for n, h in enumerate(inputs.homes)}
        roles = {role: n for n, role in enumerate(sorted({c.role for c in inputs.candidates}))}
        gone = [
            row[key] * len(roles) + roles[role]
            for key, role in inputs.taken if role in roles and key in row
        ]  # fmt: skip
        role = np.array([roles[c.role] for c in inputs.candidates], dtype=np.int64)
        left = ~np.isin(home * len(roles) + role[candidate], gone)
        home, candidate = home[left], candidate[left]
    return home, candidate


def _need_bits(homes: Sequence[Home]) -> Ints:
    bit = {code: 1 << n for n, codes in enumerate(SKILLS.values()) for code in codes}
    found = np.zeros(len(homes), dtype=np.int64)
    for n, home in enumerate(homes):
        for code in home.needs:
            found[n] |= bit.get(code, 0)
    return found


def _skill_bits(candidates: Sequence[Candidate]) -> Ints:
    found = np.zeros(len(candidates), dtype=np.int64)
    for n, one in enumerate(candidates):
        for place, word in enumerate(SKILLS):
            if any(word in skill for skill in one.skills):
                found[n] |= 1 << place
    return found


def _language(
    homes: Sequence[Home], candidates: Sequence[Candidate], home: Ints, candidate: Ints
) -> Truths:
    """Whether somebody speaks what the household prefers: by that name, or languages at large."""
    spoken = sorted({h.language.strip() for h in homes} - COMMON)
    if not spoken:
        return np.zeros(len(home), dtype=bool)
    row = {language: n for n, language in enumerate(spoken)}
    table = np.zeros((len(spoken) + 1, len(candidates)), dtype=bool)
    for language, n in row.items():
        table[n] = [any(s == LANGUAGE or language in s for s in c.skills) for c in candidates]
    wants = np.array([row.get(h.language.strip(), len(spoken)) for h in homes], dtype=np.int64)
    return table[wants[home], candidate]


def _known(inputs: Inputs, home: Ints, candidate: Ints) -> Truths:
    if not inputs.known:
        return np.zeros(len(home), dtype=bool)
    row = {h.id: n for n, h in enumerate(inputs.homes)}
    people: dict[Any, int] = {}
    for one in inputs.candidates:
        people.setdefault(one.person_id, len(people))
    person = np.array([people[c.person_id] for c in inputs.candidates], dtype=np.int64)
    met = [row[h] * len(people) + people[p] for h, p in inputs.known if p in people and h in row]
    return np.isin(home * len(people) + person[candidate], met)
