"""The deployer's base map as pages with a map get it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

TIANDITU = (
    "https://t{s}.tianditu.gov.cn/%(layer)s_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0"
    "&LAYER=%(layer)s&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles"
    "&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk=%(key)s"
)
#: Each choice is a picture with its own layer of names over it.
TIANDITU_LAYERS = {"map": ("vec", "cva"), "image": ("img", "cia")}


def basemap() -> list[dict[str, Any]]:
    """What the map can be laid on, first the one shown; none: graticule and scale make the map."""
    found = []
    base = settings.BASEMAP
    if base.tianditu_key:
        labels = {"map": _("Map"), "image": _("Imagery")}
        found += [
            {
                "key": key,
                "label": labels[key],
                "kind": "tiles",
                "urls": [TIANDITU % {"layer": n, "key": base.tianditu_key} for n in layers],
                "subdomains": list("01234567"),
                "attribution": _("Tianditu"),
                "maxNativeZoom": 18,
            }
            for key, layers in TIANDITU_LAYERS.items()
        ]
    if base.pmtiles:
        found.append(
            {
                "key": "file",
                "label": _("Map file"),
                "kind": "pmtiles",
                "urls": [f"{reverse('basemap-file')}?v={tag_of(base.pmtiles)}"],
                "attribution": base.attribution,
            }
        )
    if base.url:
        found.append(
            {
                "key": "own",
                "label": _("Own base map"),
                "kind": "tiles",
                "urls": [base.url],
                "subdomains": base.subdomains,
                "attribution": base.attribution,
                "maxNativeZoom": base.max_zoom,
            }
        )
    return found


def tag_of(path: Path) -> str:
    """A short name for the file as it is now."""
    found = path.stat()
    return f"{found.st_mtime_ns:x}-{found.st_size:x}"
