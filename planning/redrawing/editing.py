"""Drawing grids by hand: each is one step, all leave the village covered without slivers.

Every change takes the ``version`` that was looked at: Outdated where somebody else was faster.
Coordinates are WGS 84; ``reach_m`` is how near a vertex or border must be to be meant.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import shapely
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from grids.models import Area
from lib.bordercuts import clung, cut, land_of, reaching
from lib.bordermoves import CannotMove, Moves, moved
from lib.borders import GRID, Division, Point
from lib.clock import today
from lib.errors import Refusal
from lib.identity import holds_id_number
from planning.models import Redraw, RedrawArea
from planning.redrawing.board import Board, Told
from planning.redrawing.naming import next_name

LONGEST_NAME = 80
FARTHEST_M = 200.0


@transaction.atomic
def area_draw(
    *, redraw: Redraw, outline: Sequence[Point], name: str = "", area: Area | None = None,
    reach_m: float = 2.0, version: int | None = None, by: User,
) -> Told:  # fmt: skip
    """An outline drawn by hand becomes a grid, cut out of what lies beneath.

    It is clipped to the village and keeps clear of locked grids. A grid it covers wholly goes on
    in it; ``area`` is one of today that has no outline yet and gets this one.
    """
    board = Board(redraw, version, by)
    drawn = _closed(outline)
    parent, around = _village_under(board, drawn)
    division = board.division(parent)
    points = clung(outline, division, reach_m=min(reach_m, FARTHEST_M))
    drawn = shapely.intersection(_closed(points), around, grid_size=GRID)
    shapes = board.shapes(parent)
    locked = [shapes[key] for key in shapes if board.areas[key].locked]
    if locked:
        drawn = shapely.difference(drawn, shapely.union_all(locked), grid_size=GRID)
    drawn = land_of(drawn, division.plane)
    if drawn.is_empty:
        raise Refusal(
            _("Only locked grids lie there; unlock them first.") if locked
            else _("Hardly any land of this village lies within the outline; draw it larger.")
        )  # fmt: skip
    rest, taken, covered, drawn = _cut_out(shapes, drawn, division)
    kept = _goes_on(board, parent, covered, area)
    replaces = {one.pk: one for key in [*taken, *covered] for one in board.today(board.areas[key])}
    if kept.area_id:
        replaces.pop(kept.area_id, None)
    kept.origin = list(replaces.values())  # type: ignore[attr-defined]
    kept.name = _free_name(board, parent, name, besides=kept) if name.strip() else (
        kept.name or next_name(_first_name(board, parent), board.names(parent))
    )  # fmt: skip
    key = str(kept.pk)
    board.write(
        parent, Division.of(around, {**rest, key: drawn}), "draw", fresh={key: kept}
    )  # fmt: skip
    return Told(board.redraw, [key], _leftovers(board, rest, taken, covered, kept))


def _closed(points: Sequence[Point]) -> Any:
    if len(set(points)) < 3:
        raise Refusal(_("An outline needs at least three corners."))
    polygon = shapely.Polygon(points)
    if not polygon.is_valid:
        raise Refusal(_("The outline crosses itself; draw it without crossing lines."))
    return polygon


def _village_under(board: Board, drawn: Any) -> tuple[Area, Any]:
    under = [(drawn.intersection(outline).area, str(key)) for key, (_p, outline) in
             board.families.items()]  # fmt: skip
    size, key = max(under, default=(0.0, ""))
    if size == 0:
        raise Refusal(_("This lies outside the villages of this draft."))
    return next(found for pk, found in board.families.items() if str(pk) == key)


def _cut_out(
    shapes: dict[str, Any], drawn: Any, division: Division
) -> tuple[dict[str, Any], list[str], list[str], Any]:
    """What is left of the others, who lost land, who is covered wholly, and the outline.

    Crumbs that would be left between the outline and a border go to the outline.
    """
    rest, taken, covered, crumbs = {}, [], [], []
    for key, shape in shapes.items():
        if land_of(shape & drawn, division.plane).is_empty:
            rest[key] = shape
            continue
        whole = shapely.difference(shape, drawn, grid_size=GRID)
        left = land_of(whole, division.plane)
        crumbs.append(shapely.difference(whole, left, grid_size=GRID))
        if left.is_empty:
            covered.append(key)
        else:
            rest[key] = left
            taken.append(key)
    return rest, taken, covered, shapely.union_all([drawn, *crumbs], grid_size=GRID)


def _goes_on(
    board: Board, parent: Area, covered: list[str], area: Area | None
) -> RedrawArea:  # fmt: skip
    """The row of a drawn outline: one it covers with most households, else a new one."""
    if area is not None:
        going: Any = _undrawn(board, parent, area)
        row = board.fresh(parent, going.name, [])
        row.area, row.grid_kind, row.code = going, going.grid_kind, going.code or ""
        return row
    counts = board.counts()
    going_on = [key for key in covered if board.areas[key].area_id] or covered
    if going_on:
        return board.areas[max(going_on, key=lambda key: (counts[key], key))]
    return board.fresh(parent, "", [])


def _undrawn(board: Board, parent: Area, area: Area) -> Any:
    """The area with its code, after having checked that it still waits for an outline."""
    if area.parent_id != parent.pk or area.level != board.redraw.level:
        raise Refusal(_("%s belongs to another village.") % area.name)
    if any(row.area_id == area.pk for row in board.areas.values()):
        raise Refusal(_("%s has its outline in this draft already.") % area.name)
    return Area.objects.with_code(today()).get(pk=area.pk)


def _first_name(board: Board, parent: Area) -> str:
    """A name to count on from: that of a sibling, else the village's first grid."""
    names = sorted(board.names(parent))
    if names:
        return names[-1]
    return _("%s grid 0") % parent.name if board.redraw.level == "grid" else _("%s unit 0") % parent.name  # fmt: skip  # noqa: E501


