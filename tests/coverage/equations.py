"""What published numbers give away: linear equations between cells, solved exactly."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from fractions import Fraction

Cell = Hashable
#: Cells with their factors; together they make a published number.
Equation = dict[Cell, int]


def determined(equations: Iterable[Equation]) -> set[Cell]:
    """Unknown cells whose value follows from the equations, whatever the right-hand sides.

    A cell follows when, in reduced row echelon form, its row has no other cell.
    """
    reduced: dict[Cell, dict[Cell, Fraction]] = {}
    for equation in equations:
        row = {cell: Fraction(factor) for cell, factor in equation.items() if factor}
        for cell in [cell for cell in row if cell in reduced]:
            if cell in row:
                row = minus(row, reduced[cell], row[cell])
        if not row:
            continue
        pivot = next(iter(row))
        row = {cell: factor / row[pivot] for cell, factor in row.items()}
        for cell, other in reduced.items():
            if pivot in other:
                reduced[cell] = minus(other, row, other[pivot])
        reduced[pivot] = row
    return {cell for cell, row in reduced.items() if len(row) == 1}


def minus(row: dict[Cell, Fraction], other: dict[Cell, Fraction], times: Fraction) -> dict:
    """``row`` less a multiple of another row, without the cells that vanish."""
    result = dict(row)
    for cell, factor in other.items():
        result[cell] = result.get(cell, Fraction(0)) - times * factor
        if not result[cell]:
            del result[cell]
    return result
