"""A household is offered to a new contact, who accepts or declines; until then a backup covers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.dispatch import receiver
from django.utils.translation import gettext as _

from accounts.models import User
from grids.models import Post
from grids.scope import scope_of
from grids.services import posts_ended, require_manage
from households.links import households_lock, links_begin, offer_answer
from households.models import Cover, Handover, Household
from lib.errors import Refusal
from lib.identity import holds_id_number
from lib.spans import ended, span

NOTE = 200


@dataclass
class Answered:
    """What became of an answer to several offers; ``refused`` says why of each that stays."""

    done: list[Handover] = field(default_factory=list)
    refused: list[tuple[Handover, str]] = field(default_factory=list)


@transaction.atomic
def handover_propose(
    *, household: Household, to_post: Post, on: date, begins: date | None = None,
    from_post: Post | None = None, by: User | None = None,
) -> Handover:  # fmt: skip
    """Offer a household to a new contact, who accepts or declines.

    ``begins`` is the day of taking over (``on`` without it). What covered after an earlier offer
    goes on until this one is settled.
    """
    require_manage(by, household.path)
    households_lock([household.pk])
    household.refresh_from_db(fields=["path", "during"])
    if household.handovers.filter(during__contains=on).exists():
        raise Refusal(_("The household has already been offered to somebody."))
    if on not in household.during:
        raise Refusal(_("The household is not open on that day."))
    begins = max(on, begins or on)
    if to_post.void or begins not in to_post.during:
        raise Refusal(_("%(name)s does not hold this post on that day.") % {"name": to_post.person})
    later = household.handovers.filter(during__startswith__gt=on).order_by("during").first()
    until = [day for day in (to_post.during.upper, later and later.during.lower) if day]
    offer = Handover.objects.create(
        household=household, to_post=to_post, from_post=from_post, proposed_on=on, begins=begins,
        during=span(on, min(until, default=None)),
    )  # fmt: skip
    if from_post is not None:
        earlier = household.handovers.filter(from_post__role=from_post.role_id)
        Cover.objects.filter(handover__in=earlier).update(handover=offer)
    return offer


def may_answer(user: User, handover: Handover) -> bool:
    """Whether somebody answers an offer: whom it was made to, else who manages the household."""
    scope = scope_of(user)
    return scope.manages(handover.household.path) or (
        scope.person is not None and scope.person == handover.to_post.person_id
    )


@transaction.atomic
def handovers_answer(
    *, handovers: Collection[UUID], accept: bool, on: date, reason: str = "",
    by: User | None = None,
) -> Answered:  # fmt: skip
    """Accept (the links begin) or decline, with a reason, what was offered to one post.

    Each is answered or refused for itself; those somebody else has answered meanwhile are among
    the refused.
    """
    reason = " ".join(reason.split())
    if not accept and not reason:
        raise Refusal(_("Say why you decline; whoever offered it needs to know."), field="reason")
    if len(reason) > NOTE:
        raise Refusal(_("Write at most %(n)d characters.") % {"n": NOTE}, field="reason")
    if holds_id_number(reason):
        raise Refusal(
            _("This looks like an ID number; it is never stored here. Leave it out."),
            field="reason",
        )
    rows = Handover.objects.filter(pk__in=handovers)
    # Posts before their households, as in naming a contact.
    posts = sorted(set(rows.values_list("to_post", flat=True)))
    list(Post.objects.select_for_update(no_key=True).filter(pk__in=posts).order_by("pk")
         .values_list("pk"))  # fmt: skip
    households_lock(rows.values_list("household", flat=True))
    answered = Answered()
    accepted: dict[tuple[Post, date], list[Handover]] = {}
    locked = rows.select_for_update(of=("self",)).select_related(
        "household", "to_post__person", "to_post__role"
    )
    for offer in locked.order_by("household__path", "pk"):
        if by is not None and not may_answer(by, offer):
            raise Refusal(_("Only whom it was offered to may answer this."))
        if sentence := _against(offer, on):
            answered.refused.append((offer, sentence))
        elif accept:
            accepted.setdefault((offer.to_post, max(on, offer.begins)), []).append(offer)
        else:
            offer_answer(offer, Handover.State.DECLINED, on, reason)
            answered.done.append(offer)
    for (post, begins), offers in accepted.items():
        outcome = links_begin(
            households=[offer.household for offer in offers], post=post, on=begins
        )
        against = {household.pk: sentence for household, sentence in outcome.refused}
        for offer in offers:
            if offer.household_id in against:
                answered.refused.append((offer, against[offer.household_id]))
            else:
                answered.done.append(offer)
    return answered


def _against(offer: Handover, on: date) -> str:
    """Why an offer can no longer be answered; or nothing."""
    if offer.state != Handover.State.PROPOSED:
        return _("This handover has already been answered.")
    if on not in offer.during:
        return _("This offer has lapsed: the post it was made to has ended.")
    return ""


def handover_answer(
    *, handover: Handover, accept: bool, on: date, reason: str = "", by: User | None = None
) -> None:
    """Answer one offer; what stands against it is raised."""
    answered = handovers_answer(handovers=[handover.pk], accept=accept, on=on, reason=reason, by=by)
    if answered.refused:
        raise Refusal(answered.refused[0][1])
    if not answered.done:
        raise Refusal(_("This handover has already been answered."))


@transaction.atomic
def handovers_withdraw(
    *, handovers: Collection[UUID], on: date, note: str = "", by: User | None = None
) -> list[Handover]:
    """Take offers back that nobody has answered; who covers goes on until somebody is named."""
    rows = Handover.objects.filter(pk__in=handovers)
    households_lock(rows.values_list("household", flat=True))
    found = []
    for offer in rows.select_for_update(of=("self",)).select_related("household").order_by("pk"):
        require_manage(by, offer.household.path)
        if offer.state == Handover.State.PROPOSED:
            offer_answer(offer, Handover.State.WITHDRAWN, on, note)
            found.append(offer)
    if not found:
        raise Refusal(_("This handover has already been answered."))
    return found


@receiver(posts_ended)
def lapse_with_posts(sender: Any, posts: list[UUID], on: date, **kwargs: Any) -> None:
    """What was offered to a post waits no longer than the post stands."""
    waiting = Handover.objects.filter(to_post__in=posts, state=Handover.State.PROPOSED)
    households_lock(waiting.values_list("household", flat=True))
    for offer in waiting.select_for_update().order_by("pk"):
        if not offer.during.isempty and (offer.during.upper is None or offer.during.upper > on):
            cut = ended(offer.during, on)
            if cut is None:
                offer_answer(
                    offer, Handover.State.WITHDRAWN, offer.proposed_on, _("The post has ended.")
                )
            else:
                offer.during = cut
                offer.save(update_fields=["during"])


def offers_of_household_end(household: Household, *, on: date, note: str) -> None:
    """A household is closed: nobody waits for it."""
    for offer in household.handovers.filter(state=Handover.State.PROPOSED).order_by("pk"):
        offer_answer(offer, Handover.State.WITHDRAWN, on, note)