def _leftovers(
    board: Board, rest: dict[str, Any], taken: list[str], covered: list[str], kept: RedrawArea
) -> list[str]:
    told = []
    for key in covered:
        if key != str(kept.pk):
            told.append(
                _("%(gone)s lies wholly within %(name)s and is part of it now.")
                % {"gone": board.areas[key].name, "name": kept.name}
            )
    for key in taken:
        parts = len(shapely.get_parts(rest[key]))
        if parts > 1:
            told.append(
                ngettext(
                    "%(name)s is left in %(n)d part.", "%(name)s is left in %(n)d parts.", parts
                )
                % {"name": board.areas[key].name, "n": parts}
            )
    return told


@transaction.atomic
def area_split(
    *, redraw: Redraw, line: Sequence[Point], key: str | None = None, reach_m: float = 2.0,
    version: int | None = None, by: User,
) -> Told:  # fmt: skip
    """A line cuts a grid into parts; the part with most households stays the grid of today.

    Without ``key`` it is the grid the longest piece of the line lies in. Ends that stop just
    before the border are drawn on to it.
    """
    board = Board(redraw, version, by)
    if len(set(line)) < 2:
        raise Refusal(_("A line needs at least two points."))
    area = board.unlocked(key) if key else _longest_under(board, line)
    parent, around = board.family(area.parent_id)
    division = board.division(parent)
    shapes = board.shapes(parent)
    own = shapes[str(area.pk)]
    reach_m = min(reach_m, FARTHEST_M)
    points = clung(line, division, reach_m=reach_m)
    parts: list[Any] = []
    whole: list[Any] = []
    if len(points) > 1:
        reached = reaching(points, own, division.plane, reach_m=reach_m)
        parts, whole = cut(own, reached, division.plane)
    if not parts:
        raise Refusal(
            _("The line does not cut %s in two; draw it from border to border.") % area.name
        )
    counts = board.households(parent, parts)
    keeps = max(range(len(parts)), key=lambda i: (counts[i], -i))
    parts[keeps] = shapely.union_all([parts[keeps], *whole])
    names = board.names(parent)
    fresh: dict[str, RedrawArea] = {}
    for index, part in enumerate(parts):
        if index == keeps:
            shapes[str(area.pk)] = part
            continue
        new = board.fresh(parent, next_name(area.name, names), board.today(area))
        new.grid_kind = area.grid_kind
        names.add(new.name)
        fresh[str(new.pk)] = new
        shapes[str(new.pk)] = part
    board.write(parent, Division.of(around, shapes), "split", fresh=fresh)
    return Told(board.redraw, [str(area.pk), *fresh])


