"""The outlines of a planned file beside those on record: what changes, what does not fit."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import shapely
from django.utils.translation import gettext as _

from grids.importing.area_files import AreaRow
from grids.importing.topology import Fault, Shape, area_m2, cut_dedicated, family_faults
from grids.models import Area, Boundary
from lib.codes import parent_code
from lib.datum import BD09, GCJ02, WGS84, Crs, from_wgs84, geometry_to_wgs84

if TYPE_CHECKING:
    from grids.importing.areas import AreaPlan

#: Outlines nearer than this (degrees, a tenth of a millimetre) are the same.
SAME = 1e-9


def shapes_plan(plan: AreaPlan, rows: list[AreaRow]) -> None:
    """Fill ``plan.outlines`` and tell gaps, overlaps, cuts and a likely other datum."""
    refused = {finding.place for finding in plan.errors}
    new = {planned.code: planned.grid_kind for planned in plan.create}
    changed = {area.pk: changes for area, changes in plan.update}
    wanted = {
        row.code: row for row in rows
        if row.geometry is not None and row.place not in refused
        and (row.code in plan.areas or row.code in new)
    }  # fmt: skip
    on_record = _on_record(plan, {parent_code(row.code) for row in rows} - {None})
    without = [row for row in rows if row.geometry is None and plan.file.has_geometry]
    _tell_missing(plan, [row for row in without if row.code not in on_record], refused)
    _refuse_earlier(plan, wanted)
    parents = {parent_code(code) for code in wanted}
    families: dict[str | None, list[Shape]] = defaultdict(list)
    for code, row in wanted.items():
        area = plan.areas.get(code)
        given = changed.get(area.pk, {}) if area else {}
        kind = new.get(code) or given.get("grid_kind") or (area.grid_kind if area else "")
        name = row.name or (area.name if area else "")
        families[parent_code(code)].append(
            Shape(code, name, row.geometry, kind == Area.GridKind.DEDICATED)
        )
    for code, (area, outline) in on_record.items():
        if code not in wanted and parent_code(code) in parents:
            kind = changed.get(area.pk, {}).get("grid_kind", area.grid_kind)
            shape = Shape(code, area.name, outline, kind == Area.GridKind.DEDICATED)
            families[parent_code(code)].append(shape)
    around = _parents(plan, {code for code in families if code})
    if plan.file.crs is not None:
        _datum_hint(plan, wanted, around)
    for parent in sorted(families, key=str):
        shapes = sorted(families[parent], key=lambda shape: shape.code)
        _family(plan, shapes, around.get(parent or ""), wanted, on_record)
    refused = {finding.place for finding in plan.errors}
    plan.unchanged = sum(
        1 for row in rows
        if row.code in plan.areas and row.place not in refused
        and row.code not in plan.outlines and plan.areas[row.code].pk not in changed
    )  # fmt: skip


def _on_record(plan: AreaPlan, parents: set[str | None]) -> dict[str, tuple[Area, Any]]:
    """Outlines in force of the children of these areas, by code."""
    above = [plan.areas[code] for code in parents if code and code in plan.areas]
    return _outlines_of(plan, Area.objects.filter(parent__in=above))


def _outlines_of(plan: AreaPlan, areas: Any) -> dict[str, tuple[Area, Any]]:
    known = {area.pk: area for area in areas.in_force(plan.on).with_code(plan.on) if area.code}
    rows = Boundary.objects.filter(area__in=known, during__contains=plan.on)
    return {
        known[row.area_id].code: (known[row.area_id], shapely.from_wkb(bytes(row.geom.wkb)))
        for row in rows
    }


def _parents(plan: AreaPlan, codes: set[str]) -> dict[str, Shape]:
    """The outlines on record of the areas above, by code."""
    ids = [plan.areas[code].pk for code in codes if code in plan.areas]
    found = _outlines_of(plan, Area.objects.filter(pk__in=ids))
    return {code: Shape(code, area.name, outline) for code, (area, outline) in found.items()}


def _family(
    plan: AreaPlan, shapes: list[Shape], parent: Shape | None, wanted: dict[str, AreaRow],
    on_record: dict[str, tuple[Area, Any]],
) -> None:  # fmt: skip
    """Cut dedicated grids out, take the outlines that differ, tell what does not fit."""
    cut = cut_dedicated(shapes)
    final: list[Shape] = []
    for shape in shapes:
        outline = cut.get(shape.code, shape.outline)
        row = wanted.get(shape.code)
        if outline.is_empty:
            message = _("Dedicated grids cover all of %s; nothing of it is left.") % shape.label
            plan.tell("error", message, row, **({} if row else {"code": shape.code}))
            plan.create = [new for new in plan.create if new.code != shape.code]
            continue
        final.append(Shape(shape.code, shape.name, outline, shape.dedicated))
        before = on_record[shape.code][1] if shape.code in on_record else None
        if before is not None and same_outline(before, outline):
            continue
        plan.outlines[shape.code] = outline
        if row is None:
            plan.areas[shape.code] = on_record[shape.code][0]
        if shape.code in cut:
            size = area_m2(shape.outline) - area_m2(outline)
            message = _("Dedicated grids are cut out of %(name)s: %(size)s m².") % {
                "name": shape.label, "size": round(size),
            }  # fmt: skip
            plan.tell("cut", message, code=shape.code, name=shape.name, size_m2=round(size))
    for fault in family_faults(final, parent) if final else []:
        _tell_fault(plan, fault)


def same_outline(one: Any, other: Any) -> bool:
    """Whether two outlines are equal but for where their rings begin."""
    return bool(shapely.equals_exact(one.normalize(), other.normalize(), tolerance=SAME))


def _tell_fault(plan: AreaPlan, fault: Fault) -> None:
    first = fault.of[0]
    words = {"a": first.label, "b": fault.of[-1].label, "size": f"{fault.size_m2:,.0f}",
             "lon": f"{fault.lon:.6f}", "lat": f"{fault.lat:.6f}"}  # fmt: skip
    message = {
        "overlap": _("%(a)s and %(b)s overlap by %(size)s m² at %(lon)s, %(lat)s."),
        "outside": _("%(a)s reaches %(size)s m² beyond %(b)s at %(lon)s, %(lat)s."),
        "gap": _("%(size)s m² of %(a)s belong to none of its areas, at %(lon)s, %(lat)s.")
        if len(fault.of) == 1
        else _("Between %(a)s and %(b)s %(size)s m² are left open, at %(lon)s, %(lat)s."),
    }[fault.kind]
    plan.tell(
        fault.kind, message % words, code=first.code, name=first.name, lon=round(fault.lon, 7),
        lat=round(fault.lat, 7), size_m2=round(fault.size_m2, 1),
    )  # fmt: skip


def _tell_missing(plan: AreaPlan, rows: list[AreaRow], refused: set[Any]) -> None:
    """A grid or village without an outline is loaded, and said so; a unit may be without."""
    if plan.level == "unit":
        return
    for row in rows:
        if row.place not in refused:
            plan.tell("warning", _("It has no outline; its households come by code only."), row)


def _refuse_earlier(plan: AreaPlan, wanted: dict[str, AreaRow]) -> None:
    """An outline of a later day is on record: the new one would not know where to end."""
    areas = {plan.areas[code].pk: code for code in wanted if code in plan.areas}
    later = Boundary.objects.filter(area__in=areas, during__startswith__gt=plan.on)
    for area_id, during in later.values_list("area_id", "during"):
        row = wanted.pop(areas[area_id], None)
        if row is not None:
            message = _("An outline of %s is on record; choose that day or a later one.")
            plan.tell("error", message % during.lower, row)


def _datum_hint(plan: AreaPlan, wanted: dict[str, AreaRow], around: dict[str, Shape]) -> None:
    """Tell when the outlines fit those above clearly better in another coordinate system."""
    declared = plan.file.crs
    assert declared is not None
    if declared.kind == "zone":
        return
    sample = [
        (row.geometry, around[parent_code(code) or ""].outline)
        for code, row in sorted(wanted.items()) if (parent_code(code) or "") in around
    ][:200]  # fmt: skip
    if len(sample) < 3:
        return
    readings: list[tuple[float, Crs]] = []
    for crs in (declared, WGS84, GCJ02, BD09):
        beyond = 0.0
        for shape, parent in sample:
            beyond += (_read_as(declared, crs, shape) - parent).area
        readings.append((beyond, crs))
    as_declared, total = readings[0][0], sum(shape.area for shape, _parent in sample)
    beyond, best = min(readings, key=lambda reading: reading[0])
    if beyond < 0.5 * as_declared and as_declared > 0.005 * total:
        message = _(
            "Read as %(best)s instead of %(declared)s the outlines would fit those above: "
            "%(there)s %% of their land would lie beyond instead of %(here)s %%. "
            "Check the coordinate system."
        ) % {
            "best": best.label, "declared": declared.label,
            "there": f"{100 * beyond / total:.1f}", "here": f"{100 * as_declared / total:.1f}",
        }  # fmt: skip
        plan.tell("warning", message)


def _read_as(declared: Crs, crs: Crs, shape: Any) -> Any:
    """The outline as it would lie had the file been in another system."""
    if crs == declared:
        return shape

    def raw(points: Any) -> Any:
        import numpy as np

        return np.column_stack(from_wgs84(declared, points[:, 0], points[:, 1]))

    return geometry_to_wgs84(crs, shapely.transform(shape, raw))
