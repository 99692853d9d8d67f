"""The JSON API. Every operation declares who may call it and starts at ``visible_to``."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.gis.db.models import Extent
from django.http import Http404
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import Field

from accounts.gate import SignedInRequest, allow
from accounts.reads import Read, note_read
from casework.coverage import refresh, sums
from casework.report import coverage_report, gap_a_month_ago
from grids.asked import asked_area, asked_date, asked_level
from grids.models import Area, Boundary, Post
from grids.naming import area_json, trail_of
from grids.scope import scope_of
from households.candidates import candidates
from households.links import links_create, links_undo, reaches
from households.models import Household, Link
from lib.clock import today
from lib.errors import Refusal
from mapview.finding import nearest, search
from mapview.rows import PAGE, describe, household_page
from mapview.tiles import SEES_AREAS, SEES_HOUSEHOLDS

router = Router()
MOST_AT_ONCE = 500


@router.get("/coverage")
@allow(*SEES_AREAS)
def coverage(
    request: SignedInRequest,
    area: str | None = None,
    level: str | None = None,
    on: str | None = None,
) -> dict[str, Any]:
    """How covered an area is: one row per area of a level beneath it, and the total."""
    current = today()
    day = asked_date(on, current=current)
    here = asked_area(request.user, area, on=day)
    scope = scope_of(request.user)
    report = coverage_report(
        area=here,
        level=asked_level(level, here),
        on=day,
        current=current,
        withhold=not scope.sees_all_counts_of(here.path),
        root=next(path for path in scope.areas if here.path.startswith(path)),
    )
    return {
        **report,
        "area": area_json(here),
        "trail": trail_of(request.user, here, day),
        "data_on": day,
    }


@router.get("/coverage/previous")
@allow(*SEES_AREAS)
def coverage_previous(
    request: SignedInRequest, area: str | None = None, on: str | None = None
) -> dict[str, Any] | None:
    """The gap of an area one month earlier; asked apart, since it reads the base tables."""
    current = today()
    day = asked_date(on, current=current)
    return gap_a_month_ago(asked_area(request.user, area, on=day), on=day)


@router.get("/areas")
@allow(*SEES_AREAS)
def areas_at(request: SignedInRequest, at: str, on: str | None = None) -> dict[str, Any]:
    """The areas at a point ``at=LON,LAT`` (WGS 84), coarsest first."""
    day = asked_date(on, current=today())
    longitude, latitude = _point(at, "at")
    found = Area.objects.visible_to(request.user).for_point(longitude, latitude, day)
    return {"rows": [area_json(area) for area in found.with_code(day).order_by("path")]}


@router.get("/areas/{key}/bounds")
@allow(*SEES_AREAS)
def bounds(request: SignedInRequest, key: UUID, on: str | None = None) -> dict[str, Any]:
    """West, south, east, north (WGS 84) of an area, or of what lies in it; null for no map."""
    day = asked_date(on, current=today())
    area = Area.objects.visible_to(request.user).filter(pk=key).first()
    if area is None:
        raise Http404
    inside = Boundary.objects.filter(path__startswith=area.path, during__contains=day)
    box = inside.filter(area=area).aggregate(box=Extent("geom"))["box"]
    box = box or inside.aggregate(box=Extent("geom"))["box"]
    return {"bounds": box}


@router.get("/households")
@allow(*SEES_HOUSEHOLDS)
def households(
    request: SignedInRequest, area: str | None = None, near: str | None = None, gap: bool = False,
    reason: str = "", cursor: str = "", limit: int = PAGE, on: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """A page of households of an area, or the nearest to ``near=LON,LAT``."""
    limit = max(1, min(limit, 200))
    current = today()
    day = asked_date(on, current=current)
    if near is not None:
        longitude, latitude = _point(near, "near")
        found = nearest(request.user, longitude, latitude, limit=limit, on=day)
        rows = describe(found, on=day)
        for row, household in zip(rows, found, strict=True):
            row["distance_m"] = round(household.distance_m, 1)
            row["bearing"] = round(household.bearing or 0.0, 1)
            row["lon"], row["lat"] = household.location.coords
        page: dict[str, Any] = {"total": len(rows), "next": None, "rows": rows}
        scope = "near"
    else:
        here = _household_area(request, area, day)
        scope = here.path
        page = household_page(
            request.user, here, gap=gap, reason=reason, cursor=cursor, limit=limit, on=day,
            current=current,
        )  # fmt: skip
    note_read(request, Read("households.list", scope, len(page["rows"]), "P2"))
    return page


def _household_area(request: SignedInRequest, code: str | None, day: Any) -> Area:
    """The area asked for; who sees only linked households may name no area."""
    if code is None and not scope_of(request.user).areas:
        return Area(path="", level="county", name="")
    return asked_area(request.user, code, on=day)


def _point(text: str, field: str) -> tuple[float, float]:
    try:
        longitude, latitude = (float(part) for part in text.split(","))
    except ValueError:
        longitude = latitude = float("nan")
    if not (-180 <= longitude <= 180 and -85 <= latitude <= 85):
        raise Refusal(_("Write the point as LON,LAT in degrees (WGS 84)."), field=field)
    return longitude, latitude


class SearchText(Schema):
    """What is looked for; in the body, so that no address or log carries it."""

    q: str = Field(max_length=60)


@router.post("/search")
@allow(*{*SEES_AREAS, *SEES_HOUSEHOLDS})
def find(request: SignedInRequest, body: SearchText) -> dict[str, Any]:
    """Areas, households and contact people that fit a text."""
    found = search(request.user, body.q, on=today())
    scope = ",".join(scope_of(request.user).households) or "own"
    note_read(request, Read("search", scope[:120], len(found["households"]), "P2"))
    return found


@router.get("/candidates")
@allow("manager")
def candidate_list(request: SignedInRequest, area: str) -> dict[str, Any]:
    """Posts that could be contacts in an area, with their load; those with room first."""
    on = today()
    here = asked_area(request.user, area, on=on)
    return {
        "rows": [
            {
                "post": c.post.id,
                "person": c.post.person.name,
                "role": c.post.role_id,
                "role_label": c.post.role.name,
                "area_name": str(c.post.area or c.post.organisation),
                "links": c.links,
                "max": c.most,
                "full": c.full,
            }
            for c in candidates(here, on=on)
        ]
    }


class NewLinks(Schema):
    """Households to be given a contact, and the post of that contact."""

    households: list[UUID] = Field(min_length=1, max_length=MOST_AT_ONCE)
    post: UUID


@router.post("/links")
@allow("manager")
def name_contact(request: SignedInRequest, body: NewLinks) -> dict[str, Any]:
    """Name the holder of a post as contact; each household is linked or refused by name."""
    on = today()
    chosen = list(Household.objects.manageable_by(request.user).filter(pk__in=body.households))
    post = Post.objects.in_force(on).filter(pk=body.post).first()
    if post is None or len(chosen) < len(set(body.households)):
        raise Http404
    within = scope_of(request.user).manages(post.path)
    if not within and not any(reaches(post, path, on=on) for path in {h.path for h in chosen}):
        raise Http404  # a post elsewhere is not named by a refusal
    outcome = links_create(households=chosen, post=post, on=on, by=request.user)
    villages = {household.path[:12] for household in chosen}
    return {
        "linked": [{"link": link.id, "household": link.household_id} for link in outcome.linked],
        "refused": [
            {"household": household.id, "head": household.head_name, "reason": reason}
            for household, reason in outcome.refused
        ],
        "gap": _gap_of(villages, on),
    }


def _gap_of(villages: set[str], on: Any) -> dict[str, int]:
    areas = Area.objects.filter(path__in=villages).with_code(on)
    gaps = {}
    for area in areas:
        refresh(area.path, on=on)
        row = sums(area.path, "village", on=on, current=on)[area.path]
        gaps[area.code] = row["households"] - row["excluded"] - row["linked"]
    return gaps


class LinkIds(Schema):
    """Links named today, to be taken back."""

    links: list[UUID] = Field(min_length=1, max_length=MOST_AT_ONCE)


@router.post("/links/undo")
@allow("manager")
def undo(request: SignedInRequest, body: LinkIds) -> dict[str, Any]:
    """Take back links named today."""
    mine = Link.objects.filter(
        pk__in=body.links, household__in=Household.objects.manageable_by(request.user)
    )
    keys = list(mine.values_list("pk", flat=True))
    return {"undone": links_undo(links=keys, on=today(), by=request.user)}
