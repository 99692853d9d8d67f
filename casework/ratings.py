"""What households say of the service they got: by a one-time link, the card's code, a call-back.

A rating hangs on a matter or on a place. Who served, who called and who made the link is written
nowhere beside it, so nothing can gather ratings by person.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from accounts.models import User
from casework.cast import cast_of, served
from casework.models import CardCode, Issue, Rating, RatingLink
from casework.states import OF_PLACE
from grids.models import Area
from grids.scope import scope_of
from lib.errors import Refusal
from lib.identity import no_id_number

#: How long an address to rate stays good.
LINK_DAYS = 30
TEXT = 200
#: Matters that somebody served; before that there is nothing to rate.
SERVED = (Issue.State.RESOLVED, Issue.State.FOLLOW_UP, Issue.State.CLOSED)
#: Fewer ratings than this of one place are withheld: they would point at who gave them.
FEWEST = 5


def hashed(token: str) -> str:
    """What is kept of a token: 64 hexadecimal digits."""
    return sha256(token.encode()).hexdigest()


@transaction.atomic
def rating_link_issue(
    *, issue: Issue | None = None, area: Area | None = None, on: date, by: User | None = None
) -> str:
    """Make an address to rate a matter, or the service at a place; returns its secret part once.

    The link of a matter is made once it is served, for whoever will pass it on: a caller who did
    not serve it, or the page where its sender follows it (``by`` None). Its earlier links that
    nobody used end, so that a matter is rated by a link once. That of a place is made by who
    manages the place.
    """
    area = issue.area if issue else area
    if area is None:
        raise Refusal(_("Say which matter or which place is to be rated."))
    if issue is not None:
        _matter_may_be_rated(issue, on=on, by=by)
    elif by is not None and not scope_of(by).manages(area.path):
        raise Refusal(_("Only the township grid office of this area may do this."))
    token = secrets.token_urlsafe(24)
    RatingLink.objects.create(
        token_hash=hashed(token), issue=issue, area=area, path=area.path, made_on=on,
        expires_on=on + timedelta(days=LINK_DAYS),
    )  # fmt: skip
    return token


def _matter_may_be_rated(issue: Issue, *, on: date, by: User | None) -> None:
    """Refuse a link where nobody served yet, somebody has rated, or who asks has no part in it."""
    Issue.objects.select_for_update().get(pk=issue.pk)
    if by is not None and not cast_of(issue, by, on=on) & set(OF_PLACE):
        raise Refusal(_("The address is passed on by the grid office and the staff of the place."))
    if issue.state not in SERVED:
        raise Refusal(_("This matter has not been resolved yet; there is nothing to rate."))
    if by is not None and served(issue, by, on=on):
        raise Refusal(_("You served this household yourself; somebody else passes it on."))
    if rated_by_link(issue):
        raise Refusal(_("This matter has been rated by its link already."))
    unused = RatingLink.objects.filter(issue=issue, used_on__isnull=True, expires_on__gte=on)
    unused.update(expires_on=on - timedelta(days=1))


def rated_by_link(issue: Issue) -> bool:
    """Whether a link of the matter has been used."""
    return RatingLink.objects.filter(issue=issue, used_on__isnull=False).exists()


def may_pass_on(issue: Issue, user: User, *, on: date) -> bool:
    """Whether somebody may have an address made by which the resident rates the matter."""
    return (
        issue.state in SERVED
        and bool(cast_of(issue, user, on=on) & set(OF_PLACE))
        and not served(issue, user, on=on)
        and not rated_by_link(issue)
    )


def rating_link_held(*, token: str, on: date, by: User) -> RatingLink:
    """The link of an address somebody has just made, to put it on paper.

    Refusal where it opens nothing any more, and for who may not pass it on.
    """
    link = rating_link_open(token, on=on)
    issue = link.issue
    if issue is None:
        may = scope_of(by).manages(link.path)
    else:
        seen = Issue.objects.visible_to(by).filter(pk=issue.pk).exists()
        may = seen and may_pass_on(issue, by, on=on)
    if not may:
        raise Refusal(_("The address is passed on by the grid office and the staff of the place."))
    return link


def rating_link_open(token: str, *, on: date) -> RatingLink:
    """The link a token opens, for its page; Refusal where it is unknown, used or too old."""
    link = RatingLink.objects.filter(token_hash=hashed(token)).select_related("issue").first()
    return _still_good(link, on)


def _still_good(link: RatingLink | None, on: date) -> RatingLink:
    if link is None:
        raise Refusal(_("This address is not known. Scan the code or open the message again."))
    if link.used_on is not None:
        raise Refusal(_("Your rating has already been received. Thank you."))
    if on > link.expires_on:
        raise Refusal(_("This address is no longer good; call your contact to tell them."))
    return link


@transaction.atomic
def rating_give(*, token: str, answer: str, text: str = "", on: date) -> Rating:
    """Rate by a one-time link; it opens nothing a second time."""
    found = RatingLink.objects.select_for_update().filter(token_hash=hashed(token)).first()
    link = _still_good(found, on)
    rating = _kept(
        issue=link.issue, area=link.area, answer=answer, text=text, via=Rating.Via.LINK, on=on
    )
    link.used_on = on
    link.save(update_fields=["used_on"])
    return rating


def rating_from_card(*, code: CardCode, answer: str, text: str = "", on: date) -> Rating:
    """Rate the service at the place of a card. The post the card names is not kept."""
    return _kept(
        issue=None, area=code.area, answer=answer, text=text, via=Rating.Via.CARD, on=on
    )  # fmt: skip


def rating_of_call(*, issue: Issue, answer: str, on: date) -> Rating | None:
    """What a call-back of the follow-up says of the service, inside the caller's transaction.

    The table of transitions lets nobody call back who served. None where nobody was reached. The
    caller's note is not kept with it.
    """
    if answer not in Rating.Answer.values:
        return None
    return _kept(issue=issue, area=issue.area, answer=answer, text="", via=Rating.Via.CALL, on=on)


def _kept(
    *, issue: Issue | None, area: Area, answer: str, text: str, via: str, on: date
) -> Rating:  # fmt: skip
    if answer not in Rating.Answer.values:
        raise Refusal(_("Choose one of the three answers."), field="answer")
    text = no_id_number(" ".join(text.split()), field="text")
    if len(text) > TEXT:
        raise Refusal(_("Say it in at most %(n)d characters.") % {"n": TEXT}, field="text")
    return Rating.objects.create(
        issue=issue, area=area, path=area.path, answer=answer, text=text, via=via, on=on
    )


@dataclass(frozen=True)
class Rated:
    """The ratings of one place: how many, and of each answer; None where withheld."""

    path: str
    n: int | None
    satisfied: int | None = None
    basically: int | None = None
    dissatisfied: int | None = None

    @property
    def rate(self) -> float | None:
        """Share satisfied or basically satisfied, 0 to 1; None where withheld or nothing."""
        if not self.n:
            return None
        return ((self.satisfied or 0) + (self.basically or 0)) / self.n


def ratings_of(path: str, children: Iterable[str], *, since: date, until: date) -> list[Rated]:
    """Ratings at or beneath a path and beneath each of its ``children``, the path first.

    A place with 1 to 4 ratings is withheld, and a second one with it where the first would come
    back by subtraction from the whole.
    """
    beneath = Rating.objects.filter(path__startswith=path, on__gte=since, on__lte=until)
    of_answers = {answer: Count("pk", filter=Q(answer=answer)) for answer in Rating.Answer.values}
    rows: Any = beneath.values("path").annotate(n=Count("pk"), **of_answers)
    children = list(children)
    names = ("n", *Rating.Answer.values)
    sums: dict[str, dict[str, int]] = {key: dict.fromkeys(names, 0) for key in [path, *children]}
    rest = 0
    for row in rows:
        inside = next((child for child in children if row["path"].startswith(child)), None)
        rest += 0 if inside else row["n"]
        for key in filter(None, {path, inside}):
            for name in names:
                sums[key][name] += row[name]
    small = {key for key in [path, *children] if 0 < sums[key]["n"] < FEWEST}
    hidden = [key for key in children if key in small]
    if path not in small and len(hidden) == 1 and rest < FEWEST:
        shown = [key for key in children if key not in small and sums[key]["n"]]
        small |= {min(shown, key=lambda key: (sums[key]["n"], key))} if shown else {path}
    return [Rated(key, None) if key in small else Rated(key, **sums[key]) for key in sums]
