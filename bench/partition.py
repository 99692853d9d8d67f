"""Proposed grids against METIS, a public library that divides graphs, in the same run.

METIS gets the same cells with the same workloads and the lengths of their borders, and is asked
for contiguous parts within the same tolerance as well as within its own; its parts are drawn by
the same straightening, so that only the division is compared. Needs ``bench/requirements.txt``.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from dataclasses import replace
from typing import Any

import numpy as np
import pymetis
import shapely

from bench.villages import Village, villages
from lib.partition import divide, measure
from lib.partition.borders import draw_grids
from lib.partition.cells import Cells, make_cells
from lib.partition.graph import make_graph

TOLERANCE = 0.10
#: Imbalance allowed to METIS, in thousandths: its own usual, which is compared, and ours, shown.
ALLOWED = (30, 100)


def baseline(village: Village, cells: Cells, allowed: int, seed: int) -> Any:
    """The grid of each cell, by METIS."""
    near: list[list[tuple[int, int]]] = [[] for _ in range(cells.many)]
    for (one, other), metres in zip(cells.pairs.tolist(), cells.border.tolist(), strict=True):
        length = max(1, round(10 * metres))
        near[one].append((other, length))
        near[other].append((one, length))
    starts = np.cumsum([0, *(len(row) for row in near)])
    pieces = len(np.unique(make_graph(cells, village.k).piece))
    options = pymetis.Options(seed=seed, ufactor=allowed, contig=int(pieces == 1))
    _cut, label = pymetis.part_graph(
        village.k,
        pymetis.CSRAdjacency(starts.tolist(), [n for row in near for n, _length in row]),
        eweights=[length for row in near for _n, length in row],
        vweights=np.round(cells.weight * 1000).astype(int).tolist(),
        recursive=False, options=options,
    )  # fmt: skip
    return np.array(label)


def judged(village: Village, cells: Cells, label: Any) -> Any:
    """Quality of METIS's parts, drawn like ours; None where a part is in pieces or empty."""
    if len(np.unique(label)) < village.k:
        return None
    graph = make_graph(cells, village.k)
    grids = draw_grids(
        cells, label, village.k, village.xy, outline=village.outline, locked=[], side=graph.side
    )
    if any(shapely.get_num_geometries(grid) > 1 for grid in grids):
        return None
    of = label[cells.cell][cells.face_of]
    return measure(grids, village.xy, village.work, barriers=village.barriers, of=of)


def line(name: str, quality: Any, seconds: float) -> str:
    """One row of the table."""
    return (
        f"    {name:<26} {quality.spread:6.3f} {quality.mean_compactness:8.3f}"
        f" {min(quality.compactness):8.3f} {quality.crossed_m:10.0f} {seconds:8.2f}"
    )


def compare(village: Village, seeds: int) -> list[str]:
    """Print a village; returns what was worse than METIS with its usual imbalance."""
    about = "with barriers" if village.barriers else "no barriers"
    print(f"{village.name}, {about}: n = {len(village.xy)} households, k = {village.k}")
    print(f"    {'':<26} {'spread':>6} {'compact':>8} {'least':>8} {'crossed m':>10} {'s':>8}")
    start = time.process_time()
    made = divide(
        village.outline, village.xy, village.work, k=village.k, barriers=village.barriers,
        tolerance=TOLERANCE,
    )  # fmt: skip
    spent = time.process_time() - start
    ours = made.quality
    print(line("proposed", ours, spent))
    assert shapely.coverage_is_valid(np.array(made.grids, dtype=object))
    assert all(grid.geom_type == "Polygon" for grid in made.grids)
    cells = make_cells(
        village.outline, village.xy, village.work, k=village.k, barriers=village.barriers
    )
    worse = []
    for allowed in ALLOWED:
        start = time.process_time()
        labels = [baseline(village, cells, allowed, seed) for seed in range(seeds)]
        spent = (time.process_time() - start) / seeds
        runs = [judged(village, cells, label) for label in labels]
        whole = [quality for quality in runs if quality is not None]
        name = f"METIS {1 + allowed / 1000:.2f}, {len(whole)} of {seeds} whole"
        if not whole:
            print(f"    {name}")
            continue
        # The run with the median compactness stands for all.
        whole.sort(key=lambda quality: quality.mean_compactness)
        theirs = whole[len(whole) // 2]
        spread = statistics.median(quality.spread for quality in whole)
        ratios = (ours.spread / spread, ours.mean_compactness / theirs.mean_compactness)
        print(
            line(name, theirs, spent)
            + f"   ours / METIS: spread {ratios[0]:.3f}, compact {ratios[1]:.3f}"
        )
        if allowed == ALLOWED[0]:
            worse += [f"{village.name}, {about}: balance"] if ratios[0] > 1 + 1e-9 else []
            # METIS knows no barriers: where there are some, what is bought with them is shown.
            if not village.barriers and ratios[1] < 1:
                worse.append(f"{village.name}: compactness")
            if village.barriers and ours.crossed_m > theirs.crossed_m:
                worse.append(f"{village.name}: metres of barrier crossed")
    return worse


def main() -> None:
    """Compare every village, or those named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=9, help="runs of METIS, of which the median")
    parser.add_argument("--village", default="", help="part of a name")
    asked = parser.parse_args()
    worse: list[str] = []
    for village in villages():
        if asked.village in village.name:
            worse += compare(replace(village, barriers=[]), asked.seeds)
            if village.barriers:
                worse += compare(village, asked.seeds)
    print("worse than METIS: " + ("; ".join(worse) or "nowhere"))
    sys.exit(bool(worse))


if __name__ == "__main__":
    main()
