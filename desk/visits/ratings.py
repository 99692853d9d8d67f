"""Ratings by place: how many said what of the service they got. Small numbers are withheld, and
nothing here knows who served."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts.gate import SignedInRequest, allow
from casework.ratings import rating_link_issue, ratings_of
from desk.ratings import made_of
from grids.asked import asked_area
from grids.models import Area
from grids.scope import scope_of
from lib.clock import today
from lib.errors import Refusal

SEES_COUNTS = ("leader", "manager", "worker", "village_lead")
#: Ratings of the last so many days.
SPAN = timedelta(days=365)


@allow(*SEES_COUNTS)
@require_http_methods(["GET", "POST"])
def page(request: SignedInRequest) -> HttpResponse:
    """An area and those directly beneath it. A POST makes a one-time address for the place."""
    on = today()
    area = asked_area(request.user, request.GET.get("area"), on=on)
    made = None
    if request.method == "POST":
        try:
            token = rating_link_issue(area=area, on=on, by=request.user)
            made = made_of(request, token, on=on)
        except Refusal as refusal:
            messages.error(request, refusal.sentence)
    children = list(
        Area.objects.visible_to(request.user).in_force(on).filter(parent=area).order_by("path")
    )
    rated = ratings_of(area.path, [c.path for c in children], since=on - SPAN, until=on)
    rows = list(zip(children, rated[1:], strict=True))
    context = {
        "area": area, "whole": rated[0], "rows": rows, "made": made,
        "manages": scope_of(request.user).manages(area.path),
    }  # fmt: skip
    return render(request, "desk/visits/ratings.html", context)
