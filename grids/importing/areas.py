"""Load areas of one level from a file: read, plan, then write in one transaction.

The plan says what would be written and what does not fit; nothing is written while it is made.
The same file again changes nothing. Boundary changes go through ``boundaries_set``, which
announces them to the layers above.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from grids.boundaries import boundaries_activated, boundaries_set
from grids.importing.area_files import AreaFile, AreaRow, Finding, read_area_file
from grids.importing.area_shapes import shapes_plan
from grids.models import Area, AreaCode, Boundary
from grids.paths import DEPTH
from grids.services import LEVELS, new_keys, require_manage, sibling_keys
from jobs.imports import LOCK
from lib.codes import canonical, level_of, parent_code
from lib.errors import Refusal
from lib.sandbox import Source
from lib.spans import span

#: Two imports at once wait for each other, whatever they load.
GENERAL = {"", "综合", "综合网格", "general", "一般", "一般网格", "普通网格", "基础网格"}
DEDICATED = {"专属", "专属网格", "dedicated", "专用网格", "专业网格"}


@dataclass
class AreaPlan:
    """What a file would change. ``create`` is in order, parents first; outlines are shapely."""

    level: str
    on: date
    file: AreaFile
    create: list[Planned] = field(default_factory=list)
    update: list[tuple[Area, dict[str, str]]] = field(default_factory=list)
    outlines: dict[str, Any] = field(default_factory=dict)
    unchanged: int = 0
    left_out: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    areas: dict[str, Area] = field(default_factory=dict)

    @property
    def errors(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.kind == "error"]

    @property
    def changes(self) -> int:
        return len(self.create) + len(self.update) + len(self.outlines)

    def tell(self, kind: str, message: str, row: AreaRow | None = None, **details: Any) -> None:
        if row is not None:
            details = {"place": row.place, "code": row.code, "name": row.name} | details
        self.findings.append(Finding(kind, message, **details))


@dataclass(frozen=True)
class Planned:
    """An area to be created."""

    level: str
    code: str
    name: str
    type_label: str = ""
    grid_kind: str = ""
    geometry: Any = None


def areas_import(
    *, source: Source, level: str, crs: str | None, on: date, exclude: Iterable[str] = (),
    mapping: Mapping[str, str] | None = None, commit: bool = False, good_rows: bool = False,
    source_name: str = "", by: User | None = None,
) -> AreaPlan:  # fmt: skip
    """Plan a file, and with ``commit`` write it; answers the plan.

    With errors nothing is written unless ``good_rows`` (then the other rows are). Raises
    UnreadableFile, ValueError (the file as a whole cannot be read) or Refusal (no right).
    """
    file = read_area_file(source, crs=crs, mapping=mapping)
    with transaction.atomic():
        if commit:
            with connection.cursor() as cursor:
                cursor.execute(LOCK)
        plan = areas_plan(file=file, level=level, on=on, exclude=exclude, by=by)
        if commit and (good_rows or not plan.errors):
            areas_execute(plan, source=source_name)
    return plan


def level_word(level: str) -> str:
    """The word for a level in the language in force."""
    return str(Area.Level(level).label)


# Planning


def areas_plan(
    *, file: AreaFile, level: str, on: date, exclude: Iterable[str] = (), path: str = "",
    by: User | None = None,
) -> AreaPlan:  # fmt: skip
    """Compare the rows with what is there on a day. Reads only.

    Rows that are not beneath ``path`` are errors, whether or not there is such an area.
    """
    plan = AreaPlan(level, on, file, findings=list(file.findings))
    rows, above = _sorted_out(plan, {canonical(code.strip()) for code in exclude if code.strip()})
    plan.areas = _known(rows, on)
    if path:
        rows = _beneath(plan, rows, path)
    later = _later(rows, on)
    fresh: dict[str, Planned] = {}
    for row in rows:
        if row.code in later:
            message = _("This area begins on %s only; choose that day or a later one.")
            plan.tell("error", message % later[row.code], row)
            continue
        unborn = next((code for code in _lineage(row.code) if code in later), None)
        if unborn is not None and unborn not in plan.areas:
            message = _("%(code)s above it begins on %(day)s only; choose that day or a later one.")
            plan.tell("error", message % {"code": unborn, "day": later[unborn]}, row)
            continue
        if row.code not in plan.areas and not row.name:
            plan.tell("error", _("The name is missing."), row)
            continue
        kind = _grid_kind(plan, row)
        if kind is None or not _has_parent(plan, row, fresh, above):
            continue
        _place(plan, row, kind, fresh)
    plan.create = sorted(fresh.values(), key=lambda new: (DEPTH[new.level], new.code))
    _may(plan, by)
    shapes_plan(plan, rows)
    refused = {finding.place for finding in plan.errors}
    faulty = {plan.areas[row.code].pk for row in rows
              if row.place in refused and row.code in plan.areas}  # fmt: skip
    plan.update = [item for item in plan.update if item[0].pk not in faulty]
    _vanished(plan, rows)
    return plan


def _beneath(plan: AreaPlan, rows: list[AreaRow], path: str) -> list[AreaRow]:
    """The rows beneath the area at ``path``; of the others nothing is told but that."""
    kept = []
    for row in rows:
        above = next((a for c in _lineage(parent_code(row.code)) if (a := plan.areas.get(c))), None)
        own = plan.areas.get(row.code)
        inside = above is not None and above.path.startswith(path)
        if inside and (own is None or (own.path.startswith(path) and own.path != path)):
            kept.append(row)
        else:
            message = _("The code %s does not lie beneath the area you manage.")
            plan.tell("error", message % row.code, row)
    return kept


def _sorted_out(plan: AreaPlan, exclude: set[str]) -> tuple[list[AreaRow], dict[str, AreaRow]]:
    """Rows of the level asked for, and rows of levels above (they name missing parents)."""
    rows: dict[str, AreaRow] = {}
    above: dict[str, AreaRow] = {}
    for row in plan.file.rows:
        if any(row.code.startswith(code) for code in exclude):
            plan.left_out.append(row.code)
            continue
        level = level_of(row.code)
        if DEPTH[level] < DEPTH[plan.level]:
            above[row.code] = row
        elif level != plan.level:
            message = _("%(code)s is the code of a %(found)s, not of a %(level)s.") % {
                "code": row.code, "found": level_word(level), "level": level_word(plan.level),
            }  # fmt: skip
            plan.tell("error", message, row)
        elif row.code in rows:
            message = _("The code %(code)s already stands in %(place)s.")
            plan.tell("error", message % {"code": row.code, "place": rows[row.code].place}, row)
        else:
            rows[row.code] = row
    if above and not rows:
        message = _("The file holds no %s.") % level_word(plan.level)
        plan.tell("error", message)
    return list(rows.values()), above


def _known(rows: Iterable[AreaRow], on: date) -> dict[str, Area]:
    """The areas that carry the codes of the rows and of those above them on a day, by code."""
    codes = {code for row in rows for code in _lineage(row.code)}
    found = AreaCode.objects.filter(code__in=codes, during__contains=on).select_related("area")
    return {item.code: item.area for item in found}


def _lineage(code: str | None) -> Iterable[str]:
    """A code and those of the areas above it, finest first."""
    while code:
        yield code
        code = parent_code(code)


def _later(rows: Iterable[AreaRow], on: date) -> dict[str, date]:
    """Codes of the rows and of those above them that are in use only after the day."""
    codes = {code for row in rows for code in _lineage(row.code)}
    found = AreaCode.objects.filter(code__in=codes, during__startswith__gt=on).values_list(
        "code", "during"
    )
    return {code: during.lower for code, during in found}


def _grid_kind(plan: AreaPlan, row: AreaRow) -> str | None:
    """The kind of a grid, '' at other levels; None (and an error) for an unknown word."""
    if plan.level != "grid":
        # Lists of villages call the type word 类型 or kind alike.
        row.type_word = row.type_word or row.kind[:20]
        return ""
    word = row.kind.strip().lower()
    if not word and row.type_word in DEDICATED:
        return Area.GridKind.DEDICATED
    if word in DEDICATED:
        return Area.GridKind.DEDICATED
    if word in GENERAL:
        return Area.GridKind.GENERAL if word else ""
    plan.tell("error", _("“%s” is no kind of grid; write 综合 or 专属.") % row.kind[:20], row)
    return None


def _has_parent(
    plan: AreaPlan, row: AreaRow, fresh: dict[str, Planned], above: Mapping[str, AreaRow]
) -> bool:
    """Whether the area above exists; of a village it is created, and said so."""
    code = parent_code(row.code)
    missing: list[str] = []
    while code and code not in plan.areas and code not in fresh:
        missing.append(code)
        code = parent_code(code)
    if not missing:
        return True
    if DEPTH[plan.level] > DEPTH["village"]:
        message = _("There is no %(level)s %(code)s yet; load it first.") % {
            "level": level_word(LEVELS[LEVELS.index(plan.level) - 1]),
            "code": parent_code(row.code),
        }
        plan.tell("error", message, row)
        return False
    for code in reversed(missing):
        level = level_of(code)
        own = row.county_name if level == "county" else row.town_name
        named = above.get(code)
        name = (named.name if named else "") or own
        fresh[code] = Planned(level, code, name or code, named.type_word if named else "")
        message = (
            _("The %(level)s %(code)s is not there yet and is created as “%(name)s”.")
            if name
            else _("The %(level)s %(code)s is not there yet and is created; its name is missing.")
        )
        words = {"level": level_word(level), "code": code, "name": name}
        plan.tell("warning", message % words, code=code, name=name)
    return True


def _place(plan: AreaPlan, row: AreaRow, kind: str, fresh: dict[str, Planned]) -> None:
    """A row becomes a new area or a change of the one that carries its code."""
    area = plan.areas.get(row.code)
    if area is None:
        kind = kind or (Area.GridKind.GENERAL if plan.level == "grid" else "")
        fresh[row.code] = Planned(plan.level, row.code, row.name, row.type_word, kind, row.geometry)
        return
    given = {"name": row.name, "type_label": row.type_word, "grid_kind": kind}
    changes = {key: value for key, value in given.items() if value and getattr(area, key) != value}
    if changes:
        plan.update.append((area, changes))


def _may(plan: AreaPlan, by: User | None) -> None:
    """Refuse what lies outside the area a person manages."""
    for new in plan.create:
        code = parent_code(new.code)
        above = plan.areas.get(code) if code else None
        if above is not None:
            require_manage(by, above.path)
        elif by is not None and new.level in ("county", "township"):
            raise Refusal(_("Only the administrator sets up a county or a township."))
    for area, _changes in plan.update:
        require_manage(by, area.path)


def _vanished(plan: AreaPlan, rows: list[AreaRow]) -> None:
    """Name siblings on record that the file does not hold; they stay as they are."""
    parents = {parent_code(row.code) for row in rows if row.code in plan.areas}
    above = [plan.areas[code] for code in parents if code and code in plan.areas]
    if not above:
        return
    codes = {row.code for row in rows} | set(plan.left_out)
    codes |= {finding.code for finding in plan.findings if finding.code}
    siblings = Area.objects.filter(parent__in=above).in_force(plan.on).with_code(plan.on)
    for area in siblings.order_by("path"):
        if area.code and area.code not in codes:
            message = _("%(name)s (%(code)s) is on record but not in this file; it stays.")
            plan.tell(
                "note", message % {"name": area.name, "code": area.code}, code=area.code,
                name=area.name,
            )  # fmt: skip


# Writing


@transaction.atomic
def areas_execute(
    plan: AreaPlan, *, source: str = ""
) -> tuple[list[Area], list[AreaCode], list[Boundary]]:
    """Write a plan made in this transaction; answers what is new, areas parents first."""
    by_code = dict(plan.areas)
    new, codes = _create(plan, by_code)
    boundaries: list[Boundary] = []
    for area, changes in plan.update:
        for key, value in changes.items():
            setattr(area, key, value)
    if plan.update:
        changed = [area for area, _changes in plan.update]
        Area.objects.bulk_update(changed, ["name", "type_label", "grid_kind"], batch_size=500)
    touched = set()
    if plan.outlines:
        pairs = [(by_code[code], to_geos(shape)) for code, shape in plan.outlines.items()]
        touched = {area.path[:12] for area, _geom in pairs}
        boundaries = boundaries_set(outlines=pairs, on=plan.on, source=source[:120])
    # The only unit of a grid takes its households, with or without an outline.
    rest = {a.path[:12] for a in new if DEPTH[a.level] > DEPTH["village"]} - touched
    if rest:
        boundaries_activated.send(sender=Boundary, paths=sorted(rest), on=plan.on)
    return new, codes, boundaries


def _create(plan: AreaPlan, by_code: dict[str, Area]) -> tuple[list[Area], list[AreaCode]]:
    parents = {area.pk: area for area in by_code.values()}
    taken: dict[Any, set[str]] = {}
    for parent_id, path in Area.objects.filter(parent__in=parents).values_list("parent_id", "path"):
        taken.setdefault(parent_id, set()).add(path[-4:])
    taken[None] = sibling_keys(None)
    areas: list[Area] = []
    codes: list[AreaCode] = []
    for new in plan.create:
        parent = by_code.get(parent_code(new.code) or "")
        keys = taken.setdefault(parent.pk if parent else None, set())
        area = Area(
            level=new.level, name=new.name, type_label=new.type_label, grid_kind=new.grid_kind,
            parent=parent, path=(parent.path if parent else "") + new_keys(keys, 1)[0],
            during=span(plan.on),
        )  # fmt: skip
        by_code[new.code] = area
        areas.append(area)
        codes.append(AreaCode(area=area, code=new.code, during=span(plan.on)))
    Area.objects.bulk_create(areas, batch_size=1000)
    AreaCode.objects.bulk_create(codes, batch_size=1000)
    return areas, codes


def to_geos(shape: Any) -> Any:
    """A shapely multipolygon (degrees, WGS 84) as Django keeps it."""
    return GEOSGeometry(memoryview(shapely.to_wkb(shape)), srid=4326)
