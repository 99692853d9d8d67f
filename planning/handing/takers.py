"""Posts that could take households over, or stand in for a contact, with the room they have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from grids.models import Pairing, Post
from grids.paths import at_and_above
from households.models import Cover, Handover, Link
from lib.clock import today
from lib.spans import span

VILLAGE = 12


@dataclass(frozen=True)
class Taker:
    """A post; ``places`` are the paths it reaches at and beneath. ``links`` are the households of
    its holder in that role, those offered and not answered yet included, ``most`` the limit."""

    post: Post
    places: tuple[str, ...]
    links: int
    most: int | None

    @property
    def room(self) -> int | None:
        """How many households may still be given; None without a limit."""
        return None if self.most is None else max(self.most - self.links, 0)

    @property
    def key(self) -> tuple[UUID, str]:
        """Whose limit it is: the person's in that role, whatever posts it is held by."""
        return self.post.person_id, self.post.role_id

    def near(self, path: str) -> int | None:
        """Length of the finest path of its own that a household lies beneath; None beyond reach."""
        return max((len(place) for place in self.places if path.startswith(place)), default=None)


def takers(paths: Collection[str], *, on: date, backup: bool, leaving: UUID | None,
           end: date | None = None) -> list[Taker]:  # fmt: skip
    """Posts in force on a day that reach any of ``paths``, those of ``leaving`` (a person) left
    out: contacts, or with ``backup`` who covers; ``end`` is how long, for what they cover then.
    """
    above = {place for path in paths for place in at_and_above(path)}
    paired = Pairing.objects.filter(
        area__path__in=[place for place in above if len(place) >= VILLAGE], during__contains=on
    )
    helped: dict[Any, list[str]] = defaultdict(list)
    for unit, path in paired.values_list("organisation", "area__path"):
        helped[unit].append(path)
    roles = Q(role__is_backup=True) if backup else Q(role__may_link=True, role__is_backup=False)
    posts = list(
        Post.objects.in_force(on)
        .filter(roles)
        .filter(Q(area__path__in=above) | Q(organisation__in=list(helped)))
        .exclude(person=leaving)
        .select_related("person", "role", "area", "organisation")
        .order_by("path", "person__name", "pk")
    )
    people = {post.person_id for post in posts}
    load = _covers(people, on, end) if backup else _links(people, on)
    most = limits(people, on=on)
    return [
        Taker(
            post,
            (post.path,) if post.area_id else tuple(sorted(helped[post.organisation_id])),
            load.get((post.person_id, post.role_id), 0),
            most[post.person_id, post.role_id],
        )
        for post in posts
    ]


def limits(people: Collection[UUID], *, on: date) -> dict[tuple[UUID, str], int | None]:
    """The most households per person and role: the most generous of the posts held, or none."""
    found: dict[tuple[UUID, str], list[int | None]] = defaultdict(list)
    for post in Post.objects.in_force(on).filter(person__in=people).select_related("role"):
        most = post.max_links if post.max_links is not None else post.role.max_links
        found[post.person_id, post.role_id].append(most)
    return {
        key: None if None in given else max(most for most in given if most is not None)
        for key, given in found.items()
    }


def _links(people: Collection[UUID], on: date) -> dict[tuple[UUID, str], int]:
    """Households per person and role on a day: linked, or offered and waiting for the answer."""
    load: dict[tuple[UUID, str], int] = defaultdict(int)
    links = Link.objects.filter(
        post__person__in=people, void=False, during__contains=on,
        post__void=False, post__during__contains=on,
    )  # fmt: skip
    for person, role, n in links.values_list("post__person", "role").annotate(n=Count("pk")):
        load[person, role] += n
    offers = Handover.objects.waiting(today()).filter(to_post__person__in=people)
    counted = offers.values_list("to_post__person", "to_post__role").annotate(n=Count("pk"))
    for person, role, n in counted:
        load[person, role] += n
    return load


def _covers(people: Collection[UUID], on: date, end: date | None) -> dict[tuple[UUID, str], int]:
    """Households per person and role that are covered at some time of a span."""
    covers = Cover.objects.filter(
        link__post__person__in=people, link__void=False, during__overlap=span(on, end)
    )
    counted = covers.values_list("link__post__person", "link__role").annotate(
        n=Count("link__household", distinct=True)
    )
    return {(person, role): n for person, role, n in counted}
