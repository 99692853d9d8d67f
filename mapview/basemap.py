"""The deployer's map file, in the pieces the page asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase, StreamingHttpResponse

from accounts.gate import SIGNED_IN, allow
from grids.basemap import tag_of

PIECE = 256 * 1024
RANGE = re.compile(r"bytes=(\d*)-(\d*)")


@allow(SIGNED_IN)
def basemap_file(request: HttpRequest) -> HttpResponseBase:
    """The map file: a range of its bytes, or all of it. It holds nothing of the county's data."""
    path: Path | None = settings.BASEMAP.pmtiles
    if path is None:
        raise Http404
    etag = f'"{tag_of(path)}"'
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
