"""A contact leaves: who could take the households over, and handing them over in one step."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from grids.models import Area, Post
from grids.services import post_end
from households.candidates import Candidate, candidates
from households.links import Outcome, links_create
from households.models import Household, Link


def links_of(post: Post, *, on: date) -> list[Link]:
    """Links of a post that run on a day or begin later: they end with it."""
    running = Link.objects.filter(post=post, void=False).filter(
        Q(during__endswith__isnull=True) | Q(during__endswith__gt=on)
    )
    return list(running.select_related("household").order_by("household__head_name", "pk"))


def successors(post: Post, *, on: date) -> list[Candidate]:
    """Who could take over: near posts of others that may link, those of the same role first.

    A backup's links stand beside the contact's own; nobody takes them over.
    """
    if post.role.is_backup:
        return []
    place = post.area or (post.organisation.area if post.organisation else None)
    village = Area.objects.filter(path=post.path[:12]).first() or place
    if village is None:
        return []
    found = [
        candidate
        for candidate in candidates(village, on=on)
        if candidate.post.pk != post.pk and candidate.post.person_id != post.person_id
    ]
    found.sort(key=lambda c: (c.full, c.post.role_id != post.role_id))
    return found


@transaction.atomic
def post_end_to(*, post: Post, to_post: Post, on: date, by: User) -> Outcome:
    """End a post and give its households to another one from that day, as far as it can take them.

    Households ``by`` does not manage are left as the ended post leaves them.
    """
    # Posts in the order of their keys, then households.
    list(Post.objects.select_for_update(no_key=True).filter(pk__in=[post.pk, to_post.pk])
         .order_by("pk").values_list("pk"))  # fmt: skip
    keys = {link.household_id for link in links_of(post, on=on)}
    post_end(post=post, on=on, by=by)
    households = Household.objects.manageable_by(by).filter(pk__in=keys).open_on(on)
    return links_create(
        households=households.order_by("head_name", "pk"), post=to_post, on=on, by=by
    )
