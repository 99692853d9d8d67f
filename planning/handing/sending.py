"""Sending a plan: the post ends, households are offered, backups cover, in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from grids.models import Post
from grids.services import post_end
from households.covers import cover_by
from households.handovers import handover_propose
from households.links import households_lock
from households.models import Handover, Household
from lib.clock import today
from lib.errors import Refusal
from planning.handing.plans import Line, Plan, handed, handover_plan


class Unfit(Refusal):
    """Some recipients do not fit; ``lines`` says why, by household."""

    def __init__(self, lines: Mapping[UUID, str]) -> None:
        super().__init__(_("Nothing was sent yet: see below what is to be mended."))
        self.lines = dict(lines)


@dataclass
class Sent:
    """What became of each household: ``offered``, or ``left`` without a recipient; and, beside
    that, which of them a backup covers, and which nobody could cover."""

    offered: list[Handover] = field(default_factory=list)
    left: list[Household] = field(default_factory=list)
    covered: list[Household] = field(default_factory=list)
    uncovered: list[Household] = field(default_factory=list)


@transaction.atomic
def handover_send(
    *, post: Post, on: date, chosen: Mapping[UUID, UUID | None], cover: bool, by: User
) -> Sent:
    """End a post on a day (where it goes on so far) and offer its households as chosen.

    ``chosen`` holds every household of the plan, with the post it is offered to or None. With
    ``cover`` backups stand in from that day until an offer is accepted. Unfit where a recipient
    has no room or does not reach a household; nothing is written then.
    """
    wanted = {key for key in chosen.values() if key}
    list(Post.objects.select_for_update(no_key=True).filter(pk__in=[post.pk, *wanted])
         .order_by("pk").values_list("pk"))  # fmt: skip
    post = Post.objects.select_related("role", "person", "area", "organisation").get(pk=post.pk)
    if post.void:
        raise Refusal(_("This post has already ended."))
    households_lock(handed(post, on=on).values_list("pk", flat=True))
    plan = handover_plan(post, on=on, by=by, chosen=chosen)
    if {line.household.pk for line in plan.lines} != set(chosen):
        raise Refusal(
            _("The households of this post have changed meanwhile: this is the plan now. "
              "Look at it, then send it.")
        )  # fmt: skip
    if unfit := _unfit(plan, chosen):
        raise Unfit(unfit)
    if plan.ends:
        post_end(post=post, on=on, by=by)
    elif not plan.lines:
        raise Refusal(_("No household of this post waits for another contact."))
    sent = Sent()
    for line in plan.lines:
        if line.to is None:
            sent.left.append(line.household)
            continue
        offer = handover_propose(
            household=line.household, to_post=line.to.post, on=today(), begins=on,
            from_post=post, by=by,
        )  # fmt: skip
        sent.offered.append(offer)
        if cover and not line.covered:
            _cover(line, offer, sent, by)
    return sent


def _unfit(plan: Plan, chosen: Mapping[UUID, UUID | None]) -> dict[UUID, str]:
    """Why a choice does not fit, by household."""
    found = {}
    given: Counter[tuple[UUID, str]] = Counter()
    for line in plan.lines:
        if line.to is None:
            if chosen.get(line.household.pk):
                found[line.household.pk] = _("This post cannot take the household over any more.")
            continue
        given[line.to.key] += 1
        room = line.to.room
        if room is not None and given[line.to.key] > room:
            found[line.household.pk] = _(
                "%(name)s has room for %(n)d more only; choose somebody else."
            ) % {"name": line.to.post.person, "n": room}
    return found


def _cover(line: Line, offer: Handover, sent: Sent, by: User) -> None:
    """Let the backup of a line cover until its offer is accepted; one may have become full."""
    try:
        if line.backup is None:
            raise Refusal(_("Nobody can cover."))
        with transaction.atomic():
            cover_by(
                household=line.household, post=line.backup.post, on=offer.begins,
                handover=offer, by=by,
            )  # fmt: skip
        sent.covered.append(line.household)
    except Refusal:
        sent.uncovered.append(line.household)
