"""Who could be the contact of households in an area: posts that reach it, with their load."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from grids.models import Area, Pairing, Post
from grids.querysets import beneath
from households.models import Link


@dataclass(frozen=True)
class Candidate:
    """A post that may link, with the links its holder has in that role and the most allowed."""

    post: Post
    links: int
    most: int | None

    @property
    def full(self) -> bool:
        """Whether no further household may be given."""
        return self.most is not None and self.links >= self.most


def candidates(area: Area, *, on: date) -> list[Candidate]:
    """Posts on the area, beneath it or above it up to the village, or of a paired organisation.

    The ones with room come first, nearest post first, then those with the smallest load.
    """
    above = [area.path[:n] for n in (12, 16, 20) if n <= len(area.path)]
    paired = Pairing.objects.filter(
        Q(area__path__in=above) | beneath([area.path], "area__path"), during__contains=on
    )
    posts = list(
        Post.objects.in_force(on)
        .filter(Q(role__may_link=True))
        .filter(
            Q(area__path__in=above)
            | beneath([area.path], "area__path")
            | Q(organisation__in=paired.values("organisation"))
        )
        .select_related("person", "role", "area", "organisation")
        .distinct()
    )
    people = {post.person_id for post in posts}
    loads = {
        (row["post__person"], row["role"]): row["n"]
        for row in Link.objects.filter(
            post__person__in=people, void=False, during__contains=on,
            post__void=False, post__during__contains=on,
        ).values("post__person", "role").annotate(n=Count("pk"))
    }  # fmt: skip
    limits: dict[tuple[object, str], list[int | None]] = defaultdict(list)
    for post in Post.objects.in_force(on).filter(person__in=people).select_related("role"):
        most = post.max_links if post.max_links is not None else post.role.max_links
        limits[(post.person_id, post.role_id)].append(most)
    found = []
    for post in posts:
        key = (post.person_id, post.role_id)
        known = [most for most in limits[key] if most is not None]
        most = max(known) if len(known) == len(limits[key]) else None
        found.append(Candidate(post, loads.get(key, 0), most))
    found.sort(key=lambda c: (c.full, -len(c.post.path), c.links, c.post.person.name))
    return found
