"""Matters, help and messages of areas that others take the place of.

What is open goes to the area that covers its pin, or where its household goes; what was given
within a year goes with the area that ends. What is closed, and what was rated, stays with the old
area. Of earlier days everything counts where it was filed then (``PastFiling``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import F, Q
from django.utils.translation import gettext as _

from accounts.models import User
from casework.models import (
    Activity,
    CardCode,
    CardText,
    ContactCard,
    Deed,
    DispatchRule,
    Issue,
    IssueStep,
    PastFiling,
    Submission,
    Task,
)
from grids.models import Area, Post
from grids.querysets import beneath
from households.models import Link

BATCH = 500
#: Kinds of records that are counted by place, and the column of ``PastFiling`` for each.
COUNTED: dict[str, Any] = {"issue": Issue, "deed": Deed, "activity": Activity}


@dataclass(frozen=True)
class Succession:
    """What a redraw says of places: ``into`` by path of those that end (None: nothing is left),
    ``households`` where each one is filed from the day, ``at`` the area covering a point (WGS 84)
    beneath a path. ``length`` is that of a path at the level that is redrawn."""

    villages: tuple[str, ...]
    length: int
    into: Mapping[str, str | None]
    households: Mapping[UUID, str]
    at: Callable[[float, float, str], str | None]

    def follow(self, path: str) -> str:
        """Where what is filed at a path goes with it; the area above where nothing is left."""
        if path not in self.into:
            return path
        return self.into[path] or path[: self.length - 4]


@dataclass
class Records:
    """Where the records of each kind go: key, path of today and path from the day on."""

    issues: list[tuple[UUID, str, str]] = field(default_factory=list)
    deeds: list[tuple[UUID, str, str]] = field(default_factory=list)
    activities: list[tuple[UUID, str, str]] = field(default_factory=list)
    submissions: list[tuple[UUID, str, str]] = field(default_factory=list)
    tasks: list[tuple[UUID, str, str]] = field(default_factory=list)


def records_of(succession: Succession) -> Records:
    """Work out what goes where; reads only."""
    found = Records()
    inside = beneath(succession.villages)
    fine = succession.length
    issues = Issue.objects.filter(inside).exclude(state__in=Issue.FINISHED)
    for row in issues.only("path", "household_id", "point").order_by("pk"):
        if len(row.path) < fine:
            continue
        _add(found.issues, row.pk, row.path, _place(succession, row, row.household_id))
    ending = Q(path__in=list(succession.into))
    for deed in Deed.objects.filter(ending).only("path", "household_id").order_by("pk"):
        to = succession.households.get(deed.household_id) if deed.household_id else None
        _add(found.deeds, deed.pk, deed.path, to or succession.follow(deed.path))
    for activity in Activity.objects.filter(ending).only("path", "point").order_by("pk"):
        _add(found.activities, activity.pk, activity.path, _place(succession, activity, None))
    waiting = Submission.objects.filter(ending, state=Submission.State.WAITING)
    for message in waiting.only("path", "household_id", "point").order_by("pk"):
        _add(
            found.submissions,
            message.pk,
            message.path,
            _place(succession, message, message.household_id),
        )
    for task in Task.objects.filter(ending, state__in=Task.OPEN).only("path").order_by("pk"):
        _add(found.tasks, task.pk, task.path, succession.follow(task.path))
    return found


def _place(succession: Succession, row: Any, household: UUID | None) -> str:
    """Where a record with a household or a pin is filed from the day on."""
    if household is not None:
        return succession.households.get(household) or succession.follow(row.path)
    if row.point is not None:
        to = succession.at(row.point.x, row.point.y, row.path[: succession.length - 4])
        stays = row.path not in succession.into and row.path.startswith(to or "-")
        if to is not None and not stays:
            return to
    return succession.follow(row.path)


def _add(rows: list[tuple[UUID, str, str]], key: UUID, path: str, to: str) -> None:
    if path != to:
        rows.append((key, path, to))


def records_follow(
    records: Records, *, areas: Mapping[str, Area], on: date, current: date, by: User | None
) -> None:
    """File the records where they go from a day on. ``areas`` are the rows of all paths."""
    for kind, rows in (
        ("issue", records.issues), ("deed", records.deeds), ("activity", records.activities),
    ):  # fmt: skip
        PastFiling.objects.bulk_create(
            [PastFiling(**{f"{kind}_id": key}, path=path, until=on) for key, path, _to in rows],
            batch_size=BATCH,
        )
        _file(COUNTED[kind], rows, areas, version=True)
    _tell(records.issues, areas, current, by)
    _file(Submission, records.submissions, areas)
    _file(Task, records.tasks, areas)


def _file(
    model: Any, rows: Iterable[tuple[UUID, str, str]], areas: Mapping[str, Area], *,
    version: bool = False,
) -> None:  # fmt: skip
    by_place: dict[str, list[UUID]] = defaultdict(list)
    for key, _path, to in rows:
        by_place[to].append(key)
    more: dict[str, Any] = {"version": F("version") + 1} if version else {}
    for to, keys in by_place.items():
        model.objects.filter(pk__in=keys).update(area=areas[to], path=to, **more)


def _tell(
    rows: list[tuple[UUID, str, str]], areas: Mapping[str, Area], current: date, by: User | None
) -> None:
    """Write the event in the line of each matter, on the day it is written."""
    states = dict(Issue.objects.filter(pk__in=[row[0] for row in rows]).values_list("pk", "state"))
    IssueStep.objects.bulk_create(
        [
            IssueStep(
                issue_id=key, on=current, verb="refile", before=states[key], after=states[key],
                by=by,
                note=_("From %(old)s to %(new)s.")
                % {"old": areas[path].name, "new": areas[to].name},
            )
            for key, path, to in rows
        ],
        batch_size=BATCH,
    )  # fmt: skip


def holders_follow(
    following: Mapping[UUID, Post], links: Mapping[UUID, Link], into: Mapping[str, Area | None],
) -> None:  # fmt: skip
    """What hangs on posts, links and areas that end goes on: tasks, cards, settings of the place.

    ``following`` by the key of the post that ends, ``links`` by that of the link, ``into`` by the
    path of the area. The address of a printed card stays the same.
    """
    for key, post in following.items():
        Task.objects.filter(to_post=key, state__in=Task.OPEN).update(to_post=post)
        Task.objects.filter(from_post=key, state__in=Task.OPEN).update(from_post=post)
    for key, link in links.items():
        if link.pk != key:
            ContactCard.objects.filter(link=key).update(link=link)
    _codes_follow(following, into)
    held = Issue.objects.exclude(state__in=Issue.FINISHED)
    for path, area in into.items():
        if area is None:
            continue
        held.filter(held_by__path=path).update(held_by=area)
        text = CardText.objects.filter(area__path=path).first()
        if text is not None and not CardText.objects.filter(area=area).exists():
            text.area = area
            text.save(update_fields=["area"])
        for rule in DispatchRule.objects.filter(area__path=path):
            same = DispatchRule.objects.filter(area=area, subject=rule.subject, topic=rule.topic)
            if not same.exists():
                rule.area = area
                rule.save(update_fields=["area"])


def _codes_follow(following: Mapping[UUID, Post], into: Mapping[str, Area | None]) -> None:
    codes = CardCode.objects.filter(Q(post__in=list(following)) | Q(path__in=list(into)))
    taken = set(CardCode.objects.values_list("post", "area"))
    for code in codes.select_related("post", "area"):
        post = following.get(code.post_id, code.post)
        area = into.get(code.path, code.area)
        if area is None or (post.pk, area.pk) in taken:
            continue
        taken.add((post.pk, area.pk))
        code.post, code.area, code.path = post, area, area.path
        code.save(update_fields=["post", "area", "path"])
