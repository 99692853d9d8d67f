"""What every page shows: the pages a person may open, and what was just done."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.reads import Read, note_read
from casework.models import EmergencyList, IssueRequest, Submission
from casework.tasks import tasks_waiting
from desk.acts import act_shown
from desk.household import HAS_DUTIES
from grids.scope import Kind, kinds_of, scope_of
from households.models import Exemption
from lib.clock import now, today


def nav(request: HttpRequest) -> dict[str, object]:
    """``nav``: address, label and whether it is the page shown; ``feedback_url`` on every page."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"nav": [], "feedback_url": reverse("feedback")}
    scope = scope_of(user)
    pages: list[tuple[str, str]] = []
    counts: dict[str, int] = {}
    if scope.areas:
        pages.append((reverse("home"), _("Map")))
        pages.append((reverse("dashboard"), _("Dashboard")))
        pages.append((reverse("tasks"), _("Tasks")))
        counts[reverse("tasks")] = tasks_waiting(user, on=today()).count()
        if scope.manage or EmergencyList.objects.visible_to(user).open_at(now()).exists():
            pages.append((reverse("emergency-home"), _("Emergency lists")))
    if kinds_of(user) & set(HAS_DUTIES):
        pages.append((reverse("today"), _("Today")))
    if scope.own:
        pages.append((reverse("mine"), _("My households")))
    if scope.needs:
        pages.append((reverse("sweep"), _("Monthly sweep")))
    if scope.areas:
        pages.append((reverse("ratings"), _("Ratings")))
        pages.append((reverse("tables"), _("Tables")))
        pages.append((reverse("partners"), _("Partners")))
        pages.append((reverse("meetings"), _("Joint meetings")))
        pages.append((reverse("samples"), _("Samples")))
    if scope.manage:
        pages.append((reverse("import"), _("Import")))
        waiting = Exemption.objects.waiting_for(user).count()
        if waiting:
            pages.append((reverse("exemptions"), _("Requests (%(n)d)") % {"n": waiting}))
        sent = Submission.objects.manageable_by(user).waiting().count()
        pages.append((reverse("submissions"), _("From residents")))
        counts[reverse("submissions")] = sent
    if scope.manage or "administrator" in kinds_of(user):
        pages.append((reverse("people"), _("Staff")))
    if scope.manage or Kind.LEADER in scope.kinds:
        waiting = IssueRequest.objects.waiting_for(user).count()
        if waiting:
            pages.append((reverse("approvals"), _("Approvals")))
            counts[reverse("approvals")] = waiting
    if scope.departments:
        pages.append((reverse("matters"), _("Matters")))
    if Kind.AUDITOR in scope.kinds:
        pages.append((reverse("log"), _("Access log")))
    if "administrator" in kinds_of(user):
        pages.append((reverse("admin:index"), _("Settings")))
    return {
        "feedback_url": reverse("feedback"),
        "nav": [
            {
                "url": url,
                "label": label,
                "count": counts.get(url),
                "current": request.path == url or (url != "/" and request.path.startswith(url)),
            }
            for url, label in pages
        ],
    }


def done(request: HttpRequest) -> dict[str, object]:
    """``act``: what was just done and can be taken back, where the address names it."""
    if "act" not in request.GET:
        return {}
    here = request.GET.copy()
    del here["act"]
    act = act_shown(request)
    if act is not None:
        note_read(request, Read("act", act.path, 1, "P2"))  # its sentence may hold a name
    return {
        "act": act,
        "act_next": f"{request.path}?{here.urlencode()}" if here else request.path,
    }
