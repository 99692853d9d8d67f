"""A contact is away for some days: backups cover its households, and nothing else is kept of it.

No row says who is away or why: only which backup covers which household, from when to when.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from casework.coverage import refresh
from grids.models import Post
from grids.querysets import beneath
from grids.scope import scope_of
from households.covers import cover_by, cover_end
from households.links import households_lock
from households.models import Cover, Household, Link
from lib.clock import today
from lib.errors import Refusal
from planning.handing.plans import Line, cover_lines, handed, has_ended
from planning.handing.sending import Unfit

#: Longer than this nobody is away: the households need another contact.
LONGEST_DAYS = 366


@dataclass(frozen=True)
class LeavePlan:
    """The households of a post from ``start`` until before ``end``, with the backups each could
    have as its choices. ``beyond``: households of areas the reader does not manage."""

    post: Post
    start: date
    end: date
    lines: list[Line]
    beyond: int

    def short(self) -> list[Line]:
        """Households nobody covers."""
        return [line for line in self.lines if line.backup is None and not line.covered]


def span_check(start: date, end: date) -> None:
    """Refuse days that cannot be covered; ``end`` is the first day no longer."""
    if start < today():
        raise Refusal(_("Choose today or a later day."), field="start")
    if end <= start:
        raise Refusal(_("The last day must not be before the first."), field="end")
    if (end - start).days > LONGEST_DAYS:
        raise Refusal(_("At most one year; hand the households over for longer."), field="end")


def looked_after(post: Post, *, on: date) -> Q:
    """Households whose contact a post is on a day; of one that has ended, those it left behind."""
    if has_ended(post) and post.during.upper <= on:
        return Q(pk__in=handed(post, on=on).values("pk"))
    links = Link.objects.filter(post=post, void=False, during__contains=on)
    return Q(pk__in=links.values("household"))


def leave_plan(
    post: Post, *, start: date, end: date, by: User,
    chosen: Mapping[UUID, UUID | None] | None = None,
) -> LeavePlan:  # fmt: skip
    """Who covers each household of a post in a span; ``chosen`` as in ``handover_plan``."""
    span_check(start, end)
    every = Household.objects.filter(looked_after(post, on=start)).open_on(start)
    every = every.in_scope_on(start)
    mine = every.manageable_by(by)
    for village in {path[:12] for path in mine.values_list("path", flat=True)}:
        refresh(village, on=today())
    lines = [Line(one, []) for one in mine.order_by("path", "head_name", "pk")]
    choices = cover_lines(lines, post, on=start, end=end, chosen=chosen)
    for line in lines:
        line.choices = choices.get(line.household.pk, [])
    return LeavePlan(post, start, end, lines, every.count() - len(lines))


@transaction.atomic
def covers_start(
    *, post: Post, start: date, end: date, chosen: Mapping[UUID, UUID | None], by: User
) -> list[Cover]:
    """Let backups cover the households of a post as chosen; Unfit where one cannot."""
    wanted = {key for key in chosen.values() if key}
    list(Post.objects.select_for_update(no_key=True).filter(pk__in=[post.pk, *wanted])
         .order_by("pk").values_list("pk"))  # fmt: skip
    households_lock(chosen)
    plan = leave_plan(post, start=start, end=end, by=by, chosen=chosen)
    if not set(chosen) <= {line.household.pk for line in plan.lines}:
        raise Refusal(
            _("The households of this post have changed meanwhile: these are the ones now.")
        )
    made, unfit = [], {}
    for line in plan.lines:
        if not chosen.get(line.household.pk) or line.covered:
            continue
        if line.backup is None:
            unfit[line.household.pk] = _("This backup cannot cover the household.")
            continue
        try:
            with transaction.atomic():
                made.append(
                    cover_by(household=line.household, post=line.backup.post, on=start, end=end,
                             by=by)
                )  # fmt: skip
        except Refusal as refusal:
            unfit[line.household.pk] = refusal.sentence
    if unfit:
        raise Unfit(unfit)
    if not made:
        raise Refusal(_("Choose a backup for at least one household."))
    return made


def covers_of(post: Post, *, by: User, on: date) -> list[Cover]:
    """What backups cover for a post's households on a day or later, those of offers apart."""
    households = Household.objects.filter(looked_after(post, on=on)).manageable_by(by)
    covers = Cover.objects.filter(
        Q(during__endswith=None) | Q(during__endswith__gt=on),
        link__household__in=households, link__void=False, handover=None,
    ).select_related("link__household", "link__post__person")  # fmt: skip
    return list(covers.order_by("link__household__path", "link__household__head_name", "during"))


@transaction.atomic
def covers_end(*, covers: Collection[int], on: date, by: User) -> int:
    """End covers from a day on; how many. Those still to come are gone."""
    rows = Cover.objects.filter(pk__in=covers, link__void=False)
    rows = rows.filter(beneath(scope_of(by).manage, "link__household__path"))
    households_lock(rows.values_list("link__household", flat=True))
    ended = 0
    for cover in rows.select_related("link").order_by("pk"):
        if cover.during.upper is None or cover.during.upper > on:
            cover_end(cover=cover, on=on, by=by)
            ended += 1
    if not ended:
        raise Refusal(_("The backup has ceased to cover this household already."))
    return ended
