"""The same optimum where everybody could look after nearly everybody: 50 million pairs and more.

Solved with the cheapest pairs of each household alone, and proved: the prices of that solution
(potentials of the flow) say of every pair left out whether it could make the whole better. Those
that could are added and it is solved again, until there is none. The result is the optimum over
all pairs, not over the cheapest (column generation with an exact pricing; Ahuja, Magnanti and
Orlin, chapters 9 and 17: a flow is optimal where no arc has a negative reduced cost).

Prices: ``value`` of a person is what one household more there would cost, the shortest way to the
sink in the residual graph. A household is held at the cost of its place plus that value, or at its
overflow weight. Found by Bellman and Ford over all arcs at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lib.assignment import NOBODY, Assignment, Ints, Scale, flow, scale_of

#: Cheapest pairs of each household to begin with, and the best of those that are added at once.
FIRST, MORE = 32, 16
#: Stands in a block for a pair that is not possible.
NEVER = np.iinfo(np.int32).max
FAR = 2**61


@dataclass(frozen=True)
class Block:
    """Costs of some households (rows) with some people (columns); ``NEVER`` where not possible.

    Of several blocks each pair stands in one. Costs fit int32.
    """

    household: Ints
    person: Ints
    cost: NDArray[np.int32]


@dataclass
class Arcs:
    """The pairs that are solved with, by household."""

    home: Ints
    person: Ints
    cost: Ints

    def add(self, found: Iterable[tuple[Ints, Ints, Ints]]) -> int:
        """Further pairs, in their order; how many."""
        parts = list(found)
        before = len(self.home)
        home, person, cost = (
            np.concatenate([own, *columns])
            for own, columns in zip(
                (self.home, self.person, self.cost), zip(*parts, strict=True), strict=True
            )
        ) if parts else (self.home, self.person, self.cost)  # fmt: skip
        order = np.lexsort((person, home))
        self.home, self.person, self.cost = home[order], person[order], cost[order]
        return len(self.home) - before


def assign_wide(
    capacity: Ints, urgency: Ints, blocks: Callable[[], Iterable[Block]], *,
    minimum: Ints | None = None, pinned: Ints | None = None, forbidden: Ints | None = None,
    tell: Callable[[int, int], None] | None = None,
) -> Assignment:  # fmt: skip
    """As ``lib.assignment.assign``, of pairs in blocks, which are asked for once a round.

    A pinned household must not stand in the blocks' result: its pairs are passed over, and its
    cost is not counted. ``tell`` hears at each block; what it raises stops it all.
    """
    people, households = len(capacity), len(urgency)
    pins = _pairs(pinned)
    chosen = np.full(households, NOBODY, dtype=np.int64)
    chosen[pins[:, 0]] = pins[:, 1]
    given = np.bincount(pins[:, 1], minlength=people)
    room = np.maximum(capacity - given, 0)
    wished = np.zeros(people, dtype=np.int64) if minimum is None else minimum
    wanted = np.minimum(np.maximum(wished - given, 0), room)
    never = _pairs(forbidden)
    barred = np.unique(never[:, 0] * max(people, 1) + never[:, 1])
    reading = _Reading(blocks, chosen == NOBODY, room > 0, barred, people, tell)

    arcs = Arcs(*(np.empty(0, dtype=np.int64) for _column in range(3)))
    arcs.add(reading.cheapest())
    total = 0
    if len(arcs.home):
        scale = scale_of(urgency, people, np.array([reading.low, reading.high]), wanted)
        while True:
            cost = arcs.cost - scale.lowest
            taken = flow(arcs.home, arcs.person, cost, scale, room, wanted)
            held, value = _prices(arcs, cost, taken, scale, room, wanted)
            if not arcs.add(reading.cheaper(held + scale.lowest, value)):
                break
        chosen[arcs.home[taken]] = arcs.person[taken]
        total = int(arcs.cost[taken].sum())
    if tell:
        tell(households, households)
    load = np.bincount(chosen[chosen != NOBODY], minlength=people)
    return Assignment(chosen, load, np.maximum(wished - load, 0), total)


def _pairs(values: Ints | None) -> Ints:
    return np.empty((0, 2), dtype=np.int64) if values is None else values.reshape(-1, 2)


@dataclass
class _Reading:
    """Asks for the blocks and picks pairs from them: of free households and people with room."""

    blocks: Callable[[], Iterable[Block]]
    free: NDArray[np.bool_]
    able: NDArray[np.bool_]
    barred: Ints
    people: int
    tell: Callable[[int, int], None] | None
    low: int = 0
    high: int = 0
    rounds: int = 0

    def _blocks(self) -> Iterable[Block]:
        """What is left of each block; every round halves what there still seems to be to do."""
        self.rounds += 1
        households, seen = len(self.free), 0
        for block in self.blocks():
            if self.tell:
                part = seen / max(households, 1)
                self.tell(int(households * (1 - 0.5 ** (self.rounds - 1 + part))), households)
            seen += len(block.household)
            rows, columns = self.free[block.household], self.able[block.person]
            if not columns.any():
                continue
            if not (rows.all() and columns.all()):
                cost = block.cost[np.ix_(rows, columns)]
                block = Block(block.household[rows], block.person[columns], cost)
            if rows.any():
                yield self._without_barred(block)

    def _without_barred(self, block: Block) -> Block:
        """Forbidden pairs are as if they were not there: they must not stand before others."""
        of = self.barred[np.isin(self.barred // self.people, block.household)]
        if not len(of):
            return block
        row = {household: n for n, household in enumerate(block.household.tolist())}
        column = {person: n for n, person in enumerate(block.person.tolist())}
        cost = block.cost.copy()
        for pair in of.tolist():
            household, person = divmod(pair, self.people)
            if person in column:
                cost[row[household], column[person]] = NEVER
        return Block(block.household, block.person, cost)

    def cheapest(self) -> Iterable[tuple[Ints, Ints, Ints]]:
        """The first pairs, and the lowest and highest cost there is."""
        began = False
        for block in self._blocks():
            possible = block.cost != NEVER
            if not possible.any():
                continue
            low = int(block.cost.min())
            high = int(block.cost.max() if possible.all() else block.cost[possible].max())
            self.low, self.high = (
                (min(self.low, low), max(self.high, high)) if began else (low, high)
            )
            began = True
            yield self._picked(block, block.cost, FIRST, NEVER)

    def cheaper(self, held: Ints, value: Ints) -> list[tuple[Ints, Ints, Ints]]:
        """Pairs that cost less than what their household is held at: the best of each."""
        found = []
        for block in self._blocks():
            # What would be gained: negative where the pair makes the whole better.
            reduced = block.cost + value[block.person]
            reduced -= held[block.household][:, None]
            if block.cost.max() == NEVER:
                reduced[block.cost == NEVER] = FAR
            rows = reduced.min(axis=1) < 0
            if rows.any():
                part = Block(block.household[rows], block.person, block.cost[rows])
                found.append(self._picked(part, reduced[rows], MORE, 0))
        return [columns for columns in found if len(columns[0])]

    def _picked(
        self, block: Block, rank: NDArray[np.integer], most: int, below: int
    ) -> tuple[Ints, Ints, Ints]:
        """At most so many pairs of each row, those of lowest rank, if it is below a number."""
        if rank.shape[1] > most:
            columns = np.argpartition(rank, most - 1, axis=1)[:, :most]
        else:
            columns = np.broadcast_to(np.arange(rank.shape[1]), rank.shape)
        rows = np.repeat(np.arange(len(rank)), columns.shape[1])
        columns = columns.ravel()
        good = (rank[rows, columns] < below) & (block.cost[rows, columns] != NEVER)
        rows, columns = rows[good], columns[good]
        cost = block.cost[rows, columns].astype(np.int64)
        return block.household[rows], block.person[columns], cost


def _prices(
    arcs: Arcs, cost: Ints, taken: Ints, scale: Scale, room: Ints, wanted: Ints
) -> tuple[Ints, Ints]:
    """What each household is held at, and the value of each person."""
    home, person = arcs.home, arcs.person
    load = np.bincount(person[taken], minlength=len(room))
    plain = np.where(load < wanted, 0, np.where(load < room, scale.reward, FAR))
    other = np.ones(len(home), dtype=bool)
    other[taken] = False
    begin = np.flatnonzero(np.r_[True, home[1:] != home[:-1]])
    row = np.searchsorted(home[begin], home[taken])
    value = plain.astype(np.int64)
    while True:
        way = np.where(other, cost + value[person], FAR)
        onward = np.minimum(np.minimum.reduceat(way, begin)[row], scale.weight[home[taken]])
        shorter = plain.copy()
        np.minimum.at(shorter, person[taken], onward - cost[taken])
        if (shorter >= value).all():
            break
        value = np.minimum(value, shorter)
    held = scale.weight.copy()
    held[home[taken]] = cost[taken] + value[person[taken]]
    return held, value
