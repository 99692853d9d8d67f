"""Grids of a village proposed, as one step of a draft; and how good any division of it is.

Land is divided on a plane stretched about the middle of the village (``lib/borders.py``): lines
that are straight in the data stay straight, so a new border ends exactly on the old outline.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from casework.withholding import SMALL
from grids.models import Area
from grids.scope import scope_of
from lib import partition
from lib.borders import Division, Plane
from lib.clock import today
from lib.errors import Refusal
from lib.partition import CannotDivide, Line, Quality, grids_for
from planning.models import Barrier, Redraw, RedrawArea
from planning.redrawing.drafts import as_geos, as_shapely, families
from planning.redrawing.naming import next_name
from planning.redrawing.placing import households_placed
from planning.redrawing.steps import redraw_opened, step_keep
from planning.redrawing.workload import contacts_a_year, workload

#: How much more than the mean a grid may carry unless said otherwise.
TOLERANCE = 0.10
#: Of how much it counts that a household stays in its grid.
STAY = 0.3
#: Names that stand in a row with others: the number comes just before the word.
IN_A_ROW = {
    "grid": re.compile(r"[\d一二三四五六七八九十]号?\s*网格"),
    "unit": re.compile(r"[\d一二三四五六七八九十]号?\s*(联户|单元|微网格)"),
}
USUAL = {"grid": "网格", "unit": "单元"}


@dataclass(frozen=True)
class Ground:
    """What is divided: an outline on a plane, its households with a place, and their work.

    ``xy``: metres; ``work``: see ``workload``; ``at``: number of the area of the draft each lies
    in, or -1; ``today``: paths of the areas households are filed under, ``homes``: the number of
    each one's, or -1; ``unlocated``: how many have no place and take no part.
    """

    parent: Area
    outline: Any
    plane: Plane
    xy: np.ndarray
    work: np.ndarray
    at: np.ndarray
    today: list[str]
    homes: np.ndarray
    areas: list[RedrawArea]
    barriers: list[Line]
    unlocated: int


@dataclass(frozen=True)
class Proposal:
    """A draft with proposed grids, and what whoever asked must be told."""

    redraw: Redraw
    notices: list[str]


def redraw_propose(
    *,
    redraw: Redraw,
    village: Area,
    k: int | None = None,
    size: int | None = None,
    tolerance: float | None = None,
    seed: int = 0,
    version: int | None = None,
    by: User,
) -> Proposal:
    """Put proposed grids (of a village) or units (of a grid) in place of those of a draft.

    ``k``: how many general grids there are to be, those that are locked among them; else ``size``:
    households of each; else the size that is usual here. Locked and dedicated ones stay as they
    are. ``tolerance``: how much more than the mean a grid may carry (0.10). One step, which undo
    takes back. Refusal where nothing can be proposed; Outdated where somebody else was faster.
    """
    with transaction.atomic():
        redraw = redraw_opened(redraw=redraw, version=version, by=by)
    ground = _ground(redraw, village)
    kept = [i for i, area in enumerate(ground.areas) if _stays(area)]
    # The land is divided outside any transaction: nobody waits for it.
    made, number = _divided(redraw, ground, kept, k, size, tolerance, seed)
    with transaction.atomic():
        redraw = redraw_opened(redraw=redraw, version=redraw.version, by=by)
        label = _("%(name)s: %(k)s proposed") % {"name": village.name, "k": number}
        step_keep(redraw, label=label, by=by)
        _write(redraw, ground, kept, made, number)
    return Proposal(redraw, _sentences(made, ground, number))


def redraw_quality(redraw: Redraw, village: Area, *, by: User) -> dict[str, Any]:
    """How good the division of a village in a draft is, whoever drew it.

    ``grids``: key, name, households, compactness (Polsby-Popper, 0 to 1) and load: workload in
    per cent of the mean, to 5; None for whoever may not read needs there. ``spread``: the largest
    workload over the mean, None also where that would tell of the needs of few households;
    ``compactness``: mean; ``crossings``, ``crossed_m``, ``along_m``:
    barriers inside grids and along borders; ``changed``: households that leave their grid of
    today; ``unlocated``: households without a place, which are in none of these.
    """
    ground = _ground(redraw, village)
    if not ground.areas:
        return {"grids": [], "spread": None, "unlocated": ground.unlocated}
    numbers = {path: i for i, path in enumerate(ground.today)}
    goes_on = [numbers.get(area.area.path) if area.area else None for area in ground.areas]
    found = partition.measure(
        [ground.plane.flat(as_shapely(area.geom)) for area in ground.areas],
        ground.xy, ground.work,
        barriers=ground.barriers, of=ground.at, homes=ground.homes, goes_on=goes_on,
    )  # fmt: skip
    return _told(ground, found, scope_of(by).sees_all_counts_of(village.path))


def _told(ground: Ground, found: Quality, whole: bool) -> dict[str, Any]:
    mean = sum(found.loads) / len(found.loads)
    # Of a grid with few households the workload is that of their needs.
    told = whole or not any(count in SMALL for count in found.households)
    rows = zip(ground.areas, found.households, found.compactness, found.loads, strict=True)
    return {
        "grids": [
            {
                "key": str(area.pk), "name": area.name, "households": count,
                "compactness": round(compact, 2),
                "load": round(20 * load / mean) * 5 if whole and mean else None,
            }
            for area, count, compact, load in rows
        ],
        "spread": round(found.spread, 2) if found.spread and told else None,
        "compactness": round(found.mean_compactness, 2),
        "crossings": found.crossings,
        "crossed_m": round(found.crossed_m),
        "along_m": round(found.along_m),
        "changed": found.changed,
        "unlocated": ground.unlocated,
    }  # fmt: skip


def _ground(redraw: Redraw, village: Area) -> Ground:
    outline = next((shape for parent, shape in families(redraw) if parent.pk == village.pk), None)
    if outline is None:
        raise Refusal(_("%s is not part of this draft.") % village.name, field="village")
    rows = RedrawArea.objects.filter(redraw=redraw, parent=village)
    areas = list(rows.select_related("area", "parent").order_by("code", "pk"))
    on = today()
    placed = households_placed(redraw, on=on, areas=areas)
    mine = np.array([path.startswith(village.path) for path in placed.paths], dtype=bool)
    here = np.flatnonzero(mine & np.isfinite(placed.x))
    plane = Plane.at(outline)
    xy = np.column_stack([placed.x[here] * plane.east, placed.y[here] * plane.north])
    keys = [placed.ids[i] for i in here]
    # The middle is where most live: there is the office, and the way begins.
    middle = np.median(xy, axis=0) if len(xy) else np.zeros(2)
    work = workload(contacts_a_year(keys, on), np.hypot(*(xy - middle).T))
    length = len(village.path) + 4
    own = [
        path[:length] if len(path) >= length else "" for path in map(placed.paths.__getitem__, here)
    ]
    names = sorted(set(own) - {""})
    number = {path: i for i, path in enumerate(names)}
    return Ground(
        village, outline, plane, xy, work, placed.at[here], names,
        np.array([number.get(path, -1) for path in own], dtype=np.int64),
        areas, _lines(village, plane), int(mine.sum()) - len(here),
    )  # fmt: skip


def _lines(village: Area, plane: Plane) -> list[Line]:
    return [
        Line(barrier.kind, plane.flat(as_shapely(barrier.geom)))
        for barrier in Barrier.objects.of([village.path]).order_by("pk")
    ]


def _stays(area: RedrawArea) -> bool:
    return area.locked or area.grid_kind == Area.GridKind.DEDICATED


def _divided(
    redraw: Redraw, ground: Ground, kept: list[int], k: int | None, size: int | None,
    tolerance: float | None, seed: int,
) -> tuple[partition.Division, int]:  # fmt: skip
    held = [ground.areas[i] for i in kept]
    number = _how_many(redraw, ground, kept, k, size)
    # What is locked goes on already; the others are matched with what is new.
    fixed = {area.area.path for area in held if area.area}
    open_ = np.array([path not in fixed for path in ground.today] + [False], dtype=bool)
    try:
        made = partition.divide(
            ground.plane.flat(ground.outline), ground.xy, ground.work, k=number,
            barriers=ground.barriers,
            locked=[ground.plane.flat(as_shapely(area.geom)) for area in held],
            homes=np.where(open_[ground.homes], ground.homes, -1), stay=STAY, seed=seed,
            tolerance=TOLERANCE if tolerance is None else tolerance,
        )  # fmt: skip
    except CannotDivide as why:
        raise _refusal(why, ground, held, number) from None
    return made, number


def _how_many(
    redraw: Redraw, ground: Ground, kept: list[int], k: int | None, size: int | None
) -> int:
    if k is not None:
        locked = sum(ground.areas[i].grid_kind != Area.GridKind.DEDICATED for i in kept)
        if 1 <= k <= locked:
            raise Refusal(
                _("%(locked)s are locked already. Ask for more than that, or unlock some.")
                % {"locked": locked},
                field="k",
            )
        return k - locked
    free = int((~np.isin(ground.at, kept)).sum())
    usual = settings.GRID_HOUSEHOLDS if redraw.level == "grid" else settings.UNIT_HOUSEHOLDS
    try:
        return grids_for(free, usual if size is None else size)
    except CannotDivide:
        raise Refusal(_("Each must have 1 household or more."), field="size") from None


def _refusal(why: CannotDivide, ground: Ground, held: list[RedrawArea], number: int) -> Refusal:
    name = ground.parent.name
    if isinstance(why, partition.NoHouseholds):
        return Refusal(
            _("No household of %s has a place on the map. Locate them, or draw by hand.") % name
        )
    if isinstance(why, partition.TooMany):
        return Refusal(
            _("Households stand at %(most)s places only. Ask for %(most)s at most.")
            % {"most": why.most + sum(a.grid_kind != Area.GridKind.DEDICATED for a in held)},
            field="k",
        )
    if isinstance(why, partition.BadNumber) and why.name == "tolerance":
        return Refusal(_("The tolerance must be 0 or more."), field="tolerance")
    if isinstance(why, partition.BadNumber):
        return Refusal(_("Ask for 1 or more."), field="k")
    if isinstance(why, partition.AllLocked):
        return Refusal(
            _("Everything with households is locked or a dedicated grid. Unlock one first.")
        )
    if isinstance(why, partition.LockedOverlap):
        names = "、".join(held[i].name for i in why.which)
        return Refusal(
            _("Locked grids overlap or lie outside %(village)s: %(names)s. Put them right first.")
            % {"village": name, "names": names}
        )
    return Refusal(_("The outline of %s cannot be divided. Import its boundary again.") % name)


def _write(
    redraw: Redraw, ground: Ground, kept: list[int], made: partition.Division, number: int
) -> None:
    """Areas that go on keep their row; the others go, and new ones come."""
    shapes = Division.of(
        ground.outline, {i: ground.plane.round(shape) for i, shape in enumerate(made.grids)}
    ).shapes()
    held = [ground.areas[i] for i in kept]
    for i, row in enumerate(held, start=number):
        row.geom = as_geos(shapes[i])
        row.save(update_fields=["geom"])
    existing = {area.path: area for area in Area.objects.filter(path__in=ground.today)}
    rows: dict[str | None, RedrawArea] = {
        row.area.path: row for row in ground.areas if row.area and row not in held
    }
    going: list[RedrawArea] = []
    for i, home in enumerate(made.goes_on):
        area = existing[ground.today[home]] if home is not None else None
        name = area.name if area else ""
        row = rows.get(area.path if area else None) or RedrawArea(
            redraw=redraw, parent=ground.parent, area=area, name=name
        )
        row.grid_kind = Area.GridKind.GENERAL if redraw.level == "grid" else ""
        row.geom = as_geos(shapes[i])
        going.append(row)
    keep = {row.pk for row in [*going, *held]}
    RedrawArea.objects.filter(redraw=redraw, parent=ground.parent).exclude(pk__in=keep).delete()
    _name(redraw, ground, going, held)
    for row in going:
        row.save()
    _replace(ground, made, going, held, existing)


def _name(redraw: Redraw, ground: Ground, going: list[RedrawArea], held: list[RedrawArea]) -> None:
    siblings = Area.objects.filter(parent=ground.parent, level=redraw.level).in_force(today())
    known = list(siblings.order_by("path").values_list("name", flat=True))
    taken = [row.name for row in [*going, *held]]
    fresh = [row for row in going if not row.name]
    for row in fresh:
        row.name = new_name(redraw.level, known, [*known, *taken], place=ground.parent.name)
        taken.append(row.name)


def new_name(level: str, known: list[str], taken: list[str], *, place: str) -> str:
    """A name none of ``taken`` carries: the next number in the row of those ``known`` today.

    ``place``: name of the area they lie in, with which their names begin where it does today.
    """
    row = [name for name in known if IN_A_ROW[level].search(name)]
    first = f"第一{USUAL[level]}"
    if not row and any(name.startswith(place) for name in known):
        first = place + first
    return (
        next_name(row[-1], taken)
        if row
        else first
        if first not in taken
        else next_name(first, taken)
    )


def _replace(
    ground: Ground, made: partition.Division, going: list[RedrawArea], held: list[RedrawArea],
    areas: dict[str, Area],
) -> None:  # fmt: skip
    """Each area of today that ends is replaced by the one that most of its households go to."""
    stay = {row.area_id for row in [*going, *held]}
    replaced: dict[int, list[Area]] = {i: [] for i in range(len(going))}
    number = {path: i for i, path in enumerate(ground.today)}
    for path in sorted(areas):
        if areas[path].pk not in stay and path in number:
            at = Counter(made.of[ground.homes == number[path]].tolist())
            best = max((i for i in sorted(at) if i in replaced), key=lambda i: at[i], default=None)
            if best is not None:
                replaced[best].append(areas[path])
    for i, row in enumerate(going):
        row.replaces.set(replaced[i])


def _sentences(made: partition.Division, ground: Ground, number: int) -> list[str]:
    """What must be told about a proposal."""
    found = []
    for notice in made.notices:
        n = notice.count
        if notice.code == "outside":
            found.append(
                ngettext(
                    "%d household lies outside the outline and was counted with the nearest one.",
                    "%d households lie outside the outline and were counted with the nearest one.",
                    n,
                )
                % n
            )
        elif notice.code == "apart":
            found.append(
                _("The land is in more pieces than there are to be: some lie on several pieces.")
            )
        elif notice.code == "islets":
            found.append(
                ngettext(
                    "%d piece of land without households went with the nearest one.",
                    "%d pieces of land without households went with the nearest one.",
                    n,
                )
                % n
            )
        elif notice.code == "heavy":
            found.append(
                ngettext(
                    "%d place alone is more work than the mean (households at one place stay "
                    "together), so it cannot be even.",
                    "%d places alone are each more work than the mean (households at one place "
                    "stay together), so it cannot be even.",
                    n,
                )
                % n
            )
        elif notice.code == "uneven":
            found.append(
                ngettext(
                    "%d is more work than the tolerance allows.",
                    "%d are more work than the tolerance allows.",
                    n,
                )
                % n
            )
    if ground.unlocated:
        found.append(
            ngettext(
                "%d household without a place on the map took no part.",
                "%d households without a place on the map took no part.",
                ground.unlocated,
            )
            % ground.unlocated
        )
    return found
