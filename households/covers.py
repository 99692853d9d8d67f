"""A backup stands in for a contact: until a day, or until a new contact is in place."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from grids.models import Post
from grids.services import require_manage
from households.links import cover_cut, households_lock, links_create
from households.models import Cover, Handover, Household, Link
from lib.errors import Refusal, refused_in_conflict
from lib.spans import span


@transaction.atomic
def cover_start(
    *, link: Link, on: date, end: date | None = None, handover: Handover | None = None,
    by: User | None = None,
) -> Cover:  # fmt: skip
    """A backup stands in for the contact from a day on, ``end`` being the first day no longer."""
    if not link.role.is_backup:
        raise Refusal(_("Only a backup covers; this is a link in its own right."))
    households_lock([link.household_id])
    require_manage(by, link.household.path)
    if on not in link.during:
        raise Refusal(_("The backup's link is not in force on that day."), field="on")
    if end is not None and end <= on:
        raise Refusal(_("The last day must be after the first."), field="end")
    last = link.during.upper if end is None else min(end, link.during.upper or end)
    with refused_in_conflict(_("The backup already covers this household in that time.")):
        return Cover.objects.create(link=link, during=span(on, last), handover=handover)


@transaction.atomic
def cover_by(
    *, household: Household, post: Post, on: date, end: date | None = None,
    handover: Handover | None = None, by: User | None = None,
) -> Cover:  # fmt: skip
    """The holder of a backup's post stands in at a household, and is its backup from then on
    where it had none.

    Refused where the holder stands in for as many households as the post may have.
    """
    Post.objects.select_for_update(no_key=True).get(pk=post.pk)
    links, most = cover_load(post, on=on, end=end)
    if most is not None and links >= most:
        raise Refusal(
            _("%(name)s already covers %(most)s households in that time, the most for this post.")
            % {"name": post.person, "most": most}
        )
    link = household.links.filter(post=post, void=False, during__contains=on).first()
    if link is None:
        outcome = links_create(households=[household], post=post, on=on, by=by)
        if outcome.refused:
            raise Refusal(outcome.refused[0][1])
        link = outcome.linked[0]
    return cover_start(link=link, on=on, end=end, handover=handover, by=by)


def cover_load(post: Post, *, on: date, end: date | None = None) -> tuple[int, int | None]:
    """Households the holder stands in for at some time of a span, and the most allowed."""
    posts = Post.objects.in_force(on).filter(person=post.person_id, role=post.role_id)
    limits = [p.max_links if p.max_links is not None else p.role.max_links
              for p in posts.select_related("role")]  # fmt: skip
    most = None if not limits or None in limits else max(limits)
    covers = Cover.objects.filter(
        link__post__in=posts, link__void=False, during__overlap=span(on, end)
    )
    return covers.values("link__household").distinct().count(), most


@transaction.atomic
def cover_end(*, cover: Cover, on: date, by: User | None = None) -> None:
    """The backup stands in no longer, ``on`` being the first such day."""
    households_lock([cover.link.household_id])
    found = Cover.objects.select_for_update(of=("self",)).filter(pk=cover.pk).first()
    require_manage(by, cover.link.household.path)
    if found is None or (found.during.upper is not None and found.during.upper <= on):
        raise Refusal(_("The backup has ceased to cover this household already."))
    cover_cut(found, on)


def covers_running(household: Household, *, on: date) -> list[Cover]:
    """Covers of a household in force on a day or still to come, the earliest first."""
    covers = Cover.objects.filter(link__household=household, link__void=False).filter(
        Q(during__endswith=None) | Q(during__endswith__gt=on)
    )
    return list(covers.select_related("link__post__person", "link__role").order_by("during"))
