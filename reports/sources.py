"""What the indicators count: one question per noun, as its records stand at the end of a day.

Each begins with everything beneath a path up to ``until``; an indicator adds its condition. The
rows behind a number are the rows of the same question, so the two cannot disagree.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from casework.models import (
    Activity,
    Contact,
    ContactCard,
    Deed,
    Issue,
    IssueStep,
    Rating,
    Task,
    TaskStep,
)
from casework.querysets import past_limit
from grids.models import Area, Post
from households.models import Exemption, Household, Link
from lib.spans import months_after

#: A matter in one of these has not been accepted.
NOT_ACCEPTED = (Issue.State.REGISTERED, Issue.State.DECLINED, Issue.State.MERGED)
TOLD = (TaskStep.Verb.REMINDED, TaskStep.Verb.REPORTED)


@dataclass(frozen=True)
class Source:
    """A noun: its question, where its path and its household stand, the table of its rows."""

    key: str
    rows: Callable[[str, date, date], QuerySet[Any]]
    table: str
    path: str = "path"
    household: str = "household"


def issues(path: str, until: date, current: date) -> Any:
    """Matters registered by a day, with ``state_on`` its end.

    ``taken_on`` is the day each was accepted, ``done_on`` the day it was last finished. Today
    these are columns, which every step sets; of an earlier day the steps tell.
    """
    rows = Issue.objects.filter(path__startswith=path).with_state_on(until, current=current)
    if until == current:
        return rows.annotate(taken_on=F("accepted_on"), done_on=F("finished_on"))
    steps = IssueStep.objects.filter(issue=OuterRef("pk"), on__lte=until)
    taken = steps.exclude(after__in=NOT_ACCEPTED).order_by("on", "id").values("on")[:1]
    done = steps.filter(after__in=Issue.FINISHED).exclude(before__in=Issue.FINISHED)
    last = done.order_by("-on", "-id").values("on")[:1]
    return rows.annotate(
        taken_on=Coalesce(F("accepted_on"), Subquery(taken)), done_on=Subquery(last)
    )


def contacts(path: str, until: date, current: date) -> QuerySet[Contact]:
    """Contacts with households that are on record at the end of the day."""
    return Contact.objects.filter(
        household__path__startswith=path, household__during__contains=until, on__lte=until
    )


def deeds(path: str, until: date, current: date) -> Any:
    """Help given, applied for and planned, with ``state_on`` the end of the day."""
    return Deed.objects.filter(path__startswith=path).with_state_on(until, current=current)


def activities(path: str, until: date, current: date) -> QuerySet[Activity]:
    """Sessions of every kind."""
    return Activity.objects.filter(path__startswith=path, on__lte=until)


def cards(path: str, until: date, current: date) -> QuerySet[ContactCard]:
    """Contact cards handed over."""
    return ContactCard.objects.filter(link__household__path__startswith=path, handed_on__lte=until)


def ratings(path: str, until: date, current: date) -> QuerySet[Rating]:
    """What households said of the service."""
    return Rating.objects.filter(path__startswith=path, on__lte=until)


def tasks(path: str, until: date, current: date) -> QuerySet[Task]:
    """Tasks handed out by a day; ``last`` is what was last done with them by its end."""
    steps = TaskStep.objects.filter(task=OuterRef("pk"), on__lte=until).exclude(verb__in=TOLD)
    last = steps.order_by("-on", "-id").values("verb")[:1]
    return Task.objects.filter(path__startswith=path, handed_on__lte=until).annotate(
        last=Subquery(last)
    )


def posts(path: str, until: date, current: date) -> QuerySet[Post]:
    """Posts held on the day."""
    return Post.objects.in_force(until).filter(path__startswith=path)


def areas(path: str, until: date, current: date) -> QuerySet[Area]:
    """Areas in force on the day."""
    return Area.objects.in_force(until).filter(path__startswith=path)


def households(path: str, until: date, current: date) -> Any:
    """Households open on the day; what the count derives (reason, outside) is of today."""
    party = Link.objects.in_force(until).filter(
        household=OuterRef("pk"), post__person__party_member=True
    )
    met = Contact.objects.filter(
        household=OuterRef("pk"), reached=True, made_by_party_member=True,
        mode__in=(Contact.Mode.VISIT, Contact.Mode.CAME), on__gt=months_after(until, -12),
        on__lte=until,
    )  # fmt: skip
    out = Exemption.objects.filter(
        household=OuterRef("pk"), during__contains=until, approved_on__lte=until
    )
    return (
        Household.objects.open_on(until)
        .filter(path__startswith=path)
        .annotate(out=Exists(out), with_party=Exists(party), party_saw=Exists(met))
    )


def overdue(until: date) -> Q:
    """Open past the limit as of a day, set aside or not."""
    return ~Q(state_on__in=Issue.FINISHED) & past_limit(until)


SOURCES: dict[str, Source] = {
    source.key: source
    for source in (
        Source("households", households, "households", household="pk"),
        Source("issues", issues, "issues"),
        Source("contacts", contacts, "contacts", path="household__path"),
        Source("deeds", deeds, "deeds"),
        Source("activities", activities, "activities", household=""),
        Source("cards", cards, "cards", path="link__household__path", household="link__household"),
        Source("ratings", ratings, "ratings", household=""),
        Source("tasks", tasks, "", household=""),
        Source("posts", posts, "posts", household=""),
        Source("areas", areas, "areas", household=""),
    )
}


def month_of(on: date) -> tuple[date, date]:
    """First and last day of the month a day is in."""
    first = on.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
