"""Supervise a sum (督办): the form a leader comes to from the number of a dashboard."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.gate import SignedInRequest, allow
from casework.models import Task
from casework.supervising import matters_of, post_leading, posts_to_close, sum_supervise
from casework.tasks import OF_MATTERS
from desk.tasks import DAYS, OFFERED
from grids.asked import asked_area
from grids.models import Area, Organisation, Post, Role
from grids.naming import name_from_afar
from lib.clock import now, today
from lib.errors import Refusal

NONE = "none"


@require_http_methods(["GET", "POST"])
@allow(Role.Kind.LEADER)
def page(request: SignedInRequest) -> HttpResponse:
    """Hand a sum to a post: ``area``, ``sum`` (matters or late) and ``department``, the key of one
    or "none"; without it all of the area."""
    on = today()
    area = asked_area(request.user, request.GET.get("area"), on=on)
    from_post = post_leading(request.user, area, on=on)
    subject = request.GET.get("sum", Task.Subject.LATE)
    if from_post is None or subject not in OF_MATTERS:
        raise Http404
    asked = request.GET.get("department", "")
    reason = Task.NO_DEPARTMENT if asked == NONE else ""
    organisation = _department(asked, area) if asked and not reason else None
    error = None
    if request.method == "POST":
        try:
            task = sum_supervise(
                area=area, subject=subject, organisation=organisation, reason=reason,
                to_post=_post(request, on), due_on=_day(request), on=on,
                note=request.POST.get("note", ""), by=request.user,
            )  # fmt: skip
            return redirect("task", task.pk)
        except Refusal as refusal:
            error = refusal
    rows = matters_of(area, subject, organisation=organisation, reason=reason, at=now())
    of_department, of_place = posts_to_close(area, organisation, on=on, besides=from_post)
    context = {
        "name": name_from_afar(area), "number": rows.count(), "error": error,
        "subject": Task.Subject(subject).label, "given": request.POST,
        "part": _("not given to a department") if reason else organisation,
        "departments": list(of_department), "posts": list(of_place[:OFFERED]),
        "due_on": request.POST.get("due_on") or (on + timedelta(days=DAYS)).isoformat(),
        "today": on,
    }  # fmt: skip
    return render(request, "desk/task_supervise.html", context, status=400 if error else 200)


def _department(asked: str, area: Area) -> Organisation:
    """The department asked for, where it has open matters of the area."""
    try:
        key = UUID(asked)
    except ValueError:
        raise Http404 from None
    organisation = Organisation.objects.filter(pk=key).first()
    if organisation is None:
        raise Http404
    held = matters_of(area, Task.Subject.MATTERS, organisation=organisation, at=now())
    if not held.exists():
        raise Http404
    return organisation


def _post(request: SignedInRequest, on: date) -> Post:
    try:
        post = Post.objects.in_force(on).filter(pk=UUID(request.POST.get("to_post", ""))).first()
    except ValueError:
        post = None
    if post is None:
        raise Refusal(_("Choose who is to close it from the list."), field="to_post")
    return post


def _day(request: SignedInRequest) -> date:
    try:
        return date.fromisoformat(request.POST.get("due_on", ""))
    except ValueError:
        raise Refusal(_("Write the date as 2026-11-22."), field="due_on") from None
