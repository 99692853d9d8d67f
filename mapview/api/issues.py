"""A matter as the map tells of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404
from ninja import Router

from accounts.gate import SignedInRequest, allow
from accounts.reads import Read, note_read
from casework.models import Issue
from casework.models.issues import is_past
from grids.asked import asked_date
from grids.naming import area_labels
from lib.clock import moment_of, today
from mapview.tiles import SEES_AREAS

router = Router()


@router.get("/issues/{key}")
@allow(*SEES_AREAS)
def issue(request: SignedInRequest, key: UUID, on: str | None = None) -> dict[str, Any]:
    """A matter and how far it is on a day; one of a household only for whom it concerns."""
    current = today()
    day = asked_date(on, current=current)
    seen = Issue.objects.visible_to(request.user).with_state_on(day, current=current)
    found: Any = seen.filter(pk=key).first()
    if found is None:
        raise Http404
    if found.household_id is not None:
        note_read(request, Read("issue", found.path, 1, "P2"))
    finished = found.state_on in Issue.FINISHED
    late = is_past(found.limit_on, found.limit_at, moment_of(day))
    return {
        "id": found.id,
        "title": found.title,
        "kind_label": found.get_kind_display(),
        "subject_label": found.get_subject_display(),
        "state": found.state_on,
        "state_label": Issue.State(found.state_on).label,
        "overdue": not finished and late,
        "registered_on": found.registered_on,
        "limit_on": found.limit_on,
        "people": found.people,
        "area": area_labels({found.path}, on=day)[found.path],
    }