def _longest_under(board: Board, line: Sequence[Point]) -> RedrawArea:
    drawn = shapely.LineString(line)
    crossed = [
        (shapely.length(drawn & shape), key)
        for parent, _outline in board.families.values()
        for key, shape in board.shapes(parent).items()
    ]
    length, key = max(crossed, default=(0.0, ""))
    if not length:
        raise Refusal(_("The line crosses no grid of this draft."))
    return board.unlocked(key)


@transaction.atomic
def areas_merge(
    *, redraw: Redraw, keys: Collection[str], name: str = "", version: int | None = None, by: User
) -> Told:
    """Neighbours become one; it stays the one of today with most households."""
    board = Board(redraw, version, by)
    rows = [board.unlocked(key) for key in sorted(set(keys))]
    if len(rows) < 2:
        raise Refusal(_("Choose at least two grids that lie beside each other."))
    if len({row.parent_id for row in rows}) > 1:
        raise Refusal(_("Grids of different villages cannot be merged."))
    parent, around = board.family(rows[0].parent_id)
    division = board.division(parent)
    _check_neighbours(division, [str(row.pk) for row in rows])
    counts = board.counts()
    kept = max(
        rows, key=lambda row: (bool(row.area_id), counts[str(row.pk)], str(row.pk))
    )  # fmt: skip
    replaces = {one.pk: one for row in rows for one in board.today(row)}
    if kept.area_id:
        replaces.pop(kept.area_id, None)
    kept.origin = list(replaces.values())  # type: ignore[attr-defined]
    if name.strip():
        kept.name = _free_name(board, parent, name, besides=kept)
    gone = {str(row.pk) for row in rows}
    owners = [
        (owners - gone) | {str(kept.pk)} if owners & gone else owners for owners in division.owners
    ]
    board.write(
        parent, Division(around, division.faces, owners), "merge", fresh={str(kept.pk): kept}
    )
    return Told(board.redraw, [str(kept.pk)])


def _check_neighbours(division: Division, keys: list[str]) -> None:
    """Refuse unless all hang together by borders of some length."""
    beside: dict[str, set[str]] = {key: set() for key in keys}
    for left, right in division.borders().values():
        for one in left & beside.keys():
            beside[one] |= right & beside.keys()
        for one in right & beside.keys():
            beside[one] |= left & beside.keys()
    for owners in division.owners:  # those that overlap hang together too
        for one in owners & beside.keys():
            beside[one] |= owners & beside.keys()
    seen, waiting = {keys[0]}, [keys[0]]
    while waiting:
        fresh = beside[waiting.pop()] - seen
        seen |= fresh
        waiting += fresh
    if len(seen) < len(keys):
        raise Refusal(_("Only grids that share a border can be merged."))


SENTENCES = {
    "fixed": gettext_lazy(
        "The outline of the village stays as it is; only borders within it can be moved."
    ),
    "outline": gettext_lazy(
        "Where a border ends at the edge of the village, it can only slide along it."
    ),
    "leaves": gettext_lazy("The border would leave the village."),
    "crosses": gettext_lazy("The border would cross another one; the move was not made."),
    "no_border": gettext_lazy("There is no border to be moved at this place (any longer)."),
    "meeting": gettext_lazy("Borders meet here, so this corner cannot be taken out."),
    "nothing_left": gettext_lazy("Nothing would be left of a grid; merge it instead."),
}


def why_not(error: CannotMove) -> str:
    """The sentence for a border that cannot be moved like this."""
    return str(SENTENCES[error.rule])


