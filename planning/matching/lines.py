"""The lines of a draft: written by the solver, then accepted, pinned or rejected by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from uuid import UUID

import numpy as np
from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from grids.models import Post
from grids.services import require_manage
from households.importing.writing import NULL, copy_rows
from households.links import post_load, reaches
from lib.errors import Outdated, Refusal
from planning.matching.costs import Reasons, skill_words
from planning.matching.inputs import inputs_read
from planning.matching.options import options_read
from planning.matching.solving import Proposal, known_number
from planning.matching.sums import sums_keep
from planning.models import MatchDraft, MatchLine, MatchRejection

State = MatchLine.State
COLUMNS = (
    "draft_id, household_id, post_id, path, state, metres, minutes, skills, language, known,"
    " urgency, cost, load_before, load_after, most, refused"
)


def lines_write(
    draft: MatchDraft, proposals: Iterable[Proposal], states: Mapping[UUID, str]
) -> None:
    """Put the lines of a draft in the place of those it had; ``states`` are of the kept ones."""
    draft.lines.all().delete()

    def cell(value: object) -> object:
        return NULL if value is None else value

    with connection.cursor() as cursor:
        copy_rows(
            cursor, MatchLine._meta.db_table, COLUMNS,
            (
                f"{draft.pk}\t{p.household}\t{cell(p.post)}\t{p.path}"
                f"\t{states.get(p.household, State.PROPOSED) if p.post else State.PROPOSED}"
                f"\t{cell(p.metres)}\t{cell(p.minutes)}\t{{{','.join(p.skills)}}}\t{p.language}"
                f"\t{p.known}\t{p.urgency}\t{p.cost}\t{p.load_before}\t{p.load_after}"
                f"\t{cell(p.most)}\t\n"
                for p in proposals
            ),
        )  # fmt: skip


def line_accept(*, line: MatchLine, by: User) -> MatchLine:
    """The pair is agreed to; it stays when the rest is worked out again."""
    return _decide(line, State.ACCEPTED, by)


def line_pin(
    *, line: MatchLine, by: User, post: Post | None = None, on: date | None = None
) -> MatchLine:
    """The household goes to this post whatever it costs; ``post`` (with ``on``, the day it must be
    held) to choose another one than was proposed."""
    return _decide(line, State.PINNED, by, post=post, on=on)


def line_release(*, line: MatchLine, by: User) -> MatchLine:
    """Undecided again; of a household left without anybody, all may come again."""
    return _decide(line, State.PROPOSED, by)


@transaction.atomic
def line_reject(*, line: MatchLine, by: User) -> MatchLine:
    """Not this pair: it does not come again, and the household waits to be worked out again."""
    draft, line = _locked(line, by)
    if line.post_id is None:
        raise Refusal(_("Nobody is proposed for this household; there is nothing to reject."))
    MatchRejection.objects.get_or_create(
        draft=draft, household_id=line.household_id, post_id=line.post_id
    )
    line.post, line.state, line.skills = None, State.PROPOSED, []
    line.metres = line.minutes = line.most = None
    line.language = line.known = False
    line.cost = line.load_before = line.load_after = 0
    line.refused = ""
    line.save()
    _changed(draft)
    return line


@transaction.atomic
def lines_accept(*, draft: MatchDraft, by: User, path: str = "") -> int:
    """Agree to every pair not yet decided, or to those at or beneath a path; how many."""
    draft = draft_locked(draft, by)
    lines = draft.lines.filter(post__isnull=False, state=State.PROPOSED)
    accepted = lines.filter(path__startswith=path).update(state=State.ACCEPTED)
    if accepted:
        MatchDraft.objects.filter(pk=draft.pk).update(version=F("version") + 1)
    return accepted


@transaction.atomic
def _decide(
    line: MatchLine, state: str, by: User, *, post: Post | None = None, on: date | None = None
) -> MatchLine:
    draft, line = _locked(line, by)
    before = line.post_id
    if post is not None and post.pk != line.post_id:
        if on is None:
            raise TypeError("a post chosen by hand needs the day it must be held")
        _check_choice(line, post, on)
        MatchRejection.objects.filter(
            draft=draft, household_id=line.household_id, post__person=post.person_id
        ).delete()
        line.post = post
        _explain(draft, line, post, on)
    if state == State.PROPOSED and line.post_id is None:
        MatchRejection.objects.filter(draft=draft, household_id=line.household_id).delete()
    elif line.post_id is None:
        raise Refusal(_("Nobody is proposed for this household; choose somebody for it."))
    line.state = state
    line.save()
    if line.post_id != before:
        _changed(draft)
    else:
        MatchDraft.objects.filter(pk=draft.pk).update(version=F("version") + 1)
    return line


def _explain(draft: MatchDraft, line: MatchLine, post: Post, on: date) -> None:
    """Write on a line what speaks for a post chosen by hand; of one that is no candidate, and was
    named all the same, no more than its load is known."""
    line.skills, line.metres, line.minutes = [], None, None
    line.language, line.known, line.cost = False, False, 0
    line.load_before, line.most = post_load(post, on=on)
    given = draft.lines.exclude(pk=line.pk).filter(
        post__person=post.person_id, post__role=post.role_id
    )
    line.load_after = line.load_before + given.count() + 1
    options = replace(options_read(draft.options), roles=(post.role_id,), reach=None)
    inputs = inputs_read(draft.path, options, on=on, keys=[line.household_id])
    for n, one in enumerate(inputs.candidates):
        if one.id == post.pk:
            pair = Reasons(inputs, options, on).of(np.array([0]), np.array([n]))
            line.metres, line.minutes = known_number(pair.metres[0]), known_number(pair.minutes[0])
            line.skills = skill_words(int(pair.skills[0]))
            line.language, line.known = bool(pair.language[0]), bool(pair.known[0])
            line.cost = int(pair.cost[0])
            return


def _check_choice(line: MatchLine, post: Post, on: date) -> None:
    """Refuse a post chosen by hand that could not be named anyway."""
    if post.void or on not in post.during:
        raise Refusal(
            _("%(name)s does not hold this post on that day.") % {"name": post.person}, field="post"
        )
    if not post.role.may_link:
        raise Refusal(
            _("A %(role)s is nobody's contact; choose another post.") % {"role": post.role},
            field="post",
        )
    if not reaches(post, line.household.path, on=on):
        raise Refusal(
            _("%(name)s's post does not reach this household's area.") % {"name": post.person},
            field="post",
        )


def draft_locked(draft: MatchDraft, by: User) -> MatchDraft:
    """The draft as it is now, locked, by somebody who manages its area and while it is open."""
    found = MatchDraft.objects.select_for_update(of=("self",)).get(pk=draft.pk)
    require_manage(by, found.path)
    if found.state in MatchDraft.UNFINISHED:
        raise Refusal(_("The draft is being worked out; wait until it is ready."))
    if found.state != MatchDraft.State.READY:
        raise Refusal(
            _("This draft is over (%(state)s); make a new one.")
            % {"state": found.get_state_display()}
        )
    return found


def _locked(line: MatchLine, by: User) -> tuple[MatchDraft, MatchLine]:
    draft = draft_locked(line.draft, by)
    found = draft.lines.select_related("household").filter(household=line.household_id).first()
    if found is None:
        raise Refusal(_("This household is not in the draft any more. Load the page again."))
    require_manage(by, found.household.path)
    if found.post_id != line.post_id or found.state != line.state:
        raise Outdated(
            _("Somebody else has just changed this line. Look at it and decide again."), row=found
        )
    return draft, found


def _changed(draft: MatchDraft) -> None:
    """Other pairs, other sums: what a leader approved is no longer what would be done."""
    sums_keep(draft)
    draft.version += 1
    draft.approved_by = draft.approved_on = None
    draft.save(update_fields=["sums", "version", "approved_by", "approved_on", "moved_at"])
