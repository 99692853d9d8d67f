"""Tasks handed out (交办): what waits for one, what one waits for, and the line of events.

The households of a gap stand on the page of its task alone, while it is open, for who handed it
out and for who holds it: name, address, reason, and whether somebody is named meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.gate import SignedInRequest, allow
from accounts.models import User
from accounts.reads import Read, note_read
from casework.models import Issue, Task, TaskHousehold, TaskStep
from casework.tasks import (
    HANDS_OUT,
    HOLDS,
    OF_MATTERS,
    moves_open,
    number_now,
    number_of,
    post_handing,
    posts_to_hand_to,
    side_of,
    task_accept,
    task_answer,
    task_close,
    task_hand,
    task_remind,
    task_reopen,
    task_report,
    task_withdraw,
)
from grids.asked import asked_area
from grids.models import Area, AreaCode, Post, Role
from grids.naming import area_labels, map_address, name_from_afar
from grids.scope import scope_of
from households.models import Link
from lib.clock import today
from lib.errors import Refusal

TAKES_PART = tuple(dict.fromkeys([*HANDS_OUT, *HOLDS, Role.Kind.DEPARTMENT]))
PAGE = 50
DONE_SHOWN = 20
#: Posts offered to hand to; those of the area itself and above it come first.
OFFERED = 150
DAYS = 7
REASONS = {
    "no_grid": gettext_lazy("in no grid"),
    "handover": gettext_lazy("handover not accepted yet"),
    "left": gettext_lazy("contact has left"),
    "vacant": gettext_lazy("nobody in post"),
    "full": gettext_lazy("everyone at capacity"),
    "new": gettext_lazy("newly registered"),
    "unassigned": gettext_lazy("not yet named"),
}
ACTS = {
    TaskStep.Verb.ACCEPTED: task_accept,
    TaskStep.Verb.REPORTED: task_report,
    TaskStep.Verb.ANSWERED: task_answer,
    TaskStep.Verb.REMINDED: task_remind,
    TaskStep.Verb.CLOSED: task_close,
    TaskStep.Verb.REOPENED: task_reopen,
    TaskStep.Verb.WITHDRAWN: task_withdraw,
}
PUTS_AWAY = (TaskStep.Verb.CLOSED, TaskStep.Verb.WITHDRAWN)


@dataclass(frozen=True)
class Line:
    """A task as a list shows it: how many then, how many today."""

    task: Task
    place: str
    subject: str
    now: int
    late: bool


@dataclass(frozen=True)
class HouseholdLine:
    """A household of a task and what became of it."""

    head: str
    address: str
    place: str
    reason: str
    contacts: list[str]
    out_of_count: bool


def subject_of(task: Task) -> str:
    """What a task is about, in words."""
    part: Any = REASONS.get(task.reason) or task.organisation
    if task.reason == Task.NO_DEPARTMENT:
        part = _("not given to a department")
    return f"{task.get_subject_display()} · {part}" if part else task.get_subject_display()


def lines_of(tasks: list[Task], *, on: date) -> list[Line]:
    """Tasks with their number of today."""
    names = area_labels({task.path for task in tasks}, on=on)
    return [
        Line(
            task, names[task.path]["name"], subject_of(task),
            number_of(task, on=on),
            task.due_on < on and task.state in (Task.State.HANDED, Task.State.ACCEPTED),
        )
        for task in tasks
    ]  # fmt: skip


def with_people(tasks: Any) -> Any:
    """Tasks with the people and roles of both posts."""
    return tasks.select_related(
        "area",
        "organisation",
        "from_post__person",
        "from_post__role",
        "to_post__person",
        "to_post__role",
    )


@require_GET
@allow(*TAKES_PART)
def home(request: SignedInRequest) -> HttpResponse:
    """What waits for the person, what was handed out, and what is done."""
    user, on = request.user, today()
    every = with_people(Task.objects.visible_to(user))
    running = every.filter(state__in=Task.OPEN).order_by("due_on", "pk")
    held = list(running.open_on(on).held_by(user, on))
    handed = list(running.handed_by(user, on))
    shown = [task.pk for task in [*held, *handed]]
    done = every.exclude(pk__in=shown).order_by("-handed_on", "-due_on", "pk")
    page = Paginator(done, DONE_SHOWN).get_page(request.GET.get("page"))
    context = {
        "held": lines_of(held, on=on),
        "handed": lines_of(handed, on=on),
        "done": lines_of(list(page), on=on),
        "page": page,
        "hands_out": bool(scope_of(user).kinds & set(HANDS_OUT)),
    }
    return render(request, "desk/tasks.html", context)


@require_http_methods(["GET", "POST"])
@allow(*HANDS_OUT)
def new(request: SignedInRequest) -> HttpResponse:
    """Hand the gap of an area, or one reason of it, to a post."""
    on = today()
    given = request.POST or request.GET
    area = asked_area(request.user, request.GET.get("area"), on=on)
    from_post = post_handing(request.user, area, on=on)
    if from_post is None:
        raise Http404
    error = None
    if request.method == "POST":
        try:
            task = _hand(request, area, on=on)
            return redirect("task", task.pk)
        except Refusal as refusal:
            error = refusal
    about = [(Task.Subject.GAP, "", number_now(area, Task.Subject.GAP, "", on=on))]
    about += [(Task.Subject.GAP, key, number_now(area, Task.Subject.GAP, key, on=on))
              for key in REASONS]  # fmt: skip
    about.append((Task.Subject.VACANCIES, "", number_now(area, Task.Subject.VACANCIES, "", on=on)))
    posts = list(posts_to_hand_to(area, on=on, besides=from_post)[:OFFERED])
    context = {
        "on_map": map_address(request.user, area, on=on), "name": name_from_afar(area),
        "error": error, "given": given,
        "about": [
            {
                "value": f"{subject}:{reason}", "number": number,
                "label": REASONS.get(reason) or Task.Subject(subject).label, "part": bool(reason),
                "vacancies": subject == Task.Subject.VACANCIES,
            }
            for subject, reason, number in about if number
        ],
        "chosen": given.get("about") or f"gap:{given.get('reason', '')}",
        "posts": [post for post in reversed(posts) if area.path.startswith(post.path)],
        "parts": [post for post in posts if not area.path.startswith(post.path)],
        "due_on": given.get("due_on") or (on + timedelta(days=DAYS)).isoformat(),
        "today": on, "from_post": from_post,
    }  # fmt: skip
    return render(request, "desk/task_new.html", context, status=400 if error else 200)


def _hand(request: SignedInRequest, area: Area, *, on: date) -> Task:
    """Hand out what the form says; Refusal names the field at fault."""
    subject, _colon, reason = request.POST.get("about", "").partition(":")
    try:
        key = UUID(request.POST.get("to_post", ""))
        post = Post.objects.in_force(on).filter(pk=key).first()
    except ValueError:
        post = None
    if post is None:
        raise Refusal(_("Choose who is to close it from the list."), field="to_post")
    try:
        due_on = date.fromisoformat(request.POST.get("due_on", ""))
    except ValueError:
        raise Refusal(_("Write the date as 2026-11-22."), field="due_on") from None
    return task_hand(
        area=area, subject=subject, reason=reason, to_post=post, due_on=due_on, on=on,
        note=request.POST.get("note", ""), by=request.user,
    )  # fmt: skip


def task_or_404(user: User, key: UUID) -> Task:
    """A task one handed out or holds."""
    task = with_people(Task.objects.visible_to(user)).filter(pk=key).first()
    if task is None:
        raise Http404
    return task


@require_GET
@allow(*TAKES_PART)
def page(request: SignedInRequest, key: UUID) -> HttpResponse:
    """A task: the numbers, the line of events, the next step, and its households."""
    return show(request, task_or_404(request.user, key))


@require_POST
@allow(*TAKES_PART)
def act(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Take one step: ``verb`` and, where it needs words, ``note``."""
    task = task_or_404(request.user, key)
    verb = request.POST.get("verb", "")
    step: Any = ACTS.get(TaskStep.Verb(verb)) if verb in ACTS else None
    if step is None:
        raise Http404
    words = {} if step is task_accept else {"note": request.POST.get("note", "")}
    try:
        step(task=task, on=today(), by=request.user, **words)
    except Refusal as refusal:
        task.refresh_from_db(fields=["state"])
        return show(request, task, error=refusal.sentence, verb=verb)
    return redirect("task", task.pk)


