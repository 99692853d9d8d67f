"""Two plain lists: matters given to a department, and who read personal data.

A clerk sees the matter, its place and the contact way given for it, never the household's file.
An auditor sees the log of reads without what was read.
"""

from __future__ import annotations

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts.gate import SignedInRequest, allow
from accounts.models import AccessLog
from casework.models import EmergencyList, Task
from grids.models import Area, Post
from grids.naming import area_labels
from grids.querysets import beneath
from grids.scope import Kind
from lib.clock import today
from planning.models import MatchDraft

PAGE = 50
ACTIONS = {
    "households.list": _("list of households"),
    "household.card": _("card of a household on the map"),
    "household.page": _("page of a household"),
    "household.phone": _("phone of a household"),
    "household.needs": _("needs of a household"),
    "tile.households": _("households on the map"),
    "search": _("search"),
    "import.preview": _("preview of an import"),
    "import.errors": _("marked workbook of an import"),
    "household.due": _("due date of a household"),
    "mine.list": _("own households"),
    "mine.due": _("due dates of own households"),
    "table.households": _("table of households"),
    "table.issues": _("table of matters"),
    "table.needs": _("households looked for by needs"),
    "export.households": _("export of households"),
    "export.links": _("export of named contacts"),
    "export.staff": _("export of staff"),
    "export.areas": _("export of areas"),
    "export.issues": _("export of matters"),
    "export.needs": _("export of needs"),
    "issue.page": _("page of a matter"),
    "issue.slip": _("slip of a matter, printed"),
    "approvals": _("requests waiting for approval"),
    "matters": _("matters of a department"),
    "post.refused": _("households a successor could not take"),
    "issue": _("matter of a household"),
    "act": _("what was done by hand"),
    "household.hand": _("form of a household"),
    "household.same": _("search for the same household"),
    "exemptions.list": _("requests to leave the scope"),
    "handovers.own": _("households handed over to one"),
    "handovers.list": _("handovers of an area"),
    "handover.plan": _("plan of a handover"),
    "handover.leave": _("households backups are to cover"),
    "plan.pairs": _("pairs of a draft of contacts"),
    "plan.line": _("pair of a draft of contacts"),
    "plan.map": _("draft of contacts on its map"),
    "plan.skills": _("skills that fit, in a draft of contacts"),
    "plan.compare": _("two drafts of contacts compared"),
    "plan.export": _("draft of contacts, as a workbook"),
    "redraw.points": _("households on the map of a redraw"),
    "redraw.households": _("households a redraw changes"),
    "household.location": _("place of a household"),
    "emergency.list": _("emergency list"),
    "emergency.print": _("emergency list, printed"),
    "emergency.map": _("emergency list on its map"),
    "task.households": _("households of a task"),
    "task.matters": _("matters of a task"),
    "submissions.list": _("messages from residents"),
    "submission.page": _("message from a resident"),
    "submission.photo": _("photo from a resident"),
    "submission.households": _("search for the household of a message"),
    "household.answer": _("answer to a household on its data"),
    "cards.replace": _("contact cards to replace"),
    "export.cards": _("contact cards, printed"),
    "today.list": _("what waits today"),
    "today.due": _("due dates of what waits today"),
    "sweep.list": _("sweep of a grid"),
    "household.contact": _("form of a contact"),
    "household.find": _("search for the household of a matter"),
    "issue.photo": _("photo of a matter"),
    "matters.book": _("workbook of matters to answer"),
    "matters.answers": _("workbook of matters, answered"),
    "sample.calls": _("sample to call back"),
    "deed.page": _("help given to a household"),
    "meeting.page": _("matters of a meeting"),
    "meeting.print": _("matters of a meeting, printed"),
    "form": _("monthly form"),
    "table.people": _("table of people"),
    "table.posts": _("table of posts"),
    "table.areas": _("table of areas"),
    "table.deeds": _("table of help given"),
    "table.activities": _("table of activities"),
    "table.contacts": _("contacts behind a number"),
    "table.cards": _("contact cards behind a number"),
    "table.ratings": _("ratings behind a number"),
    "export.deeds": _("export of help given"),
    "export.activities": _("export of activities"),
    "export.offers": _("export of what partners offer"),
    "ledger.issues": _("ledger of matters"),
    "ledger.needing": _("ledger of households in hardship"),
    "ledger.deeds": _("ledger of help given"),
}


@allow(Kind.AUDITOR)
@require_GET
def log(request: SignedInRequest) -> HttpResponse:
    """Who read personal data, newest first: people with posts in the auditor's area."""
    own = Post.objects.in_force(today()).filter(
        person__user=request.user, role__kind=Kind.AUDITOR, area__isnull=False
    )
    people = Post.objects.filter(beneath(own.values_list("path", flat=True))).values("person__user")
    rows = AccessLog.objects.filter(user__in=people).select_related("user__person").order_by("-id")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    areas = Area.objects.filter(path__in={row.scope for row in page})
    labels = area_labels(set(areas.values_list("path", flat=True)), on=today())
    places = {path: label["name"] for path, label in labels.items()}
    places |= _places_of_duty({row.scope for row in page})
    lines = [(row, ACTIONS.get(row.action, row.action), places.get(row.scope, "")) for row in page]
    return render(request, "desk/log.html", {"page": page, "lines": lines})


def _places_of_duty(scopes: set[str]) -> dict[str, str]:
    """Names of the areas of emergency lists, tasks and drafts, by the key the log holds."""
    places: dict[str, str] = {}
    keys = [UUID(scope) for scope in scopes if len(scope) == 36]
    for model in (EmergencyList, Task, MatchDraft):
        for key, name in model.objects.filter(pk__in=keys).values_list("pk", "area__name"):
            places[str(key)] = name
    return places