@transaction.atomic
def borders_move(
    *, redraw: Redraw, village: Any, change: Moves, reach_m: float = 20.0,
    version: int | None = None, by: User,
) -> Told:  # fmt: skip
    """Move vertices of borders; every grid that has such a vertex follows.

    ``village``: key of the area divided; a vertex on its outline slides along it.
    """
    board = Board(redraw, version, by)
    parent, _outline = board.family(village)
    try:
        division = moved(board.division(parent), change, reach_m=min(reach_m, FARTHEST_M))
    except CannotMove as error:
        raise Refusal(why_not(error)) from None
    board.write(parent, division, "move", fresh={})
    return Told(board.redraw)


@transaction.atomic
def land_give(
    *, redraw: Redraw, at: Point, key: str | None, version: int | None = None, by: User
) -> Told:
    """Land that nobody or several have goes to one of them, or becomes a grid of its own.

    Land beyond the village is cut off whatever ``key`` says.
    """
    board = Board(redraw, version, by)
    parent, around, division, face = _doubtful_at(board, at)
    fresh: dict[str, RedrawArea] = {}
    owner = ""
    if division.inside[face]:
        if key is None:
            name = next_name(_first_name(board, parent), board.names(parent))
            row = board.fresh(parent, name, [])
            owner = str(row.pk)
            fresh[owner] = row
        else:
            row = board.one(key)
            if row.parent_id != parent.pk:
                raise Refusal(_("%s belongs to another village.") % row.name)
            owner = key
    owners = list(division.owners)
    for index in division.region(face):
        owners[index] = frozenset({owner}) if owner else frozenset()
    board.write(parent, Division(around, division.faces, owners), "give", fresh=fresh)
    return Told(board.redraw, [owner] if owner else [])


def _doubtful_at(board: Board, at: Point) -> tuple[Area, Any, Division, int]:
    for parent, around in board.families.values():
        division = board.division(parent)
        face = division.face_at(*at)
        if face is not None and (len(division.owners[face]) != 1 or not division.inside[face]):
            return parent, around, division, face
    raise Refusal(_("This land belongs to exactly one grid already."))


@transaction.atomic
def area_rename(
    *, redraw: Redraw, key: str, name: str, version: int | None = None, by: User
) -> Told:
    """Give a grid of the draft another name."""
    board = Board(redraw, version, by)
    area = board.one(key)
    area.name = _free_name(board, area.parent, name, besides=area)
    board.keep("rename")
    area.save(update_fields=["name"])
    return Told(board.redraw, [key])


def _free_name(board: Board, parent: Area, name: str, *, besides: RedrawArea) -> str:
    name = name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise Refusal(_("Give a name of 1 to 80 characters."), field="name")
    if holds_id_number(name):
        raise Refusal(
            _("This looks like an ID number; it is never stored here. Leave it out."), field="name"
        )
    siblings = [a for a in board.areas.values() if a.parent_id == parent.pk and a.pk != besides.pk]
    if any(a.name == name for a in siblings):
        raise Refusal(_("%s is the name of another grid of this village.") % name, field="name")
    return name


@transaction.atomic
def area_kind(*, redraw: Redraw, key: str, kind: str, version: int | None = None, by: User) -> Told:
    """Make a grid a general or a dedicated one."""
    board = Board(redraw, version, by)
    area = board.one(key)
    if redraw.level != "grid" or kind not in Area.GridKind.values:
        raise Refusal(_("Choose general or dedicated; units have no kind."), field="kind")
    board.keep("kind")
    area.grid_kind = kind
    area.save(update_fields=["grid_kind"])
    return Told(board.redraw, [key])


@transaction.atomic
def area_lock(
    *, redraw: Redraw, key: str, locked: bool, version: int | None = None, by: User
) -> Told:
    """Lock a grid, so that neither a proposal nor a hand changes its outline, or unlock it."""
    board = Board(redraw, version, by)
    area = board.one(key)
    board.keep("lock" if locked else "unlock")
    area.locked = locked
    area.save(update_fields=["locked"])
    return Told(board.redraw, [key])
