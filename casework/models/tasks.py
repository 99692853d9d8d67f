"""Gaps and matters handed to the post that must close them."""

from __future__ import annotations

import uuid

import pgtrigger
from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casework.models.issues import Issue
from casework.querysets import TaskHouseholdQuerySet, TaskQuerySet
from grids.models import Area, Organisation, Post
from grids.paths import PathField
from households.models import Household
from lib.history import tracked


@tracked()
class Task(models.Model):
    """A gap, or a sum of matters that a leader supervises (督办), handed to the post that must
    close it (交办): by when, and what was answered.

    It rests on two posts, the one that handed it out and the one that holds it; where one of
    them ends, it opens nothing any more. ``number`` is how many there were on the day.
    """

    class Subject(models.TextChoices):
        GAP = "gap", _("households without contact")
        VACANCIES = "vacancies", _("vacant posts")
        MATTERS = "matters", _("open matters")
        LATE = "late", _("overdue matters")

    #: Of the reason, where the matters are those that no department was given.
    NO_DEPARTMENT = "no_dept"

    class State(models.TextChoices):
        HANDED = "handed", _("handed out")
        ACCEPTED = "accepted", _("taken on")
        ANSWERED = "answered", _("answered")
        CLOSED = "closed", _("closed")
        WITHDRAWN = "withdrawn", _("withdrawn")

    #: The others are over, and show no household.
    OPEN = (State.HANDED, State.ACCEPTED, State.ANSWERED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    area = models.ForeignKey(Area, models.PROTECT, related_name="tasks")
    path = PathField(editable=False)
    subject = models.CharField(_("what it is about"), max_length=10, choices=Subject)
    reason = models.CharField(_("reason of the gap"), max_length=10, blank=True)
    #: Of matters: the department that has them; none for every one of the area.
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    number = models.PositiveIntegerField(_("number when handed out"))
    note = models.CharField(_("note"), max_length=400, blank=True)
    from_post = models.ForeignKey(Post, models.PROTECT, related_name="tasks_handed")
    to_post = models.ForeignKey(Post, models.PROTECT, related_name="tasks_held")
    handed_on = models.DateField(_("handed out on"))
    due_on = models.DateField(_("to be answered by"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.HANDED)

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        constraints = [
            models.CheckConstraint(
                name="task_due_after_handing", condition=Q(due_on__gte=F("handed_on"))
            ),
        ]
        indexes = [
            models.Index(fields=["to_post", "state"], name="task_to_post"),
            models.Index(fields=["from_post", "state"], name="task_from_post"),
        ]


class TaskHousehold(models.Model):
    """A household of the gap on the day it was handed out, and why it had nobody then."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="lines")
    household = models.ForeignKey(Household, models.CASCADE, related_name="+")
    reason = models.CharField(max_length=10)

    objects = TaskHouseholdQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "household"], name="taskhousehold_once"),
        ]


class TaskMatter(models.Model):
    """A matter that was open or late on the day its sum was handed out."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="matters")
    issue = models.ForeignKey(Issue, models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "issue"], name="taskmatter_once"),
        ]


class TaskStep(models.Model):
    """What happened to a task, by whom and when. Only ever added to."""

    class Verb(models.TextChoices):
        HANDED = "handed", _("handed out")
        ACCEPTED = "accepted", _("taken on")
        REMINDED = "reminded", _("asked for progress")
        REPORTED = "reported", _("progress told")
        ANSWERED = "answered", _("answered")
        REOPENED = "reopened", _("sent back")
        CLOSED = "closed", _("closed")
        WITHDRAWN = "withdrawn", _("withdrawn")

    task = models.ForeignKey(Task, models.CASCADE, related_name="steps")
    verb = models.CharField(max_length=10, choices=Verb)
    on = models.DateField()
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=400, blank=True)
    number = models.PositiveIntegerField(help_text="how many there were at this step")

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["task"], name="taskstep_task")]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]
