"""Name contacts: who could be, and the naming itself, an act that can be taken back."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404
from ninja import Router, Schema
from pydantic import Field

from accounts.gate import SignedInRequest, allow
from casework.coverage import refresh, sums
from grids.asked import asked_area
from grids.models import Area, Post
from grids.scope import scope_of
from households.candidates import candidates
from households.links import reaches
from households.models import Household
from households.naming import contacts_name
from lib.clock import today

router = Router()
MOST_AT_ONCE = 500


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
    outcome, act = contacts_name(households=chosen, post=post, on=on, by=request.user)
    villages = {household.path[:12] for household in chosen}
    return {
        "linked": [{"link": link.id, "household": link.household_id} for link in outcome.linked],
        "refused": [
            {"household": household.id, "head": household.head_name, "reason": reason}
            for household, reason in outcome.refused
        ],
        "gap": _gap_of(villages, on),
        "act": act.pk if act else None,
    }


def _gap_of(villages: set[str], on: date) -> dict[str, int]:
    areas = Area.objects.filter(path__in=villages).with_code(on)
    gaps = {}
    for area in areas:
        refresh(area.path, on=on)
        row = sums(area.path, "village", on=on, current=on)[area.path]
        gaps[area.code] = row["households"] - row["excluded"] - row["linked"]
    return gaps
