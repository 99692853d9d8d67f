"""First divisions to improve: each cell goes to a centre by distance, centres made even by weight.

Distance is along the land (around a bay, dearer across a river). A number of each centre is
raised or lowered until the workloads are even (a power diagram), then the centres move to the
middle of what they got, and again.
"""

from __future__ import annotations

import random

import numpy as np

from lib.partition.graph import Graph
from lib.partition.model import Floats, Ints

MOVES = 8
BALANCING = 50


def first_division(graph: Graph, share: dict[int, int], rng: random.Random) -> Ints | None:
    """A grid for each cell with households near, or None where the dice gave an empty grid.

    ``share``: how many grids each piece of land gets. Cells of other pieces stay -1.
    """
    label = np.full(graph.many, -1, dtype=np.int64)
    first = 0
    for piece, k in share.items():
        members = np.flatnonzero(graph.piece == piece)
        found = _divide_piece(graph, members, k, rng)
        if found is None:
            return None
        label[members] = first + found
        first += k
    return label


def _divide_piece(graph: Graph, members: Ints, k: int, rng: random.Random) -> Ints | None:
    weight = graph.weight[members]
    if k == 1:
        return np.zeros(len(members), dtype=np.int64)
    places = members[graph.count[members] > 0]
    centres = _spread(graph, places, k, rng)
    best: tuple[float, Ints] | None = None
    for _move in range(MOVES):
        away = graph.distances(centres)[:, members]
        label, uneven = _even(away, weight, k)
        if best is None or uneven < best[0] or _move == MOVES - 1:
            best = (uneven, label)
        moved = _middles(graph, members, label, centres)
        if (moved == centres).all():
            break
        centres = moved
    assert best is not None
    return mend(graph, members, best[1], k)


def _spread(graph: Graph, places: Ints, k: int, rng: random.Random) -> Ints:
    """``k`` places far from each other, drawn by weight and the square of the distance."""
    weight = np.maximum(graph.weight[places], 1e-9)
    chosen = [int(rng.choices(range(len(places)), weights=weight.tolist())[0])]
    nearest = np.full(len(places), np.inf)
    while len(chosen) < k:
        away = graph.distances(places[chosen[-1:]])[0][places]
        nearest = np.minimum(nearest, np.where(np.isfinite(away), away, 0.0) ** 2)
        odds = weight * nearest
        odds[chosen] = 0.0
        if odds.sum() <= 0:
            odds = np.ones(len(places))
            odds[chosen] = 0.0
        chosen.append(int(rng.choices(range(len(places)), weights=odds.tolist())[0]))
    return places[np.array(chosen)]


def _even(away: Floats, weight: Floats, k: int) -> tuple[Ints, float]:
    """Labels by distance less a bonus of each centre, and the largest load over the mean."""
    square = away**2
    scale = float(np.median(square.min(axis=0))) or 1.0
    mean = weight.sum() / k
    bonus = np.zeros(k)
    best_label, best = np.zeros(len(weight), dtype=np.int64), np.inf
    step = 1.0
    for _ in range(BALANCING):
        label = np.argmin(square - bonus[:, None], axis=0)
        load = np.bincount(label, weights=weight, minlength=k)
        uneven = float(np.abs(load / mean - 1).max())
        if uneven < best:
            best_label, best = label, uneven
        bonus += step * scale * np.clip(1 - load / mean, -1, 1)
        step *= 0.96
    return best_label, best


def _middles(graph: Graph, members: Ints, label: Ints, centres: Ints) -> Ints:
    moved = centres.copy()
    weight = graph.weight[members] + 1e-9
    for grid in range(len(centres)):
        own = np.flatnonzero(label == grid)
        if len(own):
            at = np.average(graph.centre[members[own]], axis=0, weights=weight[own])
            gap = graph.centre[members[own]] - at
            moved[grid] = members[own[int(np.argmin((gap**2).sum(axis=1)))]]
    return moved


def mend(graph: Graph, members: Ints, label: Ints, k: int) -> Ints | None:
    """Make every grid one piece: stray parts go to the lightest grid beside them.

    None where a grid has no household left.
    """
    place = np.full(graph.many, -1, dtype=np.int64)
    place[members] = np.arange(len(members))
    inside = (place[graph.pairs] >= 0).all(axis=1)
    near: list[list[int]] = [[] for _ in members]
    for one, other in place[graph.pairs[inside]].tolist():
        near[one].append(other)
        near[other].append(one)
    weight, count = graph.weight[members], graph.count[members]
    now = label.tolist()
    kept = [False] * len(now)
    load = [0.0] * k
    seen = [False] * len(now)
    parts: dict[int, list[tuple[float, int, list[int]]]] = {}
    for begin in range(len(now)):
        if seen[begin] or now[begin] < 0:
            continue
        grid, part, stack = now[begin], [], [begin]
        seen[begin] = True
        while stack:
            cell = stack.pop()
            part.append(cell)
            for other in near[cell]:
                if not seen[other] and now[other] == grid:
                    seen[other] = True
                    stack.append(other)
        heavy = float(weight[part].sum()) + 1e-9 * int(count[part].sum())
        parts.setdefault(grid, []).append((heavy, -begin, part))
    for grid in range(k):
        if grid not in parts:
            return None
        heavy, _begin, part = max(parts[grid])
        if not count[part].any():
            return None
        load[grid] = heavy
        for cell in part:
            kept[cell] = True
    waiting = [cell for cell in range(len(now)) if not kept[cell]]
    while waiting:
        left = []
        for cell in waiting:
            beside = {now[other] for other in near[cell] if kept[other]}
            if beside:
                now[cell] = min(beside, key=lambda grid: (load[grid], grid))
                load[now[cell]] += float(weight[cell])
                kept[cell] = True
            else:
                left.append(cell)
        if len(left) == len(waiting):
            return None
        waiting = left
    return np.array(now, dtype=np.int64)
