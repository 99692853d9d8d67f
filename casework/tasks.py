"""Hand a gap to the post that must close it (交办), ask for progress, answer, close.

A leader or a manager hands it out within the own area; whoever holds it is the township grid
office, a grid worker or a village lead of that area or of a part of it. Nothing is counted by
person: tasks belong to posts and places.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from casework.coverage import REASONS, refresh, sums
from casework.models import Issue, Task, TaskHousehold, TaskStep
from casework.querysets import touching
from grids.models import Area, Post, Role
from grids.paths import at_and_above
from grids.scope import scope_of
from households.models import Household
from lib.errors import Refusal

HANDS_OUT = (Role.Kind.LEADER, Role.Kind.MANAGER)
HOLDS = (Role.Kind.MANAGER, Role.Kind.WORKER, Role.Kind.VILLAGE_LEAD)
#: A task waits at least for today's answer and at most for this long.
LONGEST = timedelta(days=366)
State, Verb = Task.State, TaskStep.Verb
#: What a leader supervises; handed out in ``casework/supervising.py``.
OF_MATTERS = (Task.Subject.MATTERS, Task.Subject.LATE)


def post_handing(
    user: User, area: Area, *, on: date, kinds: Iterable[str] = HANDS_OUT
) -> Post | None:
    """The nearest post, of the kinds given, by which somebody may hand out what is in an area."""
    above = at_and_above(area.path)
    posts = Post.objects.in_force(on).filter(
        person=scope_of(user).person, area__isnull=False, path__in=above, role__kind__in=kinds
    )
    return max(posts, key=lambda post: (len(post.path), str(post.pk)), default=None)


def posts_to_hand_to(area: Area, *, on: date, besides: Post | None = None) -> QuerySet[Post]:
    """Posts that could close a gap of an area: of the area, of one above it or of a part."""
    posts = (
        Post.objects.in_force(on)
        .filter(touching([area.path]), area__isnull=False, role__kind__in=HOLDS)
        .select_related("role", "person__user", "area")
        .order_by("path", "role__kind", "role_id", "person__name")
    )
    return posts.exclude(person=besides.person_id) if besides else posts


def tasks_waiting(user: User, *, on: date) -> QuerySet[Task]:
    """Tasks that wait for somebody: held and not answered, or handed out and answered."""
    held = Task.objects.open_on(on).held_by(user, on)
    answered = Task.objects.handed_by(user, on).filter(state=State.ANSWERED)
    return held.filter(state__in=(State.HANDED, State.ACCEPTED)) | answered


def number_now(area: Area, subject: str, reason: str, *, on: date) -> int:
    """How many there are today: of the gap, of one reason of it, or vacant posts."""
    row = sums(area.path, area.level, on=on, current=on).get(area.path)
    if row is None:
        return 0
    if subject == Task.Subject.VACANCIES:
        return row["vacancies"]
    return row[f"gap_{reason}"] if reason else row["households"] - row["excluded"] - row["linked"]


def number_of(task: Task, *, on: date) -> int:
    """How many of a task there are today; of matters, how many of those handed out are open."""
    if task.subject in OF_MATTERS:
        return task.matters.exclude(issue__state__in=Issue.FINISHED).count()  # type: ignore[attr-defined]
    return number_now(task.area, task.subject, task.reason, on=on)


@transaction.atomic
def task_hand(
    *, area: Area, subject: str, reason: str = "", to_post: Post, due_on: date, on: date,
    note: str = "", by: User,
) -> Task:  # fmt: skip
    """Hand a gap of an area to a post that must close it, with a day for the answer."""
    from_post = post_handing(by, area, on=on)
    if from_post is None:
        raise Refusal(_("Only a leader or the township grid office of this area may do this."))
    if subject not in (Task.Subject.GAP, Task.Subject.VACANCIES):
        raise Refusal(_("Choose what the task is about."), field="subject")
    if reason and (subject != Task.Subject.GAP or reason not in REASONS):
        raise Refusal(_("Choose one of the reasons."), field="reason")
    if not posts_to_hand_to(area, on=on, besides=from_post).filter(pk=to_post.pk).exists():
        raise Refusal(_("Choose who is to close it from the list."), field="to_post")
    if not on <= due_on <= on + LONGEST:
        raise Refusal(_("Choose a day for the answer, from today on."), field="due_on")
    number = number_now(area, subject, reason, on=on)
    if not number:
        raise Refusal(_("There is nothing to hand out here: the number is 0."), field="reason")
    task = Task.objects.create(
        area=area, path=area.path, subject=subject, reason=reason, number=number,
        note=note.strip()[:400], from_post=from_post, to_post=to_post, handed_on=on,
        due_on=due_on,
    )  # fmt: skip
    if subject == Task.Subject.GAP:
        _keep_households(task, on)
    TaskStep.objects.create(
        task=task, verb=Verb.HANDED, on=on, by=by, note=task.note, number=number
    )
    return task


def _keep_households(task: Task, on: date) -> None:
    """The households of the gap as they are today; whoever comes later is another matter."""
    refresh(task.path, on=on)
    gap = Household.objects.filter(path__startswith=task.path).open_on(on).exclude(gap_reason="")
    if task.reason:
        gap = gap.filter(gap_reason=task.reason)
    TaskHousehold.objects.bulk_create(
        (
            TaskHousehold(task=task, household_id=key, reason=reason)
            for key, reason in gap.values_list("pk", "gap_reason")
        ),
        batch_size=2000,
    )


def task_accept(*, task: Task, on: date, by: User) -> Task:
    """Whoever holds it has seen it and takes it on."""
    return _step(task, Verb.ACCEPTED, on=on, by=by)


def task_report(*, task: Task, note: str, on: date, by: User) -> Task:
    """Whoever holds it tells how far it is."""
    return _step(task, Verb.REPORTED, on=on, by=by, note=note)


def task_answer(*, task: Task, note: str, on: date, by: User) -> Task:
    """Whoever holds it says what was done; closing is for who handed it out."""
    return _step(task, Verb.ANSWERED, on=on, by=by, note=note)


def task_remind(*, task: Task, note: str = "", on: date, by: User) -> Task:
    """Whoever handed it out asks for progress."""
    return _step(task, Verb.REMINDED, on=on, by=by, note=note)


def task_close(*, task: Task, note: str = "", on: date, by: User) -> Task:
    """Whoever handed it out accepts the answer."""
    return _step(task, Verb.CLOSED, on=on, by=by, note=note)


def task_reopen(*, task: Task, note: str, on: date, by: User) -> Task:
    """Whoever handed it out sends it back: the answer does not do."""
    return _step(task, Verb.REOPENED, on=on, by=by, note=note)


def task_withdraw(*, task: Task, note: str = "", on: date, by: User) -> Task:
    """Whoever handed it out takes it back; the line of events stays."""
    return _step(task, Verb.WITHDRAWN, on=on, by=by, note=note)


#: For each step who may take it, from which states, to which (None: the same), and whether it
#: needs words.
MOVES: dict[str, tuple[str, tuple[str, ...], str | None, bool]] = {
    Verb.ACCEPTED: ("held", (State.HANDED,), State.ACCEPTED, False),
    Verb.REPORTED: ("held", (State.HANDED, State.ACCEPTED), State.ACCEPTED, True),
    Verb.ANSWERED: ("held", (State.HANDED, State.ACCEPTED), State.ANSWERED, True),
    Verb.REMINDED: ("handed", (State.HANDED, State.ACCEPTED), None, False),
    Verb.CLOSED: ("handed", (State.ANSWERED,), State.CLOSED, False),
    Verb.REOPENED: ("handed", (State.ANSWERED,), State.ACCEPTED, True),
    Verb.WITHDRAWN: ("handed", Task.OPEN, State.WITHDRAWN, False),
}


def side_of(task: Task, user: User, *, on: date) -> str:
    """``handed`` for who handed it out, ``held`` for who holds it, empty for anybody else."""
    one = Task.objects.filter(pk=task.pk)
    if one.handed_by(user, on).exists():
        return "handed"
    return "held" if one.held_by(user, on).exists() else ""


def moves_open(task: Task, side: str) -> Iterable[str]:
    """The steps somebody on a side could take now."""
    return [verb for verb, (who, states, _to, _words) in MOVES.items()
            if who == side and task.state in states]  # fmt: skip


@transaction.atomic
def _step(task: Task, verb: str, *, on: date, by: User, note: str = "") -> Task:
    task = Task.objects.select_for_update(of=("self",)).select_related("area").get(pk=task.pk)
    who, states, to, words = MOVES[verb]
    side = side_of(task, by, on=on)
    if side != who:
        raise Refusal(
            _("Only who handed this out may do this.") if who == "handed"
            else _("Only who holds this task may do this.")
        )  # fmt: skip
    if who == "held" and not Task.objects.handing_held(on).filter(pk=task.pk).exists():
        raise Refusal(_("The post that handed this out has ended; the task is over."))
    if task.state not in states:
        raise Refusal(_("The task has moved on meanwhile; look at its line of events."))
    note = note.strip()[:400]
    if words and not note:
        raise Refusal(_("Write in a sentence how it stands."), field="note")
    number = number_of(task, on=on)
    TaskStep.objects.create(task=task, verb=verb, on=on, by=by, note=note, number=number)
    task.state = to or task.state
    task.save(update_fields=["state"])
    return task
