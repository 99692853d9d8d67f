"""Areas that take the place of others from a day on, with the posts and agreements held there.

Called inside the one transaction of a redraw, which has checked the right. Nothing of an earlier
day changes: what ends is cut off on the day, what follows begins on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q

from grids.models import Area, AreaCode, Boundary, Pairing, Post
from grids.services import posts_ended, posts_started
from lib.errors import refused_in_conflict
from lib.spans import ended, span

BATCH = 500


def areas_begin(areas: Iterable[tuple[Area, str]], *, on: date, conflict: str) -> None:
    """Write new areas with their codes from a day on; ``conflict`` refuses a code in use."""
    pairs = list(areas)
    Area.objects.bulk_create([area for area, _code in pairs], batch_size=BATCH)
    with refused_in_conflict(conflict):
        AreaCode.objects.bulk_create(
            [AreaCode(area=area, code=code, during=span(on)) for area, code in pairs],
            batch_size=BATCH,
        )


def areas_end(endings: Iterable[tuple[Area, Area | None]], *, on: date) -> None:
    """End areas, their codes and outlines on a day; each says which area has taken its place."""
    pairs = list(endings)
    for area, into in pairs:
        area.during = span(area.during.lower, on)
        area.replaced_by = into
        area.version += 1
    Area.objects.bulk_update([a for a, _into in pairs], ["during", "replaced_by", "version"], BATCH)
    areas = [area for area, _into in pairs]
    cut_off(AreaCode.objects.filter(area__in=areas), on)
    cut_off(Boundary.objects.filter(area__in=areas), on)


def cut_off(rows: Any, on: date) -> None:
    """End dated rows on a day; what would begin then or later is removed."""
    for row in rows.filter(Q(during__endswith__isnull=True) | Q(during__endswith__gt=on)):
        cut = ended(row.during, on)
        if cut is None:
            row.delete()
        else:
            row.during = cut
            row.save(update_fields=["during"])


def posts_follow(
    posts: Iterable[Post], into: Mapping[UUID, Area | None], *, on: date
) -> dict[UUID, Post]:
    """What follows each post whose area ends, by its key: a new post on the area that took over.

    Who holds the role there already, or on two areas that become one, goes on with a single post.
    A post without a successor has none. The old ones are ended by ``posts_over``, after their
    links went over.
    """
    following: dict[UUID, Post] = {}
    held: dict[tuple[Any, ...], Post] = {}
    wanted = [post for post in posts if post.area_id and into.get(post.area_id) is not None]
    areas = {area.pk: area for key in into if (area := into[key]) is not None}
    for post in Post.objects.live(on).filter(
        area__in=areas, person__in=[p.person_id for p in wanted]
    ):
        held[post.person_id, post.role_id, post.area_id] = post
    fresh: list[Post] = []
    for post in wanted:
        area = into[post.area_id]  # type: ignore[index]
        if area is None:
            continue
        key = (post.person_id, post.role_id, area.pk)
        if key not in held:
            held[key] = Post(
                person=post.person, role=post.role, area=area, path=area.path,
                during=span(max(on, post.during.lower), post.during.upper),
                max_links=post.max_links, background=post.background,
                selected_by=post.selected_by,
            )  # fmt: skip
            fresh.append(held[key])
        elif held[key] in fresh:
            both = (held[key].during, post.during)
            until = None if None in {one.upper for one in both} else max(o.upper for o in both)
            begin = max(on, min(one.lower for one in both))
            held[key].during = span(begin, until)
        following[post.pk] = held[key]
    return following


def posts_begin(posts: Iterable[Post]) -> None:
    """Write the new ones among the posts that follow."""
    fresh = {post.pk: post for post in posts if post._state.adding}
    Post.objects.bulk_create(fresh.values(), batch_size=BATCH)
    posts_started.send(sender=Post, posts=list(fresh))


def posts_over(posts: Iterable[Post], *, on: date) -> None:
    """End the posts of areas that end, and with them the links that have not gone over."""
    rows = list(posts)
    for post in rows:
        cut = ended(post.during, on)
        if cut is None:
            post.void = True
        else:
            post.during = cut
    Post.objects.bulk_update(rows, ["during", "void"], BATCH)
    if rows:
        posts_ended.send(sender=Post, posts=[post.pk for post in rows], on=on)


def pairings_follow(into: Mapping[UUID, Area | None], *, on: date) -> int:
    """Agreements for areas that end go on for those that took over; return how many end."""
    running = Pairing.objects.filter(area__in=list(into)).filter(
        Q(during__endswith__isnull=True) | Q(during__endswith__gt=on)
    )
    rows = list(running.order_by("pk"))
    for row in rows:
        area = into[row.area_id]
        begin, until = max(on, row.during.lower), row.during.upper
        cut_off(Pairing.objects.filter(pk=row.pk), on)
        if area is None:
            continue
        beside = Pairing.objects.filter(organisation=row.organisation_id, area=area)
        if not beside.filter(during__overlap=span(begin, until)).exists():
            Pairing.objects.create(
                organisation_id=row.organisation_id, area=area, during=span(begin, until),
                agreement=row.agreement,
            )  # fmt: skip
    return len(rows)
