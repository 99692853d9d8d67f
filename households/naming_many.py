"""Contacts named for many households at once, each by its own post: the rules of ``links_create``.

Everything is read once for all and written in one statement: 5,000 within a few seconds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count
from django.utils.translation import gettext as _
from psycopg2.extras import DateRange

from accounts.models import User
from grids.models import Pairing, Post
from grids.scope import scope_of
from households.links import households_lock, offers_settle
from households.models import Handover, Household, Link
from lib.errors import Refusal
from lib.spans import span

BATCH = 5_000
Pair = tuple[UUID, UUID]


@dataclass
class Named:
    """What became of pairs of household and post: links made, and why others were refused."""

    linked: list[Link] = field(default_factory=list)
    refused: dict[UUID, str] = field(default_factory=dict)


@dataclass
class Rules:
    """All that decides whether a pair can be linked, as it stands under the locks."""

    on: date
    by: User | None
    posts: dict[UUID, Post]
    homes: dict[UUID, Household]
    room: dict[tuple[UUID, str], int | None]
    most: dict[tuple[UUID, str], int | None]
    paired: dict[UUID, set[str]]
    running: dict[UUID, list[tuple[str, DateRange]]]
    linked: set[UUID]

    def refusal(self, household: UUID, post: Post | None) -> str:
        """Why the pair cannot be linked; empty where it can."""
        home = self.homes.get(household)
        if home is None or self.on not in home.during:
            return _("The household is not open on that day.")
        if self.by is not None and not scope_of(self.by).manages(home.path):
            return _("Only the township grid office of this area may do this.")
        if household in self.linked:
            return _("The household has got a contact meanwhile.")
        if post is None or post.void or self.on not in post.during:
            name = post.person if post else _("Whoever was proposed")
            return _("%(name)s does not hold this post on that day.") % {"name": name}
        if not (post.role.may_link or post.role.is_backup):
            return _("A %(role)s is nobody's contact; choose another post.") % {"role": post.role}
        if not self._reaches(post, home.path):
            return _("%(name)s's post does not reach this household's area.") % {
                "name": post.person
            }
        key = (post.person_id, post.role_id)
        left = self.room[key]
        if left is not None and left <= 0:
            return _("%(name)s already has %(most)s households, the most for this post.") % {
                "name": post.person, "most": self.most[key],
            }  # fmt: skip
        end = post.during.upper
        for role, during in self.running.get(household, ()):
            if role == post.role_id and (end is None or during.lower < end):
                return _("The household already has a contact in this role; end that link first.")
        return ""

    def _reaches(self, post: Post, path: str) -> bool:
        """As ``households.links.reaches``."""
        if post.area_id:
            return path.startswith(post.path)
        places = self.paired.get(post.organisation_id) if post.organisation_id else None
        return not places or any(path[:n] in places for n in (12, 16, 20) if n <= len(path))


@transaction.atomic
def links_create_all(*, pairs: Sequence[Pair], on: date, by: User | None = None) -> Named:
    """Name each post's holder as contact of its household; in the order given, as long as there
    is room. A household that has any contact in force by now is refused."""
    rules = _rules(pairs, on, by)
    named = Named()
    for household, key in pairs:
        post = rules.posts.get(key)
        reason = rules.refusal(household, post)
        if reason or post is None:
            named.refused[household] = reason
            continue
        holder = (post.person_id, post.role_id)
        left = rules.room[holder]
        rules.room[holder] = None if left is None else left - 1
        rules.linked.add(household)
        named.linked.append(
            Link(
                household_id=household, post=post, role_id=post.role_id,
                during=span(on, post.during.upper),
            )
        )  # fmt: skip
    try:
        with transaction.atomic():
            Link.objects.bulk_create(named.linked, batch_size=BATCH)
    except IntegrityError:
        raise Refusal(
            _("Somebody else has just named contacts for these households; try again.")
        ) from None
    _offers_settle(named.linked, on)
    return named


def _rules(pairs: Sequence[Pair], on: date, by: User | None) -> Rules:
    """Lock posts, then households, in the order everybody does, and read what decides."""
    keys = {post for _household, post in pairs}
    locked = Post.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=keys)
    posts = {post.pk: post for post in locked.select_related("role", "person").order_by("pk")}
    wanted = {household for household, _post in pairs}
    households_lock(wanted)
    homes = {
        home.pk: home for home in Household.objects.filter(pk__in=wanted).only("path", "during")
    }
    people = {post.person_id for post in posts.values()}
    limits: dict[tuple[UUID, str], list[int | None]] = defaultdict(list)
    held = Post.objects.in_force(on).filter(person__in=people).select_related("role")
    for post in held:
        most = post.max_links if post.max_links is not None else post.role.max_links
        limits[post.person_id, post.role_id].append(most)
    counted = (
        Link.objects.filter(post__in=held.values("pk"), void=False, during__contains=on)
        .values_list("post__person", "role")
        .annotate(n=Count("pk"))
    )
    loads = {(person, role): n for person, role, n in counted}
    most_of = {
        key: None if None in found else max(number for number in found if number is not None)
        for key, found in limits.items()
    }
    room = {
        key: None if most is None else most - loads.get(key, 0) for key, most in most_of.items()
    }
    paired: dict[UUID, set[str]] = defaultdict(set)
    organisations = {post.organisation_id for post in posts.values() if post.organisation_id}
    pairings = Pairing.objects.filter(organisation__in=organisations, during__contains=on)
    for organisation, path in pairings.values_list("organisation", "area__path"):
        paired[organisation].add(path)
    running: dict[UUID, list[tuple[str, DateRange]]] = defaultdict(list)
    later = Link.objects.filter(household__in=wanted, void=False).exclude(during__endswith__lte=on)
    for household, role, during in later.values_list("household", "role", "during"):
        running[household].append((role, during))
    in_force = Link.objects.in_force(on).filter(household__in=wanted)
    linked = set(in_force.values_list("household", flat=True))
    return Rules(on, by, posts, homes, room, most_of, paired, running, linked)


def _offers_settle(links: Sequence[Link], on: date) -> None:
    """Who was offered one of the households waits no more, as in naming one contact."""
    offered = set(
        Handover.objects.filter(household__in=[link.household_id for link in links])
        .values_list("household", flat=True)
        .distinct()
    )
    for link in links:
        if link.household_id in offered:
            offers_settle(link.household_id, link.post, on)
