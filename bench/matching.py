"""Who looks after whom: the solver at its sizes, and a whole draft through the services.

``python -m bench.matching`` solves generated problems, each in a process of its own so that its
peak of memory is its own, against an independent exact solver (the sparse Jonker-Volgenant
algorithm of scipy, a person being as many seats as there is room), whose time in the same run is
the floor: the gap between the two optima must be 0. Then it makes a county in a database of its
own, works out a draft for everybody without a contact and puts it into force, beside the same
links written bare. ``--solver`` leaves that out, ``--case`` runs one. Processor seconds stand
beside those on the clock.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import django
import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from lib.assignment import Ints, Problem, assign
from lib.assignment_wide import Block, assign_wide

SIDE = 30_000  # metres of the square everybody lives in
ROWS = 500
Result = dict[str, Any]


def township(households: int, people: int, *, villages: int, near: int, room: int) -> Problem:
    """Households of villages, each with so many of its village's people as candidates."""
    chance = np.random.default_rng(5)
    village = np.sort(chance.integers(0, villages, households))
    staff = people // villages
    home = np.repeat(np.arange(households), near)
    person = np.repeat(village, near) * staff + chance.integers(0, staff, len(home))
    return Problem(
        np.full(people, room), chance.integers(0, 3, households) * 1000
        + chance.integers(0, 60, households), home, person, chance.integers(0, 20_000, len(home)),
    )  # fmt: skip


def seats(problem: Problem) -> tuple[list[int], int]:
    """How many of each urgency an independent solver serves, most urgent first, and at what cost.

    Each of its weights is a number of its own: how urgent a household is outweighs all costs. An
    urgency's weight is its rank times one more than all costs together, which serves the most
    urgent first because the sets that can be served are a matroid (see lib/assignment.py).
    """
    households, people = len(problem.urgency), len(problem.capacity)
    pair = problem.household * people + problem.person
    order = np.lexsort((problem.cost, pair))
    kept = order[np.r_[True, np.diff(pair[order]) != 0]]
    home, person, cost = problem.household[kept], problem.person[kept], problem.cost[kept]
    first = np.concatenate([[0], np.cumsum(problem.capacity)])
    times = problem.capacity[person]
    row, money = np.repeat(home, times), np.repeat(cost, times)
    within = np.arange(len(row)) - np.repeat(np.cumsum(times) - times, times)
    column = np.repeat(first[person], times) + within
    ranks, rank = np.unique(problem.urgency, return_inverse=True)
    weight = (rank + 1) * (int(cost.max()) * min(households, people + 2) + 1)
    own = np.arange(households)
    table = coo_matrix(
        (
            np.concatenate([money, weight]) + 1.0,
            (np.r_[row, own], np.r_[column, first[-1] + own]),
        ),
        (households, int(first[-1]) + households),
    ).tocsr()  # fmt: skip
    rows, columns = min_weight_full_bipartite_matching(table)
    inside = columns < first[-1]
    served = np.bincount(rank[rows[inside]], minlength=len(ranks))
    total = np.asarray(table[rows[inside], columns[inside]]).sum() - inside.sum()
    return served[::-1].tolist(), int(total)


def solved(households: int, people: int, *, villages: int, near: int, room: int) -> Result:
    """The solver on a candidate graph, and the independent one."""
    problem = township(households, people, villages=villages, near=near, room=room)
    heard: list[int] = []
    clock, found = timed(lambda: assign(problem, lambda done, _all: heard.append(done)))
    peak = memory()
    floor, (served, cost) = timed(lambda: seats(problem))
    ranks = np.unique(problem.urgency, return_inverse=True)[1]
    ours = np.bincount(ranks[found.person >= 0], minlength=int(ranks.max()) + 1)[::-1].tolist()
    return {
        "pairs": len(problem.cost), "clock": clock, "peak": peak, "floor": floor[1],
        "gap": found.cost - cost if ours == served else "SERVES OTHERS", "left": len(found.left),
        "told": len(heard), "cancel": cancelled(problem),
    }  # fmt: skip


def cancelled(problem: Problem) -> float:
    """The longest time between two moments at which it could be given up, in seconds."""
    moments = [time.perf_counter()]
    assign(problem, lambda _done, _all: moments.append(time.perf_counter()))
    return float(np.diff(moments).max())


def everybody(households: int, people: int, *, room: int, kept: bool) -> Result:
    """Everybody could look after everybody: all pairs, by straight lines."""
    chance = np.random.default_rng(5)
    homes = (chance.random((households, 2)) * SIDE).astype(np.float32)
    staff = (chance.random((people, 2)) * SIDE).astype(np.float32)
    urgency = chance.integers(0, 3, households)

    def blocks() -> Iterator[Block]:
        for begin in range(0, households, ROWS):
            own = np.arange(begin, min(begin + ROWS, households))
            dx, dy = (homes[own, n][:, None] - staff[:, n] for n in (0, 1))
            metres = np.sqrt(dx * dx + dy * dy)
            yield Block(own, np.arange(people), metres.astype(np.int32))

    rounds = [0]

    def asked() -> Iterator[Block]:
        rounds[0] += 1
        return iter(held) if kept else blocks()

    begun, busy = time.perf_counter(), time.process_time()
    held = list(blocks()) if kept else []
    found = assign_wide(np.full(people, room), urgency, asked)
    clock = (time.perf_counter() - begun, time.process_time() - busy)
    result: Result = {
        "pairs": households * people, "clock": clock, "peak": memory(), "rounds": rounds[0],
        "left": len(found.left),
    }  # fmt: skip
    if households * people * room <= 2_000_000:
        result["gap"] = found.cost - seats(_spelled_out(blocks, urgency, people, room))[1]
    return result


