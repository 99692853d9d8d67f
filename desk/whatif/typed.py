"""The levers as the address holds them: read, refused at their field, said in words, written back.

Nothing in them names a household. What cannot be read is kept as typed, and is left out of the
sums until it is mended.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grids.limits import MOST_LINKS
from grids.models import Area
from planning.town import Required, Town
from planning.whatif import Levers, More, near_posts

#: So many people more at one place are a slip of the keys.
MOST_PEOPLE = 50
#: Rows of "more people": those typed, and one that is empty.
MOST_ROWS = 8
LIMIT, POST = "limit_", "post_"
#: What else the address holds: no lever.
NO_LEVER = ("area", "kept", "do", "act")
SEPARATOR = "."


@dataclass(frozen=True)
class MoreRow:
    """A row of more people as typed."""

    at: str
    role: str
    n: str
    error: str = ""


@dataclass
class Typed:
    """What was typed: the levers that could be read, and a sentence for each field that could not.

    ``said`` is what is changed, in words.
    """

    levers: Levers
    errors: dict[str, str] = field(default_factory=dict)
    rows: list[MoreRow] = field(default_factory=list)
    given: QueryDict = field(default_factory=QueryDict)
    said: list[str] = field(default_factory=list)

    @property
    def some(self) -> bool:
        """Whether anything is changed at all."""
        return self.levers != Levers()

    def filled(self) -> set[str]:
        """The vacancies chosen, as the form names them."""
        return set(self.given.getlist("fill"))


def vacancy_key(row: Required) -> str:
    """A vacancy as the address names it."""
    return f"{row.area}{SEPARATOR}{row.role}"


def levers_only(given: QueryDict) -> QueryDict:
    """Of an address only the levers that say something."""
    found = QueryDict(mutable=True)
    for key in given:
        values = given.getlist(key)
        if key in NO_LEVER:
            continue
        if key.startswith("more_") or any(value.strip() for value in values):
            found.setlist(key, values)
    if not any(n.strip() for n in found.getlist("more_n")):
        for key in ("more_at", "more_role", "more_n"):
            found.pop(key, None)
    return found


def rest_of(given: QueryDict, places: Mapping[str, Area]) -> str:
    """The path of the grid that takes the unfiled whose place tells none; '' where none does."""
    place = places.get(given.get("rest", ""))
    return place.path if place is not None and place.level == "grid" else ""


def levers_typed(
    given: QueryDict, *, town: Town, places: Mapping[str, Area], roles: Mapping[str, str],
    by_name: bool,
) -> Typed:  # fmt: skip
    """Read the levers. ``places``: areas one may choose by id; ``roles``: labels of those that may
    be a contact; ``by_name``: whether this person may change the limit of single posts."""
    typed = Typed(Levers(), given=given)
    fill = _fill(given, town, typed)
    more = _more(given, places, roles, typed)
    role_limits = {
        role: n for key in given if key.startswith(LIMIT)
        if (n := _limit(given, key, typed)) is not None
        and _known(role := key.removeprefix(LIMIT), roles, key, typed)
    }  # fmt: skip
    posts = {post.id for post in near_posts(town)}
    post_limits = {}
    for key in given:
        if not key.startswith(POST) or (n := _limit(given, key, typed)) is None:
            continue
        if not by_name:
            typed.errors[key] = _("The limit of one person is raised by the township grid office.")
        elif (post := key.removeprefix(POST)) in posts:
            post_limits[post] = n
        else:
            typed.errors[key] = _("This post is not held here any more; leave it out.")
    rest = given.get("rest", "")
    if rest and not rest_of(given, places):
        typed.errors["rest"] = _("Choose a grid of this area from the list.")
    typed.levers = Levers(
        fill=fill, more=more, role_limits=role_limits, post_limits=post_limits,
        accept="accept" in given, file="file" in given, rest=rest_of(given, places),
        party="party" in given, name="name" in given,
    )  # fmt: skip
    typed.said = list(_said(typed.levers, town, roles))
    return typed


def _fill(given: QueryDict, town: Town, typed: Typed) -> frozenset[tuple[str, str]]:
    missing = {vacancy_key(row): row for row in town.required if row.missing}
    found = set()
    for key in given.getlist("fill"):
        if key in missing:
            found.add((missing[key].area, missing[key].role))
        else:
            typed.errors["fill"] = _("One of the posts is not vacant any more; look at the list.")
    return frozenset(found)


def _more(
    given: QueryDict, places: Mapping[str, Area], roles: Mapping[str, str], typed: Typed
) -> tuple[More, ...]:
    found = []
    texts = [given.getlist(key) for key in ("more_at", "more_role", "more_n")]
    for at, role, n in list(zip(*texts, strict=False))[:MOST_ROWS]:
        if not n.strip():
            continue
        people = whole_number(n)
        error = ""
        if people is None or not 1 <= people <= MOST_PEOPLE:
            error = _("Write how many people, from 1 to %(most)d.") % {"most": MOST_PEOPLE}
        elif at not in places:
            error = _("Choose a place of this area from the list.")
        elif role not in roles:
            error = _("Choose the role.")
        else:
            found.append(More(places[at].path, role, people))
        if error:
            typed.errors[f"more_{len(typed.rows)}"] = error
        typed.rows.append(MoreRow(at, role, n, error))
    return tuple(found)


def _limit(given: QueryDict, key: str, typed: Typed) -> int | None:
    """A limit that was typed; None where the field is empty or wrong."""
    text = given.get(key, "").strip()
    if not text:
        return None
    n = whole_number(text)
    if n is None or not 1 <= n <= MOST_LINKS:
        typed.errors[key] = _("A limit is a number of households from 1 to %(most)d.") % {
            "most": MOST_LINKS
        }
        return None
    return n


def _known(role: str, roles: Mapping[str, str], key: str, typed: Typed) -> bool:
    if role not in roles:
        typed.errors[key] = _("There is no such role.")
    return role in roles


def whole_number(text: str) -> int | None:
    """A whole number as people type it, full-width digits too; None for anything else."""
    try:
        return int(text.strip())
    except ValueError:
        return None


def _said(levers: Levers, town: Town, roles: Mapping[str, str]) -> Iterable[str]:
    """What is changed, each in a few words."""
    missing = {(row.area, row.role): row.missing for row in town.required}
    if levers.fill:
        n = sum(missing.get(key, 0) for key in levers.fill)
        yield ngettext("%(n)d vacancy filled", "%(n)d vacancies filled", n) % {"n": n}
    added: dict[str, int] = {}
    for more in levers.more:
        added[more.role] = added.get(more.role, 0) + more.n
    for role, n in added.items():
        yield _("%(n)d more %(role)s") % {"n": n, "role": roles[role]}
    for role, n in levers.role_limits.items():
        yield _("limit of %(role)s %(n)d") % {"n": n, "role": roles[role]}
    if levers.post_limits:
        n = len(levers.post_limits)
        yield ngettext("%(n)d limit by name", "%(n)d limits by name", n) % {"n": n}
    if levers.accept:
        yield _("handovers accepted")
    if levers.file or levers.rest:
        yield _("unfiled put into grids")
    if levers.name:
        yield _("all that fit named")
