"""The page of one matter: what it is, its two clocks, its path, and the next step of whoever
looks; and taking that step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.gate import SignedInRequest, allow
from accounts.models import User
from accounts.reads import Read, note_read
from casework import states
from casework.cast import cast_of, moves_open, next_move, waits_for
from casework.clocks import department_clock, resident_clock
from casework.issues import issue_step
from casework.models import Issue, IssueStep, ReplyTemplate
from casework.ratings import may_pass_on
from casework.repeats import repeats_of
from casework.states import TABLE, Move, label_of
from desk.matters.forms import StepForm
from desk.ratings import made_of
from desk.tables.words import SEES_MATTERS
from grids.models import Area
from grids.naming import account_names
from grids.paths import at_and_above
from households.models import Household
from lib.clock import now, today
from lib.errors import Outdated, Refusal

#: Who sees the way to reach the resident that was given for the matter.
REACHES = {states.DEPARTMENT, states.HELPER, states.MANAGER, states.WORKER, states.CONTACT}


@dataclass(frozen=True)
class Line:
    """One event of the path: what, who, and what was said with it."""

    step: IssueStep
    label: str
    state: str
    who: str
    said: str


@dataclass
class Offer:
    """A step the person may take, and its form."""

    move: Move
    form: StepForm

    @property
    def open(self) -> bool:
        """Whether it was tried and is to be mended."""
        return self.form.is_bound


def issue_or_404(user: User, key: UUID) -> Issue:
    """A matter the person may see."""
    seen = Issue.objects.visible_to(user)
    issue = seen.select_related("department", "held_by", "area", "topic", "merged_into").filter(
        pk=key
    ).first()  # fmt: skip
    if issue is None:
        raise Http404
    return issue


@require_GET
@allow(*SEES_MATTERS)
def page(request: SignedInRequest, key: UUID) -> HttpResponse:
    """One matter, for those who may see it; the household only for those who may read that."""
    return show(request, issue_or_404(request.user, key))


@require_POST
@allow(*SEES_MATTERS)
def act(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Take one step: ``verb``, ``version`` and the fields of its form."""
    user = request.user
    issue = issue_or_404(user, key)
    move = TABLE.get(request.POST.get("verb", ""))
    if move is None or not move.before:
        raise Http404
    form = StepForm(move, issue, request.POST)
    try:
        version = int(request.POST.get("version", ""))
    except ValueError:
        version = 0
    # Who may not, or comes second, is told so before what was typed is looked at.
    if form.is_valid() or issue.version != version:
        try:
            given = form.given() if form.is_valid() else {}
            if "into" in given:
                given["into"] = Issue.objects.visible_to(user).filter(pk=given["into"]).first()
            issue_step(issue=issue, verb=move.verb, by=user, on=today(), version=version, **given)
        except Outdated as refusal:
            return show(request, issue_or_404(user, key), tried=form, error=refusal.sentence)
        except Refusal as refusal:
            if refusal.field not in form.fields:
                return show(request, issue_or_404(user, key), tried=form, error=refusal.sentence)
            form.refuse(refusal)
        else:
            # Whoever handed a matter on may see it no longer.
            still = Issue.objects.visible_to(user).filter(pk=key).exists()
            return redirect("issue", key) if still else redirect("table", "issues")
    return show(request, issue, tried=form)


