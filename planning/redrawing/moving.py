"""Who and what a redraw moves where: worked out once, told by the report, written on the day.

Everything is told by path. New areas get theirs here already, so that what lies beneath what can
be asked of a division nobody has written yet.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from django.db.models import Q

from grids.importing.topology import Shape, area_m2, cut_dedicated, polygons_of
from grids.models import Area, AreaCode, Boundary
from grids.paths import KEY_LENGTH, path_length
from grids.services import new_keys
from households.models import Membership
from lib.errors import Refusal
from lib.spans import span
from planning.models import Redraw, RedrawArea
from planning.redrawing.faults import cells_of, codes_planned, shape_of, today_of, undrawn_of


@dataclass
class Cell:
    """An area of the new division: one that goes on, or one to be made (``new``).

    ``area`` is a row or, of a new one, not saved yet; ``shape`` in WGS 84, dedicated ones cut out.
    """

    drawn: RedrawArea
    area: Area
    code: str
    shape: Any
    new: bool

    @property
    def path(self) -> str:
        return self.area.path


@dataclass
class Ending:
    """An area that ends, and the area its code is replaced by (None: nothing is left of it)."""

    area: Area
    into: Area | None


@dataclass(frozen=True)
class Member:
    """A membership that runs on the day or begins later, and the path it has from then on."""

    key: int
    household: UUID
    during: Any
    path: str
    to: str
    located: bool


@dataclass
class Division:
    """The new division of a redraw on a day, and what becomes of those in the old one."""

    redraw: Redraw
    on: date
    cells: list[Cell]
    today: list[Area]
    #: Paths of areas without an outline, which go on as they are.
    undrawn: set[str] = field(default_factory=set)
    endings: list[Ending] = field(default_factory=list)
    #: Units that follow their households to another grid, made anew there, with their outline.
    units: list[tuple[Area, Any]] = field(default_factory=list)
    #: Outlines (None: no longer one) of units that stay, cut off where their grid was.
    staying: list[tuple[Area, Any]] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)

    def __post_init__(self) -> None:
        # Rank decides a shared border: dedicated first, then the smaller code, as everywhere.
        dedicated = Area.GridKind.DEDICATED
        self.cells.sort(key=lambda c: (c.drawn.grid_kind != dedicated, c.code, c.path))
        self.tree = shapely.STRtree([cell.shape for cell in self.cells])
        self.by_path = {cell.path: cell for cell in self.cells}

    @property
    def length(self) -> int:
        """Characters of a path at the level that is redrawn."""
        return path_length(self.redraw.level)

    @property
    def into(self) -> dict[str, str | None]:
        """The path that takes the place of each one that ends."""
        return {end.area.path: end.into.path if end.into else None for end in self.endings}

    def covering(self, x: np.ndarray, y: np.ndarray) -> list[list[Cell]]:
        """The cells that cover each point (WGS 84), the one that ranks first in front."""
        found: list[list[int]] = [[] for _ in range(len(x))]
        if len(x) and self.cells:
            hits, cells = self.tree.query(shapely.points(x, y), predicate="intersects")
            for hit, cell in zip(hits, cells, strict=True):
                found[hit].append(int(cell))
        return [[self.cells[n] for n in sorted(row)] for row in found]

    def at(self, x: float, y: float, parent: str) -> str | None:
        """The path of the area beneath ``parent`` that covers a point; None where none does."""
        (found,) = self.covering(np.array([x]), np.array([y]))
        return next((cell.path for cell in found if cell.path.startswith(parent)), None)


def division_of(redraw: Redraw, *, on: date) -> Division:
    """Work out a redraw as of a day; reads only."""
    cells = _cells(redraw, on=on)
    standing = today_of(redraw, on=on)
    undrawn = undrawn_of(redraw, [cell.drawn for cell in cells], standing, on=on)
    division = Division(redraw, on, cells, standing, undrawn)
    old = {
        path: shape_of(geom)
        for path, geom in Boundary.objects.filter(
            _within(redraw), during__contains=on, level__in=("grid", "unit")
        ).values_list("path", "geom")
    }
    rows = _memberships(redraw, division.length, on=on)
    homes = _homes(division, rows, old)
    kept = {cell.path for cell in cells if not cell.new} | undrawn
    for area in division.today:
        if area.path not in kept:
            into = _successor(division, area, homes, rows, old)
            division.endings.append(Ending(area, into.area if into else None))
    replaced = division.into
    homes = {
        key: (replaced[home] or rows_parent(home)) if home in replaced else home
        for key, home in homes.items()
    }
    if redraw.level == Area.Level.GRID:
        _units(division, rows, homes, old)
    division.members = [
        Member(row.key, row.household, row.during, row.path, homes[row.key], row.x is not None)
        for row in rows
    ]
    return division


@dataclass(frozen=True)
class _Row:
    """A membership as it stands; ``x`` and ``y`` in WGS 84, None where the household has no pin."""

    key: int
    household: UUID
    during: Any
    path: str
    x: float | None
    y: float | None


def rows_parent(path: str) -> str:
    """The path one level up."""
    return path[:-KEY_LENGTH]


def _within(redraw: Redraw, field_name: str = "path") -> Q:
    """Rows in the villages of a redraw."""
    found = Q()
    for path in redraw.villages:
        found |= Q(**{f"{field_name}__startswith": path})
    return found


def _cells(redraw: Redraw, *, on: date) -> list[Cell]:
    drawn = cells_of(redraw)
    try:
        planned = codes_planned(redraw, drawn, on=on)
    except Refusal:
        planned = {}  # told as a fault; nothing is written while there is one
    standing = dict(
        AreaCode.objects.filter(
            area__in=[c.area_id for c in drawn if c.area_id], during__contains=on
        ).values_list("area", "code")
    )
    shapes = [
        Shape(str(c.pk), c.name, shape_of(c.geom), c.grid_kind == Area.GridKind.DEDICATED)
        for c in drawn
    ]
    cut = cut_dedicated(shapes)
    taken: dict[Any, set[str]] = defaultdict(set)
    for parent, path in Area.objects.filter(parent__in={c.parent_id for c in drawn}).values_list(
        "parent", "path"
    ):
        taken[parent].add(path[-KEY_LENGTH:])
    cells = []
    for row, shape in zip(drawn, shapes, strict=True):
        area = row.area
        if area is None:
            key = new_keys(taken[row.parent_id], 1)[0]
            area = Area(
                level=redraw.level, name=row.name.strip(), grid_kind=row.grid_kind,
                parent=row.parent, path=row.parent.path + key, during=span(on),
            )  # fmt: skip
        code = planned.get(row.pk, "") if row.area_id is None else standing.get(row.area_id, "")
        cells.append(Cell(row, area, code, cut.get(shape.code, shape.outline), row.area is None))
    return cells


def _memberships(redraw: Redraw, length: int, *, on: date) -> list[_Row]:
    """Those that run on the day or begin later, beneath the areas whose division is redrawn."""
    rows = (
        Membership.objects.filter(_within(redraw, "area__path"))
        .filter(Q(during__endswith__isnull=True) | Q(during__endswith__gt=on))
        .order_by("household", "during")
        .values_list("pk", "household", "during", "area__path", "household__location")
    )
    return [
        _Row(key, household, during, path, *(point.coords if point else (None, None)))
        for key, household, during, path, point in rows.iterator(chunk_size=5000)
        if len(path) >= length - KEY_LENGTH
    ]


def _homes(division: Division, rows: list[_Row], old: dict[str, Any]) -> dict[int, str]:
    """The path of each membership at the level that is redrawn.

    A pin decides only where it decided before: for whom its own area covered, and for whom is in
    none. Who was filed by a code elsewhere than the pin stays in an area that goes on. What is
    left over keeps the path of its area that ends, for its successor.
    """
    length = division.length
    pinned = [row for row in rows if row.x is not None]
    covering = dict(
        zip(
            (row.key for row in pinned),
            division.covering(
                np.array([row.x for row in pinned], dtype=float),
                np.array([row.y for row in pinned], dtype=float),
            ),
            strict=True,
        )
    )
    for shape in old.values():
        shapely.prepare(shape)
    homes: dict[int, str] = {}
    for row in rows:
        parent, own = row.path[: length - KEY_LENGTH], row.path[:length]
        filed = len(row.path) >= length
        found = [c.path for c in covering.get(row.key, ()) if c.path.startswith(parent)]
        goes_on = own in division.by_path or own in division.undrawn
        # Filed by a code elsewhere than the pin: the code decided, and goes on deciding.
        by_code = filed and goes_on and row.x is not None and not _covers(old.get(own), row)
        if not found or by_code or (filed and goes_on and own in found):
            homes[row.key] = own
        else:
            homes[row.key] = found[0]
    return homes


def _covers(shape: Any, row: _Row) -> bool:
    return shape is not None and bool(shapely.intersects_xy(shape, row.x, row.y))


def _successor(
    division: Division, area: Area, homes: dict[int, str], rows: list[_Row], old: dict[str, Any]
) -> Cell | None:
    """What takes the place of an area: where most of its households go, else most of its land."""
    parent = rows_parent(area.path)
    beside = [cell for cell in division.cells if cell.path.startswith(parent)]
    if not beside:
        return None
    went = Counter(homes[row.key] for row in rows if row.path[: division.length] == area.path)
    shape = old.get(area.path)
    land = {
        cell.path: area_m2(shapely.intersection(shape, cell.shape)) if shape is not None else 0.0
        for cell in beside
    }
    named = {
        cell.path for cell in beside if any(one.pk == area.pk for one in cell.drawn.replaces.all())
    }
    return max(
        beside,
        key=lambda cell: (
            went[cell.path], round(land[cell.path]), cell.path in named, -beside.index(cell),
        ),
    )  # fmt: skip


def _units(
    division: Division, rows: list[_Row], homes: dict[int, str], old: dict[str, Any]
) -> None:
    """Units go where most of their households go; then each household finds its unit.

    A path never changes, so that a unit which follows its households is made anew beneath the
    other grid and the old one ends, replaced by it. Adds to ``homes`` the unit, where one is known.
    """
    units = list(
        Area.objects.in_force(division.on)
        .filter(_within(division.redraw), level=Area.Level.UNIT)
        .select_related("parent")
        .order_by("path")
    )
    of_unit: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        if len(row.path) > division.length:
            of_unit[row.path][homes[row.key][: division.length]] += 1
    into = division.into
    taken: dict[str, set[str]] = defaultdict(set)
    standing = Area.objects.filter(_within(division.redraw), level=Area.Level.UNIT)
    for path in standing.values_list("path", flat=True):
        taken[rows_parent(path)].add(path[-KEY_LENGTH:])
    now: dict[str, str] = {}
    shapes: dict[str, Any] = {}
    for unit in units:
        grid = unit.path[: division.length]
        if grid in division.undrawn:
            now[unit.path] = unit.path
            continue
        stays = grid in division.by_path
        went = of_unit[unit.path]
        best = max(went.items(), key=lambda item: (item[1], item[0] == grid))[0] if went else ""
        if best not in division.by_path:
            best = grid if stays else _lies(division, unit, old) or into.get(grid) or ""
        cell = division.by_path.get(best)
        shape = old.get(unit.path)
        if cell is None:
            division.endings.append(Ending(unit, None))
            continue
        clipped = polygons_of(shape & cell.shape) if shape is not None else None
        if clipped is not None and clipped.is_empty:
            clipped = None
        if best == grid:
            now[unit.path] = unit.path
            if shape is not None:
                cut = clipped is None or area_m2(shape - cell.shape) >= 1
                division.staying.append((unit, clipped if cut else shape))
        else:
            moved = Area(
                level=unit.level, name=unit.name, type_label=unit.type_label, parent=cell.area,
                path=f"{best}{new_keys(taken[best], 1)[0]}", during=span(division.on),
                location=unit.location, location_source=unit.location_source,
                location_accuracy_m=unit.location_accuracy_m, located_on=unit.located_on,
            )  # fmt: skip
            division.units.append((moved, clipped))
            division.endings.append(Ending(unit, moved))
            now[unit.path] = moved.path
        if clipped is not None:
            shapes[now[unit.path]] = clipped
    beneath: dict[str, list[str]] = defaultdict(list)
    for path in now.values():
        beneath[path[: division.length]].append(path)
    for row in rows:
        home = homes[row.key]
        if home in division.undrawn:
            homes[row.key] = row.path if row.path.startswith(home) else home
        if home not in division.by_path:
            continue
        own = now.get(row.path)
        if own is not None and own.startswith(home):
            homes[row.key] = own
        elif len(beneath[home]) == 1:
            homes[row.key] = beneath[home][0]
        elif row.x is not None:
            around = [p for p in sorted(beneath[home]) if _covers(shapes.get(p), row)]
            homes[row.key] = around[0] if around else home


def _lies(division: Division, unit: Area, old: dict[str, Any]) -> str | None:
    """The grid in which a unit without households lies, by its pin or its outline."""
    at = unit.location
    if at is None and unit.path in old:
        at = shapely.point_on_surface(old[unit.path])
    return division.at(at.x, at.y, unit.path[: division.length - KEY_LENGTH]) if at else None


def changed(division: Division) -> list[Member]:
    """The memberships that have another area from the day on."""
    return [member for member in division.members if member.to != member.path]


def moves_between(division: Division) -> Counter[tuple[str, str]]:
    """How many households go from which area to which, at the level that is redrawn.

    Each household once, as it is filed on the day; an area that goes on as it is is left out, and
    one whose place a single new one takes counts as a change.
    """
    length = division.length
    found: Counter[tuple[str, str]] = Counter()
    for member in on_the_day(division):
        one, other = member.path[:length], member.to[:length]
        if one != other:
            found[one, other] += 1
    return found


def on_the_day(division: Division) -> Iterable[Member]:
    """The membership of each household that is in force on the day."""
    return (member for member in division.members if division.on in member.during)


def names_of(division: Division) -> dict[str, str]:
    """Names by path, as they are today and of new areas; of parents too."""
    names = {cell.path: cell.drawn.name.strip() for cell in division.cells}
    for area in division.today:
        names[area.path] = area.name
        if area.parent:
            names[area.parent.path] = area.parent.name
    for cell in division.cells:
        names.setdefault(cell.drawn.parent.path, cell.drawn.parent.name)
    return names
