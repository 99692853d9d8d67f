"""Roads, rivers and railways from a file (GeoJSON, GeoPackage, zipped Shapefile).

The kind of a line comes from a property: an office's own (类型: 道路, 河流, 铁路) or one of
OpenStreetMap (highway, waterway, railway, fclass); else it is the kind named for the whole file.
Lines are cut at the villages of the draft, and those of one name are kept as one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import shapely
from django.contrib.gis.geos import GEOSGeometry, MultiLineString
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from grids.importing.area_files import crs_agrees
from grids.services import require_manage
from lib.datum import Crs, fault_text, geometry_to_wgs84, parse_crs, position_faults
from lib.errors import Refusal
from lib.geofiles import Feature, read_features
from lib.identity import holds_id_number
from lib.sandbox import Source, UnreadableFile
from lib.values import text
from planning.models import Barrier, Redraw
from planning.redrawing.drafts import families

Kind = Barrier.Kind
#: Properties that say the kind by themselves, whatever they hold.
TAGS = {"highway": Kind.ROAD, "waterway": Kind.RIVER, "railway": Kind.RAIL}
#: Properties whose value is the kind, and parts of the values; the first that fits decides.
KINDS = ("kind", "fclass", "类型", "种类", "类别", "要素类型", "type")
VALUES: tuple[tuple[str, str], ...] = (
    ("铁路", Kind.RAIL), ("rail", Kind.RAIL), ("subway", Kind.RAIL),
    ("河", Kind.RIVER), ("溪", Kind.RIVER), ("江", Kind.RIVER), ("渠", Kind.RIVER),
    ("水系", Kind.RIVER), ("river", Kind.RIVER), ("stream", Kind.RIVER), ("canal", Kind.RIVER),
    ("路", Kind.ROAD), ("街", Kind.ROAD), ("道", Kind.ROAD), ("motorway", Kind.ROAD),
    ("trunk", Kind.ROAD), ("primary", Kind.ROAD), ("secondary", Kind.ROAD),
    ("tertiary", Kind.ROAD), ("residential", Kind.ROAD), ("unclassified", Kind.ROAD),
    ("service", Kind.ROAD), ("living_street", Kind.ROAD), ("track", Kind.ROAD),
    ("road", Kind.ROAD),
)  # fmt: skip
#: What divides nobody from anybody.
NO_BARRIER = frozenset(
    {
        "abandoned", "boatyard", "bridleway", "construction", "corridor", "cycleway", "dam",
        "disused", "ditch", "dock", "drain", "footway", "halt", "path", "pedestrian", "platform",
        "proposed", "raceway", "razed", "station", "steps", "weir",
    }
)  # fmt: skip
NONE = "none"
NAMES = ("name", "名称", "道路名称", "路名", "河流名称", "标准名称")
LONGEST_NAME = 60
MOST_LINES = 20_000
#: Lines reach this far beyond the village, in degrees (about 30 m), so that they cross its edge.
REACH = 0.0003


@dataclass
class BarrierFile:
    """Lines of a file by village, kind and name; how many were left out, and why.

    ``lines``: (path of the village, kind, name) → lines in WGS 84.
    """

    lines: dict[tuple[str, str, str], list[Any]] = field(default_factory=dict)
    read: int = 0
    elsewhere: int = 0
    no_barrier: int = 0
    no_line: int = 0


@dataclass(frozen=True)
class Loaded:
    """How many barriers are new and were there already, and what was left out in sentences."""

    new: int
    known: int
    notes: list[str]


def barriers_read(
    redraw: Redraw, source: Source, *, crs: str | None, kind: str = "",
    properties: Mapping[str, str] | None = None,
) -> BarrierFile:  # fmt: skip
    """The lines of a file that lie in the villages of a draft. Nothing is written.

    ``kind``: of lines whose properties do not say; ``properties``: names of those that hold the
    kind and the name ({"kind": ..., "name": ...}) where they are not the usual ones. Refusal with
    its field: file, crs, kind.
    """
    try:
        system = parse_crs(crs)
    except ValueError as unnamed:
        raise Refusal(str(unnamed), field="crs") from None
    try:
        file = read_features(source)
    except UnreadableFile as unread:
        raise Refusal(str(unread), field="file") from None
    try:
        crs_agrees(file, system)
    except ValueError as other:
        raise Refusal(str(other), field="crs") from None
    if len(file.features) > MOST_LINES:
        raise Refusal(
            _("The file holds %(n)s features; %(most)s at most. Cut it to the villages first.")
            % {"n": len(file.features), "most": MOST_LINES},
            field="file",
        )
    names = {key: value for key, value in (properties or {}).items() if value}
    missing = [value for value in names.values() if value not in file.fields]
    if missing:
        raise Refusal(_("The file has no property “%s”.") % missing[0], field="file")
    found = BarrierFile(no_line=len(file.faults))
    lands = _lands(redraw)
    for feature in file.features:
        _take(found, lands, feature, system, kind, names)
    if not found.lines:
        raise Refusal(_why_none(found), field="file")
    return found


def _why_none(found: BarrierFile) -> str:
    if found.elsewhere:
        return _(
            "None of the lines lies in the villages of this draft. "
            "Is it the right file, and the right coordinate system?"
        )
    if found.no_barrier:
        return _("The file holds only paths and the like, no road, river or railway.")
    return _("The file holds no lines.")


@transaction.atomic
def barriers_load(*, redraw: Redraw, found: BarrierFile, source: str, by: User) -> Loaded:
    """Keep the lines of a file; the same file again changes nothing. ``source``: its name."""
    require_manage(by, redraw.path)
    present = {
        (barrier.path, barrier.kind, barrier.name, barrier.geom.wkb.tobytes())
        for barrier in Barrier.objects.of(redraw.villages)
    }
    fresh, known = [], 0
    for (path, kind, name), lines in sorted(found.lines.items()):
        merged = shapely.line_merge(shapely.union_all(lines))
        parts = [part for part in shapely.get_parts(merged) if part.geom_type == "LineString"]
        wkb = shapely.to_wkb(shapely.MultiLineString(parts).normalize())
        geom = cast(MultiLineString, GEOSGeometry(memoryview(wkb), srid=4326))
        if (path, kind, name, geom.wkb.tobytes()) in present:
            known += 1
        else:
            fresh.append(Barrier(path=path, kind=kind, name=name, geom=geom, source=source[:120]))
    Barrier.objects.bulk_create(fresh)
    return Loaded(len(fresh), known, _notes(found))


def _notes(found: BarrierFile) -> list[str]:
    notes = []
    if found.elsewhere:
        notes.append(_("%s lie elsewhere and were left out.") % found.elsewhere)
    if found.no_barrier:
        notes.append(_("%s are paths and the like and were left out.") % found.no_barrier)
    if found.no_line:
        notes.append(_("%s have no line and were left out.") % found.no_line)
    return notes


def _take(
    found: BarrierFile, lands: list[tuple[str, Any, Any]], feature: Feature, crs: Crs, kind: str,
    names: Mapping[str, str],
) -> None:  # fmt: skip
    found.read += 1
    if feature.geometry.geom_type not in ("LineString", "MultiLineString"):
        found.no_line += 1
        return
    asked = _kind_of(feature.properties, names.get("kind"))
    if asked == NONE:
        found.no_barrier += 1
        return
    asked = asked or kind
    if asked not in Kind.values:
        raise Refusal(
            _("Feature %s does not say whether it is a road, river or railway. Choose one.")
            % feature.position,
            field="kind",
        )
    _check_place(feature, crs)
    line = geometry_to_wgs84(crs, feature.geometry)
    name = _name_of(feature.properties, names.get("name"))
    inside = False
    for path, land, around in lands:
        # What only touches a village from outside is none of its lines.
        if shapely.intersection(line, land).length > 0:
            part = shapely.intersection(line, around)
            inside = True
            found.lines.setdefault((path, asked, name), []).append(part)
    found.elsewhere += not inside


def _kind_of(properties: Mapping[str, Any], named: str | None) -> str:
    """Road, river, rail, NONE for what is no barrier, or nothing where the file does not say."""
    plain = {key.strip().lower(): text(value).lower() for key, value in properties.items()}
    if named:
        return _by_value(plain.get(named.strip().lower(), ""))
    for key, kind in TAGS.items():
        value = plain.get(key, "")
        if value and value not in ("no", "none"):
            return NONE if value in NO_BARRIER else kind
    for key in KINDS:
        found = _by_value(plain.get(key, ""))
        if found:
            return found
    return ""


def _by_value(value: str) -> str:
    if value in Kind.values:
        return value
    if value in NO_BARRIER:
        return NONE
    return next((kind for part, kind in VALUES if part in value), "")


def _name_of(properties: Mapping[str, Any], named: str | None) -> str:
    plain = {key.strip().lower(): text(value) for key, value in properties.items()}
    keys = [named.strip().lower()] if named else NAMES
    name = next((plain[key] for key in keys if plain.get(key)), "")
    return "" if holds_id_number(name) or len(name) > LONGEST_NAME else name


def _check_place(feature: Feature, crs: Crs) -> None:
    xy = shapely.get_coordinates(feature.geometry)
    faults = position_faults(crs, xy[:, 0], xy[:, 1])
    fault = next((one for one in faults if one), None)
    if fault:
        raise Refusal(
            _("Feature %(n)s: %(fault)s")
            % {"n": feature.position, "fault": fault_text(fault, crs)},
            field="crs",
        )


def _lands(redraw: Redraw) -> list[tuple[str, Any, Any]]:
    """Path, outline and a little wider outline of each village of a draft."""
    by_path: dict[str, list[Any]] = defaultdict(list)
    for parent, outline in families(redraw):
        by_path[parent.path[:12]].append(outline)
    joined = {path: shapely.union_all(outlines) for path, outlines in sorted(by_path.items())}
    return [(path, land, shapely.buffer(land, REACH)) for path, land in joined.items()]
