"""The last step taken back: a line as it was before somebody decided on it."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from grids.models import Post
from lib.errors import Refusal
from planning.matching.lines import line_accept, line_pin, line_release
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
    if state == line.state:
        return line
    if state == State.PINNED:
        return line_pin(line=line, on=on, by=by)
    return (line_accept if state == State.ACCEPTED else line_release)(line=line, by=by)
