"""The map for paper: sheets of A4 or A3, the map first and the list behind it. Never P3."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render

from accounts.gate import SignedInRequest, allow
from grids.scope import scope_of
from lib.clock import today
from mapview.tiles import SEES_AREAS
from mapview.views import map_config

PAPERS = ("a4", "a3")
INKS = ("colour", "mono")
#: What chooses the paper; everything else in the address is the map's own.
OWN = ("paper", "ink")


@allow(*SEES_AREAS)
def print_page(request: SignedInRequest) -> HttpResponse:
    """The sheets of what the same query shows on the map; numbers come with ``print=1``."""
    if not scope_of(request.user).areas:
        raise Http404
    paper = request.GET.get("paper", "")
    ink = request.GET.get("ink", "")
    chosen: dict[str, Any] = {
        "paper": paper if paper in PAPERS else PAPERS[0],
        "ink": ink if ink in INKS else INKS[0],
        "printed_on": today(),
    }
    kept = request.GET.copy()
    for name in OWN:
        kept.pop(name, None)
    context = {
        **chosen,
        "papers": [(paper, paper.upper()) for paper in PAPERS],
        "map_query": kept.urlencode(safe=","),
        "config": {**map_config(request.user), **chosen},
    }
    return render(request, "mapview/print.html", context)
