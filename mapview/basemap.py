"""The deployer's base map as the page gets it, and the map file in the pieces it asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.gate import SIGNED_IN, allow

TIANDITU = (
    "https://t{s}.tianditu.gov.cn/%(layer)s_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0"
    "&LAYER=%(layer)s&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles"
    "&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk=%(key)s"
)
#: Each choice is a picture with its own layer of names over it.
TIANDITU_LAYERS = {"map": ("vec", "cva"), "image": ("img", "cia")}
PIECE = 256 * 1024
RANGE = re.compile(r"bytes=(\d*)-(\d*)")


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
                "urls": [f"{reverse('basemap-file')}?v={_tag(base.pmtiles)}"],
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


@allow(SIGNED_IN)
def basemap_file(request: HttpRequest) -> HttpResponseBase:
    """The map file: a range of its bytes, or all of it. It holds nothing of the county's data."""
    path: Path | None = settings.BASEMAP.pmtiles
    if path is None:
        raise Http404
    etag = f'"{_tag(path)}"'
    headers = {
        "ETag": etag,
        "Accept-Ranges": "bytes",
        # The address names the version of the file, so that a browser need not ask again.
        "Cache-Control": "private, max-age=604800",
        "Vary": "Cookie",
    }
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified(headers=headers)
    size = path.stat().st_size
    asked = RANGE.fullmatch(request.headers.get("Range", ""))
    if asked is None or request.headers.get("If-Range", etag) != etag:
        whole = {**headers, "Content-Length": str(size)}
        return FileResponse(path.open("rb"), content_type="application/octet-stream", headers=whole)
    first, last = _bounds(asked, size)
    if first > last:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    headers["Content-Length"] = str(last - first + 1)
    return StreamingHttpResponse(
        _piece(path, first, last - first + 1),
        status=206,
        content_type="application/octet-stream",
        headers=headers,
    )


def _tag(path: Path) -> str:
    found = path.stat()
    return f"{found.st_mtime_ns:x}-{found.st_size:x}"


def _bounds(asked: re.Match[str], size: int) -> tuple[int, int]:
    """First and last byte of a range; the first lies behind the last where there is nothing."""
    first, last = asked.groups()
    if not first:  # "bytes=-500": the last 500
        return (max(size - int(last), 0), size - 1) if last and int(last) else (1, 0)
    return int(first), min(int(last or size), size - 1)


def _piece(path: Path, first: int, length: int) -> Iterator[bytes]:
    with path.open("rb") as archive:
        archive.seek(first)
        while length > 0 and (piece := archive.read(min(PIECE, length))):
            length -= len(piece)
            yield piece
