"""Posts and contacts across a redraw: what goes on, what breaks, and who could take over."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q

from grids.models import Area, Pairing, Post, Role
from grids.querysets import beneath
from grids.succeeding import posts_follow
from households.models import Exemption, Handover, Link
from lib.spans import span
from planning.redrawing.moving import Division


@dataclass
class Staffing:
    """What a division does to posts and links.

    ``ending`` are posts whose area ends, ``following`` what each goes on as. Links are kept,
    ``carried`` to the post that follows, or ``broken``. ``alone`` are households that would have
    nobody, with the role of the contact they lose; ``offers`` who could take them over.
    """

    ending: list[Post] = field(default_factory=list)
    following: dict[UUID, Post] = field(default_factory=dict)
    carried: list[tuple[Link, Post]] = field(default_factory=list)
    broken: list[Link] = field(default_factory=list)
    alone: dict[UUID, str] = field(default_factory=dict)
    offers: dict[UUID, Post] = field(default_factory=dict)
    #: Where every household is filed from the day on, and those of which it changes.
    filed: dict[UUID, str] = field(default_factory=dict)
    changed: set[UUID] = field(default_factory=set)
    reach: Reach | None = None

    @property
    def without(self) -> list[UUID]:
        """Households that would have nobody and whom nobody with room could take over."""
        return [key for key in self.alone if key not in self.offers]


class Reach:
    """Whether a post reaches a household at a path, as ``households.links.reaches`` says it, once
    pairings of areas that end have gone to those that took over; asked without a query."""

    def __init__(self, division: Division, *, on: date) -> None:
        into = division.into
        self.paired: dict[UUID, set[str]] = defaultdict(set)
        rows = Pairing.objects.filter(during__contains=on)
        for organisation, path in rows.values_list("organisation", "area__path"):
            if path in into:
                path = into[path] or ""
            self.paired[organisation].add(path)

    def __call__(self, post: Post, path: str) -> bool:
        if post.organisation_id is None:
            return path.startswith(post.path)
        places = self.paired.get(post.organisation_id)
        return not places or any(path[:length] in places for length in (12, 16, 20))


def staffing_of(division: Division) -> Staffing:
    """Work out posts and links of a division; reads only."""
    on = division.on
    found = Staffing(reach=Reach(division, on=on))
    into: dict[UUID, Area | None] = {end.area.pk: end.into for end in division.endings}
    found.ending = list(
        Post.objects.live(on).filter(area__in=list(into)).select_related("role", "person", "area")
        .order_by("path", "role", "pk")
    )  # fmt: skip
    found.following = posts_follow(found.ending, into, on=on)
    for member in division.members:
        if member.household not in found.filed or on in member.during:
            found.filed[member.household] = member.to
        if member.to != member.path:
            found.changed.add(member.household)
    _links(division, found)
    _alone(division, found)
    _offers(division, found)
    return found


def _links(division: Division, found: Staffing) -> None:
    """Which links go on as they are, with another post, or break."""
    on, reach = division.on, found.reach
    ending = {post.pk for post in found.ending}
    running = Link.objects.filter(void=False).filter(
        Q(during__endswith__isnull=True) | Q(during__endswith__gt=on)
    )
    touched = running.filter(Q(post__in=ending) | Q(household__in=list(found.changed)))
    if reach is None:
        return
    for link in touched.select_related("post__person", "role").order_by("pk"):
        post = found.following.get(link.post_id, link.post)
        path = found.filed.get(link.household_id)
        fits = path is not None and reach(post, path)
        if link.post_id in ending:
            if fits and link.post_id in found.following:
                found.carried.append((link, post))
            else:
                found.broken.append(link)
        elif not fits:
            found.broken.append(link)


def _alone(division: Division, found: Staffing) -> None:
    """Households of broken links with no other contact in force on the day, in scope."""
    on = division.on
    broken = {link.pk for link in found.broken}
    lost = {
        link.household_id: link.role_id
        for link in found.broken
        if not link.role.is_backup and on in link.during
    }
    others = Link.objects.in_force(on).filter(household__in=list(lost)).exclude(pk__in=broken)
    linked = set(others.values_list("household", flat=True))
    spared = set(
        Exemption.objects.filter(
            household__in=list(lost), during__contains=on, approved_on__isnull=False
        ).values_list("household", flat=True)
    )
    found.alone = {key: role for key, role in lost.items() if key not in linked | spared}


def _offers(division: Division, found: Staffing) -> None:
    """Offer each to the nearest post with room: one of the same role first, then the least load.

    The candidates are those that reasons of the gap count: on the unit or above it up to the
    village, or of an organisation paired there.
    """
    if not found.alone or found.reach is None:
        return
    on = division.on
    asked = set(
        Handover.objects.filter(
            household__in=list(found.alone), during__overlap=span(on)
        ).values_list("household", flat=True)
    )
    posts = _candidates(division, found)
    room = _room(posts, found, on)
    near: dict[str, list[Post]] = {}
    waiting = sorted((found.filed[key], key) for key in found.alone if key in found.filed)
    for path, key in waiting:
        if key in asked:
            continue
        if path not in near:
            near[path] = [post for post in posts if _near(post, path, found.reach)]
        role = found.alone[key]
        free = [p for p in near[path] if room[p.person_id, p.role_id] is None
                or (room[p.person_id, p.role_id] or 0) > 0]  # fmt: skip
        if not free:
            continue
        best = min(
            free,
            key=lambda p: (
                p.role_id != role, -len(p.path) if p.area_id else 0,
                -(room[p.person_id, p.role_id] or 10_000), p.pk.hex,
            ),
        )  # fmt: skip
        found.offers[key] = best
        left = room[best.person_id, best.role_id]
        room[best.person_id, best.role_id] = None if left is None else left - 1


def _near(post: Post, path: str, reach: Reach) -> bool:
    return (
        reach(post, path)
        if post.area_id
        else post.organisation_id in reach.paired and reach(post, path)
    )


def _candidates(division: Division, found: Staffing) -> list[Post]:
    """Posts that may link in the villages, as they are after the redraw."""
    on = division.on
    villages = sorted({path[:12] for path in division.redraw.villages})
    paired = Pairing.objects.filter(beneath(villages, "area__path"), during__contains=on)
    rows = list(
        Post.objects.in_force(on)
        .filter(role__may_link=True, role__is_backup=False)
        .filter(
            (Q(area__isnull=False) & beneath(villages))
            | Q(organisation__in=paired.values("organisation"))
        )
        .select_related("person", "role", "area", "organisation")
        .order_by("pk")
    )
    after = {}
    ending = {post.pk for post in found.ending}
    for row in rows:
        post = found.following.get(row.pk) if row.pk in ending else row
        if post is not None and on in post.during:
            after[post.pk] = post
    return list(after.values())


def _room(posts: list[Post], found: Staffing, on: date) -> dict[tuple[Any, str], int | None]:
    """How many more households each person may have in a role; None without a limit."""
    people = {post.person_id for post in posts}
    limits: dict[tuple[Any, str], list[int | None]] = defaultdict(list)
    labels = {role.pk: role for role in Role.objects.all()}
    for post in Post.objects.in_force(on).filter(person__in=people):
        most = post.max_links if post.max_links is not None else labels[post.role_id].max_links
        limits[post.person_id, post.role_id].append(most)
    loads = Counter(
        Link.objects.filter(
            post__person__in=people, void=False, during__contains=on,
            post__void=False, post__during__contains=on,
        ).exclude(pk__in=[link.pk for link in found.broken]).values_list("post__person", "role")
    )  # fmt: skip
    room: dict[tuple[Any, str], int | None] = {}
    for post in posts:
        key = (post.person_id, post.role_id)
        known = [most for most in limits[key] if most is not None]
        whole = len(known) == len(limits[key]) and known
        room[key] = max(max(known) - loads[key], 0) if whole else None
    return room
