"""Areas from files as offices send them: three map formats, plain tables, faults told with place."""

import io
import json
import zipfile
from datetime import date

import geopandas
import numpy as np
import openpyxl
import pytest
import shapely
import xlsxwriter
from django.core.management import CommandError, call_command
from shapely.geometry import Polygon, box

from grids.boundaries import boundaries_activated
from grids.importing.areas import areas_import
from grids.models import Area, AreaCode, Boundary
from households.services import household_register
from lib.datum import from_wgs84, parse_crs

pytestmark = pytest.mark.django_db

ON = date(2025, 3, 1)
X, Y, STEP = 122.9, 46.7, 0.01
TOWN = "152223100"


def square(x, y, w=1, h=1):
    """A rectangle of the drawing: steps of 0.01 degree from 122.9 E, 46.7 N."""
    return box(X + x * STEP, Y + y * STEP, X + (x + w) * STEP, Y + (y + h) * STEP)


def village(n=1, shape=None, **more):
    return {"code": f"{TOWN}{n:03d}", "name": f"第{n}嘎查", "type": "嘎查"} | more, shape


def grid(v, n, shape, **more):
    return {"code": f"{TOWN}{v:03d}{n:03d}", "name": f"{v}村{n}格"} | more, shape


def geojson(*features, crs=None):
    """Features as the bytes of a GeoJSON file, in another system when asked for."""

    def turn(points):
        return np.column_stack(from_wgs84(parse_crs(crs), points[:, 0], points[:, 1]))

    found = []
    for properties, shape in features:
        if shape is not None and crs:
            shape = shapely.transform(shape, turn)
        geometry = None if shape is None else json.loads(shapely.to_geojson(shape))
        found.append({"type": "Feature", "properties": properties, "geometry": geometry})
    return json.dumps({"type": "FeatureCollection", "features": found}).encode()


def frame(*features, crs="EPSG:4490"):
    shapes = [shape for _properties, shape in features]
    return geopandas.GeoDataFrame([p for p, _shape in features], geometry=shapes, crs=crs)


def table(*rows):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("区划")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return out.getvalue()


def load(source, level, crs="wgs84", **more):
    return areas_import(source=source, level=level, crs=crs, on=ON, **{"commit": True} | more)


def told(plan, kind):
    return [finding.message for finding in plan.findings if finding.kind == kind]


def outline_of(code):
    return shapely.from_wkb(bytes(Boundary.objects.get(area__codes__code=code).geom.wkb))


@pytest.fixture
def villages(db):
    """Two villages side by side, two by two steps each."""
    return load(geojson(village(1, square(0, 0, 2, 2)), village(2, square(2, 0, 2, 2))), "village")


def test_it_starts_an_empty_database_from_a_file_of_villages():
    names = {"county_name": "扎赉特旗", "town_name": "音德尔镇"}
    plan = load(geojson(village(1, square(0, 0), **names)), "village")
    tree = list(Area.objects.order_by("path").values_list("level", "name", "type_label"))
    assert tree == [
        ("county", "扎赉特旗", ""), ("township", "音德尔镇", ""), ("village", "第1嘎查", "嘎查"),
    ]  # fmt: skip
    assert AreaCode.objects.order_by("code").values_list("code", flat=True)[0] == "152223"
    assert len(told(plan, "warning")) == 2
    assert all(area.during.lower == ON for area in Area.objects.all())


def test_it_names_the_town_from_a_row_of_the_official_list():
    list_of_division = table(
        ("统计用区划代码", "名称", "城乡分类代码"),
        ("152223000000", "扎赉特旗", ""),
        ("152223100000", "音德尔镇", ""),
        ("152223100201", "东风嘎查村委会", "220"),
        ("152223500000", "某监狱", ""),
        ("152223500498", "某监狱虚拟社区", "111"),
    )
    plan = load(list_of_division, "village", crs=None, exclude=["152223500"])
    assert [a.name for a in Area.objects.order_by("path")] == [
        "扎赉特旗", "音德尔镇", "东风嘎查村委会",
    ]  # fmt: skip
    assert plan.left_out == ["152223500", "152223500498"]
    assert not Boundary.objects.exists()


