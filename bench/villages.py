"""Invented villages in metres for ``bench.partition``: outline, households, grids, barriers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from lib.partition import Line


@dataclass(frozen=True)
class Village:
    """``xy``: households in metres, ``work``: workload of each, ``k``: how many grids."""

    name: str
    outline: Any
    xy: np.ndarray
    work: np.ndarray
    k: int
    barriers: list[Line] = field(default_factory=list)


def _hamlet(dice: Any, x: float, y: float, n: int, wide: float) -> np.ndarray:
    return np.column_stack([dice.normal(x, wide, n), dice.normal(y, wide, n)])


def _line(*xy: tuple[float, float]) -> Any:
    return shapely.LineString(xy)


def _square_units(dice: Any) -> tuple[Any, np.ndarray, int, list[Line]]:
    outline = shapely.box(0, 0, 900, 700)
    road = Line("road", _line((-10, 300), (400, 320), (910, 380)))
    return outline, dice.uniform([0, 0], [900, 700], (300, 2)), 5, [road]


def _u_shape(dice: Any) -> tuple[Any, np.ndarray, int, list[Line]]:
    outline = shapely.box(0, 0, 3000, 3000) - shapely.box(1000, 800, 2000, 3001)
    return outline, dice.uniform(0, 3000, (2400, 2)), 6, []


def _two_islands(dice: Any) -> tuple[Any, np.ndarray, int, list[Line]]:
    one, other = shapely.Point(0, 0).buffer(1000), shapely.Point(2600, 300).buffer(700)
    xy = [_hamlet(dice, 0, 0, 800, 380), _hamlet(dice, 2600, 300, 400, 250)]
    return shapely.MultiPolygon([one, other]), np.vstack(xy), 6, []


def _river(dice: Any) -> tuple[Any, np.ndarray, int, list[Line]]:
    outline = shapely.Polygon(
        [(0, 0), (4000, -300), (5200, 1500), (4700, 3600), (2400, 4000), (300, 3300), (-400, 1400)]
    )
    t = np.linspace(-600, 5600, 60)
    river = shapely.LineString(np.column_stack([t, 1800 + 350 * np.sin(t / 700) + t * 0.08]))
    road = _line((2300, -600), (2500, 1200), (2450, 2500), (2900, 4300))
    xy = [
        _hamlet(dice, 1200, 900, 350, 250), _hamlet(dice, 3600, 1000, 300, 300),
        _hamlet(dice, 2500, 3000, 400, 350), _hamlet(dice, 900, 2700, 150, 200),
    ]  # fmt: skip
    return outline, np.vstack(xy), 5, [Line("river", river), Line("road", road)]


def _steppe(dice: Any) -> tuple[Any, np.ndarray, int, list[Line]]:
    outline = shapely.Polygon(
        [(0, 0), (15000, -2000), (21000, 6000), (17000, 14000), (6000, 16000), (-3000, 9000)]
    )
    xy = [
        _hamlet(dice, 4000, 4000, 200, 180), _hamlet(dice, 12000, 9000, 160, 220),
        _hamlet(dice, 9000, 3000, 60, 150), dice.uniform([0, 0], [17000, 13000], (80, 2)),
    ]  # fmt: skip
    road = _line((-4000, 3600), (4300, 4200), (9000, 3300), (23000, 7000))
    rail = _line((7000, -3000), (8000, 7000), (10500, 17000))
    return outline, np.vstack(xy), 4, [Line("road", road), Line("rail", rail)]


def _blocks(dice: Any) -> tuple[Any, np.ndarray, int, list[Line]]:
    """Blocks of flats: 24 households at each place."""
    places = [(x, y) for x in range(60, 800, 110) for y in range(50, 600, 90)]
    return shapely.box(0, 0, 800, 600), np.repeat(np.array(places, float), 24, axis=0), 4, []


def _dense_town(dice: Any) -> tuple[Any, np.ndarray, int, list[Line]]:
    outline = shapely.Polygon(
        [(0, 0), (2600, -200), (3400, 900), (3200, 2600), (1500, 3000), (-200, 2200)]
    )
    streets = [Line("road", _line((x, -400), (x + 60, 3300))) for x in range(100, 3400, 450)]
    streets += [Line("road", _line((-400, y), (3600, y + 120))) for y in range(0, 3000, 450)]
    rail = Line("rail", _line((-400, 1100), (1500, 1300), (3600, 2300)))
    xy = dice.uniform([-200, -200], [3400, 3000], (14000, 2))
    xy = np.round(xy / 12) * 12 + dice.normal(0, 1.5, xy.shape)
    from_middle = ((xy - [1500, 1300]) ** 2).sum(axis=1)
    xy = xy[dice.random(len(xy)) < np.exp(-from_middle / (2 * 1300**2))]
    return outline, xy, 20, [*streets, rail]


DRAWN: dict[str, Callable[[Any], tuple[Any, np.ndarray, int, list[Line]]]] = {
    "square, 300 into 5 units": _square_units,
    "U-shape": _u_shape,
    "two islands": _two_islands,
    "river village": _river,
    "steppe": _steppe,
    "blocks of flats": _blocks,
    "dense town, 5,000 into 20": _dense_town,
}
#: Households at most.
MOST = 5000


def villages() -> list[Village]:
    """All of them, the same each time."""
    found = []
    for number, (name, draw) in enumerate(DRAWN.items()):
        dice = np.random.default_rng(number)
        outline, xy, k, barriers = draw(dice)
        xy = xy[shapely.contains_xy(outline, xy[:, 0], xy[:, 1])][:MOST]
        # Three in four without needs; quarterly, monthly and weekly needs; a little distance.
        work = dice.choice([1, 4 / 3, 2, 16 / 3], len(xy), p=[0.75, 0.12, 0.1, 0.03])
        found.append(Village(name, outline, xy, work * dice.uniform(1, 1.3, len(xy)), k, barriers))
    return found
