"""What is decided on pairs: accept, pin, release, reject, and take the last of these back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from desk.plans.lines import chosen_lines, key_of, number_of
from lib.clock import today
from lib.errors import Refusal
from planning.matching.lines import line_accept, line_pin, line_reject, line_release
from planning.matching.restoring import line_restore
from planning.models import MatchDraft, MatchLine

State = MatchLine.State
#: What each act makes of a pair; rejecting takes it apart.
MOVES = {"accept": State.ACCEPTED, "pin": State.PINNED, "release": State.PROPOSED, "reject": ""}
#: A form holds no more of what is taken back than this.
LONGEST = 60_000


@dataclass(frozen=True)
class Said:
    """What was just done. ``was`` takes it back: ``line:state:post`` with commas between."""

    sentence: str
    was: str = ""


@transaction.atomic
def moved(draft: MatchDraft, user: User, sent: QueryDict) -> Said:
    """Do what a form asks of pairs of a draft, all or none; Refusal where it cannot be done."""
    do, _colon, one = sent.get("do", "").partition(":")
    if do == "back":
        return _taken_back(draft, user, sent.get("was", ""))
    if do not in MOVES:
        raise Refusal(_("Choose what is to be done with the pair."))
    if one:
        sent = sent.copy()
        sent.setlist("line", [one])
        sent.pop("post", None)
    lines = [
        line for line in chosen_lines(draft, user, sent)
        if line.post_id and line.state != MOVES[do]
    ]  # fmt: skip
    if sent.get("post"):  # of a whole contact: what was decided already stays
        lines = [line for line in lines if line.state == State.PROPOSED]
    if not lines:
        raise Refusal(_("There is nothing to change: this was done already."))
    was = ",".join(f"{line.pk}:{line.state}:{line.post_id}" for line in lines)
    for line in lines:
        _move(do, line, user, on=today())
    return Said(_sentence(do, len(lines)), was if len(was) < LONGEST else "")


def _move(do: str, line: MatchLine, user: User, *, on: date) -> None:
    if do == "pin":
        line_pin(line=line, by=user, on=on)
    elif do == "accept":
        line_accept(line=line, by=user)
    elif do == "release":
        line_release(line=line, by=user)
    else:
        line_reject(line=line, by=user)


def _sentence(do: str, n: int) -> str:
    words = {
        "accept": ngettext("%(n)s pair accepted.", "%(n)s pairs accepted.", n),
        "pin": ngettext("%(n)s pair pinned.", "%(n)s pairs pinned.", n),
        "release": ngettext("%(n)s pair released.", "%(n)s pairs released.", n),
        "reject": ngettext(
            "%(n)s pair rejected; solve again for somebody else.",
            "%(n)s pairs rejected; solve again for somebody else.", n,
        ),
    }  # fmt: skip
    return words[do] % {"n": n}


def _taken_back(draft: MatchDraft, user: User, was: str) -> Said:
    """Every line as it was before the last move."""
    before = dict(_read(was))
    sent = QueryDict(mutable=True)
    sent.setlist("line", list(before))
    lines = chosen_lines(draft, user, sent)
    for line in lines:
        state, post = before[str(line.pk)]
        line_restore(line=line, state=state, post=post, on=today(), by=user)
    n = len(lines)
    return Said(ngettext("%(n)s pair is as it was.", "%(n)s pairs are as they were.", n) % {"n": n})


def _read(was: str) -> Iterable[tuple[str, tuple[str, str]]]:
    for part in was[:LONGEST].split(","):
        key, _colon, rest = part.partition(":")
        state, _colon, post = rest.partition(":")
        number, held = number_of(key), key_of(post)
        if number is not None and state in State.values and held:
            yield str(number), (state, held)
