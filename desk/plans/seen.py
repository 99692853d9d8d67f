"""Which drafts somebody may open, and what of a draft: the sums, or the pairs with names."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404

from accounts.models import User
from grids.models import Role
from grids.naming import account_names, area_labels
from grids.scope import scope_of
from planning.models import MatchDraft

State = MatchDraft.State
#: Leaders see the sums and approve them; pairs open to who manages the area.
LOOKS = (Role.Kind.MANAGER, Role.Kind.LEADER)


def draft_or_404(user: User, key: UUID) -> MatchDraft:
    """A draft of which somebody may see the sums."""
    drafts = MatchDraft.objects.visible_to(user).select_related("area")
    draft = drafts.filter(pk=key).first()
    if draft is None:
        raise Http404
    return draft


def managed_or_404(user: User, key: UUID) -> MatchDraft:
    """A draft whose pairs somebody may see and change."""
    draft = draft_or_404(user, key)
    if not manages(user, draft):
        raise Http404
    return draft


def manages(user: User, draft: MatchDraft) -> bool:
    """Whether the pairs, with names, are for this person."""
    return scope_of(user).manages(draft.path)


def named(drafts: Iterable[MatchDraft], *, on: date) -> list[dict[str, Any]]:
    """Drafts with the name of their area and of who ordered or approved them."""
    drafts = list(drafts)
    places = area_labels({draft.path for draft in drafts}, on=on)
    people = account_names(
        str(key) for draft in drafts for key in (draft.by_id, draft.approved_by_id) if key
    )
    return [
        {
            "draft": draft, "place": places[draft.path]["name"],
            "code": places[draft.path]["code"] or str(draft.area_id),
            "by": people.get(str(draft.by_id), ""),
            "approved_by": people.get(str(draft.approved_by_id), ""),
        }
        for draft in drafts
    ]  # fmt: skip
