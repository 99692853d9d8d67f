"""Households a person looks after in a role, and the most there may be: one may need relief."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet
from django.db.models.functions import Coalesce

from casework.coverage import refresh
from casework.models import FullPost
from desk.tables.asked import Asked
from grids.models import Post
from grids.querysets import beneath
from households.models import Link

MOST = Coalesce("max_links", "role__max_links")


@dataclass(frozen=True)
class Capacity:
    """Links in force of a person in a role, and the most allowed (None: no limit)."""

    links: int
    most: int | None

    @property
    def full(self) -> bool:
        """Whether no further household may be given."""
        return self.most is not None and self.links >= self.most

    @property
    def over(self) -> bool:
        """Whether there are more than there may be."""
        return self.most is not None and self.links > self.most

    def __str__(self) -> str:
        return f"{self.links} / {self.most}" if self.most is not None else str(self.links)


def limits(posts: QuerySet[Post]) -> QuerySet[Any]:
    """Person, role and the most generous limit; ``most`` is None where one post has none."""
    rows = posts.filter(Q(role__may_link=True) | Q(role__is_backup=True))
    return rows.values("person", "role").annotate(
        posts=Count("pk"), known=Count(MOST), greatest=Max(MOST)
    )


def capacity(people: set[UUID], *, on: date) -> dict[tuple[UUID, str], Capacity]:
    """Loads of people by person and role, over all posts they hold in it."""
    most = {
        (row["person"], row["role"]): row["greatest"] if row["known"] == row["posts"] else None
        for row in limits(Post.objects.in_force(on).filter(person__in=people))
    }
    links = {
        (row["post__person"], row["role"]): row["n"]
        for row in Link.objects.in_force(on).filter(post__person__in=people)
        .values("post__person", "role").annotate(n=Count("pk"))
    }  # fmt: skip
    return {key: Capacity(links.get(key, 0), limit) for key, limit in most.items()}


def full(asked: Asked, **condition: bool) -> QuerySet[Any]:
    """Posts one may see whose holders can take no further household in the post's role."""
    for path in asked.scope.areas:
        refresh(path, on=asked.on)
    return FullPost.objects.filter(beneath(asked.scope.areas), **condition).values("post")


def over(asked: Asked) -> QuerySet[Any]:
    """Of these, the posts whose holders have more households in the role than they may."""
    return full(asked, over=True)
