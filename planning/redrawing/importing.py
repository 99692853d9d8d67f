"""Boundaries from a file as a draft, instead of written at once: looked at first, then given a day.

The file is read where every other one is (``grids/importing``): in a process of its own, with its
coordinate system named, faults told by feature.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

import shapely
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from grids.importing.area_files import AreaRow, read_area_file
from grids.importing.areas import DEDICATED, to_geos
from grids.models import Area, AreaCode, Boundary
from grids.services import require_manage
from lib.borders import Division
from lib.codes import level_of, parent_code
from lib.errors import Refusal
from lib.sandbox import Source
from planning.models import Redraw, RedrawArea
from planning.redrawing.faults import shape_of

#: Sentences of a file that are told at once.
TOLD = 5
#: An area of today that the file does not name stays in the draft unless so much of it is taken.
TAKEN = 0.5


@dataclass(frozen=True)
class _Drawn:
    """An outline of the draft: of an area of today, or a new one with the code of the file."""

    area: Area | None
    parent: Area
    name: str
    code: str
    kind: str
    shape: Any


def redraw_import(
    *, area: Area, source: Source, crs: str | None, level: str, on: date, by: User,
    name: str = "", source_name: str = "",
) -> Redraw:  # fmt: skip
    """Begin a draft from a boundary file of grids or units beneath ``area``.

    Areas are known by their codes on the day; a code that no area has is a new one beneath the
    area above it. Those of the same villages that the file does not name stay as they are, unless
    most of their land is taken. Refusal with the sentences of the file's faults; UnreadableFile or
    ValueError where the file cannot be read at all.
    """
    require_manage(by, area.path)
    if level not in (Area.Level.GRID, Area.Level.UNIT):
        raise Refusal(_("Choose whether grids or units are drawn."), field="level")
    file = read_area_file(source, crs=crs)
    told = [f"{finding.place}: {finding.message}" if finding.place else finding.message
            for finding in file.findings if finding.kind == "error"]  # fmt: skip
    if not file.has_geometry:
        raise Refusal(_("The file holds no outlines; load a boundary file."), field="file")
    drawn: list[_Drawn] = []
    with transaction.atomic():
        for row in file.rows:
            found = _drawn(row, area, level, on)
            if isinstance(found, str):
                told.append(f"{row.place}: {found}")
            else:
                drawn.append(found)
        if not told and not drawn:
            told.append(_("The file holds no outlines; load a boundary file."))
        if told:
            more = len(told) - TOLD
            rest = ngettext("%(n)d more fault.", "%(n)d more faults.", more) % {"n": more}
            raise Refusal("\n".join([*told[:TOLD], *([rest] if more > 0 else [])]), field="file")
        return _written(area, level, drawn, on, by, name or source_name)


def _drawn(row: AreaRow, within: Area, level: str, on: date) -> _Drawn | str:
    """What a feature draws, or why it cannot."""
    if level_of(row.code) != level:
        return _("The code %(code)s is not of a %(level)s.") % {
            "code": row.code, "level": Area.Level(level).label,
        }  # fmt: skip
    if row.geometry is None:
        return _("“%s” has no outline in the file.") % (row.name or row.code)
    beneath = Area.objects.in_force(on).filter(path__startswith=within.path)
    parent = beneath.by_code(parent_code(row.code) or "", on).first()
    if parent is None:
        return _("The code %s does not lie beneath the area you manage.") % row.code
    known = beneath.by_code(row.code, on).first()
    name = row.name or (known.name if known else "")
    if row.kind:
        dedicated = row.kind.strip().lower() in DEDICATED
    else:
        dedicated = known is not None and known.grid_kind == Area.GridKind.DEDICATED
    kind = Area.GridKind.DEDICATED if dedicated else Area.GridKind.GENERAL
    return _Drawn(
        known, parent, name, row.code, kind if level == Area.Level.GRID else "", row.geometry
    )


def _written(area: Area, level: str, drawn: list[_Drawn], on: date, by: User, name: str) -> Redraw:
    parents = {one.parent.pk: one.parent for one in drawn}
    redraw = Redraw.objects.create(
        area=area, path=area.path, level=level, name=name.strip()[:60], by=by, changed_by=by,
        villages=sorted(parent.path for parent in parents.values()),
    )  # fmt: skip
    outlines = dict(
        Boundary.objects.filter(area__in=parents, during__contains=on).values_list("area", "geom")
    )
    families: dict[Any, list[_Drawn]] = defaultdict(list)
    for one in drawn:
        families[one.parent.pk].append(one)
    for key, parent in parents.items():
        family = [*families[key], *_left(parent, families[key], level, on)]
        shapes = {str(n): one.shape for n, one in enumerate(family)}
        if key in outlines:
            # Neighbours get each other's vertices, so that borders can be moved together.
            shapes = Division.of(shape_of(outlines[key]), shapes, snap=True).shapes()
        RedrawArea.objects.bulk_create(
            RedrawArea(
                redraw=redraw, area=one.area, parent=parent, name=one.name, code=one.code,
                grid_kind=one.kind, geom=to_geos(_multi(shapes[str(n)])),
            )
            for n, one in enumerate(family)
            if str(n) in shapes and not shapes[str(n)].is_empty
        )  # fmt: skip
    return redraw


def _left(parent: Area, named: list[_Drawn], level: str, on: date) -> list[_Drawn]:
    """Areas of today that the file does not name and whose land it has not taken."""
    taken = shapely.union_all([one.shape for one in named])
    known = {one.area.pk for one in named if one.area}
    rows = Boundary.objects.filter(
        area__parent=parent, level=level, during__contains=on, area__during__contains=on
    ).exclude(area__in=known)
    codes = dict(
        AreaCode.objects.filter(area__parent=parent, during__contains=on).values_list(
            "area", "code"
        )
    )
    found = []
    for boundary in rows.select_related("area").order_by("path"):
        shape = shape_of(boundary.geom)
        if (shape & taken).area < TAKEN * shape.area:
            area = boundary.area
            found.append(
                _Drawn(area, parent, area.name, codes.get(area.pk, ""), area.grid_kind, shape)
            )
    return found


def _multi(shape: Any) -> Any:
    """A polygon or several as one multipolygon."""
    return shape if shape.geom_type == "MultiPolygon" else shapely.MultiPolygon([shape])