def test_it_writes_nothing_without_commit():
    plan = load(geojson(village(1, square(0, 0))), "village", commit=False)
    assert len(plan.create) == 3 and len(plan.outlines) == 1
    assert not Area.objects.exists()


def test_the_same_file_again_changes_nothing(villages):
    file = geojson(
        grid(1, 1, square(0, 0), kind="综合"), grid(1, 2, square(1, 0), kind="综合"),
        grid(1, 3, square(0.2, 0.2, 0.2, 0.2), kind="专属"),
    )  # fmt: skip
    load(file, "grid")
    before = list(Boundary.objects.order_by("pk").values_list("pk", "during"))
    again = areas_import(source=file, level="grid", crs="wgs84", on=date(2025, 6, 1), commit=True)
    assert again.changes == 0 and again.unchanged == 3
    assert list(Boundary.objects.order_by("pk").values_list("pk", "during")) == before


def test_a_changed_outline_ends_the_old_one_that_day(villages):
    load(geojson(grid(1, 1, square(0, 0))), "grid")
    heard = []

    def hear(sender, paths, on, **kwargs):
        heard.append((len(paths), on))

    boundaries_activated.connect(hear)
    try:
        later = date(2025, 6, 1)
        areas_import(
            source=geojson(grid(1, 1, square(0, 0, 1, 2), name="新名")), level="grid",
            crs="wgs84", on=later, commit=True,
        )  # fmt: skip
    finally:
        boundaries_activated.disconnect(hear)
    area = Area.objects.get(level="grid")
    old, new = Boundary.objects.filter(area=area).order_by("pk")
    assert area.name == "新名" and old.during.upper == later and new.during.lower == later
    assert heard == [(1, later)]


def test_an_empty_property_leaves_what_is_there(villages):
    load(geojson(grid(1, 1, square(0, 0), kind="专属", type="网格")), "grid")
    plan = load(geojson(({"code": f"{TOWN}001001"}, square(0, 0))), "grid")
    area = Area.objects.get(level="grid")
    assert plan.changes == 0
    assert (area.name, area.type_label, area.grid_kind) == ("1村1格", "网格", "dedicated")


def test_it_reads_geopackage(tmp_path):
    frame(village(1, square(0, 0)), crs="EPSG:4490").to_file(tmp_path / "a.gpkg", driver="GPKG")
    load(tmp_path / "a.gpkg", "village", crs="cgcs2000")
    assert outline_of(f"{TOWN}001").equals(shapely.MultiPolygon([square(0, 0)]))


def test_it_reads_a_shapefile_in_gbk_without_cpg(tmp_path, villages):
    shapes = tmp_path / "数据"
    shapes.mkdir()
    rows = [
        ({"网格编码": f"{TOWN}001001", "网格名称": "草原网格", "网格类型": "专属"}, square(0, 0))
    ]
    frame(*rows).to_file(shapes / "网格.shp", encoding="GBK")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for part in shapes.iterdir():
            if part.suffix != ".cpg":
                archive.write(part, part.name)
    load(tmp_path / "a.zip", "grid", crs="cgcs2000")
    area = Area.objects.get(level="grid")
    assert (area.name, area.grid_kind) == ("草原网格", "dedicated")


@pytest.mark.parametrize("crs", ["gcj02", "bd09", "EPSG:4528", "EPSG:4549"])
def test_it_stores_wgs84_whatever_the_file_is_in(crs):
    system = {"EPSG:4528": "EPSG:4530", "EPSG:4549": "EPSG:4551"}.get(crs, crs)
    load(geojson(village(1, square(0, 0)), crs=system), "village", crs=system)
    assert shapely.hausdorff_distance(outline_of(f"{TOWN}001"), square(0, 0)) < 1e-6


