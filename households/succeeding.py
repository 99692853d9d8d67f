"""Households whose area changes all at once, with the contacts they keep and lose.

Called inside the one transaction of a redraw, which has checked the right. In bulk: ten thousand
households are filed anew in seconds. Earlier days keep the memberships and links they had.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import F, Func, Q, Value
from django.utils.timezone import now
from django.utils.translation import gettext as _

from grids.models import Area, Post
from households.links import households_lock, offer_answer
from households.models import Cover, Handover, Household, Link, Membership
from lib.spans import ended, span

BATCH = 1000


@dataclass(frozen=True)
class Refiled:
    """A membership that goes on in another area from the day (or from its own begin, if later)."""

    membership: int
    household: UUID
    during: Any
    area: Area


def memberships_follow(moves: Iterable[Refiled], *, on: date, current: date) -> int:
    """File households under other areas from a day on; return how many memberships changed."""
    rows = list(moves)
    households_lock({row.household for row in rows})
    straddling = [row for row in rows if row.during.lower < on]
    later = [row for row in rows if row.during.lower >= on]
    for part in _parts(straddling):
        Membership.objects.filter(pk__in=[row.membership for row in part]).update(
            during=Func(Func(F("during"), function="lower"), Value(on), function="daterange")
        )
    by_area: dict[UUID, list[Refiled]] = defaultdict(list)
    for row in later:
        by_area[row.area.pk].append(row)
    for area, part in by_area.items():
        Membership.objects.filter(pk__in=[row.membership for row in part]).update(area=area)
    Membership.objects.bulk_create(
        [
            Membership(household_id=r.household, area=r.area, during=span(on, r.during.upper))
            for r in straddling
        ],
        batch_size=BATCH,
    )
    _paths_copy(rows, current=current)
    return len(rows)


def _paths_copy(rows: list[Refiled], *, current: date) -> None:
    """Copy the area of today's membership to the household, and raise the version of each."""
    today: dict[str, list[UUID]] = defaultdict(list)
    for row in rows:
        upper = row.during.upper
        if row.during.lower <= current and (upper is None or upper > current):
            today[row.area.path].append(row.household)
    for path, keys in today.items():
        for part in _parts(keys):
            Household.objects.filter(pk__in=part).update(
                path=path, version=F("version") + 1, updated_at=now()
            )


def _parts(rows: list[Any]) -> Iterable[list[Any]]:
    return (rows[n : n + BATCH] for n in range(0, len(rows), BATCH))


def links_follow(carried: Iterable[tuple[Link, Post]], *, on: date) -> dict[UUID, Link]:
    """Links go on with the post that follows their own; the new link of each, by the old key.

    The one of before stays on record up to the day, with the post it rested on.
    """
    fresh: list[Link] = []
    follows: dict[UUID, Link] = {}
    begun: dict[date, list[UUID]] = defaultdict(list)
    later: dict[UUID, list[UUID]] = defaultdict(list)
    for link, post in carried:
        begin = max(on, post.during.lower)
        if begin <= link.during.lower:
            later[post.pk].append(link.pk)
            follows[link.pk] = link
            continue
        until = min(filter(None, (link.during.upper, post.during.upper)), default=None)
        follows[link.pk] = Link(
            household_id=link.household_id, post=post, role_id=link.role_id,
            during=span(begin, until),
        )  # fmt: skip
        fresh.append(follows[link.pk])
        begun[begin].append(link.pk)
    for begin, keys in begun.items():
        _cut(keys, begin)
    for post_key, keys in later.items():
        Link.objects.filter(pk__in=keys).update(post=post_key, version=F("version") + 1)
    Link.objects.bulk_create(fresh, batch_size=BATCH)
    _covers_follow(follows, on)
    return follows


def _cut(keys: list[UUID], on: date) -> None:
    """End links that began before a day on it."""
    until = Func(Func(F("during"), function="lower"), Value(on), function="daterange")
    for part in _parts(keys):
        Link.objects.filter(pk__in=part).update(during=until, version=F("version") + 1)


def _covers_follow(follows: dict[UUID, Link], on: date) -> None:
    """A backup that stands in goes on standing in."""
    covers = Cover.objects.filter(link__in=list(follows), during__endswith__isnull=True) | (
        Cover.objects.filter(link__in=list(follows), during__endswith__gt=on)
    )
    for cover in covers:
        link = follows[cover.link_id]
        if link.pk == cover.link_id:
            continue
        until = cover.during.upper
        begin = max(on, cover.during.lower)
        Cover.objects.create(link=link, during=span(begin, until), handover=cover.handover)
        cut = ended(cover.during, on)
        if cut is None:
            cover.delete()
        else:
            cover.during = cut
            cover.save(update_fields=["during"])


def links_break(links: Iterable[Link], *, on: date) -> None:
    """End links whose post no longer reaches the household; one still to begin is void."""
    rows = list(links)
    begun = [link.pk for link in rows if link.during.lower < on]
    _cut(begun, on)
    later = {link.pk for link in rows} - set(begun)
    Link.objects.filter(pk__in=later).update(void=True, version=F("version") + 1)
    for cover in Cover.objects.filter(link__in=begun).filter(
        Q(during__endswith__isnull=True) | Q(during__endswith__gt=on)
    ):
        cut = ended(cover.during, on)
        if cut is None:
            cover.delete()
        else:
            cover.during = cut
            cover.save(update_fields=["during"])


def handovers_follow(
    following: dict[UUID, Post], paths: dict[UUID, str], reaches: Any, *, on: date
) -> None:
    """Offers that wait go to the post that follows; those it no longer reaches are withdrawn."""
    waiting = Handover.objects.filter(state=Handover.State.PROPOSED).filter(
        Q(during__endswith__isnull=True) | Q(during__endswith__gt=on)
    )
    moved = list(following)
    touched = waiting.filter(
        Q(to_post__in=moved) | Q(from_post__in=moved) | Q(household__in=list(paths))
    )
    for offer in touched.select_related("to_post").order_by("pk"):
        post = following.get(offer.to_post_id, offer.to_post)
        path = paths.get(offer.household_id)
        if path is not None and not reaches(post, path):
            day = max(on, offer.proposed_on)
            offer_answer(offer, Handover.State.WITHDRAWN, day, _("Its grid was redrawn."))
            continue
        offer.to_post = post
        if offer.from_post_id in following:
            offer.from_post = following[offer.from_post_id]
        offer.save(update_fields=["to_post", "from_post"])


def handovers_offer(offers: Iterable[tuple[UUID, Post]], *, on: date) -> int:
    """Offer households to those who could take over; who has been offered already is left."""
    pairs = dict(offers)
    known = set(
        Handover.objects.filter(household__in=list(pairs), during__overlap=span(on)).values_list(
            "household", flat=True
        )
    )
    fresh = [
        Handover(
            household_id=household, to_post=post, proposed_on=on, begins=on,
            during=span(on, post.during.upper),
        )
        for household, post in pairs.items()
        if household not in known
    ]  # fmt: skip
    Handover.objects.bulk_create(fresh, batch_size=BATCH)
    return len(fresh)