def show(request: SignedInRequest, task: Task, *, error: str = "", verb: str = "") -> HttpResponse:
    """Draw a task with only what may be shown, and note its households for the access log."""
    user, on = request.user, today()
    side = side_of(task, user, on=on)
    households = TaskHousehold.objects.visible_to(user).filter(task=task)
    codes = AreaCode.objects.filter(area__path=OuterRef("household__path"), during__contains=on)
    rows = (
        households.select_related("household")
        .annotate(code=Subquery(codes.values("code")[:1]))
        .order_by("code", "household__path", "household__head_name", "household_id")
    )
    shown = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    lines = household_lines(list(shown), task, on=on)
    note_read(request, Read("task.households", str(task.pk), len(lines), "P2"))
    steps = task.steps.select_related("by__person")
    running = Task.objects.open_on(on).filter(pk=task.pk).exists()
    open_steps = list(moves_open(task, side))
    if not running:  # one of the two posts has ended: all that is left is to put it away
        open_steps = [step for step in open_steps if side == "handed" and step in PUTS_AWAY]
    context = {
        "task": task, "place": name_from_afar(task.area), "subject": subject_of(task),
        "on_map": map_address(user, task.area, on=on) if scope_of(user).areas else "",
        "now": number_of(task, on=on), **matters_shown(request, task),
        "linked": linked_since(households, on=on), "kept": task.lines.count(),
        "side": side, "open_steps": open_steps,
        "running": running, "post_ended": task.state in Task.OPEN and not running,
        "steps": steps, "page": shown, "lines": lines,
        "late": running and task.state != Task.State.ANSWERED and task.due_on < on,
        "error": error, "verb": verb, "note": request.POST.get("note", ""),
    }  # fmt: skip
    return render(request, "desk/task.html", context, status=400 if error else 200)


