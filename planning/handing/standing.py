"""How handovers stand: what waits, what has to be seen to again, what is done; whose post left
households behind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from accounts.models import User
from grids.models import Post
from grids.querysets import beneath
from grids.scope import scope_of
from households.models import Exemption, Handover, Link

#: So long a handover that was accepted stays on the list.
DONE_FOR = timedelta(days=30)
RUNNING = Q(during__endswith=None)


def _runs(on: date) -> Q:
    return RUNNING | Q(during__endswith__gt=on)


def again(user: User, *, on: date) -> QuerySet[Handover]:
    """Offers that were declined, withdrawn or have lapsed, of households one manages that nobody
    was offered or named to since: the last offer of each."""
    later = Handover.objects.filter(household=OuterRef("household")).filter(
        Q(proposed_on__gt=OuterRef("proposed_on"))
        | Q(proposed_on=OuterRef("proposed_on"), answered_on=None)
        | Q(state=Handover.State.ACCEPTED, answered_on__gte=OuterRef("proposed_on"))
    ).exclude(pk=OuterRef("pk"))  # fmt: skip
    links = Link.objects.filter(_runs(on), household=OuterRef("household"), void=False)
    named = links.filter(Q(role=OuterRef("to_post__role")) | Q(role=OuterRef("from_post__role")))
    # While the contact who leaves is still there, the household has one; not afterwards.
    named = named.exclude(post=OuterRef("from_post"))
    lapsed = Q(state=Handover.State.PROPOSED) & ~Q(during__contains=on)
    off = Q(state__in=[Handover.State.DECLINED, Handover.State.WITHDRAWN])
    return (
        Handover.objects.manageable_by(user)
        .filter(off | lapsed, ~Exists(later), ~Exists(named), household__during__contains=on)
        .order_by("household__path", "household__head_name", "pk")
    )


def waiting(user: User, *, on: date) -> QuerySet[Handover]:
    """Offers that wait for an answer, of households one manages; the oldest first."""
    return (
        Handover.objects.manageable_by(user)
        .waiting(on)
        .order_by("proposed_on", "from_post", "to_post", "household__path", "pk")
    )


def accepted(user: User, *, on: date) -> QuerySet[Handover]:
    """Offers accepted of late, of households one manages; the latest first."""
    return (
        Handover.objects.manageable_by(user)
        .filter(state=Handover.State.ACCEPTED, answered_on__gt=on - DONE_FOR)
        .order_by("-answered_on", "household__path", "pk")
    )


@dataclass(frozen=True)
class LeftBehind:
    """A post that has ended, and how many households it left to nobody, offered to nobody."""

    post: Post
    households: int


def left_behind(user: User, *, on: date, path: str = "") -> list[LeftBehind]:
    """Posts that ended, or whose last day is set, with households one manages beneath ``path``
    that have no other contact in that role, were never offered by it and are in scope."""
    after = Link.objects.filter(
        _runs(on), household=OuterRef("household"), role=OuterRef("role"), void=False
    ).exclude(post=OuterRef("post"))
    offered = Handover.objects.filter(
        Q(state=Handover.State.PROPOSED, during__contains=on) | Q(from_post=OuterRef("post")),
        household=OuterRef("household"),
    )
    spared = Exemption.objects.filter(
        household=OuterRef("household"), during__contains=on, approved_on__lte=on
    )
    roots = scope_of(user).manage
    links = Link.objects.filter(
        beneath(roots, "household__path"), ~Exists(after), ~Exists(offered), ~Exists(spared),
        household__path__startswith=path, household__during__contains=on, void=False,
        role__is_backup=False, post__void=False, during__endswith=F("post__during__endswith"),
    )  # fmt: skip
    counts = dict(links.values_list("post").annotate(n=Count("household", distinct=True)))
    posts = Post.objects.filter(pk__in=counts).select_related(
        "person", "role", "area", "organisation"
    )
    return [LeftBehind(post, counts[post.pk]) for post in posts.order_by("path", "-during", "pk")]
