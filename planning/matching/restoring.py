"""The last step taken back: a line as it was before somebody decided on it."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import numpy as np
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from grids.models import Post
from lib.errors import Refusal
from planning.matching.costs import pairs_of, skill_words
from planning.matching.inputs import inputs_read
from planning.matching.lines import line_accept, line_pin, line_release
from planning.matching.options import options_read
from planning.models import MatchLine

State = MatchLine.State


@transaction.atomic
def line_restore(*, line: MatchLine, state: str, post: str, on: date, by: User) -> MatchLine:
    """Put a pair back as it was: another state, or after a rejection its post, with its reasons.

    Refusal where the post could not be named any more, or somebody else decided meanwhile.
    """
    if str(line.post_id or "") != post:
        if line.post_id:
            raise Refusal(
                _("Somebody else has just changed this line. Look at it and decide again.")
            )
        found = Post.objects.select_related("person", "role").filter(pk=UUID(post)).first()
        if found is None:
            raise Refusal(_("This post is not there any more."))
        line = line_pin(line=line, post=found, on=on, by=by)
        _explain(line, on=on)
    if state == line.state:
        return line
    if state == State.PINNED:
        return line_pin(line=line, on=on, by=by)
    return (line_accept if state == State.ACCEPTED else line_release)(line=line, by=by)


def _explain(line: MatchLine, *, on: date) -> None:
    """Write the reasons of a pair again, which rejecting it had forgotten."""
    options = options_read(line.draft.options)
    inputs = inputs_read(line.draft.path, options, on=on, keys=[line.household_id])
    pairs = pairs_of(inputs, options, on=on)
    for n, position in enumerate(pairs.candidate):
        one = inputs.candidates[position]
        if one.id != line.post_id:
            continue
        metres, minutes = pairs.metres[n], pairs.minutes[n]
        line.metres = None if np.isnan(metres) else round(float(metres), 1)
        line.minutes = None if np.isnan(minutes) else round(float(minutes), 1)
        line.skills = skill_words(int(pairs.skills[n]))
        line.language, line.known = bool(pairs.language[n]), bool(pairs.known[n])
        line.cost, line.load_before, line.most = int(pairs.cost[n]), one.links, one.most
        line.save()
        return