def test_it_refuses_the_wrong_zone():
    plan = load(geojson(village(1, square(0, 0)), crs="EPSG:4530"), "village", crs="EPSG:4528")
    assert len(plan.errors) == 1 and not Area.objects.exists()
    assert "40" in plan.errors[0].message


def test_it_refuses_a_zone_without_digits_that_the_file_itself_contradicts(tmp_path):
    shape = frame(village(1, square(0, 0))).to_crs("EPSG:4550")
    shape.to_file(tmp_path / "a.gpkg", driver="GPKG")
    with pytest.raises(ValueError, match="EPSG:4550"):
        load(tmp_path / "a.gpkg", "village", crs="EPSG:4549")


def test_it_tells_swapped_axes():
    swapped = shapely.transform(square(0, 0), lambda xy: xy[:, ::-1])
    plan = load(geojson(village(1, swapped)), "village")
    assert any(word in plan.errors[0].message for word in ("颠倒", "反", "swapped"))
    assert not Area.objects.exists()


def test_it_needs_the_coordinate_system_of_a_map_file():
    with pytest.raises(ValueError, match="wgs84"):
        load(geojson(village(1, square(0, 0))), "village", crs=None)


def test_it_refuses_a_ring_that_crosses_itself_and_says_where():
    bow = Polygon([(122.9, 46.7), (122.91, 46.71), (122.91, 46.7), (122.9, 46.71)])
    plan = load(geojson(village(1, bow), village(2, square(2, 0))), "village")
    (error,) = plan.errors
    assert (error.lon, error.lat) == (122.905, 46.705)
    assert error.code == f"{TOWN}001"
    assert not Area.objects.exists()


def test_good_rows_are_loaded_when_asked_for():
    bow = Polygon([(122.9, 46.7), (122.91, 46.71), (122.91, 46.7), (122.9, 46.71)])
    load(geojson(village(1, bow), village(2, square(2, 0))), "village", good_rows=True)
    assert [area.name for area in Area.objects.filter(level="village")] == ["第2嘎查"]


def test_it_tells_overlap_gap_and_excess_with_place_and_size(villages):
    plan = load(
        geojson(
            grid(1, 1, square(0, 0, 1.1, 2)), grid(1, 2, square(1, 0, 1, 1)),
            grid(2, 1, square(2, -0.5, 2, 2.5)),
        ),
        "grid",
    )  # fmt: skip
    faults = {f.kind: f for f in plan.findings}
    assert set(faults) == {"overlap", "gap", "outside"}
    # A step is 764 m east (cos 46.7°) and 1,112 m north: 0.1 by 1, 0.9 by 1, and 2 by 0.5.
    step_m2 = 764.5 * 1111.5
    assert faults["overlap"].size_m2 == pytest.approx(0.1 * step_m2, rel=0.01)
    assert faults["gap"].size_m2 == pytest.approx(0.9 * step_m2, rel=0.01)
    assert faults["outside"].size_m2 == pytest.approx(1.0 * step_m2, rel=0.01)
    assert square(1, 0, 0.1, 1).covers(shapely.Point(faults["overlap"].lon, faults["overlap"].lat))
    assert square(1.1, 1, 0.9, 1).covers(shapely.Point(faults["gap"].lon, faults["gap"].lat))
    # They are told, and loaded all the same.
    assert Area.objects.filter(level="grid").count() == 3


def test_siblings_on_record_count_for_overlaps(villages):
    load(geojson(grid(1, 1, square(0, 0))), "grid")
    plan = load(geojson(grid(1, 2, square(0.5, 0))), "grid", commit=False)
    assert len(told(plan, "overlap")) == 1


def test_it_finds_a_hole_and_a_slit_between_villages_without_a_town_outline():
    ring = square(0, 0, 3, 3) - square(1, 1)
    narrow = square(3, 0, 3, 3) - square(2.9, 0, 0.105, 3)  # 4 m further east
    plan = load(geojson(village(1, ring), village(2, narrow)), "village")
    assert len(told(plan, "gap")) == 1, "the slit; a hole inside one village is its own affair"
    two = square(0, 0, 1.5, 3) - square(1, 1), square(1.5, 0, 1.5, 3) - square(1, 1)
    plan = load(geojson(*(village(n, shape) for n, shape in enumerate(two, 1))), "village")
    assert len(told(plan, "gap")) == 1


