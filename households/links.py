"""Named contacts: name one, end one. The link rests on a post and ends with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.dispatch import receiver
from django.utils.translation import gettext as _
from psycopg2.extras import DateRange

from accounts.models import User
from grids.models import Pairing, Post
from grids.services import posts_ended, require_manage
from households.models import Cover, Handover, Household, Link
from lib.clock import today
from lib.errors import Refusal
from lib.spans import ended, span


@dataclass
class Outcome:
    """What became of naming a contact for several households."""

    linked: list[Link] = field(default_factory=list)
    refused: list[tuple[Household, str]] = field(default_factory=list)


def post_load(post: Post, *, on: date) -> tuple[int, int | None]:
    """Links in force of the person in this role, and the most allowed (None: no limit)."""
    posts = Post.objects.in_force(on).filter(person=post.person_id, role=post.role_id)
    limits = [p.max_links if p.max_links is not None else p.role.max_links
              for p in posts.select_related("role")]  # fmt: skip
    most = None if not limits or None in limits else max(limits)
    links = Link.objects.filter(post__in=posts, void=False, during__contains=on).count()
    return links, most


def reaches(post: Post, path: str, *, on: date) -> bool:
    """Whether a post may look after a household at ``path``: its area or any above it, or an
    organisation paired with one of these up to the village (or with none at all).

    Wider than the candidates that gap reasons count: a cadre of the township may be named for a
    household of any village, but is no reason to call that village staffed.
    """
    if post.area_id:
        return path.startswith(post.path)
    places = [path[:length] for length in (12, 16, 20) if length <= len(path)]
    paired = Pairing.objects.filter(organisation=post.organisation_id, during__contains=on)
    return not paired.exists() or paired.filter(area__path__in=places).exists()


@transaction.atomic
def links_create(
    *, households: Iterable[Household], post: Post, on: date, by: User | None = None
) -> Outcome:
    """Name the holder of a post as contact of households; each is linked or refused by name."""
    chosen = list(households)
    for household in chosen:
        require_manage(by, household.path)
    return links_begin(households=chosen, post=post, on=on)


def links_begin(*, households: Iterable[Household], post: Post, on: date) -> Outcome:
    """Name a contact for whoever has made sure of the right to; in a transaction."""
    post = (
        Post.objects.select_related("role", "person")
        .select_for_update(of=("self",), no_key=True)
        .get(pk=post.pk)
    )
    if post.void or on not in post.during:
        raise Refusal(_("%(name)s does not hold this post on that day.") % {"name": post.person})
    if not (post.role.may_link or post.role.is_backup):
        raise Refusal(
            _("A %(role)s is nobody's contact; choose another post.") % {"role": post.role}
        )
    links, most = post_load(post, on=on)
    outcome = Outcome()
    chosen = list(households)
    households_lock(household.pk for household in chosen)
    for household in chosen:
        reason = _refusal(household, post, links, most, on)
        if not reason:
            try:
                with transaction.atomic():
                    outcome.linked.append(
                        Link.objects.create(
                            household=household,
                            post=post,
                            role=post.role,
                            during=span(on, post.during.upper),
                        )
                    )
                links += 1
            except IntegrityError:
                reason = _("Somebody else has just named a contact in this role.")
        if reason:
            outcome.refused.append((household, reason))
        else:
            offers_settle(household.pk, post, on)
    return outcome


def offers_settle(household: UUID, post: Post, on: date) -> None:
    """Somebody is the contact from a day on: who was offered the household in that role waits no
    more, and whoever stood in until then goes.

    A contact in another role, a backup above all, answers no offer.
    """
    in_role = Q(to_post__role=post.role_id) | Q(from_post__role=post.role_id)
    offers = Handover.objects.filter(in_role, household=household)
    for offer in offers.filter(state=Handover.State.PROPOSED):
        accepted = offer.to_post_id == post.pk
        offer_answer(
            offer, Handover.State.ACCEPTED if accepted else Handover.State.WITHDRAWN,
            min(on, today()),
            "" if accepted else _("Somebody else was named."),
        )  # fmt: skip
    for cover in Cover.objects.filter(handover__in=offers).select_related("link"):
        cover_cut(cover, on)


def offer_answer(offer: Handover, state: str, on: date, note: str = "") -> None:
    """Write what became of an offer; answered on the day it was made, it waited no day."""
    offer.state, offer.note, offer.answered_on = state, note, on
    offer.during = ended(offer.during, on) or DateRange(empty=True)
    offer.save(update_fields=["state", "note", "answered_on", "during"])


def cover_cut(cover: Cover, on: date) -> None:
    """End a cover on a day; what of it was still to come is gone."""
    shorter = ended(cover.during, on)
    if shorter is None:
        cover.delete()
    elif shorter != cover.during:
        cover.during = shorter
        cover.save(update_fields=["during"])


def households_lock(keys: Iterable[UUID]) -> None:
    """Lock households in the order of their keys: after a post, before links and handovers.

    Everybody locks in this order, so that nobody waits in a circle; and whoever files a
    household elsewhere waits, so that the marks of a change name the right area.
    """
    list(
        Household.objects.select_for_update(no_key=True)
        .filter(pk__in=set(keys))
        .order_by("pk")
        .values_list("pk")
    )


def _refusal(household: Household, post: Post, links: int, most: int | None, on: date) -> str:
    if on not in household.during:
        return _("The household is not open on that day.")
    if not reaches(post, household.path, on=on):
        return _("%(name)s's post does not reach this household's area.") % {"name": post.person}
    if most is not None and links >= most:
        return _("%(name)s already has %(most)s households, the most for this post.") % {
            "name": post.person,
            "most": most,
        }
    if household.links.filter(
        role=post.role_id, void=False, during__overlap=span(on, post.during.upper)
    ).exists():
        return _("The household already has a contact in this role; end that link first.")
    return ""


def link_cut(link: Link, on: date) -> None:
    """End a link on a day; ended on its first day it is void."""
    cut = ended(link.during, on)
    if cut is None:
        link.void = True
    else:
        link.during = cut
    link.version = F("version") + 1
    link.save(update_fields=["during", "void", "version"])
    for cover in link.covers.filter(Q(during__endswith=None) | Q(during__endswith__gt=on)):
        cover_cut(cover, on)


@transaction.atomic
def link_end(*, link: Link, on: date, by: User | None = None) -> None:
    """End one link: ``on`` is the first day the person is no longer the contact."""
    households_lock([link.household_id])
    found = Link.objects.select_for_update().filter(pk=link.pk).first()
    if found is None:
        raise Refusal(_("The naming of this contact has been taken back."))
    link = found
    require_manage(by, link.household.path)
    if link.void or (link.during.upper is not None and link.during.upper <= on):
        raise Refusal(_("This link has already ended."))
    if on < link.during.lower:
        raise Refusal(_("A link cannot end before it began."), field="on")
    link_cut(link, on)


def links_of_household_end(
    *, household: Household, on: date, unless_covering: str | None = None
) -> int:
    """End a household's links; those whose post still reaches ``unless_covering`` stay."""
    ending = links_ending(household, on=on, unless_covering=unless_covering)
    for link in ending:
        link_cut(link, on)
    return len(ending)


def links_ending(
    household: Household, *, on: date, unless_covering: str | None = None
) -> list[Link]:
    """The links that end when a household is closed, or filed under ``unless_covering``."""
    running = household.links.filter(void=False).filter(
        Q(during__contains=on) | Q(during__startswith__gt=on)
    )
    return [
        link
        for link in running.select_related("post__person", "role").order_by("pk")
        if not (unless_covering and reaches(link.post, unless_covering, on=on))
    ]


@receiver(posts_ended)
def end_links_with_posts(sender: Any, posts: list[UUID], on: date, **kwargs: Any) -> None:
    """The links that rest on a post end with it, in the same transaction."""
    running = Link.objects.filter(post__in=posts, void=False)
    households_lock(running.values_list("household", flat=True))
    for link in running.select_for_update().order_by("pk"):
        if link.during.upper is None or link.during.upper > on:
            link_cut(link, max(on, link.during.lower))
