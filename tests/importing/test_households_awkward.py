"""The awkward files of ``tests/files`` loaded as an office would, into four villages of a town."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon

from accounts.keys import sealer
from grids.boundaries import boundaries_set
from grids.services import area_create
from households.models import Household
from tests.importing.books import BEGAN, load, preview

pytestmark = pytest.mark.django_db
FILES = Path(__file__).resolve().parents[1] / "files"

#: code, name, type word, west and east edge (all lie between 46.71 and 46.73 north)
VILLAGES = [
    ("152223100021", "绰尔社区", "社区", (122.88, 122.901)),
    ("152223100022", "电力社区", "社区", (122.901, 122.93)),
    ("152223100023", "通海路社区", "社区", (122.93, 122.95)),
    ("152223100024", "繁荣社区", "社区", (122.95, 122.97)),
    ("152223100201", "乌兰嘎查", "嘎查", (122.97, 122.98)),
    ("152223100202", "红旗嘎查", "嘎查", (122.98, 122.99)),
]
GRIDS = [
    ("152223100021001", "第一网格"), ("152223100021002", "第二网格"),
    ("152223100023001", "东网格"),
]  # fmt: skip


@pytest.fixture
def town(settings, tmp_path):
    settings.UPLOAD_DIR = tmp_path / "uploads"
    county = area_create(level="county", name="县", code="152223", parent=None, on=BEGAN)
    town = area_create(level="township", name="镇", code="152223100", parent=county, on=BEGAN)
    areas, outlines = {}, []
    for code, name, word, (west, east) in VILLAGES:
        areas[code] = area_create(
            level="village", name=name, type_label=word, code=code, parent=town, on=BEGAN
        )
        outlines.append((areas[code], MultiPolygon(
            Polygon.from_bbox((west, 46.71, east, 46.73)), srid=4326)))  # fmt: skip
    for code, name in GRIDS:
        areas[code] = area_create(
            level="grid", name=name, code=code, parent=areas[code[:12]], on=BEGAN
        )
    unit = "15222310002100101"
    areas[unit] = area_create(
        level="unit", name="单元", code=unit, parent=areas[unit[:15]], on=BEGAN
    )
    boundaries_set(outlines=outlines, on=BEGAN)
    return {code: area.path for code, area in areas.items()}


#: file, options, new households, rows with errors, all for the village 021 where a row is silent
CASES = [
    ("01_two_row_header.xlsx", {"crs": "wgs84"}, 5, set()),
    ("02_note_row_and_dates.xlsx", {}, 11, {14, 15, 16}),
    ("03_wps.xls", {}, 3, {6}),
    ("04_gbk.csv", {}, 3, {5}),
    ("05_bom.csv", {}, 4, set()),
    ("06_family_members.xlsx", {}, 3, {10}),
    ("07_several_sheets.xlsx", {}, 3, set()),
    ("08_mangled_codes.xlsx", {}, 11, {12, 13, 14, 15, 17}),
    ("09_excluded_columns.xlsx", {}, 3, {4}),
    ("10_gcj02_points.csv", {"crs": "gcj02"}, 13, set()),
    ("11_swapped_columns.xlsx", {"crs": "wgs84"}, 2, {2, 3, 4, 5, 6, 9}),
    ("12_zone_easting.xlsx", {"crs": "EPSG:4529"}, 2, {4, 5, 6, 7}),
    ("17_dashes_and_duplicates.xlsx", {}, 3, {6, 7}),
    ("18_far_from_a1.xlsx", {"crs": "wgs84"}, 3, set()),
    ("19_duplicate_headers.xlsx", {}, 0, {1}),  # the header: none of the sheet loads
    ("20_members_merged.xlsx", {}, 3, set()),
]


@pytest.mark.parametrize("name, options, new, bad", CASES, ids=[c[0] for c in CASES])
def test_it_loads_what_can_be_read_and_names_the_rest(town, name, options, new, bad):
    options = {**options, "area": "152223100021"}
    dry = preview(FILES / name, **options)
    assert {row for _sheet, row in dry.plan.bad_rows} == bad
    assert dry.run.report["counts"]["new"] == new
    load(FILES / name, good_rows_only=True, **options)
    assert Household.objects.count() == new
    again = load(FILES / name, good_rows_only=True, **options)
    counts = again.run.report["counts"]
    assert (counts["new"], counts["changed"], counts["doubtful"]) == (0, 0, 0)
    expected = json.loads((FILES / name).with_suffix("").with_suffix(".expected.json").read_text())
    stored = str(list(Household.objects.values())) + str(again.run.report)
    assert not [text for text in expected.get("never", []) if text in stored]


def test_codes_in_every_guise_name_the_same_grid(town):
    load(FILES / "08_mangled_codes.xlsx", good_rows_only=True, area="152223100021")
    where = dict(Household.objects.values_list("head_name", "path"))
    unit = town["15222310002100101"]
    assert {where[f"谢样{n}"] for n in range(1, 8)} == {unit}  # the only unit takes all
    assert where["谢样8"] == where["谢样9"] == town["152223100021"]
    assert where["谢样10"] == where["谢样15"] == unit


def test_villages_are_found_by_name(town):
    load(FILES / "20_members_merged.xlsx")
    where = dict(Household.objects.values_list("head_name", "path"))
    assert where == {
        "魏样例": town["152223100201"], "夏样例": town["152223100201"],
        "肖样例": town["152223100202"],
    }  # fmt: skip
    assert Household.objects.get(head_name="夏样例").size == 4


def test_points_of_a_phone_map_read_as_wgs84_are_told(town):
    told = preview(FILES / "10_gcj02_points.csv", crs="wgs84", area="152223100021").plan.notices
    assert any("GCJ-02" in sentence for sentence in told)
    right = preview(FILES / "10_gcj02_points.csv", crs="gcj02", area="152223100021").plan
    assert not right.notices


def test_family_members_are_folded(town):
    load(FILES / "06_family_members.xlsx", good_rows_only=True, area="152223100021")
    sizes = dict(Household.objects.values_list("head_name", "size"))
    assert sizes == {"那样本": 3, "钱单户": 1, "孙老汉": 4}


def test_a_landline_and_signs_of_a_formula_stay_text(town):
    load(FILES / "05_bom.csv", area="152223100021")
    one = Household.objects.get(serial="001")
    assert one.head_name == "=1+1"
    assert sealer().open(one.phone_sealed) == "13900000501"


def test_a_doubled_header_is_settled_by_naming_the_column(town):
    load(FILES / "19_duplicate_headers.xlsx", area="152223100021", mapping={"phone": "D"})
    assert Household.objects.count() == 1
