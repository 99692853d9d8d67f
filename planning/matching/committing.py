"""A leader approves the sums of a draft; a manager puts its pairs into force, as one act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from casework.models import ContactCard
from grids.models import Role
from grids.scope import scope_of
from grids.services import require_manage
from households.models import Link
from households.naming_many import links_create_all
from jobs.acts import act
from jobs.models import Act
from lib.errors import Refusal
from planning.matching.changes import ORDER
from planning.matching.lines import draft_locked
from planning.models import MatchDraft, MatchLine

State = MatchDraft.State
VERB = "match.commit"
BATCH = 2_000


@dataclass(frozen=True)
class Committed:
    """What putting a draft into force did.

    ``cards`` are to be printed for the new links, ``replace`` of the households hold a card that
    names somebody else; ``people`` have households they did not have, and are told so.
    """

    act: Act
    links: Sequence[Link]
    refused: Sequence[MatchLine]
    cards: int
    replace: int
    people: int


@transaction.atomic
def draft_approve(*, draft: MatchDraft, on: date, by: User) -> MatchDraft:
    """A leader of the area agrees to the sums; changed afterwards, they want approval again."""
    found = MatchDraft.objects.select_for_update(of=("self",)).get(pk=draft.pk)
    if not may_approve(by, found):
        raise Refusal(_("Only a leader of this area may approve the sums."))
    if found.state != State.READY:
        raise Refusal(_("There is nothing to approve: the draft is not ready."))
    if found.version != draft.version:
        raise Refusal(_("The sums have changed meanwhile. Look at them and approve again."))
    found.approved_by, found.approved_on, found.version = by, on, found.version + 1
    found.save(update_fields=["approved_by", "approved_on", "version", "moved_at"])
    return found


def may_approve(user: User, draft: MatchDraft) -> bool:
    """Whether somebody leads the area of a draft."""
    scope = scope_of(user)
    leads = Role.Kind.LEADER in scope.kinds
    return leads and any(draft.path.startswith(root) for root in scope.areas)


def draft_commit(*, draft: MatchDraft, on: date, by: User) -> Committed:
    """Put every pair of a draft into force: links, in one transaction and one act.

    Pairs the world has overtaken are refused by name and stay in the draft with the reason; where
    nothing is left to put into force, nothing is done.
    """
    require_manage(by, draft.path)
    with act(verb=VERB, by=by, path=draft.path, on=on, subject=draft) as deed:
        found = draft_locked(draft, by)
        if found.version != draft.version:
            raise Refusal(_("The draft has changed meanwhile. Look at it and commit again."))
        if found.options.get("approval") and found.approved_on is None:
            raise Refusal(_("A leader has to approve the sums before this is put into force."))
        lines = sorted(
            found.lines.filter(post__isnull=False),
            key=lambda line: (ORDER[MatchLine.State(line.state)], -line.urgency, line.pk),
        )
        if not lines:
            raise Refusal(_("Nobody is proposed for any household; there is nothing to commit."))
        named = links_create_all(
            pairs=[(line.household_id, line.post_id) for line in lines if line.post_id],
            on=on, by=by,
        )  # fmt: skip
        if not named.linked:
            raise Refusal(
                _("The world has overtaken every pair of this draft. Bring it up to date first.")
            )
        for line in lines:
            line.refused = named.refused.get(line.household_id, "")[:200]
        refused = [line for line in lines if line.refused]
        MatchLine.objects.bulk_update(refused, ["refused"], BATCH)
        found.state, found.committed_on, found.version = State.COMMITTED, on, found.version + 1
        found.save(update_fields=["state", "committed_on", "version", "moved_at"])
        deed.sentence = ngettext(
            "%(n)d household of %(area)s has got its contact by a draft.",
            "%(n)d households of %(area)s have got their contacts by a draft.",
            len(named.linked),
        ) % {"n": len(named.linked), "area": found.area}
    keys = [link.household_id for link in named.linked]
    old = ContactCard.objects.to_replace(on).filter(link__household__in=keys)
    return Committed(
        deed, named.linked, refused, cards=len(named.linked), replace=old.count(),
        people=len({link.post.person_id for link in named.linked}),
    )  # fmt: skip


def act_of(draft: MatchDraft) -> Act | None:
    """The act by which a draft was last put into force."""
    acts = Act.objects.filter(verb=VERB, subject_key=str(draft.pk))
    return acts.order_by("-at").first()


@transaction.atomic
def draft_reopen(*, draft: MatchDraft, by: User) -> MatchDraft:
    """Go on with a draft whose commit was taken back."""
    found = MatchDraft.objects.select_for_update(of=("self",)).get(pk=draft.pk)
    require_manage(by, found.path)
    done = act_of(found)
    if found.state != State.COMMITTED or done is None or done.undone_at is None:
        raise Refusal(_("Only a draft whose contacts were taken back can be gone on with."))
    found.lines.exclude(refused="").update(refused="")
    found.state, found.committed_on, found.version = State.READY, None, found.version + 1
    found.save(update_fields=["state", "committed_on", "version", "moved_at"])
    return found