def matters_shown(request: SignedInRequest, task: Task) -> dict[str, Any]:
    """The open matters of a sum that somebody sees anyway, and of how many only the count is."""
    if task.subject not in OF_MATTERS:
        return {"of_matters": False}
    running = Issue.objects.exclude(state__in=Issue.FINISHED).filter(
        pk__in=task.matters.values("issue")  # type: ignore[attr-defined]
    )
    seen = running.filter(pk__in=Issue.objects.visible_to(request.user).values("pk"))
    shown = Paginator(seen.order_by("limit_on", "pk"), PAGE).get_page(request.GET.get("page"))
    of_households = sum(1 for issue in shown if issue.household_id)
    note_read(request, Read("task.matters", str(task.pk), of_households, "P2"))
    return {
        "of_matters": True, "matters": shown,
        "unseen": running.count() - shown.paginator.count,
    }  # fmt: skip


def linked_since(households: Any, *, on: date) -> int:
    """How many of the households shown have a contact by now."""
    links = Link.objects.in_force(on).filter(household__in=households.values("household"))
    return links.values("household").distinct().count()


def household_lines(rows: list[TaskHousehold], task: Task, *, on: date) -> list[HouseholdLine]:
    """Households of a task with the contacts named since."""
    keys = [row.household_id for row in rows]
    places = area_labels({row.household.path for row in rows}, on=on)
    contacts: dict[UUID, list[str]] = {key: [] for key in keys}
    links = Link.objects.in_force(on).filter(household__in=keys)
    for link in links.select_related("role", "post__person").order_by("role__kind", "role_id"):
        named = {"name": link.post.person.name, "role": link.role.name}
        contacts[link.household_id].append(_("%(name)s (%(role)s)") % named)
    return [
        HouseholdLine(
            row.household.head_name, row.household.address, places[row.household.path]["name"],
            str(REASONS[row.reason]), contacts[row.household_id],
            not contacts[row.household_id] and not row.household.gap_reason,
        )
        for row in rows
    ]  # fmt: skip
