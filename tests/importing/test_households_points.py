"""Coordinates: named, converted, told when they lie where another system would put them."""

from __future__ import annotations

import pytest

from households.models import Household
from lib.datum import GCJ02, from_wgs84, parse_crs
from lib.errors import Refusal
from tests.importing.books import BEGAN, HEADER, book, load, preview
from tests.shapes import CODES, draw_areas, point

pytestmark = pytest.mark.django_db


@pytest.fixture
def areas(settings, tmp_path):
    settings.UPLOAD_DIR = tmp_path / "uploads"
    return draw_areas(on=BEGAN)


def rows_at(places, crs=None, code="V1"):
    rows = []
    for n, (x, y) in enumerate(places):
        where = point(x, y)
        lon, lat = where.x, where.y
        if crs:
            lon, lat = (float(v) for v in from_wgs84(crs, lon, lat))
        rows.append((f"A{n}", f"户{n}", "", "", CODES[code] if code else "", lon, lat, 1))
    return rows


EDGE = [(x / 10, 0.02) for x in range(1, 19)]


def test_gcj02_is_converted(areas, tmp_path):
    rows = rows_at([(0.5, 0.5), (1.99, 0.01)], GCJ02)
    load(book(tmp_path / "a.xlsx", HEADER, rows), crs="gcj02")
    one = Household.objects.get(serial="A0").location
    assert one.x == pytest.approx(point(0.5, 0.5).x, abs=1e-7)
    assert one.y == pytest.approx(point(0.5, 0.5).y, abs=1e-7)
    assert Household.objects.get(serial="A1").path == areas["U121"].path


def test_a_zone_is_converted(areas, tmp_path):
    zone = parse_crs("EPSG:4528")
    load(book(tmp_path / "a.xlsx", HEADER, rows_at([(0.5, 0.5)], zone)), crs="EPSG:4528")
    assert Household.objects.get().location.x == pytest.approx(point(0.5, 0.5).x, abs=1e-6)


def test_unnamed_is_refused_with_a_hint(areas, tmp_path):
    file = book(tmp_path / "a.xlsx", HEADER, rows_at(EDGE, GCJ02))
    with pytest.raises(Refusal) as refused:
        preview(file)
    assert refused.value.field == "crs"
    assert "GCJ-02 18" in str(refused.value).replace("：", " ") or "GCJ-02" in str(refused.value)
    assert preview(book(tmp_path / "b.xlsx", HEADER[:5], [("A", "户", "", "", CODES["V1"])]))


def test_a_file_of_another_datum_is_told_and_not_mended(areas, tmp_path):
    file = book(tmp_path / "a.xlsx", HEADER, rows_at(EDGE, GCJ02))
    done = load(file, crs="wgs84")
    assert any("GCJ-02" in notice for notice in done.run.report["notices"])
    stored = Household.objects.get(serial="A0").location
    assert abs(stored.x - point(*EDGE[0]).x) > 1e-3
    assert not preview(file, crs="gcj02").plan.notices


def test_swapped_columns_are_errors(areas, tmp_path):
    rows = [(*row[:5], row[6], row[5], 1) for row in rows_at(EDGE)]
    plan = preview(book(tmp_path / "a.xlsx", HEADER, rows), crs="wgs84").plan
    assert len(plan.bad_rows) == len(EDGE)
    assert {p.column for p in plan.problems if p.severity == "error"} == {"F"}
    assert plan.notices


def test_points_far_from_their_village_are_told(areas, tmp_path):
    rows = rows_at([(0.5, 0.5), (2.4, 0.5), (4.5, 0.5)])
    plan = preview(book(tmp_path / "a.xlsx", HEADER, rows), crs="wgs84").plan
    assert [(p.row, p.severity) for p in plan.problems] == [(4, "warning")]
    load(book(tmp_path / "a.xlsx", HEADER, rows), crs="wgs84")
    far = Household.objects.get(serial="A2")
    assert far.path == areas["V1"].path
    assert far.location.x == pytest.approx(point(4.5, 0.5).x)


@pytest.mark.parametrize("lon, lat", [(1e9, 45.0), (120.0, 89.5), (120.0, ""), (-999.0, -999.0)])
def test_impossible_points_never_reach_the_database(areas, tmp_path, lon, lat):
    rows = [("A", "户", "", "", CODES["V1"], lon, lat, 1), *rows_at([(0.5, 0.5)])]
    file = book(tmp_path / "a.xlsx", HEADER, rows)
    assert preview(file, crs="wgs84").plan.bad_rows == {("户", 2)}
    load(file, crs="wgs84", good_rows_only=True)
    assert Household.objects.count() == 1


def test_a_point_alone_finds_its_place(areas, tmp_path):
    rows = rows_at([(2.5, 0.5), (3.5, 0.5), (4.5, 0.5)], code=None)
    file = book(tmp_path / "a.xlsx", HEADER, rows)
    assert preview(file, crs="wgs84").plan.bad_rows == {("户", 4)}
    load(file, crs="wgs84", good_rows_only=True)
    where = dict(Household.objects.values_list("serial", "path"))
    assert where == {"A0": areas["U211"].path, "A1": areas["V2"].path}


def test_a_code_wins_over_the_point(areas, tmp_path):
    rows = rows_at([(2.5, 0.5)], code="G12")
    load(book(tmp_path / "a.xlsx", HEADER, rows), crs="wgs84")
    assert Household.objects.get().path == areas["U121"].path


def test_a_point_set_on_the_spot_is_kept(areas, tmp_path):
    file = book(tmp_path / "a.xlsx", HEADER, rows_at([(0.5, 0.5)]))
    load(file, crs="wgs84")
    Household.objects.update(location=point(0.6, 0.6), location_source="phone")
    done = load(file, crs="wgs84")
    assert done.run.report["counts"]["unchanged"] == 1
    assert done.run.report["notices"]


def test_a_hint_tells_no_shift_of_nothing(areas, tmp_path):
    with pytest.raises(Refusal) as refused:
        preview(book(tmp_path / "a.xlsx", HEADER, rows_at([(0.5, 0.5)])))
    assert "WGS84" in refused.value.sentence.replace("WGS 84", "WGS84")
    assert "相差 0 米" not in refused.value.sentence
    assert "0 m from" not in refused.value.sentence
