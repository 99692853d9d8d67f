"""What keeps a redraw from being put into force: in words, with place and size."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import shapely
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grids.importing.topology import Shape, cut_dedicated, family_faults, pieces
from grids.models import Area, Boundary, Organisation
from lib.clock import SHANGHAI
from lib.errors import Refusal
from planning.models import Redraw, RedrawArea
from planning.redrawing.codes import Numbers

#: Faults of one kind that are told; a drawing gone wrong may have thousands.
SHOWN = 40


@dataclass(frozen=True)
class RedrawFault:
    """A fault in words. ``lon``/``lat`` are WGS 84 degrees of a point in it, ``size_m2`` its size.

    ``blocks``: the redraw is not put into force while it is so; else it is told only.
    """

    kind: str
    sentence: str
    blocks: bool = True
    lon: float | None = None
    lat: float | None = None
    size_m2: float | None = None


def shape_of(geom: Any) -> Any:
    """A geometry of the database (WGS 84) as shapely's."""
    return shapely.from_wkb(bytes(geom.wkb))


def cells_of(redraw: Redraw) -> list[RedrawArea]:
    """The areas of the new division with their parents and the areas that go on, in order."""
    rows = RedrawArea.objects.filter(redraw=redraw).select_related("area", "parent")
    rows = rows.prefetch_related("replaces")
    return sorted(rows, key=lambda c: (c.parent.path, c.area is None, c.code, c.name, str(c.pk)))


def parents_of(redraw: Redraw, *, on: date) -> list[Area]:
    """The areas whose inner division is redrawn: villages, or for units the grids in these."""
    beneath = Q()
    for path in redraw.villages:
        beneath |= Q(path__startswith=path)
    level = Area.Level.VILLAGE if redraw.level == Area.Level.GRID else Area.Level.GRID
    return list(Area.objects.in_force(on).filter(beneath, level=level).order_by("path"))


def today_of(redraw: Redraw, *, on: date) -> list[Area]:
    """The areas of the level in force on a day that the redraw takes the place of."""
    parents = parents_of(redraw, on=on)
    return list(
        Area.objects.in_force(on)
        .filter(parent__in=parents, level=redraw.level)
        .select_related("parent")
        .order_by("path")
    )


def undrawn_of(redraw: Redraw, cells: list[RedrawArea], today: list[Area], *, on: date) -> set[str]:
    """Paths of areas without an outline that nobody has drawn or replaced: they go on as they are.

    The only unit of a grid often has none, and takes all its households all the same.
    """
    outlined = set(
        Boundary.objects.filter(area__in=today, during__contains=on).values_list("area", flat=True)
    )
    named = {cell.area_id for cell in cells}
    named |= {area.pk for cell in cells for area in cell.replaces.all()}
    return {area.path for area in today if area.pk not in outlined | named}


def ending_of(redraw: Redraw, cells: list[RedrawArea], *, on: date) -> list[Area]:
    """The areas of today that end with the redraw."""
    today = today_of(redraw, on=on)
    kept = {cell.area_id for cell in cells}
    undrawn = undrawn_of(redraw, cells, today, on=on)
    return [area for area in today if area.pk not in kept and area.path not in undrawn]


def redraw_faults(redraw: Redraw, *, on: date) -> list[RedrawFault]:
    """Everything that stands against putting a redraw into force on a day; blocking ones first."""
    cells = cells_of(redraw)
    faults = [
        *_overtaken(redraw, cells, on=on),
        *_named(cells),
        *_codes(redraw, cells, on=on),
        *_ground(redraw, cells, on=on),
        *_belonging(redraw, cells, on=on),
    ]
    return sorted(faults, key=lambda fault: not fault.blocks)


def blocking(faults: Iterable[RedrawFault]) -> str:
    """The sentence that refuses: the first fault, and how many more; empty where none blocks."""
    found = [fault for fault in faults if fault.blocks]
    if not found:
        return ""
    if len(found) == 1:
        return found[0].sentence
    more = ngettext("%(n)d more fault.", "%(n)d more faults.", len(found) - 1)
    return f"{found[0].sentence} " + more % {"n": len(found) - 1}