def test_rounding_is_no_gap(villages):
    thin = 1e-7
    plan = load(
        geojson(grid(1, 1, square(0, 0, 1 - thin, 2)), grid(1, 2, square(1, 0, 1, 2))), "grid"
    )
    assert not plan.findings


def test_a_dedicated_grid_is_cut_out_of_the_general_one(villages):
    plan = load(
        geojson(
            grid(1, 1, square(0, 0, 2, 2), 网格类型="综合"),
            grid(1, 2, square(0.5, 0.5), 网格类型="专属"),
        ),
        "grid",
    )
    assert outline_of(f"{TOWN}001001").equals(square(0, 0, 2, 2) - square(0.5, 0.5))
    assert outline_of(f"{TOWN}001002").equals(square(0.5, 0.5))
    assert not told(plan, "overlap") and not told(plan, "gap") and len(told(plan, "cut")) == 1


def test_a_later_dedicated_grid_is_cut_out_of_what_is_on_record(villages):
    load(geojson(grid(1, 1, square(0, 0, 2, 2))), "grid")
    load(geojson(grid(1, 2, square(0.5, 0.5), kind="专属")), "grid")
    assert outline_of(f"{TOWN}001001").equals(square(0, 0, 2, 2) - square(0.5, 0.5))
    assert Boundary.objects.filter(level="grid").count() == 2


def test_nothing_left_of_a_general_grid_is_an_error(villages):
    plan = load(geojson(grid(1, 1, square(0, 0)), grid(1, 2, square(0, 0), kind="专属")), "grid")
    assert [error.code for error in plan.errors] == [f"{TOWN}001001"]


def test_a_grid_needs_its_village(villages):
    plan = load(geojson(grid(9, 1, square(0, 0))), "grid")
    assert f"{TOWN}009" in plan.errors[0].message
    assert not Area.objects.filter(level="grid").exists()


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ({"code": "15222310000100", "name": "短"}, "12、15|12, 15"),
        ({"code": "", "name": "无"}, "编码|code"),
        ({"code": f"{TOWN}001001", "name": ""}, "名称|name"),
        ({"code": f"{TOWN}00100101", "name": "单元"}, "单元|unit"),
        ({"code": f"{TOWN}001001", "name": "格", "kind": "重点"}, "综合"),
        ({"code": f"{TOWN}001001", "name": "长" * 81}, "80"),
    ],
)
def test_a_bad_row_is_refused_in_words(villages, row, word):
    plan = load(geojson((row, square(0, 0))), "grid")
    assert len(plan.errors) == 1
    assert any(part in plan.errors[0].message for part in word.split("|")), plan.errors[0].message


def test_a_code_twice_is_an_error_of_the_second(villages):
    plan = load(geojson(grid(1, 1, square(0, 0)), grid(1, 1, square(1, 0))), "grid")
    assert [error.place.row for error in plan.errors] == [2]


def test_units_come_without_boundaries_and_take_their_households(villages):
    load(geojson(grid(1, 1, square(0, 0, 2, 2))), "grid")
    home = household_register(
        area=Area.objects.get(level="grid"), head_name="晴原", on=date(2025, 3, 2)
    )
    file = table(("联户单元台账", ""), ("单元编码", "名称"), (f"{TOWN}00100101", "一单元"))
    areas_import(source=file, level="unit", crs=None, on=date(2025, 3, 5), commit=True)
    home.refresh_from_db()
    assert home.path == Area.objects.get(level="unit").path


