"""Coordinate systems of what offices send: everything becomes WGS84 longitude and latitude.

GCJ-02 (Amap, Tencent, WeChat) and BD-09 (Baidu) are the published shifts of WGS84; their inverses
are found by iteration (to 1e-9 degrees). CGCS2000 differs from WGS84 by centimetres; its
3-degree Gauss-Kruger zones are EPSG:4513-4533 (8-digit easting that carries the zone number) and
EPSG:4534-4554 (6-digit easting). Longitude always comes first.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from django.utils.translation import gettext as _
from numpy.typing import ArrayLike, NDArray
from pyproj import Geod, Transformer

Floats = NDArray[np.float64]
_A, _EE = 6378245.0, 0.00669342162296594323
_X_PI = math.pi * 3000.0 / 180.0
_GEOD = Geod(ellps="WGS84")


@dataclass(frozen=True)
class Crs:
    """A coordinate system by its name on the command line; kind geographic, gcj02, bd09, zone."""

    name: str
    kind: str
    epsg: int | None = None

    @property
    def label(self) -> str:
        """The name people know it by."""
        labels = {"wgs84": "WGS84", "cgcs2000": "CGCS2000", "gcj02": "GCJ-02", "bd09": "BD-09"}
        return labels.get(self.name, self.name)

    @property
    def zone(self) -> int | None:
        """The zone number the easting must begin with (25-45), None where it carries none."""
        return self.epsg - 4513 + 25 if self.epsg and 4513 <= self.epsg <= 4533 else None

    @property
    def meridian(self) -> int | None:
        """The central meridian of a zone in degrees east."""
        if self.kind != "zone" or self.epsg is None:
            return None
        return 75 + 3 * (self.epsg - (4513 if self.epsg <= 4533 else 4534))


WGS84 = Crs("wgs84", "geographic", 4326)
CGCS2000 = Crs("cgcs2000", "geographic", 4490)
GCJ02 = Crs("gcj02", "gcj02")
BD09 = Crs("bd09", "bd09")
_NAMES = {
    "wgs84": WGS84,
    "gps": WGS84,
    "4326": WGS84,
    "cgcs2000": CGCS2000,
    "国家2000": CGCS2000,
    "4490": CGCS2000,
    "gcj02": GCJ02,
    "火星": GCJ02,
    "高德": GCJ02,
    "amap": GCJ02,
    "腾讯": GCJ02,
    "bd09": BD09,
    "bd09ll": BD09,
    "百度": BD09,
}


def parse_crs(name: str | None) -> Crs:
    """The coordinate system of a name; ValueError with the reason when missing or unknown."""
    if name is None or not name.strip():
        raise ValueError(
            _(
                "Name the coordinate system: wgs84, cgcs2000, gcj02, bd09 or EPSG:4513 to 4554. "
                "Unnamed is refused, for the wrong one puts every point some 500 m off."
            )
        )
    key = re.sub(r"^(epsg|urn:ogc:def:crs:epsg:[\d.]*):+", "", name.strip().lower())
    key = re.sub(r"^urn:ogc:def:crs:ogc:[\d.]*:crs84$", "wgs84", key)
    key = re.sub(r"[\s_\-]|坐标系?", "", key)
    if key in _NAMES:
        return _NAMES[key]
    if key.isdigit() and 4513 <= int(key) <= 4554:
        return Crs(f"EPSG:{key}", "zone", int(key))
    raise ValueError(
        _(
            "“%s” is no coordinate system that is read here: wgs84, cgcs2000, gcj02, bd09 or "
            "EPSG:4513 to 4554."
        )
        % name[:40]
    )


def _delta(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    wave = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    d_lat = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + wave
    d_lat += (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    d_lat += (160.0 * np.sin(y / 12.0 * np.pi) + 320 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    d_lon = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + wave
    d_lon += (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    d_lon += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    rad = lat / 180.0 * np.pi
    magic = 1 - _EE * np.sin(rad) ** 2
    d_lat = d_lat * 180.0 / ((_A * (1 - _EE)) / (magic * np.sqrt(magic)) * np.pi)
    d_lon = d_lon * 180.0 / (_A / np.sqrt(magic) * np.cos(rad) * np.pi)
    inside = (lon >= 72.004) & (lon <= 137.8347) & (lat >= 0.8293) & (lat <= 55.8271)
    return np.where(inside, d_lon, 0.0), np.where(inside, d_lat, 0.0)


def _pair(x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    return np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)


def _inverse(
    forward: Callable[[Floats, Floats], tuple[Floats, Floats]], x: Floats, y: Floats
) -> tuple[Floats, Floats]:
    lon, lat = x.copy(), y.copy()
    for _turn in range(12):
        fx, fy = forward(lon, lat)
        dx, dy = x - fx, y - fy
        lon, lat = lon + dx, lat + dy
        if not (np.maximum(np.abs(dx), np.abs(dy)) >= 1e-10).any():
            break
    return lon, lat


def wgs84_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Degrees to degrees; unchanged outside China."""
    lon, lat = _pair(lon, lat)
    d_lon, d_lat = _delta(lon, lat)
    return lon + d_lon, lat + d_lat


