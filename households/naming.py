"""Naming and ending contacts by hand: each is one act, which can be taken back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from grids.models import Area, Post
from households.links import Outcome, link_end, links_create
from households.models import Household, Link
from jobs.acts import act
from jobs.models import Act


class NobodyLinked(Exception):
    """Ends an act of naming by which no household got its contact, so that it is not kept."""


def common_path(households: Collection[Household]) -> str:
    """The path of the finest area that holds all of them."""
    paths = [household.path for household in households]
    first, last = min(paths), max(paths)
    n = 0
    while n < len(first) and first[n : n + 4] == last[n : n + 4]:
        n += 4
    return first[:n]


def contacts_name(
    *, households: Collection[Household], post: Post, on: date, by: User
) -> tuple[Outcome, Act | None]:
    """Name the holder of a post as contact of households; no act where nobody could be linked."""
    path, outcome = common_path(households), Outcome()
    one = next(iter(households)) if len(households) == 1 else None
    try:
        with act(
            verb="links.name", by=by, path=path, on=on,
            subject=one or Area.objects.get(path=path),
        ) as deed:  # fmt: skip
            outcome = links_create(households=households, post=post, on=on, by=by)
            if not outcome.linked:
                raise NobodyLinked
            deed.sentence = _named(post, one, len(outcome.linked))
    except NobodyLinked:
        return outcome, None
    return outcome, deed


def _named(post: Post, one: Household | None, n: int) -> str:
    if one is not None:
        return _("%(name)s (%(role)s) is the contact of %(head)s from today.") % _words(post, one)
    return ngettext(
        "%(name)s is the contact of %(n)s household from today.",
        "%(name)s is the contact of %(n)s households from today.", n,
    ) % {"name": post.person, "n": n}  # fmt: skip


def contact_end(*, link: Link, on: date, by: User) -> Act:
    """The person is the household's contact no longer, from a day on."""
    household = link.household
    with act(
        verb="links.end", by=by, path=household.path, on=on, subject=household,
        sentence=_("%(name)s (%(role)s) is no longer the contact of %(head)s.")
        % _words(link.post, household),
    ) as deed:  # fmt: skip
        link_end(link=link, on=on, by=by)
    return deed


def _words(post: Post, household: Household) -> dict[str, Any]:
    """Who and whose, for the sentence of an act."""
    return {"name": post.person, "role": post.role, "head": household.head_name}
