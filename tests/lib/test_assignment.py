"""Sharing out at the least cost: against solvers of another kind, and what it promises."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment, linprog

from lib import assignment_wide
from lib.assignment import NOBODY, Assignment, Problem, assign
from lib.assignment_wide import NEVER, Block, assign_wide

NONE = np.empty((0, 2), dtype=np.int64)


def problem_of(*, capacity, urgency, arcs, minimum=None, pinned=NONE, forbidden=NONE) -> Problem:
    """A problem from plain lists; arcs are (household, person, cost)."""
    columns = np.array(arcs, dtype=np.int64).reshape(-1, 3)
    return Problem(
        np.array(capacity, dtype=np.int64), np.array(urgency, dtype=np.int64),
        columns[:, 0], columns[:, 1], columns[:, 2],
        None if minimum is None else np.array(minimum, dtype=np.int64),
        np.array(pinned, dtype=np.int64), np.array(forbidden, dtype=np.int64),
    )  # fmt: skip


def random_problem(seed: int) -> Problem:
    """Up to 40 households and 12 people, some of them full, with few different costs: ties."""
    rng = np.random.default_rng(seed)
    households, people = int(rng.integers(0, 41)), int(rng.integers(0, 13))
    dense = np.argwhere(rng.random((households, people)) < rng.choice([0.1, 0.4, 1.0]))
    return Problem(
        rng.integers(0, 5, people), rng.integers(0, 4, households), dense[:, 0], dense[:, 1],
        rng.integers(-3, rng.choice([4, 1000]), len(dense)),
    )  # fmt: skip


def oracle(problem: Problem) -> tuple[list[int], int]:
    """How many of each urgency are served, from the most urgent on, and the cost: by seats.

    Each person is as many seats as it has room, each household has a seat outside; weights are
    Python's exact powers, so that nothing of the method under test is repeated.
    """
    households, people = len(problem.urgency), len(problem.capacity)
    seats = np.repeat(np.arange(people), problem.capacity)
    ranks = sorted(set(problem.urgency.tolist()))
    span = households * 2000 + 1
    weight = {u: span * (households + 1) ** i for i, u in enumerate(ranks)}
    table = np.full((households, len(seats) + households), float(10**18))
    cost = np.full((households, people), np.nan)
    cost[problem.household, problem.person] = problem.cost
    for h, (s, p) in product(range(households), enumerate(seats)):
        if not np.isnan(cost[h, p]):
            table[h, s] = cost[h, p]
    for h in range(households):
        table[h, len(seats) + h] = weight[int(problem.urgency[h])]
    rows, columns = linear_sum_assignment(table)
    inside = columns < len(seats)
    served = problem.urgency[rows[inside]].tolist()
    total = int(table[rows[inside], columns[inside]].sum())
    return [served.count(u) for u in reversed(ranks)], total


def served_by(problem: Problem, found: Assignment) -> list[int]:
    served = problem.urgency[found.person != NOBODY].tolist()
    return [served.count(u) for u in sorted(set(problem.urgency.tolist()), reverse=True)]


@pytest.mark.parametrize("seed", range(250))
def test_it_costs_what_an_independent_solver_finds(seed):
    problem = random_problem(seed)
    found = assign(problem)
    expected, cost = oracle(problem)
    assert served_by(problem, found) == expected
    assert found.cost == cost
    assert (found.load <= problem.capacity).all()
    taken = {(h, p) for h, p in enumerate(found.person) if p != NOBODY}
    assert taken <= set(zip(problem.household.tolist(), problem.person.tolist(), strict=True))


@pytest.mark.parametrize("seed", range(60))
def test_minimums_are_met_as_far_as_a_linear_programme_can(seed):
    problem = random_problem(seed)
    rng = np.random.default_rng(seed + 9000)
    minimum = rng.integers(0, 4, len(problem.capacity))
    found = assign(Problem(**{**problem.__dict__, "minimum": minimum}))
    served = assign(problem)
    assert served_by(problem, found) == served_by(problem, served)
    # A programme over x (arcs) and s (missing per person): serve as many of each urgency as was
    # found, miss the least in the minimums, then cost the least.
    households, people, arcs = len(problem.urgency), len(minimum), len(problem.cost)
    if not arcs:
        return
    once = np.zeros((households, arcs + people))
    once[problem.household, np.arange(arcs)] = 1
    room = np.zeros((people, arcs + people))
    room[problem.person, np.arange(arcs)] = 1
    wish = -room.copy()
    wish[np.arange(people), arcs + np.arange(people)] = -1
    ranks = sorted(set(problem.urgency.tolist()), reverse=True)
    serve = np.stack([once[problem.urgency == u].sum(axis=0) for u in ranks])
    missing_costs = np.full(people, 1e5)
    answer = linprog(
        np.concatenate([problem.cost.astype(float), missing_costs]),
        A_ub=np.vstack([once, room, wish]),
        b_ub=np.concatenate([np.ones(households), problem.capacity, -minimum]),
        A_eq=serve, b_eq=served_by(problem, found), method="highs",
    )  # fmt: skip
    assert answer.success
    assert found.cost + found.missing.sum() * 100_000 == pytest.approx(answer.fun, abs=0.5)


@given(st.integers(0, 10**6), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_the_order_of_the_arcs_changes_nothing(seed, random):
    problem = random_problem(seed)
    shuffled = list(range(len(problem.cost)))
    random.shuffle(shuffled)
    again = Problem(
        problem.capacity, problem.urgency, problem.household[shuffled], problem.person[shuffled],
        problem.cost[shuffled],
    )  # fmt: skip
    assert (assign(problem).person == assign(again).person).all()


def test_the_more_urgent_is_served_whatever_it_costs():
    found = assign(problem_of(capacity=[1], urgency=[1, 2], arcs=[(0, 0, 0), (1, 0, 1_000_000)]))
    assert found.person.tolist() == [NOBODY, 0]
    assert found.left.tolist() == [0]


def test_a_minimum_gives_way_to_who_is_more_urgent_and_goes_before_cost():
    # Person 1 can only look after household 0; person 0 after both, dearly.
    problem = problem_of(
        capacity=[2, 2], urgency=[0, 0], minimum=[1, 2],
        arcs=[(0, 0, 1), (0, 1, 900), (1, 0, 1)],
    )  # fmt: skip
    found = assign(problem)
    assert found.person.tolist() == [1, 0]
    assert found.missing.tolist() == [0, 1]


def test_pins_are_kept_and_forbidden_pairs_never_come():
    arcs = [(h, p, abs(h - p)) for h, p in product(range(3), range(3))]
    problem = problem_of(
        capacity=[1, 1, 1], urgency=[0, 0, 0], arcs=arcs, pinned=[(0, 2)], forbidden=[(1, 1)]
    )
    found = assign(problem)
    assert found.person.tolist() == [2, 0, 1]
    assert found.cost == 2 + 1 + 1


def test_a_pin_above_a_capacity_stays_and_leaves_no_room():
    found = assign(
        problem_of(capacity=[0, 1], urgency=[0, 0], arcs=[(1, 0, 0), (1, 1, 5)], pinned=[(0, 0)])
    )
    assert found.person.tolist() == [0, 1]
    assert found.load.tolist() == [1, 1]


@pytest.mark.parametrize(
    ("capacity", "urgency", "arcs", "expected"),
    [
        ([], [], [], []),
        ([], [3, 1], [], [NOBODY, NOBODY]),
        ([5], [], [], []),
        ([0, 0], [1, 1], [(0, 0, 1), (1, 1, 1)], [NOBODY, NOBODY]),
        ([1], [1, 1], [], [NOBODY, NOBODY]),
    ],
    ids=["nothing", "no people", "no households", "all full", "nobody in reach"],
)
def test_it_is_never_infeasible(capacity, urgency, arcs, expected):
    found = assign(problem_of(capacity=capacity, urgency=urgency, arcs=arcs))
    assert found.person.tolist() == expected
    assert found.cost == 0


def test_many_villages_are_told_as_they_are_done_and_can_be_stopped():
    villages, each = 6, 900
    household = np.arange(villages * each)
    problem = Problem(
        np.full(villages, each // 2), np.zeros(villages * each, dtype=np.int64), household,
        household // each, household % 7,
    )  # fmt: skip
    heard: list[tuple[int, int]] = []
    found = assign(problem, lambda done, total: heard.append((done, total)))
    assert heard[0] == (0, 5400) and heard[-1] == (5400, 5400) and len(heard) >= 3
    assert heard == sorted(heard)
    assert (found.load == each // 2).all()

    class Enough(Exception):
        pass

    def stop(done: int, total: int) -> None:
        raise Enough

    with pytest.raises(Enough):
        assign(problem, stop)


@pytest.mark.parametrize(
    "wrong",
    [
        {"capacity": [-1]},
        {"minimum": [-1]},
        {"arcs": [(1, 0, 3)]},
        {"pinned": [(0, 0), (0, 0)]},
        {"forbidden": [(0, 7)]},
    ],
)
def test_what_does_not_fit_together_is_refused(wrong):
    plain = {"capacity": [1], "urgency": [0], "arcs": [(0, 0, 3)]}
    with pytest.raises(ValueError):
        assign(problem_of(**{**plain, **wrong}))


def test_sums_that_would_overflow_are_refused_and_not_wrong():
    with pytest.raises(OverflowError):
        assign(problem_of(capacity=[1, 1], urgency=[0, 1], arcs=[(0, 0, 0), (1, 1, 2**60)]))


def blocks_of(problem: Problem, size: int) -> list[Block]:
    """The same costs in blocks of so many households; the last person's column first."""
    people = np.arange(len(problem.capacity))[::-1]
    table = np.full((len(problem.urgency), len(people)), NEVER, dtype=np.int32)
    table[problem.household, problem.person] = problem.cost
    return [
        Block(np.arange(a, min(a + size, len(table))), people, table[a : a + size, people])
        for a in range(0, len(table), size)
    ]