def test_households_of_a_village_settle_in_its_new_grids(villages):
    from django.contrib.gis.geos import Point

    home = household_register(
        area=Area.objects.get(name="第1嘎查"), head_name="岚舟", on=ON,
        point=Point(X + 0.005, Y + 0.005, srid=4326),
    )  # fmt: skip
    load(geojson(grid(1, 1, square(0, 0)), grid(1, 2, square(1, 0))), "grid")
    home.refresh_from_db()
    assert home.path == Area.objects.get(name="1村1格").path


def test_it_hints_at_another_datum(villages):
    shifted = geojson(*(grid(1, n, square(n - 1, 0, 1, 2)) for n in (1, 2)),
                      grid(2, 1, square(2, 0, 2, 2)), crs="gcj02")  # fmt: skip
    plan = load(shifted, "grid", crs="wgs84", commit=False)
    assert any("GCJ-02" in message for message in told(plan, "warning"))
    assert not told(load(shifted, "grid", crs="gcj02", commit=False), "warning")


def test_columns_of_excluded_content_are_named_and_not_read(villages):
    plan = load(geojson(grid(1, 1, square(0, 0), 民族="某", 信访户数="3")), "grid")
    assert [name for name, _reason in plan.file.skipped] == ["民族", "信访户数"]


def test_areas_no_longer_in_the_file_stay_and_are_named(villages):
    plan = load(geojson(village(1, square(0, 0, 2, 2))), "village")
    assert len(told(plan, "note")) == 1 and "第2嘎查" in told(plan, "note")[0]
    assert Area.objects.filter(level="village").count() == 2


def test_a_day_before_the_area_began_is_refused(villages):
    plan = areas_import(
        source=geojson(village(1, square(0, 0))), level="village", crs="wgs84",
        on=date(2025, 1, 1), commit=True,
    )  # fmt: skip
    assert len(plan.errors) == 1 and "2025-03-01" in plan.errors[0].message


def test_properties_are_named_with_map(villages):
    file = geojson(({"BM": f"{TOWN}001001", "MC2": "映射格"}, square(0, 0)))
    with pytest.raises(ValueError, match="BM"):
        load(file, "grid")
    load(file, "grid", mapping={"code": "BM", "name": "MC2"})
    assert Area.objects.get(level="grid").name == "映射格"


def test_the_command_is_dry_and_hands_back_what_does_not_fit(tmp_path, capsys):
    source, errors = tmp_path / "v.geojson", tmp_path / "errors.xlsx"
    source.write_bytes(geojson(village(1, square(0, 0)), village(2, square(0.5, 0))))
    arguments = ["import_areas", str(source), "--level", "village", "--crs", "wgs84"]
    call_command(*arguments, "--errors", str(errors))
    assert not Area.objects.exists()
    sheet = openpyxl.load_workbook(errors).active
    assert sheet.max_row == 4  # header, two parents that are created, the overlap
    call_command(*arguments, "--commit", "--on", "2025-03-01")
    assert Area.objects.filter(level="village", during__startswith=ON).count() == 2


def test_the_command_fails_on_errors_and_marks_a_table(tmp_path, villages):
    source, errors = tmp_path / "u.xlsx", tmp_path / "errors.xlsx"
    source.write_bytes(table(("编码", "名称"), (f"{TOWN}001001", "好格"), ("12", "坏格")))
    with pytest.raises(CommandError):
        call_command(
            "import_areas", str(source), "--level", "grid", "--errors", str(errors), "--commit"
        )
    assert not Area.objects.filter(level="grid").exists()
    rows = list(openpyxl.load_workbook(errors).active.iter_rows(values_only=True))
    assert rows[1][2] is None and rows[2][2]


def test_a_day_before_the_county_began_is_an_error_not_a_crash():
    load(geojson(village(1, square(0, 0))), "village")
    earlier = date(2024, 1, 1)
    second = geojson(village(2, square(1, 0)))
    plan = areas_import(source=second, level="village", crs="wgs84", on=earlier, commit=True)
    assert len(plan.errors) == 1 and not plan.create
    assert TOWN in plan.errors[0].message and "2025-03-01" in plan.errors[0].message
    assert Area.objects.filter(level="village").count() == 1