def gcj02_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Degrees to degrees, exact inverse of `wgs84_to_gcj02`."""
    return _inverse(wgs84_to_gcj02, *_pair(lon, lat))


def gcj02_to_bd09(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Degrees to degrees."""
    lon, lat = _pair(lon, lat)
    z = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _X_PI)
    theta = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _X_PI)
    return z * np.cos(theta) + 0.0065, z * np.sin(theta) + 0.006


def bd09_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Degrees to degrees, exact inverse of `gcj02_to_bd09`."""
    return _inverse(gcj02_to_bd09, *_pair(lon, lat))


def wgs84_to_bd09(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Degrees to degrees."""
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


def bd09_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Degrees to degrees."""
    return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))


@lru_cache(maxsize=64)
def _transformer(source: int, target: int) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def position_faults(crs: Crs, x: ArrayLike, y: ArrayLike) -> NDArray[Any]:
    """Per point '' or what contradicts the system: nan, swapped, range, degrees, metres, zone.

    x is the longitude or easting, y the latitude or northing. NaN in both is no fault ('').
    """
    x, y = _pair(x, y)
    fault = np.full(x.shape, "", dtype=object)
    with np.errstate(invalid="ignore"):
        if crs.kind == "zone":
            low, high = (crs.zone * 1e6, crs.zone * 1e6 + 1e6) if crs.zone else (1e5, 9e5)
            good = (x >= low) & (x < high) & (y > 3e5) & (y < 6.2e6)
            swapped = (y >= low) & (y < high) & (x > 1e6) & (x < 6.2e6)
            degrees = (np.abs(x) <= 180) & (np.abs(y) <= 180)
            fault[~good] = "zone"
            fault[~good & swapped] = "swapped"
            fault[degrees] = "degrees"
        else:
            good = (np.abs(x) <= 180) & (np.abs(y) <= 90)
            swapped = (y > 70) & (y < 140) & (x > 0) & (x < 60)
            fault[~good] = "range"
            fault[(np.abs(x) > 1000) | (np.abs(y) > 1000)] = "metres"
            fault[swapped] = "swapped"
        fault[np.isnan(x) != np.isnan(y)] = "nan"
        fault[np.isnan(x) & np.isnan(y)] = ""
        fault[np.isinf(x) | np.isinf(y)] = "nan"
    return fault


def fault_text(fault: str, crs: Crs) -> str:
    """The sentence for a fault of `position_faults`."""
    if fault == "zone":
        if crs.zone:
            return _(
                "%(crs)s needs an easting of 8 digits that begins with its zone %(zone)s; "
                "this point belongs to another zone."
            ) % {"crs": crs.label, "zone": crs.zone}
        return _(
            "%s needs an easting of 6 digits without a zone number; this point does not fit."
        ) % (crs.label)
    sentences = {
        "nan": _("Longitude and latitude are needed both, as numbers."),
        "swapped": _("Longitude and latitude (east and north) seem swapped."),
        "range": _("Longitude lies within ±180 and latitude within ±90 degrees."),
        "degrees": _("%s is in metres, but this point is in degrees.") % crs.label,
        "metres": _("%s is in degrees, but this point is in metres.") % crs.label,
    }
    return sentences[fault]


def to_wgs84(crs: Crs, x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    """WGS84 longitude and latitude of points in a system; NaN stays NaN.

    Raises ValueError when a point contradicts the system (`position_faults` tells which).
    """
    x, y = _pair(x, y)
    for fault in position_faults(crs, x, y).flat:
        if fault:
            raise ValueError(fault_text(fault, crs))
    return _convert(crs, x, y)


def _convert(crs: Crs, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    if crs.kind == "gcj02":
        return gcj02_to_wgs84(x, y)
    if crs.kind == "bd09":
        return bd09_to_wgs84(x, y)
    if crs.kind == "zone" and crs.epsg is not None:
        lon, lat = _transformer(crs.epsg, 4490).transform(x, y)
        return np.where(np.isnan(x), np.nan, lon), np.where(np.isnan(y), np.nan, lat)
    return x.copy(), y.copy()


def from_wgs84(crs: Crs, lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Points of WGS84 in another system (longitude or easting first)."""
    lon, lat = _pair(lon, lat)
    if crs.kind == "gcj02":
        return wgs84_to_gcj02(lon, lat)
    if crs.kind == "bd09":
        return wgs84_to_bd09(lon, lat)
    if crs.kind == "zone" and crs.epsg is not None:
        x, y = _transformer(4490, crs.epsg).transform(lon, lat)
        return np.asarray(x), np.asarray(y)
    return lon.copy(), lat.copy()


