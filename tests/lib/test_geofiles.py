"""Boundary files of the three kinds, and what is refused in them."""

import io
import json
import zipfile

import geopandas
import pytest
from shapely.geometry import MultiPolygon, Polygon, box

from lib.geofiles import read_features
from lib.sandbox import UnreadableFile

SQUARES = [box(122.0, 46.0, 122.1, 46.1), box(122.1, 46.0, 122.2, 46.1)]


def frame(geometries=SQUARES, crs="EPSG:4326"):
    names = [f"第{n}网格" for n in range(1, len(geometries) + 1)]
    codes = [f"15222310002100{n}" for n in range(1, len(geometries) + 1)]
    return geopandas.GeoDataFrame({"名称": names, "编码": codes}, geometry=geometries, crs=crs)


def geojson(geometries, **properties):
    features = [
        {"type": "Feature", "properties": properties, "geometry": geometry}
        for geometry in geometries
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def polygon(ring):
    return {"type": "Polygon", "coordinates": [ring]}


def shapefile(folder, encoding="GBK", cpg=False, data=None):
    """A zipped Shapefile, by default as offices send it: in GBK and without .cpg."""
    (data if data is not None else frame()).to_file(folder / "网格.shp", encoding=encoding)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for file in folder.iterdir():
            if cpg or file.suffix != ".cpg":
                archive.write(file, f"数据/{file.name}")
    return out.getvalue()


def check(found, kind):
    assert found.kind == kind
    assert found.faults == []
    assert [f.properties["名称"] for f in found.features] == ["第1网格", "第2网格"]
    assert [f.properties["编码"] for f in found.features] == ["152223100021001", "152223100021002"]
    assert [f.position for f in found.features] == [1, 2]
    for feature, square in zip(found.features, SQUARES, strict=True):
        assert isinstance(feature.geometry, MultiPolygon)
        assert feature.geometry.equals(square)


def test_it_reads_geojson(tmp_path):
    frame().to_file(tmp_path / "a.geojson", driver="GeoJSON")
    check(read_features(tmp_path / "a.geojson"), "geojson")


def test_it_reads_a_geopackage(tmp_path):
    frame(crs="EPSG:4490").to_file(tmp_path / "a.gpkg", driver="GPKG")
    found = read_features(tmp_path / "a.gpkg")
    check(found, "gpkg")
    assert found.declared_crs == "EPSG:4490"


@pytest.mark.parametrize(("encoding", "cpg"), [("GBK", False), ("UTF-8", True), ("UTF-8", False)])
def test_it_reads_a_zipped_shapefile(tmp_path, encoding, cpg):
    check(read_features(shapefile(tmp_path, encoding, cpg)), "shapefile")


def test_height_is_dropped_and_a_multipolygon_stays():
    ring = [[0, 0, 9], [1, 0, 9], [1, 1, 9], [0, 0, 9]]
    several = {"type": "MultiPolygon", "coordinates": [[ring]]}
    found = read_features(geojson([polygon(ring), several]))
    assert [f.geometry.has_z for f in found.features] == [False, False]
    assert [f.geometry.geom_type for f in found.features] == ["MultiPolygon"] * 2


def test_an_invalid_ring_is_refused_with_its_place_and_the_rest_read():
    bow = polygon([[122.0, 46.0], [122.2, 46.2], [122.2, 46.0], [122.0, 46.2], [122.0, 46.0]])
    good = polygon([[0, 0], [1, 0], [1, 1], [0, 0]])
    found = read_features(geojson([good, bow], code="1"))
    assert [f.position for f in found.features] == [1]
    fault = found.faults[0]
    assert (fault.position, fault.properties) == (2, {"code": "1"})
    assert (fault.x, fault.y) == (pytest.approx(122.1), pytest.approx(46.1))
    assert "122.1" in fault.message


def test_missing_and_empty_geometries_are_faults():
    found = read_features(geojson([None, {"type": "Polygon", "coordinates": []}]))
    assert [fault.position for fault in found.faults] == [1, 2]
    assert found.features == []


def test_coordinates_that_are_no_numbers_are_faults(tmp_path):
    nan = Polygon([(0, 0), (float("nan"), 1), (1, 1), (0, 0)])
    frame([SQUARES[0], nan]).to_file(tmp_path / "a.gpkg", driver="GPKG")
    assert [fault.position for fault in read_features(tmp_path / "a.gpkg").faults] == [2]


def zipped(*names):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, b"x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"", "empty"),
        (b"<kml></kml>", "geo_unknown"),
        (b'{"type": "FeatureCollection", "features": []}', "geo_no_features"),
        (b'{"type": "FeatureColl', "geo_broken"),
        (b"SQLite format 3\0broken", "geo_broken"),
        (zipped("../a.shp", "a.shx", "a.dbf"), "geo_path"),
        (zipped("/etc/a.shp"), "geo_path"),
        (zipped("a.shp", "a.shx", "a.dbf", "b.shp", "b.shx", "b.dbf"), "geo_layers"),
        (zipped("a.shp"), "geo_no_shapefile"),
        (b"PK\x03\x04broken", "geo_broken"),
        (zipped("a.shp", "a.shx", "a.dbf"), "geo_no_features"),
    ],
)
def test_what_cannot_be_read_says_why(content, key):
    with pytest.raises(UnreadableFile) as caught:
        read_features(content)
    assert caught.value.key == key


def test_several_layers_are_refused_by_name(tmp_path):
    for layer in ("网格", "单元"):
        frame().to_file(tmp_path / "a.gpkg", driver="GPKG", layer=layer)
    with pytest.raises(UnreadableFile) as caught:
        read_features(tmp_path / "a.gpkg")
    assert caught.value.key == "geo_layers"
    assert "网格, 单元" in str(caught.value)
