"""What every page shows: the pages a person may open, and what was just done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.reads import Read, note_read
from casework.models import EmergencyList, IssueRequest, Submission
from casework.tasks import tasks_waiting
from desk.acts import act_shown
from desk.household import HAS_DUTIES
from grids.scope import Kind, Scope, kinds_of, scope_of
from households.models import Exemption, Handover
from lib.clock import now, today
from planning.handing.standing import again
from planning.models import Redraw

#: Pages beyond these stand under "More": nobody picks out one of fifteen at a glance.
ON_THE_BAR = 7


#: What waits for somebody, ready to be asked: of each the page, its SQL and its values. By person,
#: scope and day: nothing else decides how it reads, and putting it together takes longer than
#: asking it.
_ready: dict[tuple[Any, Scope, date], list[tuple[str, str, tuple[Any, ...]]]] = {}
KEPT = 500


def _questions(user: User, scope: Scope, on: date) -> list[tuple[str, str, tuple[Any, ...]]]:
    asked: dict[str, Any] = {}
    if scope.areas or scope.departments:
        asked["tasks"] = tasks_waiting(user, on=on)
    if scope.manage:
        asked["again"] = again(user, on=on)
        asked["submissions"] = Submission.objects.manageable_by(user).waiting()
        asked["exemptions"] = Exemption.objects.waiting_for(user)
        asked["redraws"] = Redraw.objects.manageable_by(user).troubled(on)
        if Kind.LEADER not in scope.kinds:
            asked["approvals"] = IssueRequest.objects.waiting_for(user)
    if scope.own:
        asked["handovers"] = Handover.objects.offered_to(user).waiting(on)
    found = []
    for page, rows in asked.items():
        try:
            found.append((page, *rows.order_by().values("pk").query.sql_with_params()))
        except EmptyResultSet:
            continue
    return found


def waiting_counts(user: User) -> dict[str, int]:
    """How many things wait for somebody, by the name of the page they wait on; in one statement.

    What waits for a leader also depends on which of the areas are led: that is asked apart.
    """
    scope, on = scope_of(user), today()
    key = (user.pk, scope, on)
    if key not in _ready:
        if len(_ready) >= KEPT:
            _ready.clear()
        _ready[key] = _questions(user, scope, on)
    counts: dict[str, int] = {}
    if asked := _ready[key]:
        parts = ", ".join(f"(SELECT count(*) FROM ({sql}) one)" for _page, sql, _values in asked)
        values = [value for _page, _sql, given in asked for value in given]
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {parts}", values)
            counts = dict(zip((page for page, *_rest in asked), cursor.fetchone(), strict=True))
    # What came back and what waits for an answer stand on one page.
    counts["handovers"] = counts.get("handovers", 0) + counts.pop("again", 0)
    if Kind.LEADER in scope.kinds:
        counts["approvals"] = IssueRequest.objects.waiting_for(user).count()
    return counts


@dataclass(frozen=True)
class Nav:
    """Links to the pages open to a person, the most used first.

    Drawn three times: as the ``bar``, as what of it is under ``more`` and in the ``menu`` of a
    phone; ``rest``: whether there is more than the bar holds.
    """

    bar: SafeString
    more: SafeString
    menu: SafeString
    rest: bool


def nav(request: HttpRequest) -> dict[str, object]:
    """``nav``, made by the first template that draws it: a fragment asks for nothing."""
    user = getattr(request, "user", None)
    found: dict[str, object] = {"feedback_url": reverse("feedback")}
    if isinstance(user, User):
        found["nav"] = SimpleLazyObject(lambda: nav_of(user, request.path))
    return found


CURRENT, REST, HIDDEN = ' aria-current="page"', ' class="rest"', " hidden"
MENU = ' class="menu-nav"'


def nav_of(user: User, path: str) -> Nav:
    """The links as the page at ``path`` shows them."""
    pages = pages_of(user)
    bar, more, menu = [], [], []
    for nth, (url, drawn) in enumerate(pages):
        current = path == url or (url != "/" and path.startswith(url))
        here = CURRENT if current else ""
        menu.append(_link(url, drawn, MENU + here))
        # The bar of the map is full: it has no link to itself.
        if not current or url != "/":
            bar.append(_link(url, drawn, here or (REST if nth >= ON_THE_BAR else "")))
            off = "" if nth >= ON_THE_BAR and not current else HIDDEN
            more.append(_link(url, drawn, here + off))
    # Addresses are our own, labels were escaped.
    drawn_bar, drawn_more, drawn_menu = (mark_safe("".join(part)) for part in (bar, more, menu))
    return Nav(drawn_bar, drawn_more, drawn_menu, len(pages) > ON_THE_BAR)


def _link(url: str, drawn: SafeString, more: str) -> str:
    return f'<a href="{url}"{more}>{drawn}</a>'


def pages_of(user: User) -> list[tuple[str, SafeString]]:
    """Address of each page open to a person, and its label with the count of what waits there."""
    scope, kinds = scope_of(user), kinds_of(user)
    counts = waiting_counts(user)
    pages: list[tuple[str, str]] = []
    if scope.areas:
        pages += [("home", _("Map")), ("dashboard", _("Dashboard"))]
        if not scope.manage and EmergencyList.objects.visible_to(user).open_at(now()).exists():
            pages.append(("emergency-home", _("Emergency lists")))
    if kinds & set(HAS_DUTIES):
        pages.append(("today", _("Today")))
    if scope.own:
        pages.append(("mine", _("My households")))
    if counts.get("handovers") and not scope.manage:
        pages.append(("handovers", _("Handovers")))
    if scope.departments:
        pages.append(("matters", _("Matters")))
        if not scope.areas:
            pages.append(("tasks", _("Tasks")))
    if scope.areas:
        pages += [("tables", _("Tables")), ("tasks", _("Tasks"))]
    if scope.manage or Kind.LEADER in scope.kinds:
        pages.append(("plans", _("Drafts of contacts")))
    if scope.manage:
        pages.append(("submissions", _("From residents")))
    if counts.get("exemptions"):
        pages.append(("exemptions", _("Requests")))
    if counts.get("approvals"):
        pages.append(("approvals", _("Approvals")))
    if scope.needs:
        pages.append(("sweep", _("Monthly sweep")))
    if scope.areas:
        pages += [
            ("ratings", _("Ratings")), ("samples", _("Samples")),
            ("meetings", _("Joint meetings")), ("partners", _("Partners")),
            ("balance", _("Help and need")),
        ]  # fmt: skip
    if scope.households:
        pages.append(("cards", _("Contact cards")))
    if scope.areas and (scope.manage or Kind.LEADER in scope.kinds):
        pages.append(("redraws", _("Division into grids")))
    if scope.manage:
        pages += [
            ("handovers", _("Handovers")), ("ledgers", _("Ledgers")),
            ("forms", _("Monthly forms")), ("emergency-home", _("Emergency lists")),
            ("import", _("Import")),
        ]  # fmt: skip
    if scope.manage or "administrator" in kinds:
        pages.append(("people", _("Staff")))
    if Kind.AUDITOR in scope.kinds:
        pages.append(("log", _("Access log")))
    if "administrator" in kinds:
        pages.append(("admin:index", _("Settings")))
    return [
        (reverse(page), format_html('{} <span class="count">{}</span>', label, n)
         if (n := counts.get(page)) else format_html("{}", label))
        for page, label in pages
    ]  # fmt: skip


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
