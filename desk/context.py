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

#: Pages beyond these stand under "More": nobody picks out one of fifteen at a glance.
ON_THE_BAR = 7


def nav(request: HttpRequest) -> dict[str, object]:
    """``nav``: the pages open to this person, the most used first; ``feedback_url`` everywhere.

    Each has ``url``, ``label``, ``count`` of what waits there, ``current`` for the page shown and
    ``rest`` for those under "More"; ``nav_rest`` whether there are such.
    """
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"nav": [], "feedback_url": reverse("feedback")}
    scope = scope_of(user)
    pages: list[tuple[str, str]] = []
    counts: dict[str, int] = {}
    if scope.areas:
        pages += [(reverse("home"), _("Map")), (reverse("dashboard"), _("Dashboard"))]
        if not scope.manage and EmergencyList.objects.visible_to(user).open_at(now()).exists():
            pages.append((reverse("emergency-home"), _("Emergency lists")))
    if kinds_of(user) & set(HAS_DUTIES):
        pages.append((reverse("today"), _("Today")))
    if scope.own:
        pages.append((reverse("mine"), _("My households")))
    if scope.departments:
        pages.append((reverse("matters"), _("Matters")))
        if not scope.areas:
            pages.append((reverse("tasks"), _("Tasks")))
            counts[reverse("tasks")] = tasks_waiting(user, on=today()).count()
    if scope.areas:
        pages.append((reverse("tables"), _("Tables")))
        pages.append((reverse("tasks"), _("Tasks")))
        counts[reverse("tasks")] = tasks_waiting(user, on=today()).count()
    if scope.manage:
        sent = Submission.objects.manageable_by(user).waiting().count()
        pages.append((reverse("submissions"), _("From residents")))
        counts[reverse("submissions")] = sent
        if waiting := Exemption.objects.waiting_for(user).count():
            pages.append((reverse("exemptions"), _("Requests")))
            counts[reverse("exemptions")] = waiting
    if scope.manage or Kind.LEADER in scope.kinds:
        waiting = IssueRequest.objects.waiting_for(user).count()
        if waiting:
            pages.append((reverse("approvals"), _("Approvals")))
            counts[reverse("approvals")] = waiting
    if scope.needs:
        pages.append((reverse("sweep"), _("Monthly sweep")))
    if scope.areas:
        pages += [
            (reverse("ratings"), _("Ratings")), (reverse("samples"), _("Samples")),
            (reverse("meetings"), _("Joint meetings")), (reverse("partners"), _("Partners")),
            (reverse("balance"), _("Help and need")),
        ]  # fmt: skip
    if scope.households:
        pages.append((reverse("cards"), _("Contact cards")))
    if scope.manage:
        pages += [
            (reverse("ledgers"), _("Ledgers")),
            (reverse("forms"), _("Monthly forms")),
            (reverse("emergency-home"), _("Emergency lists")), (reverse("import"), _("Import")),
        ]  # fmt: skip
    if scope.manage or "administrator" in kinds_of(user):
        pages.append((reverse("people"), _("Staff")))
    if Kind.AUDITOR in scope.kinds:
        pages.append((reverse("log"), _("Access log")))
    if "administrator" in kinds_of(user):
        pages.append((reverse("admin:index"), _("Settings")))
    return {
        "feedback_url": reverse("feedback"),
        "nav_rest": len(pages) > ON_THE_BAR,
        "nav": [
            {
                "url": url,
                "label": label,
                "count": counts.get(url),
                "current": request.path == url or (url != "/" and request.path.startswith(url)),
                "rest": nth >= ON_THE_BAR,
            }
            for nth, (url, label) in enumerate(pages)
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
