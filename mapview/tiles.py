"""Tile addresses. Area tiles carry an ETag; household tiles are never stored."""

from __future__ import annotations

import gzip
import hashlib

from django.http import Http404, HttpResponse, HttpResponseNotModified
from django.utils.translation import gettext as _

from accounts.gate import SignedInRequest, allow
from accounts.reads import Read, note_read
from casework.coverage import refresh
from grids.asked import asked_date
from grids.models import Area, BoundaryOutline
from grids.paths import DEPTH
from grids.scope import scope_of
from lib.clock import today
from lib.tiles import Drawn, Tile
from mapview.layers import (
    area_tile,
    cell_tile,
    density_tile,
    household_tile,
    issue_tile,
    level_at,
    pin_tile,
    shows_points,
)

MVT = "application/vnd.mapbox-vector-tile"
WORTH_PACKING = 1024  # bytes of an area tile
SEES_AREAS = ("leader", "manager", "worker", "village_lead")
SEES_NEEDS = ("manager", "worker", "village_lead")
SEES_HOUSEHOLDS = ("manager", "worker", "village_lead", "head", "cadre", "volunteer")


def _tile(z: int, x: int, y: int) -> Tile:
    tile = Tile(z, x, y)
    if not tile.exists:
        raise Http404(_("There is no such tile."))
    return tile


@allow(*SEES_AREAS)
def areas(request: SignedInRequest, z: int, x: int, y: int) -> HttpResponse:
    """Outlines of one level (``level``, else by zoom) on a day (``on``, else today).

    With the pins of units that have none.
    """
    tile = _tile(z, x, y)
    on = asked_date(request.GET.get("on"), current=today())
    level = request.GET.get("level") or level_at(z)
    if level not in DEPTH:
        raise Http404(_("There is no such level."))
    newest = BoundaryOutline.objects.order_by("-pk").values_list("pk", flat=True).first()
    pins = pin_tile(request.user, tile, on=on) if level == Area.Level.UNIT else b""
    key = f"{scope_of(request.user).areas}|{level}|{on}|{z}/{x}/{y}|{newest}|{pins!r}"
    etag = f'"{hashlib.sha256(key.encode()).hexdigest()[:24]}"'
    headers = {
        "ETag": etag,
        "Cache-Control": "private, no-cache",
        "Vary": "Cookie, Accept-Encoding",
    }
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified(headers=headers)
    body = area_tile(request.user, tile, level=level, on=on) + pins
    if len(body) > WORTH_PACKING and "gzip" in request.headers.get("Accept-Encoding", ""):
        body, headers["Content-Encoding"] = gzip.compress(body, 6, mtime=0), "gzip"
    return HttpResponse(body, content_type=MVT, headers=headers)


@allow(*SEES_HOUSEHOLDS)
def households(request: SignedInRequest, z: int, x: int, y: int) -> HttpResponse:
    """Points of the households one may see on a day (``on``, else today), or cells of counts."""
    tile = _tile(z, x, y)
    current = today()
    on = asked_date(request.GET.get("on"), current=current)
    scope = scope_of(request.user)
    points = shows_points(scope, z)
    if on == current:
        for path in scope.households:
            refresh(path, on=on)
    if points or on != current:
        drawn = household_tile(request.user, tile, on=on, current=current, single=points)
    else:
        drawn = Drawn(cell_tile(request.user, tile), single=False)
    if drawn.body and drawn.single:
        paths = ",".join(scope.households) or "own"
        note_read(request, Read("tile.households", paths[:120], 1, "P2", once_a_minute=True))
    return HttpResponse(drawn.body, content_type=MVT)


@allow(*SEES_AREAS)
def issues(request: SignedInRequest, z: int, x: int, y: int) -> HttpResponse:
    """Open matters at public places on a day (``on``, else today)."""
    current = today()
    on = asked_date(request.GET.get("on"), current=current)
    drawn = issue_tile(request.user, _tile(z, x, y), on=on, current=current)
    return HttpResponse(drawn.body, content_type=MVT)


@allow(*SEES_NEEDS)
def density(request: SignedInRequest, z: int, x: int, y: int) -> HttpResponse:
    """How many of at least 5 households have most need, for who reads their needs; today only."""
    tile = _tile(z, x, y)
    for path in scope_of(request.user).needs:
        refresh(path, on=today())
    return HttpResponse(density_tile(request.user, tile), content_type=MVT)
