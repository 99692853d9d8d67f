"""A contact is away for some days: which backups cover its households, from when to when."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.gate import SignedInRequest, allow
from accounts.reads import Read, note_read
from desk.acts import done
from desk.handing.asked import choices_asked, day_asked, post_asked
from desk.handing.plan import SENTENCE, places
from desk.staff import place_name
from grids.models import Area, Post
from households.models import Household
from households.naming import common_path
from jobs.acts import act
from lib.clock import today
from lib.errors import Refusal
from planning.handing.covering import LeavePlan, covers_end, covers_of, covers_start, leave_plan
from planning.handing.sending import Unfit

DAYS = 7
DAY = timedelta(days=1)
#: No day beyond this is looked at: the calendar itself has an end.
FAR = timedelta(days=3650)


@require_http_methods(["GET", "POST"])
@allow("manager")
def page(request: SignedInRequest) -> HttpResponse:
    """Who covers the households of a post (``post``) from ``start`` to ``last``."""
    user = request.user
    post = post_asked(user, request.GET.get("post", ""))
    typed = request.POST if request.method == "POST" else request.GET
    start, wrong_start = day_asked(typed, "start")
    last, wrong_last = day_asked(typed, "last")
    error = wrong_start or wrong_last
    if max(start or today(), last or today()) > today() + FAR:
        error = Refusal(_("At most one year; hand the households over for longer."), field="last")
        start = last = None
    start = start or today()
    last = last or start + (DAYS - 1) * DAY
    chosen = choices_asked(request.POST) if request.POST.get("do") == "cover" else None
    wrong: dict[UUID, str] = {}
    if chosen is not None and error is None:
        try:
            return covered(request, post, start, last, chosen)
        except Unfit as unfit:
            error, wrong = unfit, unfit.lines
        except Refusal as refusal:
            error = refusal
    plan = None
    try:
        plan = leave_plan(post, start=start, end=last + DAY, by=user, chosen=chosen)
    except Refusal as refusal:
        error = error or refusal
    return show(request, post, start, last, plan, error, wrong)


def show(
    request: SignedInRequest, post: Post, start: date, last: date, plan: LeavePlan | None,
    error: Refusal | None, wrong: dict[UUID, str],
) -> HttpResponse:  # fmt: skip
    """Draw the page; without a plan where the days cannot be covered."""
    user, on = request.user, today()
    running = covers_of(post, by=user, on=on)
    lines = plan.lines if plan else []
    note_read(request, Read("handover.leave", post.path, len(lines) + len(running), "P2"))
    if error is not None and error.field == "end":
        error = Refusal(error.sentence, field="last")
    context: dict[str, Any] = {
        "post": post, "place": place_name(post), "start": start, "last": last, "today": on,
        "plan": plan, "error": error, "running": [(c, c.during.upper and c.during.upper - DAY)
                                                  for c in running],
        "places": places(lines, wrong, on=on), "count": len(lines),
        "covered": sum(bool(line.backup) or line.covered for line in lines),
        "short": len(plan.short()) if plan else 0,
    }  # fmt: skip
    return render(request, "desk/handing/away.html", context, status=400 if error else 200)


def covered(
    request: SignedInRequest, post: Post, start: date, last: date,
    chosen: dict[UUID, UUID | None],
) -> HttpResponse:  # fmt: skip
    """Start the covers as one act; it names the place and the days, nobody who is away."""
    user = request.user
    households = list(Household.objects.manageable_by(user).filter(pk__in=chosen))
    if not households:
        raise Refusal(_("Choose a backup for at least one household."))
    path = common_path(households)
    with act(
        verb="covers.start", by=user, path=path, on=today(), subject=Area.objects.get(path=path)
    ) as deed:
        made = covers_start(post=post, start=start, end=last + DAY, chosen=chosen, by=user)
        deed.sentence = (
            ngettext(
                "Backups cover %(n)d household from %(start)s to %(last)s.",
                "Backups cover %(n)d households from %(start)s to %(last)s.", len(made),
            ) % {"n": len(made), "start": start.isoformat(), "last": last.isoformat()}
        )[:SENTENCE]  # fmt: skip
    return done(f"{reverse('handover-leave')}?post={post.pk}", deed)


@require_POST
@allow("manager")
def end(request: SignedInRequest) -> HttpResponse:
    """End covers from today on: the contact is back."""
    user, on = request.user, today()
    post = post_asked(user, request.POST.get("post", ""))
    to = f"{reverse('handover-leave')}?post={post.pk}"
    try:
        keys = [int(value) for value in request.POST.getlist("cover")]
    except ValueError:
        raise Http404 from None
    asked = {cover.pk: cover for cover in covers_of(post, by=user, on=on)}
    chosen = [asked[key] for key in keys if key in asked]
    if not chosen:
        messages.error(request, _("Choose which covers end."))
        return redirect(to)
    path = common_path([cover.link.household for cover in chosen])
    try:
        with act(
            verb="covers.end", by=user, path=path, on=on, subject=Area.objects.get(path=path)
        ) as deed:
            n = covers_end(covers=[cover.pk for cover in chosen], on=on, by=user)
            deed.sentence = ngettext(
                "Backups cover %(n)d household no longer.",
                "Backups cover %(n)d households no longer.", n,
            ) % {"n": n}  # fmt: skip
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return redirect(to)
    return done(to, deed)
