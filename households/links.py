"""Named contacts: name one, hand over, cover, end. The link rests on a post and ends with it."""

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

from accounts.models import User
from grids.models import Pairing, Post
from grids.services import posts_ended, require_manage
from households.models import Cover, Handover, Household, Link
from lib.errors import Refusal, refused_in_conflict
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
        require_manage(by, household.path)
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
            Handover.objects.filter(household=household, during__contains=on).update(
                state=Handover.State.ACCEPTED
            )
            _cut_handovers(household, on)
    return outcome


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
    for cover in link.covers.filter(during__contains=on):
        shorter = ended(cover.during, on)
        if shorter is None:
            cover.delete()
        else:
            cover.during = shorter
            cover.save(update_fields=["during"])


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


@transaction.atomic
def cover_start(*, link: Link, on: date, end: date | None = None, by: User | None = None) -> Cover:
    """A backup stands in for the contact from a day on."""
    if not link.role.is_backup:
        raise Refusal(_("Only a backup covers; this is a link in its own right."))
    households_lock([link.household_id])
    require_manage(by, link.household.path)
    if on not in link.during:
        raise Refusal(_("The backup's link is not in force on that day."), field="on")
    with refused_in_conflict(_("The backup already covers this household in that time.")):
        return Cover.objects.create(link=link, during=span(on, end or link.during.upper))


@transaction.atomic
def handover_propose(
    *, household: Household, to_post: Post, on: date, by: User | None = None, note: str = ""
) -> Handover:
    """Offer a household to a new contact, who accepts or declines."""
    require_manage(by, household.path)
    if household.handovers.filter(during__contains=on).exists():
        raise Refusal(_("The household has already been offered to somebody."))
    if on not in household.during:
        raise Refusal(_("The household is not open on that day."))
    later = household.handovers.filter(during__startswith__gt=on).order_by("during").first()
    return Handover.objects.create(
        household=household, to_post=to_post, note=note,
        during=span(on, later.during.lower if later else None),
    )  # fmt: skip


@transaction.atomic
def handover_answer(*, handover: Handover, accept: bool, on: date, by: User | None = None) -> None:
    """Accept (the link begins) or decline a household that was offered."""
    # A post before its households, as in naming a contact.
    Post.objects.select_for_update(no_key=True).get(pk=handover.to_post_id)
    households_lock([handover.household_id])
    waiting = Handover.objects.select_for_update().filter(pk=handover.pk).first()
    if waiting is None or waiting.state != Handover.State.PROPOSED:
        raise Refusal(_("This handover has already been answered."))
    handover = waiting
    if accept:
        outcome = links_create(households=[handover.household], post=handover.to_post, on=on, by=by)
        if outcome.refused:
            raise Refusal(outcome.refused[0][1])
        return
    require_manage(by, handover.household.path)
    Handover.objects.filter(pk=handover.pk).update(state=Handover.State.DECLINED)
    _cut_handovers(handover.household, on)


def _cut_handovers(household: Household, on: date) -> None:
    for handover in household.handovers.filter(during__contains=on):
        cut = ended(handover.during, on)
        if cut is None:
            handover.delete()
        else:
            handover.during = cut
            handover.save(update_fields=["during"])
