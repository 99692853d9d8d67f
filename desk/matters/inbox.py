"""The inbox of a department: what is new, in hand, due soon, late; and what it helps with."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, F, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from accounts.gate import SignedInRequest, allow
from accounts.reads import Read, note_read
from casework.clocks import days_of, department_clock, resident_clock, working_days_after
from casework.models import Issue, IssueHelper
from casework.querysets import given_to
from grids.models import Role
from grids.naming import area_labels
from grids.scope import scope_of
from lib.clock import now, today

PAGE = 50
State = Issue.State


def late_there(at: datetime) -> Q:
    """Past the department's limit, with the department."""
    return Q(state__in=Issue.WITH_DEPARTMENT) & (
        Q(department_limit_at__isnull=True, department_limit_on__lt=at.date())
        | Q(department_limit_at__lt=at)
    )


def soon_there(at: datetime) -> Q:
    """In its last working day, not yet late."""
    return (
        Q(state__in=Issue.WITH_DEPARTMENT)
        & Q(department_limit_on__lte=working_days_after(at.date(), 1))
        & ~late_there(at)
    )


TABS = {
    "": gettext_lazy("All open"),
    "new": gettext_lazy("New"),
    "hand": gettext_lazy("In hand"),
    "soon": gettext_lazy("Due soon"),
    "late": gettext_lazy("Overdue"),
    "helping": gettext_lazy("We help"),
}


@require_GET
@allow(Role.Kind.DEPARTMENT)
def page(request: SignedInRequest) -> HttpResponse:
    """Open matters given to the own department, the nearest limit first; ``show`` names a part."""
    at = now()
    departments = scope_of(request.user).departments
    helping = IssueHelper.objects.filter(organisation__in=departments)
    helping = helping.exclude(issue__state__in=Issue.FINISHED)
    helped = list(helping.values_list("issue", "answered_on"))
    mine = Issue.objects.filter(given_to(departments, helped={key for key, _answered in helped}))
    mine = mine.exclude(state__in=Issue.FINISHED)
    parts: dict[str, Q] = {
        "": Q(),
        "new": Q(state=State.DISPATCHED),
        "hand": Q(state__in=(State.RECEIVED, State.IN_PROGRESS, State.REOPENED)),
        "soon": soon_there(at),
        "late": late_there(at),
        "helping": Q(pk__in={key for key, answered in helped if answered is None}),
    }
    chosen = request.GET.get("show", "")
    chosen = chosen if chosen in parts else ""
    rows = mine.filter(parts[chosen]).order_by(
        F("department_limit_on").asc(nulls_last=True), "limit_on", "pk"
    )
    counts = mine.aggregate(
        **{f"n_{key}": Count("pk", filter=part or None) for key, part in parts.items()}
    )
    pages = Paginator(rows, PAGE)
    pages.count = counts[f"n_{chosen}"]  # counted already
    shown = pages.get_page(request.GET.get("page"))
    places = area_labels({one.path for one in shown}, on=today())
    days = days_of(shown)
    given = sum(1 for issue in shown if issue.contact_way)
    note_read(request, Read("matters", ",".join(map(str, departments))[:120], given, "P2"))
    context: dict[str, Any] = {
        "tabs": [
            {"key": key, "label": label, "n": counts[f"n_{key}"], "current": key == chosen}
            for key, label in TABS.items()
        ],
        "page": shown, "show": chosen,
        "lines": [
            (
                one, places[one.path]["name"],
                department_clock(one, at, days) or resident_clock(one, at, days),
            )
            for one in shown
        ],
    }  # fmt: skip
    return render(request, "desk/matters/inbox.html", context)
