"""What somebody is told of on the map: lists opened in an emergency, tasks that wait, households
one has become the contact of.

Names of staff, places and days; never a household.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from casework.models import EmergencyList, Task
from casework.tasks import tasks_waiting
from grids.naming import area_labels
from grids.scope import scope_of
from households.models import Link
from lib.clock import SHANGHAI

#: More tasks than this are told of as a number.
NAMED = 2


@dataclass(frozen=True)
class Notice:
    """One thing to know, in a sentence, and where it leads. ``urgent`` ones come first."""

    text: str
    url: str
    link: str
    urgent: bool = False


def notices_of(user: User, *, on: date, at: datetime) -> list[Notice]:
    """Everything to be told to somebody at a moment, the urgent first."""
    return [*_emergencies(user, on=on, at=at), *_tasks(user, on=on), *_new_households(user, on=on)]


def _emergencies(user: User, *, on: date, at: datetime) -> list[Notice]:
    told = EmergencyList.objects.visible_to(user).open_at(at).order_by("-opened_at")
    lists = list(told.select_related("opened_by__person"))
    readable = set(EmergencyList.objects.readable_by(user).open_at(at).values_list("pk", flat=True))
    names = area_labels({emergency.path for emergency in lists}, on=on)
    return [
        Notice(
            _("%(kind)s: %(who)s opened the emergency list of %(area)s until %(until)s. %(reason)s")
            % {
                "kind": emergency.get_kind_display(),
                "who": _name(emergency.opened_by),
                "area": names[emergency.path]["name"],
                "until": emergency.closes_at.astimezone(SHANGHAI).strftime("%m-%d %H:%M"),
                "reason": emergency.reason,
            },
            *(
                (reverse("emergency", args=[emergency.pk]), _("See the list"))
                if emergency.pk in readable
                else (reverse("emergency-home"), _("More"))
            ),
            urgent=True,
        )
        for emergency in lists
    ]


def _new_households(user: User, *, on: date) -> list[Notice]:
    if not scope_of(user).own:
        return []
    n = Link.objects.new_to(user, on).count()
    if not n:
        return []
    sentence = ngettext(
        "You are the contact of %(n)d more household in the last 7 days.",
        "You are the contact of %(n)d more households in the last 7 days.", n,
    )  # fmt: skip
    return [Notice(sentence % {"n": n}, reverse("mine"), _("My households"))]


def _tasks(user: User, *, on: date) -> list[Notice]:
    waiting = tasks_waiting(user, on=on).filter(state__in=(Task.State.HANDED, Task.State.ANSWERED))
    tasks = list(waiting.select_related("from_post__person", "to_post__person").order_by("due_on"))
    if len(tasks) > NAMED:
        sentence = ngettext("%(n)d task waits for you.", "%(n)d tasks wait for you.", len(tasks))
        return [Notice(sentence % {"n": len(tasks)}, reverse("tasks"), _("See the tasks"))]
    names = area_labels({task.path for task in tasks}, on=on)
    sentences = {
        Task.State.HANDED: _("%(who)s handed to you: %(area)s, %(subject)s, by %(day)s."),
        Task.State.ANSWERED: _("%(holder)s answered: %(area)s, %(subject)s."),
    }
    return [
        Notice(
            sentences[Task.State(task.state)]
            % {
                "who": task.from_post.person.name,
                "holder": task.to_post.person.name,
                "area": names[task.path]["name"],
                "subject": task.get_subject_display(),
                "day": task.due_on.isoformat(),
            },
            reverse("task", args=[task.pk]),
            _("See the task"),
        )
        for task in tasks
    ]


def _name(user: User) -> str:
    person = getattr(user, "person", None)
    return person.name if person else user.username
