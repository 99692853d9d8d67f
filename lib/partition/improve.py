"""Make a division better by giving one cell at a time to the grid beside it.

What is made small is one sum: uneven workload (steeply beyond the tolerance), the shape of each
grid (its border over that of a circle of its size, a border along a barrier counting less),
barriers crossed inside grids, and households that leave the grid they are in today. Cells move at
random first, also for the worse now and then and less and less, so that a border can get over a
bump; then only for the better. A cell never leaves a grid that it holds together.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import numpy as np

from lib.partition.graph import Graph
from lib.partition.model import Ints

#: What uneven workload costs: everywhere, and beyond what is aimed at.
EVEN = 25.0
BEYOND = 6000.0
#: What a metre of barrier inside a grid costs against the side of a grid.
CROSS = 0.35


class Search:
    """A division of a graph while it is improved. Cells labelled -1 take no part."""

    def __init__(
        self,
        graph: Graph,
        label: Ints,
        k: int,
        *,
        aim: float,
        rng: random.Random,
        homes: Sequence[int] | None = None,
        stay: float = 0.0,
    ) -> None:
        """``homes``: for each cell the grid that it should rather stay in, or -1."""
        self.k, self.aim, self.rng = k, aim, rng
        self.label: list[int] = label.tolist()
        self.weight: list[float] = graph.weight.tolist()
        self.count: list[int] = graph.count.tolist()
        self.area: list[float] = graph.area.tolist()
        self.rim: list[float] = graph.rim.tolist()
        self.near: list[list[tuple[int, float, float]]] = [[] for _ in self.label]
        for (one, other), border, crossed in zip(
            graph.pairs.tolist(), graph.border.tolist(), graph.crossed.tolist(), strict=True
        ):
            self.near[one].append((other, border, crossed))
            self.near[other].append((one, border, crossed))
        self.beside = [{other for other, _b, _c in near} for near in self.near]
        self.homes = list(homes) if homes is not None else None
        heads = max(int(graph.count.sum()), 1)
        self.stay = [stay * count / heads for count in self.count]
        self.mean = sum(
            w for w, grid in zip(self.weight, self.label, strict=True) if grid >= 0
        ) / max(k, 1)
        self.cross = CROSS / (graph.side * k)
        self._measure()

    def _measure(self) -> None:
        k = self.k
        self.load, self.size, self.around = [0.0] * k, [0.0] * k, [0.0] * k
        self.heads = [0] * k
        self.foreign = [0] * len(self.label)
        for cell, grid in enumerate(self.label):
            if grid < 0:
                continue
            self.load[grid] += self.weight[cell]
            self.heads[grid] += self.count[cell]
            self.size[grid] += self.area[cell]
            self.around[grid] += self.rim[cell]
            for other, border, _crossed in self.near[cell]:
                if self.label[other] != grid:
                    self.foreign[cell] += 1
                    self.around[grid] += border
        self.border = [cell for cell, foreign in enumerate(self.foreign) if foreign]
        self.at = {cell: i for i, cell in enumerate(self.border)}

    def _shape(self, around: float, size: float) -> float:
        return around / math.sqrt(12.566370614359172 * max(size, 1e-9)) / self.k

    def _uneven(self, load: float) -> float:
        off = load / self.mean - 1
        over = off - self.aim
        return (EVEN * off * off + (BEYOND * over * over if over > 0 else 0.0)) / self.k

    def cost(self) -> float:
        """The sum that is made small."""
        total = sum(map(self._uneven, self.load))
        total += sum(map(self._shape, self.around, self.size))
        for cell, grid in enumerate(self.label):
            total += self.cross * sum(
                crossed
                for other, _border, crossed in self.near[cell]
                if other > cell and self.label[other] == grid
            )
            if self.homes is not None and self.homes[cell] not in (-1, grid):
                total += self.stay[cell]
        return total

    def gain(self, cell: int, to: int) -> float:
        """How the sum changes when a cell goes to a grid beside it."""
        grid = self.label[cell]
        own = new = rest = crossed_own = crossed_new = 0.0
        for other, border, crossed in self.near[cell]:
            there = self.label[other]
            if there == grid:
                own += border
                crossed_own += crossed
            elif there == to:
                new += border
                crossed_new += crossed
            else:
                rest += border
        rim, area, weight = self.rim[cell], self.area[cell], self.weight[cell]
        change = self.cross * (crossed_new - crossed_own)
        around, size = self.around, self.size
        change += self._shape(around[grid] - rim - new - rest + own, size[grid] - area)
        change += self._shape(around[to] + rim + own + rest - new, size[to] + area)
        change -= self._shape(around[grid], size[grid]) + self._shape(around[to], size[to])
        if weight:
            load = self.load
            change += self._uneven(load[grid] - weight) + self._uneven(load[to] + weight)
            change -= self._uneven(load[grid]) + self._uneven(load[to])
        if self.homes is not None and self.homes[cell] >= 0:
            home = self.homes[cell]
            change += self.stay[cell] * ((home != to) - (home != grid))
        return change

    def may_leave(self, cell: int) -> bool:
        """Does its grid stay in one piece, with households, without the cell?"""
        grid = self.label[cell]
        if self.heads[grid] <= self.count[cell]:
            return False
        own = [other for other, _b, _c in self.near[cell] if self.label[other] == grid]
        if len(own) < 2:
            return bool(own)
        wanted = set(own[1:])
        seen = {own[0], cell}
        # Around the cell first: nearly always its neighbours touch each other.
        stack = [own[0]]
        while stack and wanted:
            touching = wanted & self.beside[stack.pop()]
            wanted -= touching
            seen |= touching
            stack.extend(touching)
        if not wanted:
            return True
        stack = [other for other in seen if other != cell]
        while stack:
            for other in self.beside[stack.pop()]:
                if self.label[other] == grid and other not in seen:
                    seen.add(other)
                    stack.append(other)
                    wanted.discard(other)
            if not wanted:
                return True
        return False

    def move(self, cell: int, to: int) -> None:
        """Give a cell to a grid beside it."""
        grid = self.label[cell]
        label, foreign = self.label, self.foreign
        self.load[grid] -= self.weight[cell]
        self.load[to] += self.weight[cell]
        self.heads[grid] -= self.count[cell]
        self.heads[to] += self.count[cell]
        self.size[grid] -= self.area[cell]
        self.size[to] += self.area[cell]
        self.around[grid] -= self.rim[cell]
        self.around[to] += self.rim[cell]
        for other, border, _crossed in self.near[cell]:
            there = label[other]
            if there == grid:
                self.around[grid] += border
                self.around[to] += border
                foreign[other] += 1
                foreign[cell] += 1
            elif there == to:
                self.around[grid] -= border
                self.around[to] -= border
                foreign[other] -= 1
                foreign[cell] -= 1
            else:
                self.around[grid] -= border
                self.around[to] += border
            self._note(other)
        label[cell] = to
        self._note(cell)

    def _note(self, cell: int) -> None:
        """Keep the list of cells on borders."""
        if self.foreign[cell]:
            if cell not in self.at:
                self.at[cell] = len(self.border)
                self.border.append(cell)
        elif cell in self.at:
            at = self.at.pop(cell)
            last = self.border.pop()
            if last != cell:
                self.border[at] = last
                self.at[last] = at

    def wander(self, tries: int, warmth: float) -> None:
        """Move cells at random, less and less for the worse."""
        heat = warmth * self._usual_change()
        draw = self.rng.random
        exp = math.exp
        for step in range(tries):
            if not self.border:
                return
            cell = self.border[int(draw() * len(self.border))]
            near = self.near[cell]
            to = self.label[near[int(draw() * len(near))][0]]
            if to == self.label[cell] or to < 0:
                continue
            change = self.gain(cell, to)
            left = 1 - step / tries
            now = heat * left * left + 1e-12
            if (change <= 0 or draw() < exp(-min(change / now, 700.0))) and self.may_leave(cell):
                self.move(cell, to)

    def _usual_change(self) -> float:
        found = []
        for cell in self.border[:: max(1, len(self.border) // 400)]:
            for to in {self.label[other] for other in self.beside[cell]} - {self.label[cell], -1}:
                found.append(abs(self.gain(cell, to)))
        return float(np.median(found)) if found else 0.0

    def settle(self, rounds: int = 30) -> None:
        """Move cells only for the better, until none is."""
        for _ in range(rounds):
            moved = 0
            for cell in sorted(self.border):
                grid = self.label[cell]
                choices = {self.label[other] for other in self.beside[cell]} - {grid, -1}
                if not choices:
                    continue
                change, to = min((self.gain(cell, to), to) for to in sorted(choices))
                if change < -1e-12 and self.may_leave(cell):
                    self.move(cell, to)
                    moved += 1
            if not moved:
                return

    def trade(self, rounds: int = 40) -> None:
        """While the heaviest grid carries too much: exchange one of its cells for a lighter one."""
        for _ in range(rounds):
            heaviest = max(range(self.k), key=lambda grid: (self.load[grid], -grid))
            if self.load[heaviest] <= (1 + self.aim) * self.mean or not self._trade(heaviest):
                return

    def _trade(self, grid: int) -> bool:
        for cell in sorted(self.border):
            if self.label[cell] != grid or not self.weight[cell]:
                continue
            for to in sorted({self.label[other] for other in self.beside[cell]} - {grid, -1}):
                if self.may_leave(cell) and self._swapped(cell, to):
                    return True
        return False

    def _swapped(self, cell: int, to: int) -> bool:
        """Give a cell away and take a lighter one back, if both together are for the better."""
        grid = self.label[cell]
        given = self.gain(cell, to)
        self.move(cell, to)
        for back in sorted(self.border):
            if self.label[back] != to or not 0 < self.weight[back] < self.weight[cell]:
                continue
            if not any(self.label[other] == grid for other in self.beside[back]):
                continue
            if given + self.gain(back, grid) < -1e-12 and self.may_leave(back):
                self.move(back, grid)
                return True
        self.move(cell, grid)
        return False

    def labels(self) -> Ints:
        """The grid of each cell."""
        return np.array(self.label, dtype=np.int64)

    @property
    def spread(self) -> float:
        """Largest workload over the mean."""
        return max(self.load) / self.mean if self.mean else 0.0
