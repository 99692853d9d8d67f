"""The deployer's base map: a Tianditu key, a tile address, a PMTiles file; refused by name.

Free of Django like ``config/env.py``, so that ``./lianhu`` checks it before anything starts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from config.env import BadSetting, Env

TIANDITU_HOSTS = [f"https://t{n}.tianditu.gov.cn" for n in range(8)]
#: Maps in GCJ-02 lie hundreds of metres beside data in WGS 84: not offered, not even by hand.
SHIFTED = {
    "amap.com": "Amap 高德", "autonavi.com": "Amap 高德", "gaode.com": "Amap 高德",
    "qq.com": "Tencent 腾讯", "gtimg.com": "Tencent 腾讯",
    "baidu.com": "Baidu 百度", "bdimg.com": "Baidu 百度", "bdstatic.com": "Baidu 百度",
    "google.cn": "Google China",
}  # fmt: skip
#: The words of WMTS for what Leaflet calls z, y and x.
WMTS = {"tilematrix": "z", "tilerow": "y", "tilecol": "x"}
KNOWN = {"z", "x", "y", "-y", "s", "r"}
PLACEHOLDER = re.compile(r"\{ *([^{}]*?) *\}")
HOST = re.compile(r"[A-Za-z0-9.-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?")
#: Sets of tiles in degrees; the map is in web Mercator.
DEGREES = re.compile(r"tilematrixset=(c|epsg:(4326|4490))(&|$)|tianditu\.gov\.cn/\w+_c/", re.I)


@dataclass(frozen=True)
class BaseMap:
    """What the deployer set; all empty: boundaries, graticule and scale make the map."""

    tianditu_key: str = ""
    url: str = ""
    subdomains: list[str] = field(default_factory=list)
    max_zoom: int = 18
    attribution: str = ""
    pmtiles: Path | None = None
    hosts: list[str] = field(default_factory=list)


def base_map(env: Env) -> BaseMap:
    """Read the settings of the base map; BadSetting names the one that cannot be used."""
    key = env.text("TIANDITU_KEY").strip()
    if key and not re.fullmatch(r"[0-9A-Za-z]{8,64}", key):
        raise BadSetting("TIANDITU_KEY is not understood: use the key of letters and digits alone")
    hosts = list(TIANDITU_HOSTS) if key else []
    subdomains = [part.strip() for part in env.text("BASEMAP_SUBDOMAINS", "a,b,c").split(",")]
    if not all(re.fullmatch(r"[A-Za-z0-9-]+", part) for part in subdomains):
        raise BadSetting("BASEMAP_SUBDOMAINS is not understood: write them like 0,1,2,3")
    url = env.text("BASEMAP_URL").strip()
    if url:
        url, origins = tile_address(url, subdomains)
        hosts += origins
    zoom = env.text("BASEMAP_MAX_ZOOM") or "18"
    if not (zoom.isascii() and zoom.isdigit() and 1 <= int(zoom) <= 22):
        raise BadSetting(f"BASEMAP_MAX_ZOOM={zoom!r} is not understood: use a number from 1 to 22")
    return BaseMap(
        tianditu_key=key,
        url=url,
        subdomains=subdomains,
        max_zoom=int(zoom),
        attribution=env.text("BASEMAP_ATTRIBUTION"),
        pmtiles=map_file(env.text("BASEMAP_PMTILES").strip()),
        hosts=hosts,
    )


def tile_address(text: str, subdomains: list[str]) -> tuple[str, list[str]]:
    """An address in Leaflet's words, and the origins its tiles come from.

    Takes {z}/{x}/{y}, {-y} for rows counted from the south (TMS), and a WMTS address with
    {TileMatrix}, {TileRow} and {TileCol}, as parameters or as folders.
    """
    usage = "BASEMAP_URL is not understood: write https://host/{z}/{x}/{y}.png"
    url = PLACEHOLDER.sub(lambda m: f"{{{WMTS.get(m[1].lower(), m[1])}}}", text)
    names = PLACEHOLDER.findall(url)
    for name in names:
        if name not in KNOWN:
            raise BadSetting(f"BASEMAP_URL: put a value in the place of {{{name}}}")
    if not {"z", "x"} <= set(names) or ("y" in names) == ("-y" in names):
        raise BadSetting(
            f"{usage}, or a WMTS address with {{TileMatrix}}, {{TileRow}}, {{TileCol}}"
        )
    if DEGREES.search(url):
        raise BadSetting(
            "BASEMAP_URL names tiles in degrees, which do not fit a map in web Mercator:"
            " use the set w, GoogleMapsCompatible or EPSG:3857"
        )
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise BadSetting(f"{usage} ({error})") from None
    hosts = [parts.netloc.replace("{s}", part) for part in subdomains]
    if "{s}" not in parts.netloc:
        hosts = hosts[:1]
    if parts.scheme not in ("http", "https") or not all(HOST.fullmatch(host) for host in hosts):
        raise BadSetting(usage)
    for host in hosts:
        refuse_shifted(host)
    return url, [f"{parts.scheme}://{host}" for host in hosts]


def refuse_shifted(host: str) -> None:
    """BadSetting for a host whose maps are in GCJ-02 or BD-09."""
    name = host.rpartition(":")[0] or host
    for domain, maker in SHIFTED.items():
        if name.lower() == domain or name.lower().endswith(f".{domain}"):
            raise BadSetting(
                f"BASEMAP_URL: the maps of {maker} are shifted (GCJ-02) and lie up to 700 metres"
                " beside the boundaries; use Tianditu, an address in WGS 84 or a PMTiles file"
            )


def map_file(text: str) -> Path | None:
    """The PMTiles archive on this machine, looked at so far that it is one."""
    if not text:
        return None
    path = Path(text)
    try:
        with path.open("rb") as archive:
            head = archive.read(8)
    except OSError as error:
        raise BadSetting(f"BASEMAP_PMTILES: {text} cannot be read ({error.strerror})") from None
    if head != b"PMTiles\x03":
        raise BadSetting(f"BASEMAP_PMTILES: {text} is no PMTiles archive of version 3")
    return path.resolve()
