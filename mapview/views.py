"""The map page, the way in for everybody else, and the health check."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.gate import ANYONE, SIGNED_IN, SignedInRequest, allow
from accounts.models import User
from casework.notices import notices_of
from grids.basemap import basemap
from grids.models import Area, Post
from grids.naming import area_json, name_from_afar
from grids.scope import Kind, kinds_of, scope_of
from lib.clock import now, today


@allow(SIGNED_IN)
def home(request: SignedInRequest) -> HttpResponse:
    """The map for who sees areas; own households, or configuration, for everybody else."""
    scope = scope_of(request.user)
    if not scope.areas:
        if scope.own:
            return redirect("mine")
        if scope.departments:
            return redirect("matters")
        if Kind.AUDITOR in scope.kinds:
            return redirect("log")
        if Kind.ADMINISTRATOR in kinds_of(request.user):
            return redirect("admin:index")
        return render(request, "mapview/no_map.html")
    notices = [asdict(notice) for notice in notices_of(request.user, on=today(), at=now())]
    config = {**map_config(request.user), "notices": notices}
    return render(request, "mapview/map.html", {"config": config})


def map_config(user: User) -> dict[str, Any]:
    """What the map's page and its print begin with, for a person who sees areas."""
    on = today()
    scope = scope_of(user)
    root = Area.objects.visible_to(user).with_code(on).get(path=scope.areas[0])
    post = Post.objects.in_force(on).filter(person=user.person).select_related("role").first()
    return {
        "today": on,
        "on": on,
        "user": {"name": user.person.name, "post": post.role.name if post else ""},
        "root": {**area_json(root), "name": name_from_afar(root)},
        "can": {
            "link": bool(scope.manage),
            "import": bool(scope.manage),
            "households": bool(scope.households),
            "own": scope.own,
            "hand_over": bool({Kind.LEADER, Kind.MANAGER} & scope.kinds),
            "needs": bool(scope.needs),
        },
        "basemap": basemap(),
        "urls": {
            "signout": reverse("account_logout"),
            "import": reverse("import"),
            "feedback": reverse("feedback"),
            "household": "/households/",
            "issue": "/issues/",
            "activity": "/activities/",
            "tables": "/tables/",
            "post": "/posts/",
            "post_new": "/posts/new/",
            "tasks": "/tasks/",
            "task_new": "/tasks/new/",
            "what_if": "/whatif/",
            "handovers": "/handovers/",
            "cards": "/cards/",
            "emergency_new": "/emergency/new/",
            "plan_new": "/plans/new/",
            "print": "/print/",
        },
    }


@allow(ANYONE)
def health(request: HttpRequest) -> JsonResponse:
    """Whether the server and its database answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return JsonResponse({"status": "ok"})
