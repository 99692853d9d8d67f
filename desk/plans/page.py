"""A draft: being worked out; its pairs on list and map for managers; its sums for leaders."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.db.models.functions import Coalesce
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.gate import SignedInRequest, allow
from accounts.models import User
from accounts.reads import Read, note_read
from desk.plans.figures import committed, grids_shown, sums_shown
from desk.plans.lines import (
    GROUPS,
    STATES,
    Asked,
    groups_of,
    lines_of,
    narrowed,
    page_of,
    pairs_of,
    state_of,
)
from desk.plans.moves import Said, moved
from desk.plans.places import bearings, contact_places
from desk.plans.seen import LOOKS, draft_or_404, managed_or_404, manages, named
from grids.basemap import basemap
from grids.models import Area
from grids.naming import area_labels
from grids.scope import scope_of
from lib.clock import today
from lib.errors import Refusal
from lib.geo import latitude_of, longitude_of
from planning.matching.drafts import draft_changes, may_approve
from planning.matching.making import SMALL
from planning.models import MatchDraft, MatchLine

State = MatchDraft.State


@require_http_methods(["GET", "POST"])
@allow(*LOOKS)
def page(request: SignedInRequest, key: UUID) -> HttpResponse:
    """The draft. A POST decides on pairs (``do``), and with ``ask=skills`` shows which skills fit
    a need, which is logged as that."""
    draft = draft_or_404(request.user, key)
    if "do" not in request.POST:
        return show(request, draft)
    draft = managed_or_404(request.user, key)
    try:
        said = moved(draft, request.user, request.POST)
    except Refusal as refusal:
        return show(request, draft, error=refusal.sentence)
    draft.refresh_from_db()
    return show(request, draft, said=said)


def show(
    request: SignedInRequest, draft: MatchDraft, *, error: str = "", said: Said | None = None
) -> HttpResponse:
    """Draw a draft with only what may be shown."""
    user, on = request.user, today()
    [told] = named([draft], on=on)
    opens = manages(user, draft)
    context: dict[str, Any] = {
        **told, "error": error, "manages": opens, "leads": may_approve(user, draft),
        "going": draft.state in MatchDraft.UNFINISHED, "over": draft.state in OVER,
    }  # fmt: skip
    status = 400 if error else 200
    if draft.state not in SHOWN:
        return render(request, "desk/plans/waiting.html", context, status=status)
    context |= sums_shown(draft) | grids_shown(draft, user, on=on)
    # What the world changed is read as a whole: not after every move, and of a large draft only
    # once the page is there.
    if draft.state == State.READY and said is None:
        context["later"] = draft.sums.get("households", 0) > SMALL
        if not context["later"]:
            context["changes"] = draft_changes(draft, on=on).sentences()
    context["result"] = committed(draft, user, on=on) if draft.state == State.COMMITTED else None
    if not opens:
        return render(request, "desk/plans/sums.html", context, status=status)
    context |= pairs_shown(request, draft, on=on) | {"moved": said}
    return render(request, "desk/plans/draft.html", context, status=status)


#: What has pairs, and what is over.
SHOWN = (State.READY, State.COMMITTED)
OVER = (State.COMMITTED, State.DROPPED, State.CANCELLED, State.FAILED)


@require_GET
@allow(*LOOKS)
def changes(request: SignedInRequest, key: UUID) -> HttpResponse:
    """What the world has changed since, as the part of the page that tells it."""
    draft = draft_or_404(request.user, key)
    context = {
        "draft": draft, "manages": manages(request.user, draft),
        "changes": draft_changes(draft, on=today()).sentences(),
    }  # fmt: skip
    return render(request, "desk/plans/overtaken.html", context)


def pairs_shown(request: SignedInRequest, draft: MatchDraft, *, on: date) -> dict[str, Any]:
    """The list: counts by state, the page asked for in groups, and what it may be narrowed to."""
    user, asked = request.user, Asked.of(request.GET)
    every = lines_of(draft, user)
    grids = grids_of(draft)
    grid = next((area.path for area in grids if str(area.pk) == asked.grid), "")
    lines = narrowed(every, asked, grid=grid)
    skills = may_ask_skills(user, draft) and request.POST.get("ask") == "skills"
    shown = page_of(lines, asked)
    pairs = pairs_of(shown, draft, user, on=on, skills=skills)
    bearings(pairs, on=on)
    note_pairs(request, draft, len(pairs), skills=skills)
    counts = counts_of(every)
    groups = groups_of(pairs, lines, asked.group, on=on)
    for group in groups:
        group.only = asked.address(post=str(group.post.pk)) if group.post else ""
    return {
        "asked": asked, "page": shown, "groups": groups,
        "counts": counts, "states": chips(counts, asked), "areas": grids,
        "orders": list(GROUPS.items()),
        "narrowed": asked.address() or "?", "every_state": asked.address(state=""),
        "everything": "?", "asks_skills": may_ask_skills(user, draft),
        "only": next((row.post for row in shown if row.post), None) if asked.post else None,
        "all_contacts": asked.address(post=""), "skills": skills,
        "changes_lines": draft.state == State.READY,
        "config": {
            "points": reverse("plan-points", args=[draft.pk]) + asked.address(),
            "area": str(draft.area_id), "basemap": basemap(), "level": draft.area.level,
        },
    }  # fmt: skip


def note_pairs(request: SignedInRequest, draft: MatchDraft, rows: int, *, skills: bool) -> None:
    """Note for the access log what was shown of a draft."""
    note_read(request, Read("plan.pairs", str(draft.pk), rows, "P2"))
    if skills:
        note_read(request, Read("plan.skills", str(draft.pk), rows, "P3"))


def may_ask_skills(user: User, draft: MatchDraft) -> bool:
    """Skills fit needs, so that they are for who may read the needs there."""
    return scope_of(user).sees_all_counts_of(draft.path)


def grids_of(draft: MatchDraft) -> list[Area]:
    """The areas households of the draft are filed in, down to grids."""
    paths = draft.lines.values_list("path", flat=True).order_by().distinct()  # type: ignore[attr-defined]
    wanted = {path[:16] for path in paths}
    areas = list(Area.objects.filter(path__in=wanted).order_by("path"))
    names = area_labels(wanted, on=today())
    for area in areas:
        area.label = names[area.path]["name"]  # type: ignore[attr-defined]
    return areas


def counts_of(lines: Any) -> dict[str, int]:
    """How many lines there are in each of ``STATES``, and ``kept``, ``matched`` and ``all``."""
    has, none = Q(post__isnull=False), Q(post__isnull=True)
    found = lines.order_by().aggregate(
        proposed=Count("pk", filter=has & Q(state="proposed")),
        accepted=Count("pk", filter=has & Q(state="accepted")),
        pinned=Count("pk", filter=has & Q(state="pinned")),
        rejected=Count("pk", filter=none & Q(denied=True)),
        short=Count("pk", filter=none & Q(denied=False)),
    )
    matched = found["proposed"] + found["accepted"] + found["pinned"]
    return {
        **found, "matched": matched, "all": matched + found["rejected"] + found["short"],
        "without": found["rejected"] + found["short"],
    }  # fmt: skip


def chips(counts: dict[str, int], asked: Asked) -> list[dict[str, Any]]:
    """States the list can be narrowed to, with how many there are of each."""
    return [
        {
            "label": label, "n": counts[key], "on": asked.state == key,
            "href": asked.address(state="" if asked.state == key else key),
        }
        for key, label in STATES.items() if counts[key] or asked.state == key
    ]  # fmt: skip


@require_GET
@allow("manager")
def points(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Places for the map, as the list is narrowed.

    ``lines``: [line, state, lon, lat, number of the contact or -1]; ``contacts``:
    {post, name, role, lon, lat} (null where no place is known); WGS 84. ``unlocated``: how many
    households have no place.
    """
    user, on, draft = request.user, today(), managed_or_404(request.user, key)
    asked = Asked.of(request.GET)
    grid = next((area.path for area in grids_of(draft) if str(area.pk) == asked.grid), "")
    lines = narrowed(lines_of(draft, user), asked, grid=grid)
    # Where they live today, as the distances do.
    places = lines.annotate(point=Coalesce("household__season_point", "household__location"))
    located = places.annotate(lon=longitude_of("point"), lat=latitude_of("point")).only(
        "pk", "path", "state", "post_id"
    )
    rows: list[MatchLine] = list(located.order_by("pk"))
    keys = {row.post_id for row in rows if row.post_id}
    contacts = contact_places(keys, {row.path for row in rows}, on=on)
    number = {one["post"]: n for n, one in enumerate(contacts)}
    placed = [row for row in rows if row.lon is not None]  # type: ignore[attr-defined]
    note_read(request, Read("plan.map", str(draft.pk), len(placed), "P2"))
    return JsonResponse(
        {
            "lines": [
                [row.pk, state_of(row), round(row.lon, 6), round(row.lat, 6),  # type: ignore[attr-defined]
                 number.get(str(row.post_id), -1)]
                for row in placed
            ],
            "contacts": contacts,
            "unlocated": len(rows) - len(placed),
        }
    )  # fmt: skip