def _overtaken(redraw: Redraw, cells: list[RedrawArea], *, on: date) -> list[RedrawFault]:
    """The world went on: areas that ended or began, outlines that changed, another redraw."""
    found = []
    if not cells:
        found.append(RedrawFault("empty", _("The draft has no areas yet: draw or propose them.")))
    for cell in cells:
        if cell.area and on not in cell.area.during:
            words = _("“%s” is no longer in force on that day; take it out of the draft.")
            found.append(RedrawFault("overtaken", words % cell.area.name))
        if on not in cell.parent.during:
            words = _("“%s” is not in force on that day; choose another day.")
            found.append(RedrawFault("overtaken", words % cell.parent.name))
    begun = redraw.made_at.astimezone(SHANGHAI).date()
    for area in ending_of(redraw, cells, on=on):
        if area.during.lower > begun:
            words = _("“%s” was made after this draft and is not in it; begin the draft anew.")
            found.append(RedrawFault("overtaken", words % area.name))
        elif area.during.lower >= on:
            words = _("“%s” begins on that day and would end on it; choose a later day.")
            found.append(RedrawFault("overtaken", words % area.name))
    lies = Q()
    for path in redraw.villages:
        lies |= Q(path__startswith=path)
    later = Boundary.objects.filter(lies, level=redraw.level, during__startswith__gt=on)
    for boundary in later.select_related("area").order_by("during")[:1]:
        words = _("“%(name)s” has an outline on record from %(day)s on; choose a later day.")
        found.append(
            RedrawFault("later", words % {"name": boundary.area.name, "day": boundary.during.lower})
        )
    others = Redraw.objects.filter(state=Redraw.State.SCHEDULED, villages__overlap=redraw.villages)
    for other in others.exclude(pk=redraw.pk)[:1]:
        words = _("“%(name)s” waits to redraw these villages on %(day)s; take it back first.")
        found.append(RedrawFault("other", words % {"day": other.on, "name": str(other)}))
    return found


def _named(cells: list[RedrawArea]) -> list[RedrawFault]:
    found = []
    seen: dict[tuple[Any, str], int] = defaultdict(int)
    for cell in cells:
        name = cell.name.strip()
        if not name:
            at = shapely.point_on_surface(shape_of(cell.geom))
            words = _("An area of %s has no name yet; write one.") % cell.parent.name
            found.append(RedrawFault("name", words, lon=at.x, lat=at.y))
            continue
        seen[cell.parent_id, name] += 1
        if seen[cell.parent_id, name] == 2:
            words = _("Two areas of %(parent)s are called “%(name)s”; rename one.")
            found.append(RedrawFault("name", words % {"parent": cell.parent.name, "name": name}))
    return found


def codes_planned(redraw: Redraw, cells: list[RedrawArea], *, on: date) -> dict[Any, str]:
    """The code each new area gets, by its key. Refusal as ``Numbers`` says it."""
    numbers: dict[Any, Numbers] = {}
    given: dict[Any, str] = {}
    fresh = [cell for cell in cells if cell.area_id is None]
    # Codes that were asked for are taken first, so that none is given away.
    for cell in sorted(fresh, key=lambda cell: not cell.code):
        if cell.parent_id not in numbers:
            numbers[cell.parent_id] = Numbers(cell.parent, level=redraw.level, on=on)
        beneath = numbers[cell.parent_id]
        given[cell.pk] = beneath.claim(cell.code) if cell.code.strip() else beneath.take()
    return given


def _codes(redraw: Redraw, cells: list[RedrawArea], *, on: date) -> list[RedrawFault]:
    try:
        codes_planned(redraw, cells, on=on)
    except Refusal as refusal:
        return [RedrawFault("code", refusal.sentence)]
    return []


def _ground(redraw: Redraw, cells: list[RedrawArea], *, on: date) -> list[RedrawFault]:
    """Overlaps, land of the parent that none covers, and land outside of it.

    What stands in today's division already is told and does not block: the redraw has not made it.
    """
    found: list[RedrawFault] = []
    by_parent: dict[Any, list[RedrawArea]] = defaultdict(list)
    for cell in cells:
        by_parent[cell.parent_id].append(cell)
    parents = parents_of(redraw, on=on)
    outlines = {
        area: shape_of(geom)
        for area, geom in Boundary.objects.filter(
            area__in=parents, during__contains=on
        ).values_list("area", "geom")
    }
    standing: dict[Any, list[Any]] = defaultdict(list)
    for parent_id, geom in Boundary.objects.filter(
        area__parent__in=parents, level=redraw.level, during__contains=on
    ).values_list("area__parent", "geom"):
        standing[parent_id].append(shape_of(geom))
    for parent in parents:
        drawn = by_parent.get(parent.pk, [])
        if not drawn:
            if standing[parent.pk]:
                words = _("The draft leaves no area in %s: draw at least one.")
                found.append(RedrawFault("gap", words % parent.name))
            continue
        found += _fits(
            drawn, parent, outlines.get(parent.pk), shapely.union_all(standing[parent.pk])
        )
    return found


