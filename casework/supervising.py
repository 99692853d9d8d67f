"""Supervise a sum (督办): the open or late matters of an area, handed to who must close them.

A leader sees how many matters wait, not which: those of households are a count. The sum is handed
out as a task with a question and a day, and each of its matters is told so in its path.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from casework.effects import NOTE_LENGTH
from casework.models import Issue, IssueStep, Task, TaskMatter, TaskStep
from casework.tasks import LONGEST, OF_MATTERS, post_handing, posts_to_hand_to
from grids.models import Area, Organisation, Post, Role
from lib.clock import now
from lib.errors import Refusal
from lib.identity import no_id_number

BATCH = 2000


def post_leading(user: User, area: Area, *, on: date) -> Post | None:
    """The nearest post by which somebody leads an area."""
    return post_handing(user, area, on=on, kinds=(Role.Kind.LEADER,))


def matters_of(
    area: Area, subject: str, *, organisation: Organisation | None = None, reason: str = "",
    at: datetime,
) -> QuerySet[Issue]:  # fmt: skip
    """The matters of a sum at a moment: all of the area, those of one department, or those of
    none (``reason``); ``Task.Subject.LATE`` past the resident's limit."""
    rows = Issue.objects.filter(path__startswith=area.path).exclude(state__in=Issue.FINISHED)
    if organisation is not None:
        rows = rows.filter(department=organisation)
    elif reason == Task.NO_DEPARTMENT:
        rows = rows.filter(department__isnull=True)
    return rows.late(at) if subject == Task.Subject.LATE else rows


def posts_to_close(
    area: Area, organisation: Organisation | None, *, on: date, besides: Post
) -> tuple[QuerySet[Post], QuerySet[Post]]:
    """Posts that could close matters: the department's with its offices, and those of the place."""
    of_department = Post.objects.in_force(on).filter(
        Q(organisation=organisation) | Q(organisation__parent=organisation),
        role__kind=Role.Kind.DEPARTMENT,
    )
    if organisation is None:
        of_department = of_department.none()
    of_department = of_department.exclude(person=besides.person_id).select_related(
        "role", "person__user", "organisation"
    )
    return of_department.order_by("person__name"), posts_to_hand_to(area, on=on, besides=besides)


@transaction.atomic
def sum_supervise(
    *, area: Area, subject: str, organisation: Organisation | None = None, reason: str = "",
    to_post: Post, due_on: date, on: date, note: str, by: User,
) -> Task:  # fmt: skip
    """Hand the matters of a sum, as they are now, to a post: a question and a day to answer.

    In the path of each stands that a leader supervises it. A matter to be answered for earlier
    keeps its day. Refusal names the field at fault; the second of two is told who was first.
    """
    from_post = post_leading(by, area, on=on)
    if from_post is None:
        raise Refusal(_("Only a leader of this area may do this."))
    if subject not in OF_MATTERS or reason not in ("", Task.NO_DEPARTMENT):
        raise Refusal(_("Choose what the task is about."), field="subject")
    offered = posts_to_close(area, organisation, on=on, besides=from_post)
    if not any(posts.filter(pk=to_post.pk).exists() for posts in offered):
        raise Refusal(_("Choose who is to close it from the list."), field="to_post")
    if not on <= due_on <= on + LONGEST:
        raise Refusal(_("Choose a day for the answer, from today on."), field="due_on")
    note = no_id_number(note, field="note")
    if not note:
        raise Refusal(_("Write what you want to know."), field="note")
    if len(note) > NOTE_LENGTH:
        raise Refusal(_("Say it in at most %(n)d characters.") % {"n": NOTE_LENGTH}, field="note")
    # One after the other, so that the same sum is never handed out twice.
    Area.objects.select_for_update(no_key=True).get(pk=area.pk)
    _once(area, subject, organisation, reason, on)
    rows = matters_of(area, subject, organisation=organisation, reason=reason, at=now())
    found = list(rows.select_for_update(of=("self",)).order_by("pk").values_list("pk", "state"))
    if not found:
        raise Refusal(_("There is nothing to hand out here: the number is 0."), field="subject")
    task = Task.objects.create(
        area=area, path=area.path, subject=subject, reason=reason, organisation=organisation,
        number=len(found), note=note, from_post=from_post, to_post=to_post, handed_on=on,
        due_on=due_on,
    )  # fmt: skip
    TaskMatter.objects.bulk_create(
        (TaskMatter(task=task, issue_id=key) for key, _state in found), batch_size=BATCH
    )
    TaskStep.objects.create(
        task=task, verb=TaskStep.Verb.HANDED, on=on, by=by, note=note, number=len(found)
    )
    _tell(found, due_on=due_on, on=on, note=note, by=by)
    return task


def _once(
    area: Area, subject: str, organisation: Organisation | None, reason: str, on: date
) -> None:
    """Refuse a sum that somebody supervises already, and say who and until when."""
    running = Task.objects.open_on(on).filter(
        area=area, subject=subject, organisation=organisation, reason=reason
    )
    first = running.select_related("from_post__person", "to_post__person").first()
    if first is not None:
        raise Refusal(
            _(
                "%(who)s supervises this sum already: %(n)d matters, handed to %(to)s, to be"
                " answered by %(day)s. What you typed is kept."
            )
            % {
                "who": first.from_post.person.name, "n": first.number,
                "to": first.to_post.person.name, "day": first.due_on,
            }
        )  # fmt: skip


def _tell(found: list[tuple[UUID, str]], *, due_on: date, on: date, note: str, by: User) -> None:
    """Write into the path of each matter that it is supervised, as the transition of one does
    (``effects.py``), in one go: there may be thousands."""
    IssueStep.objects.bulk_create(
        (
            IssueStep(issue_id=key, on=on, verb="supervise", before=state, after=state, by=by,
                      note=note, until=due_on)
            for key, state in found
        ),
        batch_size=BATCH,
    )  # fmt: skip
    told = Issue.objects.filter(pk__in=[key for key, _state in found])
    told.update(version=F("version") + 1)
    told.filter(Q(supervised_until__isnull=True) | Q(supervised_until__gt=due_on)).update(
        supervised_until=due_on
    )
