"""What the end of a post takes with it, counted before anybody decides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef

from accounts.models import User
from casework.coverage import refresh
from grids.models import Post
from grids.querysets import beneath
from grids.scope import scope_of
from households.leaving import links_of
from households.models import Exemption, Household, Link
from households.querysets import HouseholdQuerySet

#: So many households with and without most need, else the count is withheld.
LEAST = 5


@dataclass(frozen=True)
class Leaving:
    """Households whose links end; of them ``alone`` without any other contact, of these ``key``
    with most need (None: withheld, or not for this reader). ``vacant``: the place lacks a
    required holder. ``last``: the person holds no other post then, so the account is shut."""

    links: int
    alone: int
    key: int | None
    vacant: bool
    last: bool


def leaving(post: Post, *, on: date, user: User, current: date) -> Leaving:
    """The consequences of ending ``post`` on a day, for somebody who may end it."""
    ending = links_of(post, on=on)
    keys = {link.household_id for link in ending}
    alone = _alone(post, keys, on)
    key = None
    if scope_of(user).sees_all_counts_of(post.path):
        for village in {path[:12] for path in alone.values_list("path", flat=True)}:
            refresh(village, on=current)
        needy = alone.filter(beneath(scope_of(user).needs), tier=Household.Tier.ZHONGDIAN)
        counted = needy.count()
        # Households of one contact are known by name: few of them, or all but few, would open
        # the needs of each without a row in the log.
        key = counted if LEAST <= counted <= alone.count() - LEAST else None
    return Leaving(len(keys), alone.count(), key, _vacant(post, on), _last(post, on))


def leaves_gap(post: Post, *, on: date) -> bool:
    """Whether a household that lost its contact with an ended post has none on a day."""
    lost = Link.objects.filter(post=post, void=False, during__endswith=post.during.upper)
    return _alone(post, set(lost.values_list("household_id", flat=True)), on).exists()


def _alone(post: Post, keys: set[UUID], on: date) -> HouseholdQuerySet:
    """Those of a post's households that nobody else looks after; a backup's have their own."""
    others = Link.objects.in_force(on).filter(household=OuterRef("pk")).exclude(post=post)
    spared = Exemption.objects.filter(
        household=OuterRef("pk"), during__contains=on, approved_on__isnull=False
    )
    alone = Household.objects.filter(pk__in=keys).open_on(on)
    return alone.none() if post.role.is_backup else alone.filter(~Exists(others), ~Exists(spared))


def _vacant(post: Post, on: date) -> bool:
    """Whether the area requires this role and would have too few holders."""
    if post.area is None or post.role.required_at != post.area.level:
        return False
    others = Post.objects.in_force(on).filter(area=post.area, role=post.role).exclude(pk=post.pk)
    return others.count() < post.role.required_count


def _last(post: Post, on: date) -> bool:
    others = Post.objects.live(on).filter(person=post.person_id).exclude(pk=post.pk)
    return post.person.user_id is not None and not others.exists()
