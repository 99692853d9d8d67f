"""The plan when a contact leaves: worked out, changed by hand, sent in one act."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.gate import SignedInRequest, allow
from accounts.reads import Read, note_read
from casework.leaving import leaving
from desk.acts import done
from desk.handing.asked import choices_asked, day_asked, post_asked
from desk.staff import place_name
from grids.appointing import may_give, post_verb
from grids.models import Area, Post
from grids.naming import area_labels
from grids.querysets import beneath
from grids.scope import scope_of
from households.models import Household
from households.naming import common_path
from jobs.acts import act
from lib.clock import today
from lib.errors import Refusal
from planning.handing.plans import Line, Plan, handover_plan, plan_day
from planning.handing.sending import Sent, Unfit, handover_send
from planning.handing.takers import Taker

SENTENCE = 200


@dataclass
class Place:
    """The households of one neighbourhood, with what is wrong about a choice."""

    name: str
    lines: list[tuple[Line, str]] = field(default_factory=list)


def places(lines: list[Line], wrong: dict[UUID, str], *, on: date) -> list[Place]:
    """Lines by the finest area, in order."""
    labels = area_labels({line.household.path for line in lines}, on=on)
    found: dict[str, Place] = {}
    for line in lines:
        path = line.household.path
        place = found.setdefault(path, Place(labels[path]["name"]))
        place.lines.append((line, wrong.get(line.household.pk, "")))
    return list(found.values())


@dataclass(frozen=True)
class Shortfall:
    """Households of one place that nobody takes over, and why: ``full``: those who reach them
    have no room; else nobody in post reaches them. ``area`` is where a post would be started."""

    name: str
    households: int
    full: bool
    area: Area


def shortfalls(plan: Plan, *, on: date) -> list[Shortfall]:
    """What is missing by place, with what closes it."""
    counts: dict[tuple[str, bool], int] = {}
    for line in plan.short():
        key = line.household.path, bool(line.choices)
        counts[key] = counts.get(key, 0) + 1
    labels = area_labels({path for path, _full in counts}, on=on)
    areas = {area.path: area for area in Area.objects.filter(path__in=labels)}
    return [
        Shortfall(labels[path]["name"], n, full, areas[path])
        for (path, full), n in sorted(counts.items())
    ]


@require_http_methods(["GET", "POST"])
@allow("manager")
def page(request: SignedInRequest) -> HttpResponse:
    """The plan of a post (``post``) for a day (``on``); a POST changes it or sends it."""
    user = request.user
    if not request.GET.get("post"):
        area = request.GET.get("area", "")
        return redirect(reverse("handovers") + (f"?area={area}" if area else "") + "#left")
    post = post_asked(user, request.GET["post"])
    typed = request.POST if request.method == "POST" else request.GET
    asked, error = day_asked(typed, "on")
    on = plan_day(post, asked)
    do = request.POST.get("do", "")
    chosen = choices_asked(request.POST) if do in ("again", "all", "send") else None
    if asked is not None and asked != on and do == "send":
        error = Refusal(_("The day must be today or later, and within the post."), field="on")
    wrong: dict[UUID, str] = {}
    if do == "send" and error is None and chosen is not None:
        try:
            return sent(request, post, on, chosen)
        except Unfit as unfit:
            error, wrong = unfit, unfit.lines
        except Refusal as refusal:
            error, chosen = refusal, None
            post.refresh_from_db()
    plan = handover_plan(post, on=on, by=user, chosen=chosen)
    if do == "all" and chosen is not None:
        everything_to(plan, request.POST.get("all", ""))
    return show(request, plan, error, wrong)


def everything_to(plan: Plan, key: str) -> None:
    """Give every household a post reaches to it, as far as it has room."""
    left: int | None = -1
    for line in plan.lines:
        taker = next((t for t in line.choices if str(t.post.pk) == key), None)
        if taker is None:
            continue
        left = taker.room if left == -1 else left
        if left is None or left > 0:
            line.to, line.known = taker, False
            left = left if left is None else left - 1


def everybody(plan: Plan) -> list[Taker]:
    """Whoever could take some household of a plan."""
    found: dict[UUID, Taker] = {}
    for line in plan.lines:
        for taker in line.choices:
            found.setdefault(taker.post.pk, taker)
    return sorted(found.values(), key=lambda t: (str(t.post.person), t.post.pk))


def show(
    request: SignedInRequest, plan: Plan, error: Refusal | None, wrong: dict[UUID, str]
) -> HttpResponse:
    """Draw the plan; its names are read by who manages the households."""
    user, on = request.user, today()
    note_read(request, Read("handover.plan", plan.post.path, len(plan.lines), "P2"))
    ends = plan.ends and may_give(user, plan.post.role.kind, plan.post.path)
    offers = [line for line in plan.lines if line.to]
    context: dict[str, Any] = {
        "post": plan.post, "place": place_name(plan.post), "plan": plan, "day": plan.on,
        "first": max(on, plan.post.during.lower), "error": error, "ends": ends,
        "may_send": ends or not plan.ends,
        "places": places(plan.lines, wrong, on=on), "loads": plan.loads(),
        "over": plan.post.during.upper is not None and plan.post.during.upper <= on,
        "offers": len(offers), "known": sum(line.known for line in offers),
        "covered": sum(bool(line.backup) or line.covered for line in offers),
        "short": shortfalls(plan, on=on), "everybody": everybody(plan),
        "cover": request.POST.get("cover") == "1" if request.method == "POST" else True,
        "leaving": leaving(plan.post, on=plan.on, user=user, current=on) if ends else None,
    }  # fmt: skip
    return render(request, "desk/handing/plan.html", context, status=400 if error else 200)


def sent(
    request: SignedInRequest, post: Post, on: date, chosen: dict[UUID, UUID | None]
) -> HttpResponse:
    """Send the plan as one act, and go on to how handovers stand."""
    user = request.user
    ends = post.during.upper is None
    path = post.path
    if not ends:
        path = common_of(request, chosen) or path
    verb = post_verb("post.end", post.role) if ends else "handover.send"
    with act(verb=verb, by=user, path=path, on=today(), subject=post) as deed:
        outcome = handover_send(
            post=post, on=on, chosen=chosen, cover=request.POST.get("cover") == "1", by=user
        )
        deed.sentence = said(post, on, outcome, ends=ends)[:SENTENCE]
    return done(reverse("handovers"), deed)


def common_of(request: SignedInRequest, chosen: dict[UUID, UUID | None]) -> str:
    """The finest area around the households of a form, of those one manages."""
    within = beneath(scope_of(request.user).manage)
    households = list(Household.objects.filter(within, pk__in=chosen))
    return common_path(households) if households else ""


def said(post: Post, on: date, outcome: Sent, *, ends: bool) -> str:
    """What sending a plan did, in words and numbers."""
    parts = []
    if ends:
        parts.append(
            _("%(name)s is no longer %(role)s of %(place)s from %(day)s.")
            % {"name": post.person.name, "role": post.role, "place": place_name(post),
               "day": on.isoformat()}
        )  # fmt: skip
    n = len(outcome.offered)
    parts.append(
        ngettext("%(n)d household was offered.", "%(n)d households were offered.", n) % {"n": n}
    )
    if outcome.covered:
        n = len(outcome.covered)
        parts.append(ngettext("Backups cover %(n)d.", "Backups cover %(n)d.", n) % {"n": n})
    if outcome.left:
        n = len(outcome.left)
        parts.append(ngettext("%(n)d has nobody yet.", "%(n)d have nobody yet.", n) % {"n": n})
    return " ".join(parts)