def geometry_to_wgs84(crs: Crs, geometry: Any) -> Any:
    """A shapely geometry in WGS84; ValueError as `to_wgs84`."""

    def turn(points: Floats) -> Floats:
        return np.column_stack(to_wgs84(crs, points[:, 0], points[:, 1]))

    return shapely.transform(geometry, turn)


# Which system fits


@dataclass(frozen=True)
class Fit:
    """How points fit the boundary when read as a system: points inside of n, and the mean metres
    between this reading and the declared one (None when the points cannot be read as declared)."""

    crs: Crs
    swapped: bool
    inside: int
    n: int
    shift_m: float | None

    @property
    def share(self) -> float:
        return self.inside / self.n if self.n else 0.0


Inside = Callable[[Floats, Floats], Any]


def inside_of(boundary: Any) -> Inside:
    """A function that tells which points (lon, lat) a shapely polygon covers."""
    shapely.prepare(boundary)

    def inside(lon: Floats, lat: Floats) -> Any:
        return shapely.intersects_xy(boundary, lon, lat)

    return inside


def datum_fits(
    x: ArrayLike, y: ArrayLike, inside: Inside, declared: Crs | None = None
) -> list[Fit]:
    """Every reading of the points, best first.

    inside(lon, lat) takes WGS84 arrays in the order of the points (NaN: no point) and returns a
    boolean array, so that it may look at each point's own village.
    """
    x, y = _pair(x, y)
    base: tuple[Floats, Floats] | None = None
    if declared is not None:
        base = _masked(declared, x, y)
    fits = []
    for crs in _candidates(x, y, declared):
        for swapped in (False, True):
            lon, lat = _masked(crs, *((y, x) if swapped else (x, y)))
            known = np.isfinite(lon)
            if not known.any():
                continue
            count = int(np.count_nonzero(np.asarray(inside(lon, lat)) & known))
            shift = None
            if base is not None and not (crs == declared and not swapped):
                both = known & np.isfinite(base[0])
                if both.any():
                    far = _GEOD.inv(base[0][both], base[1][both], lon[both], lat[both])[2]
                    shift = float(np.mean(far))
            fits.append(Fit(crs, swapped, count, int(np.count_nonzero(np.isfinite(x))), shift))
    return sorted(fits, key=lambda f: (-f.inside, f.swapped, f.crs != declared))


def guess_datum(x: ArrayLike, y: ArrayLike, declared: Crs, inside: Inside) -> Fit | None:
    """The reading that fits clearly better than the declared one, None when there is none.

    Clearly: at least 3 points and 5 % of all points more lie inside.
    """
    fits = datum_fits(x, y, inside, declared)
    as_declared = next((f for f in fits if f.crs == declared and not f.swapped), None)
    if not fits:
        return None
    best = fits[0]
    gain = best.inside - (as_declared.inside if as_declared else 0)
    return best if gain >= max(3, math.ceil(0.05 * best.n)) else None


def fit_text(fit: Fit, declared: Crs) -> str:
    """The hint for a file that sits where another reading would put it."""
    values = {
        "crs": fit.crs.label,
        "declared": declared.label,
        "inside": fit.inside,
        "n": fit.n,
        "shift": round(fit.shift_m or 0),
    }
    if fit.swapped:
        return (
            _(
                "Read with longitude and latitude swapped, %(inside)s of %(n)s points lie where "
                "they belong. Check the two columns."
            )
            % values
        )
    if fit.shift_m is None:
        return (
            _(
                "Read as %(crs)s instead of %(declared)s, %(inside)s of %(n)s points lie where "
                "they belong."
            )
            % values
        )
    return (
        _(
            "Read as %(crs)s instead of %(declared)s, %(inside)s of %(n)s points lie where "
            "they belong; the mean shift is %(shift)s m."
        )
        % values
    )


def _candidates(x: Floats, y: Floats, declared: Crs | None) -> list[Crs]:
    found = [declared] if declared else []
    found += [crs for crs in (WGS84, GCJ02, BD09) if crs != declared]
    for values in (x, y):
        zones = values[np.isfinite(values)] // 1e6
        if zones.size and 25 <= (zone := float(np.median(zones))) <= 45:
            found.append(parse_crs(f"EPSG:{4513 + int(zone) - 25}"))
    if declared is CGCS2000:
        found = [crs for crs in found if crs is not WGS84]
    return list(dict.fromkeys(found))


def _masked(crs: Crs, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Converted points, NaN where a point contradicts the system."""
    bad = position_faults(crs, x, y) != ""
    good_x, good_y = np.where(bad, np.nan, x), np.where(bad, np.nan, y)
    return _convert(crs, good_x, good_y)