def _fits(cells: list[RedrawArea], parent: Area, outline: Any, standing: Any) -> list[RedrawFault]:
    shapes = [
        Shape(str(c.pk), c.name.strip(), shape_of(c.geom), c.grid_kind == Area.GridKind.DEDICATED)
        for c in cells
    ]
    # A dedicated grid is cut out of the general ones around it when the redraw takes force.
    cut = cut_dedicated(shapes)
    shapes = [Shape(s.code, s.name, cut.get(s.code, s.outline), s.dedicated) for s in shapes]
    found = []
    for empty in [s for s in shapes if s.outline.is_empty]:
        words = _("The dedicated grids cover the whole of “%s”; merge it with one of them.")
        found.append(RedrawFault("empty", words % empty.name))
    drawn = [shape for shape in shapes if not shape.outline.is_empty]
    found += _overlaps(drawn)
    together = shapely.union_all([shape.outline for shape in drawn])
    frame = outline if outline is not None else standing
    # Of land that no area of today covers either the redraw has not made the gap; of a first
    # division it has.
    lost = (frame if standing.is_empty else standing) - together
    if outline is not None:
        lost &= outline
    words = _("%(size)s of %(parent)s lie in no area any more; let one of them cover it.")
    found += _land("gap", lost, words, {"parent": parent.name}, blocks=True)
    words = _("%(size)s of %(parent)s lie in no area, today as well.")
    found += _land("gap", frame - together - lost, words, {"parent": parent.name}, blocks=False)
    for shape in drawn if outline is not None else ():
        names = {"one": shape.name, "parent": parent.name}
        beyond = shape.outline - outline
        words = _("“%(one)s” reaches %(size)s beyond %(parent)s; draw it back.")
        found += _land("outside", beyond - standing, words, names, blocks=True)
        words = _("“%(one)s” reaches %(size)s beyond %(parent)s, today as well.")
        found += _land("outside", beyond & standing, words, names, blocks=False)
    return found


def _overlaps(shapes: list[Shape]) -> list[RedrawFault]:
    found: list[RedrawFault] = []
    words = _("“%(one)s” and “%(other)s” overlap on %(size)s; move their border.")
    for misfit in family_faults(shapes, None):
        if misfit.kind != "overlap" or len(found) == SHOWN:
            continue
        one, other = misfit.of
        names = {"one": one.name, "other": other.name, "size": f"{misfit.size_m2:,.0f} m²"}
        found.append(
            RedrawFault("overlap", words % names, True, misfit.lon, misfit.lat, misfit.size_m2)
        )
    return found


def _land(
    kind: str, land: Any, words: str, names: dict[str, str], *, blocks: bool
) -> list[RedrawFault]:
    """A fault for each piece of land that is large and wide enough to matter, largest first."""
    found = []
    for part, size in sorted(pieces(land), key=lambda piece: -piece[1])[:SHOWN]:
        at = shapely.point_on_surface(part)
        sentence = words % {**names, "size": f"{size:,.0f} m²"}
        found.append(RedrawFault(kind, sentence, blocks, at.x, at.y, size))
    return found


def _belonging(redraw: Redraw, cells: list[RedrawArea], *, on: date) -> list[RedrawFault]:
    """Units of staff that belong to an area that ends: where they go is for the office to say."""
    ending = [area.path for area in ending_of(redraw, cells, on=on)]
    beneath = Q(pk__in=[])
    for path in ending:
        beneath |= Q(area__path__startswith=path)
    rows = Organisation.objects.filter(beneath).select_related("area")
    words = _("“%(name)s” belongs to “%(area)s”, which ends; file it under the village first.")
    return [
        RedrawFault("belongs", words % {"name": row.name, "area": row.area.name})
        for row in rows.order_by("name")[:SHOWN]
    ]