def show(
    request: SignedInRequest, issue: Issue, *, tried: StepForm | None = None, error: str = "",
    made: str = "",
) -> HttpResponse:  # fmt: skip
    """Draw a matter with only what this person may see, and note it for the access log.

    ``made`` is the secret part of an address to rate it, shown this once.
    """
    user, on, at = request.user, today(), now()
    cast = cast_of(issue, user, on=on)
    household = Household.objects.visible_to(user).filter(pk=issue.household_id).first()
    shows_way = bool(issue.contact_way) and bool(cast & REACHES)
    moves = moves_open(issue, user, on=on)
    repeats = repeats_of(issue, user) if any(move.verb == "merge" for move in moves) else []
    if not repeats:
        moves = [move for move in moves if move.verb != "merge"]
    of_households = sum(1 for one in repeats if one.issue.household_id)
    if issue.household_id or shows_way or of_households:
        note_read(request, Read("issue.page", str(issue.pk), 1 + of_households, "P2"))
    offers = offers_of(moves, issue, request, tried)
    first = next_move(moves, issue, on=on)
    context = {
        "issue": issue, "household": household, "shows_way": shows_way,
        "trail": Area.objects.filter(path__in=at_and_above(issue.path)).order_by("path"),
        "lines": lines_of(issue), "resident": resident_clock(issue, at),
        "department": department_clock(issue, at),
        "held_higher": issue.held_by if issue.held_by and issue.held_by.path != issue.path
        else None,
        "next": next((one for one in offers if one.move is first), None),
        "others": [one for one in offers if one.move is not first],
        "waits_for": "" if first else waits_for(issue),
        "helpers": issue.helpers.select_related("organisation"),  # type: ignore[attr-defined]
        "requests": issue.requests.filter(granted__isnull=True),  # type: ignore[attr-defined]
        "merged": Issue.objects.visible_to(user).filter(merged_into=issue),
        "merged_n": issue.repeats.count(),  # type: ignore[attr-defined]
        "repeats": repeats, "today": on, "error": error,
        "made": made_of(request, made, on=on, contact_way=issue.contact_way if shows_way else "")
        if made else None,
        "may_pass_on": not made and may_pass_on(issue, user, on=on),
        "kept": typed_of(tried) if tried and tried.move not in moves else [],
        "chosen": str(tried.data.get("into", "")) if tried else "",
        "templates": templates_of(issue, moves),
        "prints": bool(cast & {states.MANAGER, states.DEPARTMENT}) and issue.dispatched_on,
        "supervision_late": issue.supervised_until is not None and issue.supervised_until < on,
    }  # fmt: skip
    return render(request, "desk/matters/page.html", context, status=400 if tried or error else 200)


def typed_of(form: StepForm) -> list[tuple[Any, str]]:
    """What was typed for a step that can no longer be taken, by the label of its field."""
    found = [(form.fields[name].label, form.data.get(name, "")) for name in form.fields]
    return [(label, text) for label, text in found if text]


def offers_of(
    moves: list[Move], issue: Issue, request: SignedInRequest, tried: StepForm | None
) -> list[Offer]:
    """The forms of all open steps; the one that was tried with what was typed."""
    reply = request.GET.get("reply", "")
    found = []
    for move in moves:
        form = StepForm(move, issue)
        if tried is not None and tried.move is move:
            form = tried
        elif reply.isdecimal() and len(reply) < 10 and move.verb in ("resolve", "settle"):
            template = ReplyTemplate.objects.filter(pk=int(reply)).first()
            form = StepForm(move, issue, initial={"note": template.text if template else ""})
        found.append(Offer(move, form))
    return found


def templates_of(issue: Issue, moves: list[Move]) -> list[ReplyTemplate]:
    """Words to answer with, for who may answer."""
    if not any(move.verb in ("resolve", "settle") for move in moves):
        return []
    return list(ReplyTemplate.objects.filter(subject__in=("", issue.subject)))


def lines_of(issue: Issue) -> list[Line]:
    """The path of a matter in words."""
    steps = list(issue.steps.select_related("organisation"))  # type: ignore[attr-defined]
    names = account_names(str(step.by_id) if step.by_id else None for step in steps)
    return [
        Line(
            step, label_of(step.verb) or str(Issue.State(step.after).label),
            str(Issue.State(step.after).label) if step.after != step.before else "",
            names.get(str(step.by_id) if step.by_id else None, ""), _said(step),
        )
        for step in steps
    ]  # fmt: skip


def _said(step: IssueStep) -> str:
    """Department, day and answer of a step, as far as it has them."""
    parts = []
    if step.organisation:
        parts.append(step.organisation.name)
    if step.until:
        parts.append(_("until %(day)s") % {"day": step.until.isoformat()})
    if step.answer:
        parts.append(str(Issue.Answer(step.answer).label))
    return " · ".join(parts)


@require_GET
@allow(*SEES_MATTERS)
def paper(request: SignedInRequest, key: UUID) -> HttpResponse:
    """The slip that goes to the department with a matter (交办单), to print."""
    issue = issue_or_404(request.user, key)
    cast = cast_of(issue, request.user, on=today())
    if not cast & {states.MANAGER, states.DEPARTMENT} or issue.dispatched_on is None:
        raise Http404
    note_read(request, Read("issue.slip", str(issue.pk), 1, "P2"))
    given = issue.steps.filter(verb="dispatch").last()  # type: ignore[attr-defined]
    context = {
        "issue": issue, "place": place_words(issue), "today": today(), "given": given,
        "helpers": issue.helpers.select_related("organisation"),  # type: ignore[attr-defined]
    }  # fmt: skip
    return render(request, "desk/matters/slip.html", context)


def place_words(issue: Issue) -> str:
    """Where a matter is, from the township down."""
    areas: Any = Area.objects.filter(path__in=at_and_above(issue.path)).order_by("path")
    return " ".join(area.name for area in areas if area.level != Area.Level.COUNTY)
