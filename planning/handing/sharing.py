"""Who takes which household: shared out exactly, what changes least for the households first."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

import numpy as np

from casework.models import Contact
from households.models import Household, Link
from lib.assignment import NOBODY, Problem, assign
from planning.handing.takers import Taker

#: What each change costs a household, dearest first: somebody it does not know; every level of
#: the tree further away; another role than it had; another recipient than its neighbours; and,
#: from 0 to 99, how full the recipient is.
UNKNOWN, LEVEL, ROLE, APART, FULLEST = 10_000, 1_000, 500, 200, 99
FINEST, STEP = 20, 4
#: More than any household costs.
WORST = UNKNOWN + 5 * LEVEL + ROLE + APART + FULLEST
#: No limit: more than there are households in any county.
UNLIMITED = 1_000_000
URGENCY: dict[str, int] = {Household.Tier.ZHONGDIAN: 2, Household.Tier.GUANZHU: 1}
YEAR = timedelta(days=365)
ROUNDS = 3

Known = set[tuple[UUID, UUID]]


def known_by(households: Collection[UUID], *, on: date) -> Known:
    """Pairs of household and person that know each other: its contact in another role, or once;
    or met it within a year."""
    links = Link.objects.filter(household__in=households, void=False)
    met = Contact.objects.filter(
        household__in=households, reached=True, on__gt=on - YEAR, on__lte=on
    )
    pairs = set(links.values_list("household", "post__person"))
    return pairs | set(met.values_list("household", "made_by"))


def cost_of(household: Household, taker: Taker, *, known: Known, role: str) -> int | None:
    """What a handover changes for a household; None where the post does not reach it."""
    near = taker.near(household.path)
    if near is None:
        return None
    full = taker.links if taker.most is None else taker.links * 100 // max(taker.most, 1)
    return (
        UNKNOWN * ((household.pk, taker.post.person_id) not in known)
        + LEVEL * ((FINEST - min(near, FINEST)) // STEP)
        + ROLE * (taker.post.role_id != role)
        + min(full, FULLEST)
    )


def share(
    households: Sequence[Household], takers: Sequence[Taker],
    cost: Callable[[Household, Taker], int | None],
) -> dict[UUID, Taker]:  # fmt: skip
    """The best sharing out; a household that is missing from it could be given to nobody.

    Neighbours go to one recipient where that costs less than what it would change: first whoever
    could take most of a neighbourhood, then whoever was given most of it is preferred by all of
    it, until nothing changes.
    """
    holders = sorted({taker.key for taker in takers})
    room = dict.fromkeys(holders, UNLIMITED)
    for taker in takers:
        if taker.room is not None:
            room[taker.key] = taker.room
    number = {key: n for n, key in enumerate(holders)}
    best: dict[tuple[int, int], tuple[int, Taker]] = {}
    for row, household in enumerate(households):
        for taker in takers:
            price = cost(household, taker)
            pair = row, number[taker.key]
            if price is not None and (pair not in best or price < best[pair][0]):
                best[pair] = price, taker
    if not best:
        return {}
    pairs = sorted(best)
    base = np.array([best[pair][0] for pair in pairs], dtype=np.int64)
    main = _roomiest(households, best, [room[key] for key in holders])
    for _round in range(ROUNDS):
        apart = [
            APART if main.get(households[row].path, holder) != holder else 0
            for row, holder in pairs
        ]
        answer = assign(
            Problem(
                capacity=np.array([room[key] for key in holders], dtype=np.int64),
                urgency=np.array(
                    [URGENCY.get(one.tier, 0) for one in households], dtype=np.int64
                ),
                household=np.array([row for row, _holder in pairs], dtype=np.int64),
                person=np.array([holder for _row, holder in pairs], dtype=np.int64),
                cost=base + np.array(apart, dtype=np.int64),
            )
        )  # fmt: skip
        given = [int(holder) for holder in answer.person]
        found = _main(households, given)
        if found == main:
            break
        main = found
    return {
        household.pk: best[row, holder][1]
        for row, (household, holder) in enumerate(zip(households, given, strict=True))
        if holder != NOBODY
    }


def _roomiest(
    households: Sequence[Household], best: Mapping[tuple[int, int], tuple[int, Taker]],
    room: Sequence[int],
) -> dict[str, int]:  # fmt: skip
    """Of each neighbourhood who could take most of it, at the least cost of equals."""
    prices: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for (row, holder), (price, _taker) in best.items():
        prices[households[row].path][holder].append(price)
    size = Counter(household.path for household in households)

    def total(path: str, holder: int) -> tuple[int, int]:
        taken = sorted(prices[path][holder])[: room[holder]]
        return sum(taken) + (size[path] - len(taken)) * WORST, holder

    return {
        path: min(found, key=lambda holder, at=path: total(at, holder))  # type: ignore[misc]
        for path, found in prices.items()
    }


def _main(households: Sequence[Household], given: Sequence[int]) -> dict[str, int]:
    """Of each neighbourhood (the finest area) who has most of it, the first of equals."""
    counts: dict[str, Counter[int]] = defaultdict(Counter)
    for household, holder in zip(households, given, strict=True):
        if holder != NOBODY:
            counts[household.path][holder] += 1
    return {
        path: min(found, key=lambda holder, n=found: (-n[holder], holder))  # type: ignore[misc]
        for path, found in counts.items()
    }
