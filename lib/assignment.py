"""Who looks after whom: households shared out among people at the least cost, exactly.

A min-cost flow: one unit leaves each household, over an arc to a person who could look after it
and from there to the sink, or over its overflow arc straight to the sink. The overflow arc is why
a problem is never infeasible: what flows over it is the shortfall. Three wishes, each before the
next however much of the next it costs:

1. the most urgent are served: no set of households that could be served holds a more urgent one
   in the place of a less urgent one. The sets that can be served are the independent sets of a
   (transversal) matroid, and the heaviest basis of a matroid depends on the order of the weights
   alone, so that overflow costs of ``urgency rank × step`` do what powers would, and fit int64;
2. as few as possible are missing from the minimums that were asked for: the first ``minimum``
   units into a person are free, each further one costs ``reward``;
3. the sum of the costs is least.

``step`` and ``reward`` outweigh what is below them: two flows differ by simple cycles of the
residual graph, and a simple cycle meets each person, and so each change of cost, at most once.

Method: Ahuja, Magnanti and Orlin, *Network Flows* (1993), chapters 1, 9 and 10; the cost-scaling
push-relabel algorithm of Goldberg and Tarjan as OR-Tools has it (``SimpleMinCostFlow``). All
numbers are integers: the optimum is exact, and the same problem has the same answer each time, in
whatever order its arcs were given. Households and people are indices in the order of the caller.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

Ints = NDArray[np.int64]
#: Independent parts of a problem are solved together up to so many households, so that many small
#: villages cost no more than one large; between two such lots progress is told.
LOT = 2_000
#: The solver multiplies costs by the number of nodes; the rest is room for its sums.
ROOM = 2**61
NOBODY = -1


def _empty() -> Ints:
    return np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class Problem:
    """What is to be shared out.

    ``capacity`` (per person) is how many households each may still be given, ``urgency`` (per
    household) any integers, the larger the more urgent; ``household``, ``person`` and ``cost`` are
    parallel arrays of the pairs that are possible. ``minimum`` (per person) is how many each is
    to have where that can be done. ``pinned`` and ``forbidden`` are pairs, two columns of
    household and person: a pinned pair is kept whatever it costs, even above a capacity, and need
    not be among the possible ones (it costs 0 then); a forbidden one never comes.
    """

    capacity: Ints
    urgency: Ints
    household: Ints
    person: Ints
    cost: Ints
    minimum: Ints | None = None
    pinned: Ints = field(default_factory=lambda: _empty().reshape(0, 2))
    forbidden: Ints = field(default_factory=lambda: _empty().reshape(0, 2))


@dataclass(frozen=True)
class Assignment:
    """``person`` of each household (NOBODY: it is left), the ``load`` given to each person, how
    many ``missing`` from the minimum of each, and the ``cost`` of all pairs together."""

    person: Ints
    load: Ints
    missing: Ints
    cost: int

    @property
    def left(self) -> Ints:
        """The households for whom there was nobody."""
        return np.flatnonzero(self.person == NOBODY)


def assign(problem: Problem, tell: Callable[[int, int], None] | None = None) -> Assignment:
    """The best assignment. ``tell(done, all)`` hears of households; what it raises stops it all.

    ValueError: the arrays do not fit together; OverflowError: costs too large for exact sums.
    """
    people, households = len(problem.capacity), len(problem.urgency)
    minimum = (
        np.zeros(people, dtype=np.int64) if problem.minimum is None else _ints(problem.minimum)
    )
    household, person, cost = _arcs(problem, minimum)
    chosen = np.full(households, NOBODY, dtype=np.int64)
    pinned = _pairs(problem.pinned)
    if len(np.unique(pinned[:, 0])) != len(pinned):
        raise ValueError("a household is pinned twice")
    chosen[pinned[:, 0]] = pinned[:, 1]
    given = np.bincount(pinned[:, 1], minlength=people)
    room = np.maximum(_ints(problem.capacity) - given, 0)
    wanted = np.minimum(np.maximum(minimum - given, 0), room)

    key = household * max(people, 1) + person
    free = ~np.isin(household, pinned[:, 0]) & (room[person] > 0)
    forbidden = _pairs(problem.forbidden)
    free &= ~np.isin(key, forbidden[:, 0] * max(people, 1) + forbidden[:, 1])
    total = _cost_of(pinned, key, cost, people)
    household, person, cost = household[free], person[free], cost[free]
    done = households - len(np.unique(household))
    for lot in _lots(household, person, households, people):
        if tell:
            tell(done, households)
        mine = _solve(household[lot], person[lot], cost[lot], _ints(problem.urgency), room, wanted)
        taken = np.flatnonzero(lot)[mine]
        chosen[household[taken]] = person[taken]
        total += int(cost[taken].sum())
        done += len(np.unique(household[lot]))
    if tell:
        tell(households, households)
    load = np.bincount(chosen[chosen != NOBODY], minlength=people)
    return Assignment(chosen, load, np.maximum(minimum - load, 0), total)


def _ints(values: Ints) -> Ints:
    array = np.asarray(values)
    if array.size and not np.issubdtype(array.dtype, np.integer):
        raise ValueError("only whole numbers are exact")
    return array.astype(np.int64)


def _pairs(values: Ints) -> Ints:
    return _ints(values).reshape(-1, 2)


def _arcs(problem: Problem, minimum: Ints) -> tuple[Ints, Ints, Ints]:
    """The arcs by household and person, each pair once at its least cost."""
    people, households = len(problem.capacity), len(problem.urgency)
    household, person, cost = map(_ints, (problem.household, problem.person, problem.cost))
    if not len(household) == len(person) == len(cost) or len(minimum) != people:
        raise ValueError("arrays that belong together differ in length")
    pairs = [np.stack([household, person], axis=1), *map(_pairs, (problem.pinned,
             problem.forbidden))]  # fmt: skip
    for pair in pairs:
        if pair.size and (pair.min() < 0 or (pair >= [households, people]).any()):
            raise ValueError("a pair names a household or a person that is not there")
    if people and (_ints(problem.capacity).min() < 0 or minimum.min() < 0):
        raise ValueError("a capacity or a minimum is below 0")
    order = np.lexsort((cost, person, household))
    household, person, cost = household[order], person[order], cost[order]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (household[1:] != household[:-1]) | (person[1:] != person[:-1])
    return household[first], person[first], cost[first]


def _cost_of(pairs: Ints, key: Ints, cost: Ints, people: int) -> int:
    """What pairs cost together; ``key`` of the arcs is sorted. A pair that is no arc costs 0."""
    if not len(pairs) or not len(key):
        return 0
    wanted = pairs[:, 0] * people + pairs[:, 1]
    at = np.minimum(np.searchsorted(key, wanted), len(key) - 1)
    return int(cost[at[key[at] == wanted]].sum())


def _lots(household: Ints, person: Ints, households: int, people: int) -> list[NDArray[np.bool_]]:
    """Masks of the arcs that are solved together: whole independent parts, small ones joined."""
    if not len(household):
        return []
    size = households + people
    graph = coo_matrix(
        (np.ones(len(household), dtype=bool), (household, households + person)), (size, size)
    )
    _count, part = connected_components(graph, directed=False)
    members = np.bincount(part[np.unique(household)], minlength=_count)
    lot = np.cumsum(members) // LOT
    names = lot[part[household]]
    return [names == name for name in np.unique(names)]


def _solve(
    household: Ints, person: Ints, cost: Ints, urgency: Ints, room: Ints, wanted: Ints
) -> Ints:
    """Which of the arcs are taken (their positions)."""
    homes, home = np.unique(household, return_inverse=True)
    staff, holder = np.unique(person, return_inverse=True)
    wishes = wanted[staff]
    scale = scale_of(urgency[homes], len(staff), cost, wishes)
    return flow(home, holder, cost - scale.lowest, scale, room[staff], wishes)


@dataclass(frozen=True)
class Scale:
    """How the three wishes outweigh one another: overflow ``weight`` of each household, ``reward``
    of a unit beyond a minimum, and the ``lowest`` cost, which is taken off each arc."""

    weight: Ints
    reward: int
    lowest: int


def scale_of(urgency: Ints, people: int, cost: Ints, wanted: Ints) -> Scale:
    """The scale for households of these urgencies; ``cost`` holds at least the extremes."""
    ranks, rank = np.unique(urgency, return_inverse=True)
    lowest, range_ = int(cost.min()), int(cost.max()) - int(cost.min())
    # On a simple cycle households alternate with people, the sink and the overflow.
    spread = min(len(urgency), people + 2) * range_ + 1
    reward = spread if wanted.any() else 0
    step = 2 * reward + spread + range_
    if step * len(ranks) * (len(urgency) + people + 2) > ROOM:
        raise OverflowError("costs and urgencies are too large to be summed exactly")
    return Scale((rank.astype(np.int64) + 1) * step, reward, lowest)


def flow(home: Ints, holder: Ints, cost: Ints, scale: Scale, room: Ints, wanted: Ints) -> Ints:
    """Which of the arcs are taken (their positions), by the solver. ``cost`` is at least 0."""
    n, m = len(scale.weight), len(room)
    sink = n + m
    nodes = np.arange(n + m)
    tails = np.concatenate([home, nodes[:n], nodes[n:], nodes[n:]]).astype(np.int32)
    heads = np.concatenate([n + holder, np.full(n + 2 * m, sink)]).astype(np.int32)
    ones = np.ones(len(cost) + n, dtype=np.int64)
    beyond = np.full(m, scale.reward, dtype=np.int64)
    solver = SimpleMinCostFlow()
    arcs = solver.add_arcs_with_capacity_and_unit_cost(
        tails, heads, np.concatenate([ones, wanted, room - wanted]),
        np.concatenate([cost, scale.weight, np.zeros(m, dtype=np.int64), beyond]),
    )  # fmt: skip
    supplies = np.concatenate([ones[:n], np.zeros(m, dtype=np.int64), [-n]])
    solver.set_nodes_supplies(np.arange(n + m + 1, dtype=np.int32), supplies)
    status = solver.solve()
    if status != solver.OPTIMAL:
        raise RuntimeError(f"the solver answered {status}")
    return np.flatnonzero(solver.flows(arcs[: len(cost)]) > 0)