def _spelled_out(
    blocks: Callable[[], Iterator[Block]], urgency: Ints, people: int, room: int
) -> Problem:
    cost = np.concatenate([block.cost for block in blocks()]).astype(np.int64)
    home, person = np.divmod(np.arange(cost.size), people)
    return Problem(np.full(people, room), urgency, home, person, cost.ravel())


def timed(call: Callable[[], Any]) -> tuple[tuple[float, float], Any]:
    """Seconds on the clock and of the processor, and what came back."""
    begun, busy = time.perf_counter(), time.process_time()
    result = call()
    return (time.perf_counter() - begun, time.process_time() - busy), result


def memory() -> float:
    """The peak of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


CASES: dict[str, tuple[Callable[..., Result], dict[str, Any]]] = {
    "10,000 households, 5,000 people, 20 villages": (
        solved, {"households": 10_000, "people": 5_000, "villages": 20, "near": 40, "room": 2},
    ),
    "the same, half of them find nobody": (
        solved, {"households": 10_000, "people": 5_000, "villages": 20, "near": 40, "room": 1},
    ),
    "100,000 households, 5,000 people, 20 villages": (
        solved, {"households": 100_000, "people": 5_000, "villages": 20, "near": 20, "room": 19},
    ),
    "5,000 households, 100,000 people, 20 villages": (
        solved, {"households": 5_000, "people": 100_000, "villages": 20, "near": 60, "room": 1},
    ),
    "1,000 x 500, all pairs": (
        everybody, {"households": 1_000, "people": 500, "room": 2, "kept": True},
    ),
    "10,000 x 5,000, all pairs, room for half more": (
        everybody, {"households": 10_000, "people": 5_000, "room": 3, "kept": True},
    ),
    "10,000 x 5,000, all pairs, no seat to spare": (
        everybody, {"households": 10_000, "people": 5_000, "room": 2, "kept": True},
    ),
    "100,000 x 5,000, all pairs, room for half more": (
        everybody, {"households": 100_000, "people": 5_000, "room": 30, "kept": False},
    ),
}  # fmt: skip


def told(name: str, found: Result) -> None:
    """One line of numbers."""
    clock, busy = found.pop("clock")
    parts = [
        f"{clock:.2f} s on the clock, {busy:.2f} s processor",
        f"peak {found.pop('peak'):.0f} MB",
    ]
    if "floor" in found:
        floor = found.pop("floor")
        parts.append(f"{busy / floor:.2f} x the independent solver ({floor:.2f} s processor)")
    if "cancel" in found:
        parts.append(f"given up within {found.pop('cancel'):.2f} s")
    parts += [f"{key} {value}" for key, value in found.items()]
    print(f"{name}: " + ", ".join(parts), flush=True)


def draft(households: int) -> None:
    """A draft of a county, and its commit beside the same links written bare."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.db import connection, transaction

    from bench.town import town
    from grids.models import Area, Role
    from households.models import Link
    from lib.clock import today
    from planning.matching.drafts import draft_commit
    from planning.matching.making import draft_make
    from planning.matching.options import Options
    from planning.models import MatchDraft

    on = today()
    with town(households) as made:
        by, county = made.users["county"], Area.objects.get(level="county")
        Role.objects.filter(pk="grid_worker").update(may_link=True, max_links=40)
        seen: list[int] = []
        finished = threading.Event()

        def watch(key: Any) -> None:
            while not finished.wait(0.05):
                seen.append(MatchDraft.objects.values_list("progress", flat=True).get(pk=key))
            connection.close()

        ordered = MatchDraft.objects.create(
            area=county, path=county.path, on=on, by=by, options=Options().as_json()
        )  # fmt: skip
        watcher = threading.Thread(target=watch, args=[ordered.pk])
        watcher.start()
        clock, _nothing = timed(lambda: draft_make.func(str(ordered.pk)))
        finished.set()
        watcher.join()
        ordered.refresh_from_db()
        sums = ordered.sums
        print(
            f"a draft for {sums['households']} households: {clock[0]:.2f} s on the clock,"
            f" {sums['matched']} matched, progress seen {sorted(set(seen))}", flush=True,
        )  # fmt: skip
        rows = list(ordered.lines.filter(post__isnull=False).select_related("post"))
        floor, _bare = timed(lambda: bare(rows, on, transaction, Link))
        clock, done = timed(lambda: draft_commit(draft=ordered, on=on, by=by))
        print(
            f"{len(done.links)} links put into force: {clock[0]:.2f} s on the clock,"
            f" {clock[0] / floor[0]:.2f} x the same links written bare and taken back"
            f" ({floor[0]:.2f} s)", flush=True,
        )  # fmt: skip


def bare(rows: list[Any], on: Any, transaction: Any, link: Any) -> None:
    """The links of lines, written without any rule and undone."""
    from lib.spans import span

    with transaction.atomic():
        link.objects.bulk_create(
            [
                link(household_id=row.household_id, post=row.post, role_id=row.post.role_id,
                     during=span(on))
                for row in rows
            ],
            batch_size=5000,
        )  # fmt: skip
        transaction.set_rollback(True)


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--households", type=int, default=30_000)
    parser.add_argument("--solver", action="store_true", help="the solver alone, no database")
    parser.add_argument("--case", default="", help="only those whose name begins so")
    asked = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    for name, (call, given) in CASES.items():
        if not name.startswith(asked.case):
            continue
        with context.Pool(1) as pool:
            told(name, pool.apply(call, kwds=given))
    if not asked.solver and not asked.case:
        draft(asked.households)


if __name__ == "__main__":
    main()
