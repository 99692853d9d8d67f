"""The graph of cells as the search reads it: neighbours, pieces of land, bridges between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra

from lib.partition.cells import Cells
from lib.partition.model import Floats, Ints


@dataclass
class Graph:
    """Cells 0..n-1 with workload, households, area (m²), rim (m) and the pairs that touch.

    ``border``: what a border between a pair costs in metres; ``crossed``: what it costs to have
    both in one grid; ``way``: metres from door to door. ``piece`` numbers the connected land.
    """

    weight: Floats
    count: Ints
    area: Floats
    rim: Floats
    centre: Floats
    pairs: Ints
    border: Floats
    crossed: Floats
    way: Floats
    piece: Ints
    #: Usual side of a grid in metres.
    side: float
    bridged: bool = False

    @property
    def many(self) -> int:
        """How many cells there are."""
        return len(self.weight)

    def distances(self, origins: Ints) -> Floats:
        """Metres along the graph from each origin (rows) to each cell; inf where none leads."""
        n = self.many
        matrix = csr_matrix((self.way, (self.pairs[:, 0], self.pairs[:, 1])), shape=(n, n))
        found: Floats = dijkstra(matrix, directed=False, indices=origins)
        return found


def make_graph(cells: Cells, k: int) -> Graph:
    """The graph of free cells. Pieces without households are left as they are."""
    pairs = cells.pairs
    side = float(np.sqrt(cells.area.sum() / max(k, 1)))
    gap = cells.centre[pairs[:, 0]] - cells.centre[pairs[:, 1]]
    way = np.hypot(gap[:, 0], gap[:, 1]) + 0.01
    # Crossing a barrier costs as if the way were longer by a part of a grid's side.
    way += 0.25 * side * cells.crossed / np.maximum(cells.border + cells.crossed, 1e-9)
    piece = _pieces(cells.many, pairs)
    return Graph(
        cells.weight, cells.count, cells.area, cells.rim, cells.centre, pairs,
        cells.border, cells.crossed, way, piece, side,
    )  # fmt: skip


def _pieces(many: int, pairs: Ints) -> Ints:
    matrix = csr_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(many, many))
    found: Ints = connected_components(matrix, directed=False)[1].astype(np.int64)
    return found


def inhabited_pieces(graph: Graph) -> Ints:
    """Numbers of the pieces of land with households."""
    return np.unique(graph.piece[graph.count > 0])


def bridge(graph: Graph, pieces: Ints) -> Graph:
    """Join pieces of land by the shortest bridges, so that fewer grids than pieces can do."""
    kept = {int(piece) for piece in pieces}
    joined = {min(kept)}
    bridges: list[tuple[int, int]] = []
    numbers = {piece: np.flatnonzero(graph.piece == piece) for piece in kept}
    while len(joined) < len(kept):
        here = np.concatenate([numbers[piece] for piece in sorted(joined)])
        tree = shapely.STRtree(shapely.points(graph.centre[here]))
        best: tuple[float, int, int, int] | None = None
        for piece in sorted(kept - joined):
            pair, metres = tree.query_nearest(
                shapely.points(graph.centre[numbers[piece]]), return_distance=True
            )
            at = int(np.argmin(metres))
            found = (
                float(metres[at]), int(here[pair[1][at]]), int(numbers[piece][pair[0][at]]), piece,
            )  # fmt: skip
            best = found if best is None else min(best, found)
        assert best is not None
        bridges.append((best[1], best[2]))
        joined.add(best[3])
    extra = np.sort(np.array(bridges, dtype=np.int64), axis=1)
    gap = graph.centre[extra[:, 0]] - graph.centre[extra[:, 1]]
    way = np.hypot(gap[:, 0], gap[:, 1]) + graph.side
    pairs = np.concatenate([graph.pairs, extra])
    return Graph(
        graph.weight, graph.count, graph.area, graph.rim, graph.centre, pairs,
        np.append(graph.border, np.zeros(len(extra))), np.append(graph.crossed, way),
        np.append(graph.way, way), _pieces(graph.many, pairs), graph.side, True,
    )  # fmt: skip


def share_out(graph: Graph, pieces: Ints, k: int) -> dict[int, int]:
    """How many of ``k`` grids each piece of land gets: one each, then where most is left to do."""
    load = {int(p): float(graph.weight[graph.piece == p].sum()) for p in pieces}
    room = {p: int((graph.count[graph.piece == p] > 0).sum()) for p in load}
    given = dict.fromkeys(load, 1)
    for _ in range(k - len(given)):
        open_ = [p for p in given if given[p] < room[p]]
        given[max(open_, key=lambda p: (load[p] / given[p], -p))] += 1
    return given
