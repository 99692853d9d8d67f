"""What waits for approval: more time, for who gave the matter out; setting aside, for leaders."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.gate import SignedInRequest, allow
from accounts.reads import Read, note_read
from casework.cast import held_path
from casework.clocks import days_of, department_clock, resident_clock
from casework.issues import issue_step
from casework.models import Issue, IssueRequest
from grids.models import Area, Role
from grids.naming import account_names, area_labels
from grids.paths import path_length
from lib.clock import now, today
from lib.errors import Refusal

APPROVES = (Role.Kind.LEADER, Role.Kind.MANAGER)
MOST = 100
#: The step of an answer, by the kind of request and whether it is granted.
VERBS = {
    (IssueRequest.Kind.EXTEND, True): "extend",
    (IssueRequest.Kind.EXTEND, False): "refuse_extension",
    (IssueRequest.Kind.SHELVE, True): "shelve",
    (IssueRequest.Kind.SHELVE, False): "refuse_shelving",
}


@require_GET
@allow(*APPROVES)
def page(request: SignedInRequest) -> HttpResponse:
    """The requests that wait for this person, the oldest first."""
    return show(request)


@require_POST
@allow(*APPROVES)
def answer(request: SignedInRequest, key: int) -> HttpResponse:
    """Grant or refuse one: ``granted`` 1 or 0, ``note``. Who comes second is told of the first."""
    own = IssueRequest.objects.answered_by_posts_of(request.user)
    asked = own.select_related("issue").filter(pk=key).first()
    if asked is None:
        raise Http404
    if asked.granted is not None:
        messages.warning(request, _answered(asked, note=request.POST.get("note", "")))
        return redirect("approvals")
    granted = request.POST.get("granted") == "1"
    try:
        issue_step(
            issue=asked.issue, verb=VERBS[IssueRequest.Kind(asked.kind), granted],
            by=request.user, on=today(), note=request.POST.get("note", ""),
        )  # fmt: skip
    except Refusal as refusal:
        return show(request, tried=key, error=refusal.sentence, note=request.POST.get("note", ""))
    return redirect("approvals")


def _answered(asked: IssueRequest, *, note: str) -> str:
    """What somebody else decided before, and the note that was typed in vain."""
    if asked.answered_by_id is None:
        told = _("The matter has moved on: this request is no longer needed.")
    elif asked.granted:
        told = _("%(who)s granted this request on %(on)s.")
    else:
        told = _("%(who)s refused this request on %(on)s.")
    by = str(asked.answered_by_id) if asked.answered_by_id else None
    told %= {"who": account_names([by])[by], "on": asked.answered_on}
    return f"{told} {_('Your note was not used: %s') % note}" if note.strip() else told


def show(
    request: SignedInRequest, *, tried: int = 0, error: str = "", note: str = ""
) -> HttpResponse:
    """Draw the list with what one needs to decide. A matter of a household that the person does
    not see has neither title nor page here, and no place nearer than its village."""
    user, on = request.user, today()
    waiting = IssueRequest.objects.waiting_for(user).select_related(
        "issue__department", "issue__area", "issue__held_by"
    )
    rows = list(waiting.order_by("asked_on", "pk")[:MOST])
    seen = set(
        Issue.objects.visible_to(user)
        .filter(pk__in=[row.issue_id for row in rows])
        .values_list("pk", flat=True)
    )
    names = account_names(str(row.asked_by_id) for row in rows)
    at, days = now(), days_of(row.issue for row in rows)
    village = path_length(Area.Level.VILLAGE)
    held = {row.pk: held_path(row.issue)[:village] for row in rows}
    places = area_labels({row.issue.path[:village] for row in rows} | set(held.values()), on=on)
    lines: list[dict[str, Any]] = [
        {
            "request": row, "issue": row.issue, "seen": row.issue_id in seen,
            "place": places[row.issue.path[:village]]["name"], "who": names[str(row.asked_by_id)],
            "handled": row.issue.department or places[held[row.pk]]["name"],
            "resident": resident_clock(row.issue, at, days),
            "department": department_clock(row.issue, at, days), "own": row.asked_by_id == user.pk,
            "error": error if row.pk == tried else "", "note": note if row.pk == tried else "",
        }
        for row in rows
    ]  # fmt: skip
    of_households = sum(1 for row in rows if row.issue.household_id and row.issue_id in seen)
    note_read(request, Read("approvals", str(user.pk), of_households, "P2"))
    return render(
        request, "desk/matters/approvals.html", {"lines": lines}, status=400 if error else 200
    )
