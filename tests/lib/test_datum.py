"""Coordinate systems: published vectors, inverses, and what contradicts a system."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box

from lib import datum
from lib.datum import BD09, CGCS2000, GCJ02, WGS84, parse_crs

VECTORS = [
    ((122.900000, 46.720000), (122.905994, 46.721713), (122.912480, 46.727796)),
    ((84.060000, 32.300000), (84.062609, 32.297540), (84.069219, 32.303296)),
    ((104.240000, 33.260000), (104.242494, 33.258131), (104.249048, 33.264016)),
]
LON = st.floats(73.6, 135.0)
LAT = st.floats(18.2, 53.5)


@pytest.mark.parametrize(("wgs", "gcj", "bd"), VECTORS)
def test_it_gives_the_published_vectors(wgs, gcj, bd):
    assert datum.wgs84_to_gcj02(*wgs) == pytest.approx(gcj, abs=6e-7)
    assert datum.wgs84_to_bd09(*wgs) == pytest.approx(bd, abs=6e-7)


@given(LON, LAT)
def test_the_inverses_return_to_the_start(lon, lat):
    assert datum.gcj02_to_wgs84(*datum.wgs84_to_gcj02(lon, lat)) == pytest.approx(
        (lon, lat), abs=1e-7
    )
    assert datum.bd09_to_wgs84(*datum.wgs84_to_bd09(lon, lat)) == pytest.approx(
        (lon, lat), abs=1e-6
    )


@given(LON, LAT, st.sampled_from([WGS84, CGCS2000, GCJ02, BD09]))
def test_every_system_returns_to_wgs84(lon, lat, crs):
    assert datum.to_wgs84(crs, *datum.from_wgs84(crs, lon, lat)) == pytest.approx(
        (lon, lat), abs=1e-6
    )


@given(st.integers(4513, 4554), st.floats(-1.49, 1.49), LAT)
def test_every_zone_returns_to_wgs84(epsg, off, lat):
    crs = parse_crs(f"EPSG:{epsg}")
    lon = crs.meridian + off
    x, y = datum.from_wgs84(crs, [lon], [lat])
    if crs.zone:
        assert int(x[0] // 1e6) == crs.zone
    assert np.ravel(datum.to_wgs84(crs, x, y)) == pytest.approx((lon, lat), abs=1e-7)


def test_outside_china_nothing_is_shifted():
    assert datum.wgs84_to_gcj02(2.35, 48.85) == pytest.approx((2.35, 48.85))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("wgs84", "wgs84"),
        ("WGS-84", "wgs84"),
        ("EPSG:4326", "wgs84"),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "wgs84"),
        ("cgcs2000", "cgcs2000"),
        ("epsg:4490", "cgcs2000"),
        ("GCJ-02", "gcj02"),
        ("火星坐标系", "gcj02"),
        ("bd09", "bd09"),
        ("百度坐标", "bd09"),
        ("EPSG:4528", "EPSG:4528"),
        ("4554", "EPSG:4554"),
    ],
)
def test_it_knows_the_names(name, expected):
    assert parse_crs(name).name == expected


@pytest.mark.parametrize("name", [None, "", "  ", "EPSG:4512", "EPSG:3857", "beijing54", "xian80"])
def test_missing_and_unknown_systems_are_refused(name):
    with pytest.raises(ValueError, match="gcj02"):
        parse_crs(name)


def test_the_zone_of_an_8_digit_easting_is_checked():
    crs = parse_crs("EPSG:4528")
    x = [40538240.3, 41538240.3, 538240.3, 5174018.0, 122.9, np.nan, 40538240.3]
    y = [5174018.0, 5174018.0, 5174018.0, 40538240.3, 46.7, np.nan, np.nan]
    faults = datum.position_faults(crs, x, y)
    assert list(faults) == ["", "zone", "zone", "swapped", "degrees", "", "nan"]
    with pytest.raises(ValueError, match="40"):
        datum.to_wgs84(crs, x[1], y[1])


def test_a_6_digit_easting_belongs_to_the_other_zones():
    crs = parse_crs("EPSG:4549")
    assert list(datum.position_faults(crs, [538240.3, 40538240.3], [5174018.0] * 2)) == ["", "zone"]


def test_swapped_and_metric_degrees_are_told():
    faults = datum.position_faults(
        WGS84, [122.9, 46.7, 40538240.0, 200.0], [46.7, 122.9, 5e6, 10.0]
    )
    assert list(faults) == ["", "swapped", "metres", "range"]
    for fault in ("nan", "swapped", "range", "degrees", "metres", "zone"):
        assert datum.fault_text(fault, parse_crs("EPSG:4528"))
        assert datum.fault_text(fault, GCJ02)


def village_points(n=400):
    """A square village of 0.02 degrees and points all over it."""
    rng = np.random.default_rng(5)
    return (
        box(122.89, 46.71, 122.91, 46.73),
        rng.uniform(122.89, 122.91, n),
        rng.uniform(46.71, 46.73, n),
    )


@pytest.mark.parametrize("actual", [GCJ02, BD09])
def test_a_file_in_another_datum_is_noticed(actual):
    village, lon, lat = village_points()
    x, y = datum.from_wgs84(actual, lon, lat)
    fit = datum.guess_datum(x, y, WGS84, datum.inside_of(village))
    assert fit is not None
    assert (fit.crs, fit.swapped, fit.inside) == (actual, False, 400)
    assert 300 < fit.shift_m < 1500
    assert fit.crs.label in datum.fit_text(fit, WGS84)


def test_a_file_with_swapped_columns_is_noticed():
    village, lon, lat = village_points()
    fit = datum.guess_datum(lat, lon, WGS84, datum.inside_of(village))
    assert fit is not None
    assert (fit.crs, fit.swapped) == (WGS84, True)


def test_a_right_file_gives_no_hint():
    village, lon, lat = village_points()
    x, y = datum.from_wgs84(GCJ02, lon, lat)
    assert datum.guess_datum(x, y, GCJ02, datum.inside_of(village)) is None
    x[3], y[3] = np.nan, np.nan
    assert datum.guess_datum(x, y, GCJ02, datum.inside_of(village)) is None


def test_without_a_declared_system_every_reading_is_measured():
    village, lon, lat = village_points()
    x, y = datum.from_wgs84(parse_crs("EPSG:4529"), lon, lat)
    best = datum.datum_fits(x, y, datum.inside_of(village))[0]
    assert (best.crs.name, best.inside) == ("EPSG:4529", 400)


def test_geometries_are_transformed():
    square = box(122.905994, 46.721713, 122.91, 46.73)
    turned = datum.geometry_to_wgs84(GCJ02, square)
    assert turned.bounds[:2] == pytest.approx((122.9, 46.72), abs=2e-6)