@pytest.mark.parametrize("seed", range(120))
def test_the_cheapest_pairs_are_proved_to_be_enough_or_added_to(seed, monkeypatch):
    """With one pair of each household to begin with, nearly every problem needs further rounds."""
    monkeypatch.setattr(assignment_wide, "FIRST", 1)
    monkeypatch.setattr(assignment_wide, "MORE", 1)
    problem = random_problem(seed)
    rng = np.random.default_rng(seed)
    households, people = len(problem.urgency), len(problem.capacity)
    given: dict = {"minimum": rng.integers(0, 3, people) if seed % 2 else np.zeros(people, int)}
    if seed % 3 == 0 and households and people:
        given["forbidden"] = np.array([[0, 0], [households - 1, people - 1]])
    if seed % 5 == 0 and households > 1 and people:
        given["pinned"] = np.array([[1, people - 1]])
    expected = assign(Problem(**{**problem.__dict__, **given}))
    blocks = blocks_of(problem, 7)
    found = assign_wide(problem.capacity, problem.urgency, lambda: blocks, **given)
    assert served_by(problem, found) == served_by(problem, expected)
    assert found.missing.sum() == expected.missing.sum()
    pinned = given.get("pinned", NONE)
    at = (problem.household == 1) & (problem.person == people - 1)
    own = int(problem.cost[at].sum()) if len(pinned) else 0
    assert found.cost + own == expected.cost
