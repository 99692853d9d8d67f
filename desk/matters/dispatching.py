"""Give the matters chosen in the table to a department, each as its own step."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.gate import SignedInRequest, allow
from casework.cast import departments_for
from casework.issues import issue_step
from casework.models import Issue
from desk.matters.forms import suggested
from desk.tables.actions import chosen_rows
from desk.tables.asked import Asked
from desk.tables.views import asked_of, show
from grids.models import Organisation
from grids.naming import area_labels
from grids.paths import at_and_above
from grids.querysets import beneath
from lib.errors import Refusal

AT_ONCE = 100
TOLD = 5
#: From these a matter is given out; the first is accepted on the way.
GIVEN_FROM = (Issue.State.REGISTERED, Issue.State.ACCEPTED, Issue.State.REOPENED)
#: Each to the department that the county's rules name for it.
BY_RULES = "rules"


def issues_chosen(request: SignedInRequest, asked: Asked) -> list[Issue]:
    """The chosen matters that can be given out; refused where there are none or too many."""
    rows = chosen_rows(request, asked).filter(beneath(asked.scope.manage), state__in=GIVEN_FROM)
    found = list(rows.select_related("area").order_by("limit_on", "pk")[: AT_ONCE + 1])
    if not found:
        raise Refusal(
            _("None of the chosen matters waits to be given out: choose registered, accepted or"
              " reopened ones.")
        )  # fmt: skip
    if len(found) > AT_ONCE:
        raise Refusal(_("At most %s matters at once: narrow the list.") % AT_ONCE)
    return found


@require_POST
@allow("manager")
def dispatch(request: SignedInRequest) -> HttpResponse:
    """Choose a department for the chosen matters, and give them out."""
    asked = asked_of(request, "issues")
    try:
        issues = issues_chosen(request, asked)
    except Refusal as refusal:
        return show(request, asked, error=refusal.sentence)
    if "organisation" not in request.POST:
        return choose(request, asked, issues)
    return give(request, asked, issues)


def departments_of(issues: list[Issue]) -> list[Organisation]:
    """Departments that every one of these could be given to."""
    shared = at_and_above(issues[0].path)
    for issue in issues[1:]:
        shared = [path for path in shared if issue.path.startswith(path)]
    return list(departments_for(shared[-1] if shared else ""))


def choose(
    request: SignedInRequest, asked: Asked, issues: list[Issue], error: str = ""
) -> HttpResponse:
    """The page to choose from: as the rules say, or one department for all."""
    places = area_labels({issue.path for issue in issues}, on=asked.on)
    by_rule = [(issue, places[issue.path]["name"], suggested(issue)) for issue in issues]
    context: dict[str, Any] = {
        "asked": asked, "address": asked.address(), "n": len(issues), "error": error,
        "keys": [issue.pk for issue in issues], "departments": departments_of(issues),
        "by_rule": by_rule, "with_rule": sum(1 for _one, _where, to in by_rule if to),
        "note": request.POST.get("note", ""),
    }  # fmt: skip
    return render(request, "desk/matters/dispatch.html", context, status=400 if error else 200)


def give(request: SignedInRequest, asked: Asked, issues: list[Issue]) -> HttpResponse:
    """Give them out; who could not be is told by matter and reason."""
    chosen = request.POST["organisation"]
    to: Organisation | None = None
    if chosen != BY_RULES:
        to = next((one for one in departments_of(issues) if str(one.pk) == chosen), None)
        if to is None:
            return choose(request, asked, issues, _("Choose a department."))
    refused: list[tuple[Issue, str]] = []
    given = 0
    for issue in issues:
        try:
            with transaction.atomic():
                _give_one(request, asked, issue, to or suggested(issue))
            given += 1
        except Refusal as refusal:
            refused.append((issue, refusal.sentence))
    if not given:
        return choose(request, asked, issues, refused[0][1])
    messages.success(
        request,
        ngettext("%(n)d matter was given out.", "%(n)d matters were given out.", given)
        % {"n": given},
    )
    if refused:
        told = "；".join(f"{issue.title}：{why}" for issue, why in refused[:TOLD])
        messages.warning(
            request,
            ngettext(
                "%(n)s matter was left out. %(told)s", "%(n)s matters were left out. %(told)s",
                len(refused),
            ) % {"n": len(refused), "told": told},
        )  # fmt: skip
    return redirect(asked.page())


def _give_one(
    request: SignedInRequest, asked: Asked, issue: Issue, to: Organisation | None
) -> None:  # fmt: skip
    if to is None:
        raise Refusal(_("No rule names a department for it."))
    if issue.state == Issue.State.REGISTERED:
        issue = issue_step(issue=issue, verb="accept", by=request.user, on=asked.on)
    issue_step(
        issue=issue, verb="dispatch", by=request.user, on=asked.on, organisation=to,
        note=request.POST.get("note", ""), version=issue.version,
    )  # fmt: skip
