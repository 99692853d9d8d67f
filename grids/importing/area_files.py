"""Files of areas read as rows: GeoJSON, GeoPackage, zipped Shapefile, or a plain table.

Geometries leave here in WGS 84 (EPSG:4326), valid or not at all: a fault is told with the place
it lies at and never mended.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import shapely
from django.utils.translation import gettext as _
from pyproj import CRS as ProjCrs
from pyproj.exceptions import CRSError

from grids.forms import AREA_CODE_PROPERTIES, AREA_NAME_PROPERTIES, AREA_TYPE_PROPERTIES
from lib.codes import parse_code
from lib.datum import Crs, fault_text, geometry_to_wgs84, parse_crs, position_faults, to_wgs84
from lib.geofiles import Feature, GeoFault, GeoFile, invalid_words, read_features
from lib.headers import excluded, reason_text
from lib.sandbox import Source, UnreadableFile
from lib.tabular import Field, Form, Table, read_table
from lib.values import Clear, text

#: A table of areas, and the properties of a boundary file; the best header first.
AREAS = Form(
    name="areas",
    fields=(
        Field(
            "code",
            (*AREA_CODE_PROPERTIES, "网格代码", "单元编码", "联户单元编码", "微网格编码", "村编码",
             "村代码", "嘎查村编码", "社区编码", "统计用区划代码"),
            required=True, kind="code",
        ),
        Field(
            "name",
            ("short_name", *AREA_NAME_PROPERTIES, "区划名称", "简称", "嘎查村社区", "全称",
             "official_name"),
        ),
        Field("type", AREA_TYPE_PROPERTIES),
        Field("kind", ("网格类型", "grid_kind", "网格种类", "kind")),
        Field("county_name", ("county_name", "旗县", "旗县名称", "县", "县名", "县（市、区、旗）")),
        Field(
            "town_name",
            ("town_name", "township_name", "苏木镇街道", "苏木乡镇", "乡镇", "乡镇街道",
             "乡镇名称", "镇", "街道"),
        ),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """Where a row stands: a feature of a map file, or sheet and row of a table (from 1)."""

    row: int
    sheet: str = ""

    def __str__(self) -> str:
        if self.sheet:
            return _("sheet %(sheet)s, row %(row)s") % {"sheet": self.sheet, "row": self.row}
        return _("feature %s") % self.row


@dataclass(frozen=True)
class Finding:
    """Something the sender should know. ``kind``: error, warning, gap, overlap, outside, cut, note.

    An error keeps its row out. ``lon``/``lat`` are WGS 84 degrees, ``size_m2`` square metres.
    """

    kind: str
    message: str
    place: Place | None = None
    column: str = ""
    code: str = ""
    name: str = ""
    lon: float | None = None
    lat: float | None = None
    size_m2: float | None = None


@dataclass
class AreaRow:
    """One area as the file gives it; ``geometry`` in WGS 84 or None where there is none."""

    place: Place
    code: str
    name: str = ""
    type_word: str = ""
    kind: str = ""
    county_name: str = ""
    town_name: str = ""
    geometry: Any = None


@dataclass
class AreaFile:
    """The rows of a file, its faults, and the properties that are never read (name, reason).

    ``skipped_keys`` are those of a map file with the key of the reason instead of its sentence.
    """

    rows: list[AreaRow] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    skipped_keys: list[tuple[str, str]] = field(default_factory=list)
    has_geometry: bool = False
    crs: Crs | None = None
    table: Table | None = None

    def refuse(self, place: Place, message: str, **details: Any) -> None:
        self.findings.append(Finding("error", message, place, **details))


def read_area_file(
    source: Source, *, crs: str | None, mapping: Mapping[str, str] | None = None
) -> AreaFile:
    """Read a boundary file (``crs`` is needed) or a table without outlines (``crs`` is not used).

    Raises UnreadableFile, or ValueError with a sentence: coordinate system missing or unknown, a
    property named in ``mapping`` that does not exist, no column of codes.
    """
    try:
        file = read_features(source)
    except UnreadableFile as no_map:
        if no_map.key not in ("geo_unknown", "geo_no_shapefile"):
            raise
        try:
            return _of_table(read_table(source, AREAS, overrides=mapping or {}))
        except UnreadableFile as no_table:
            if no_table.key == "unknown":
                raise no_map from None
            raise
    system = parse_crs(crs)
    crs_agrees(file, system)
    return _of_features(file, system, mapping or {})


def crs_agrees(file: GeoFile, crs: Crs) -> None:
    """Refuse a metre system that is not the one the file itself declares."""
    if file.kind == "geojson" or not file.declared_crs:
        return
    try:
        code = ProjCrs.from_user_input(file.declared_crs).to_epsg()
        declared = parse_crs(f"EPSG:{code}")
    except (CRSError, ValueError):
        return
    if declared.kind != "zone" and crs.kind != "zone":
        return  # a file that holds GCJ-02 has no way to say so
    if declared != crs:
        raise ValueError(
            _("The file declares %(declared)s, but %(crs)s was named. Name the right one.")
            % {"declared": declared.label, "crs": crs.label}
        )


def _of_features(file: GeoFile, crs: Crs, mapping: Mapping[str, str]) -> AreaFile:
    found = AreaFile(has_geometry=True, crs=crs)
    for name in file.fields:
        subject = excluded(name)
        if subject:
            found.skipped.append((name, reason_text(subject)))
            found.skipped_keys.append((name, subject))
    skipped = {name for name, _reason in found.skipped}
    names = _properties([name for name in file.fields if name not in skipped], mapping)
    if "code" not in names:
        raise ValueError(
            _("No property holds the codes. Name it with --map code=PROPERTY; there are: %s.")
            % ", ".join(name for name in file.fields if name not in skipped)
        )
    for fault in file.faults:
        if fault.missing:
            row = _row(found, names, Place(fault.position), fault.properties, names)
            if row:
                found.rows.append(row)
            continue
        lon, lat = _degrees(crs, fault)
        code = text(fault.properties.get(names["code"]))
        name = text(fault.properties.get(names.get("name", "")))
        found.refuse(Place(fault.position), fault.message, code=code, name=name, lon=lon, lat=lat)
    for feature in file.features:
        row = _row(found, names, Place(feature.position), feature.properties, names)
        if row and _take_geometry(found, row, feature, crs):
            found.rows.append(row)
    found.rows.sort(key=lambda row: row.place.row)
    return found


def _properties(fields: list[str], mapping: Mapping[str, str]) -> dict[str, str]:
    """Which property is which field: named ones first, then the usual names, best first."""
    plain = {name.strip().lower(): name for name in fields}
    names: dict[str, str] = {}
    for key, wanted in mapping.items():
        if key not in {item.name for item in AREAS.fields}:
            raise ValueError(
                _("There is no field “%(name)s”. Fields: %(fields)s.")
                % {"name": key, "fields": ", ".join(item.name for item in AREAS.fields)}
            )
        if wanted.strip().lower() not in plain:
            raise ValueError(_("The file has no property “%s”.") % wanted)
        names[key] = plain[wanted.strip().lower()]
    for item in AREAS.fields:
        known = (plain[h.lower()] for h in (*item.headers, item.name) if h.lower() in plain)
        names.setdefault(item.name, next(known, ""))
    return {key: name for key, name in names.items() if name}


def _row(
    found: AreaFile, names: Mapping[str, str], place: Place, values: Mapping[str, Any],
    columns: Mapping[str, str] | None = None,
) -> AreaRow | None:  # fmt: skip
    """A row with its code read; None (and an error) where the code is none."""
    cells = {key: values.get(name) for key, name in names.items()}
    columns = columns or {}
    try:
        code = parse_code(cells.get("code"))
    except ValueError as error:
        found.refuse(place, str(error), column=columns.get("code", ""))
        return None
    if code is None or isinstance(code, Clear):
        found.refuse(
            place, _("The code is missing."), column=columns.get("code", ""),
            name=text(cells.get("name")),
        )  # fmt: skip
        return None
    row = AreaRow(
        place=place,
        code=code,
        name=text(cells.get("name")),
        type_word=text(cells.get("type")),
        kind=text(cells.get("kind")),
        county_name=text(cells.get("county_name")),
        town_name=text(cells.get("town_name")),
    )
    for value, most, key in ((row.name, 80, "name"), (row.type_word, 20, "type")):
        if len(value) > most:
            message = _("“%(value)s” is longer than %(most)s characters.")
            found.refuse(
                place, message % {"value": value[:20] + "…", "most": most}, code=code,
                column=columns.get(key, ""),
            )  # fmt: skip
            return None
    return row


def _take_geometry(found: AreaFile, row: AreaRow, feature: Feature, crs: Crs) -> bool:
    """Set the outline in WGS 84; False (and an error) where it is none or contradicts the CRS."""
    shape = feature.geometry
    details = {"code": row.code, "name": row.name}
    if shape.geom_type != "MultiPolygon":
        message = _("An outline (polygon) is needed, this is a %s.") % shape.geom_type
        found.refuse(row.place, message, **details)
        return False
    points = shapely.get_coordinates(shape)
    faults = position_faults(crs, points[:, 0], points[:, 1])
    bad = next((i for i, fault in enumerate(faults) if fault), None)
    if bad is not None:
        x, y = points[bad]
        message = _("%(fault)s (at %(x)s, %(y)s in the file)") % {
            "fault": fault_text(faults[bad], crs), "x": f"{x:.10g}", "y": f"{y:.10g}",
        }  # fmt: skip
        found.refuse(row.place, message, **details)
        return False
    shape = geometry_to_wgs84(crs, shape)
    if not shape.is_valid:
        what, _bracket, at = shapely.is_valid_reason(shape).partition("[")
        lon, lat = (float(part) for part in at.rstrip("]").split()[:2])
        found.refuse(row.place, invalid_words(what.strip()), lon=lon, lat=lat, **details)
        return False
    row.geometry = shape
    return True


def _degrees(crs: Crs, fault: GeoFault) -> tuple[float | None, float | None]:
    """The place of a fault in WGS 84, where its coordinates fit the system."""
    if fault.x is None or fault.y is None:
        return None, None
    try:
        lon, lat = to_wgs84(crs, [fault.x], [fault.y])
    except ValueError:
        return None, None
    return round(float(lon[0]), 7), round(float(lat[0]), 7)


def _of_table(table: Table) -> AreaFile:
    found = AreaFile(table=table)
    found.skipped = [(item.header, item.reason_text) for item in table.skipped]
    broken = {
        (problem.sheet, problem.row) for problem in table.problems if problem.severity == "error"
    }
    for problem in table.problems:
        found.findings.append(
            Finding(
                problem.severity,
                problem.message,
                Place(problem.row, problem.sheet),
                column=problem.column,
            )
        )
    names = {name: name for name in table.columns}
    for i, cells in enumerate(table.rows()):
        place = Place(table.row[i], table.sheet[i])
        if (place.sheet, place.row) in broken:
            continue
        columns = {name: table.column_of(place.sheet, name) for name in names}
        row = _row(found, names, place, cells, columns)
        if row:
            found.rows.append(row)
    return found
