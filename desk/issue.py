"""The page of one matter, to read: what it is, its clock, its path as a line of events."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.gate import SignedInRequest, allow
from accounts.reads import Read, note_read
from casework.models import Issue
from desk.tables.words import SEES_MATTERS
from grids.models import Area, at_and_above
from grids.scope import scope_of
from households.models import Household
from lib.clock import today


@require_GET
@allow(*SEES_MATTERS)
def page(request: SignedInRequest, key: UUID) -> HttpResponse:
    """One matter, for those who may see it; the household only for those who may read that."""
    user, on = request.user, today()
    seen = Issue.objects.visible_to(user).select_related("department")
    issue = seen.filter(pk=key).first()
    if issue is None:
        raise Http404
    household = Household.objects.visible_to(user).filter(pk=issue.household_id).first()
    handles = issue.department_id in scope_of(user).departments
    # The way given for this matter is for the department and for who manages the place.
    shows_way = bool(issue.contact_way) and (handles or scope_of(user).manages(issue.path))
    if issue.household_id or shows_way:
        note_read(request, Read("issue.page", str(issue.pk), 1, "P2"))
    finished = issue.state in Issue.FINISHED
    context = {
        "issue": issue,
        "household": household,
        "trail": Area.objects.filter(path__in=at_and_above(issue.path)).order_by("path"),
        "shows_way": shows_way,
        "steps": [
            (step, Issue.State(step.after).label)
            for step in issue.steps.select_related("by__person")
        ],
        "finished": finished,
        "late": not finished and issue.limit_on < on,
        "days": abs((issue.limit_on - on).days),
    }
    return render(request, "desk/issue.html", context)
