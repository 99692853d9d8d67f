"""From households and candidates to a proposal: who looks after whom, and why."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from grids.limits import MOST_LINKS
from grids.models import Post
from households.links import post_load
from lib.assignment import NOBODY, Problem, assign
from lib.errors import Refusal
from planning.matching.costs import Pairs, pairs_of, skill_words, urgency_of
from planning.matching.inputs import Inputs
from planning.matching.options import Options

Ints = NDArray[np.int64]
#: A person in a role: limits and loads are counted so.
Holder = tuple[UUID, str]


@dataclass(frozen=True)
class Proposal:
    """What becomes of one household; ``post`` None: nobody is left for it."""

    household: UUID
    path: str
    post: UUID | None
    metres: float | None
    minutes: float | None
    skills: list[str]
    language: bool
    known: bool
    urgency: int
    cost: int
    load_before: int
    load_after: int
    most: int | None


@dataclass(frozen=True)
class Solution:
    """Proposals in the order of the households; how many people lack of their minimum."""

    proposals: Sequence[Proposal]
    wanting: int


@dataclass
class Holders:
    """Everybody who may be given households: links in force, the limit (None: none), room."""

    position: dict[Holder, int]
    links: list[int]
    most: list[int | None]

    def room(self) -> Ints:
        """How many more each may be given."""
        most = [MOST_LINKS if m is None else m for m in self.most]
        return np.maximum(np.array(most, dtype=np.int64) - np.array(self.links, dtype=np.int64), 0)


def solve(
    inputs: Inputs, options: Options, *, on: date, pinned: Mapping[UUID, UUID] | None = None,
    rejected: Collection[tuple[UUID, UUID]] = (), tell: Callable[[int, int], None] | None = None,
) -> Solution:  # fmt: skip
    """The best proposal. ``pinned`` are posts by household, kept whatever they cost; ``rejected``
    pairs of household and person that must not come. ``tell`` as for ``assign``."""
    pinned = pinned or {}
    pairs = pairs_of(inputs, options, on=on)
    holders = holders_of(inputs, options)
    pinned_to = _pinned(inputs, holders, pinned, options, on)
    holder = np.array(
        [holders.position[c.person_id, c.role] for c in inputs.candidates], dtype=np.int64
    )
    row = {home.id: n for n, home in enumerate(inputs.homes)}
    urgency = np.array([urgency_of(home) for home in inputs.homes], dtype=np.int64)
    minimum = np.maximum(options.minimum - np.array(holders.links, dtype=np.int64), 0)
    try:
        found = assign(
            Problem(
                holders.room(), urgency, pairs.home, holder[pairs.candidate], pairs.cost,
                minimum=minimum if options.minimum else None,
                pinned=np.array(sorted(pinned_to.items()), dtype=np.int64),
                forbidden=_forbidden(holders, row, rejected),
            ),
            tell,
        )  # fmt: skip
    except OverflowError:
        raise Refusal(
            _("The weights are too large to be added up exactly; lower them."), field="weights"
        ) from None
    arcs = _arcs_taken(pairs, holder, found.person)
    proposals = []
    for n, home in enumerate(inputs.homes):
        arc, whom, post = arcs.get(n), int(found.person[n]), pinned.get(home.id)
        if arc is not None and post is None:
            post = inputs.candidates[pairs.candidate[arc]].id
        given = whom != NOBODY
        proposals.append(
            Proposal(
                home.id, home.path, post,
                _known_number(pairs.metres[arc]) if arc is not None else None,
                _known_number(pairs.minutes[arc]) if arc is not None else None,
                skill_words(int(pairs.skills[arc])) if arc is not None else [],
                bool(arc is not None and pairs.language[arc]),
                bool(arc is not None and pairs.known[arc]),
                int(urgency[n]), int(pairs.cost[arc]) if arc is not None else 0,
                holders.links[whom] if given else 0,
                holders.links[whom] + int(found.load[whom]) if given else 0,
                holders.most[whom] if given else None,
            )
        )  # fmt: skip
    return Solution(proposals, int(np.count_nonzero(found.missing)))


def _known_number(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 1)


def holders_of(inputs: Inputs, options: Options) -> Holders:
    """People in their roles with load and limit; a limit of the draft only lowers."""
    holders = Holders({}, [], [])
    for one in inputs.candidates:
        if (one.person_id, one.role) not in holders.position:
            holders.position[one.person_id, one.role] = len(holders.links)
            holders.links.append(one.links)
            holders.most.append(lowered(one.most, options.limits.get(one.role)))
    return holders


def lowered(most: int | None, limit: int | None) -> int | None:
    """The lower of two limits, either of which may be missing."""
    known = [number for number in (most, limit) if number is not None]
    return min(known) if known else None


def _pinned(
    inputs: Inputs, holders: Holders, pinned: Mapping[UUID, UUID], options: Options, on: date
) -> dict[int, int]:
    """Positions of holders by positions of households; a post chosen by hand may be none of the
    candidates, and is then added with its own load."""
    by_post = {one.id: (one.person_id, one.role) for one in inputs.candidates}
    wanted = {home.id for home in inputs.homes} & set(pinned)
    others = Post.objects.filter(pk__in={pinned[key] for key in wanted} - set(by_post))
    for post in others.order_by("pk"):
        key = (post.person_id, post.role_id)
        by_post[post.pk] = key
        if key not in holders.position:
            links, most = post_load(post, on=on)
            holders.position[key] = len(holders.links)
            holders.links.append(links)
            holders.most.append(lowered(most, options.limits.get(post.role_id)))
    return {
        n: holders.position[by_post[pinned[home.id]]]
        for n, home in enumerate(inputs.homes) if home.id in wanted
    }  # fmt: skip


def _forbidden(
    holders: Holders, row: Mapping[UUID, int], rejected: Collection[tuple[UUID, UUID]]
) -> Ints:
    """A rejected person is rejected in every role held."""
    roles: dict[UUID, list[int]] = {}
    for (person, _role), n in holders.position.items():
        roles.setdefault(person, []).append(n)
    pairs = [
        (row[household], n)
        for household, person in rejected if household in row for n in roles.get(person, ())
    ]  # fmt: skip
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def _arcs_taken(pairs: Pairs, holder: Ints, chosen: Ints) -> dict[int, int]:
    """The pair that stands for each household given to somebody: the cheapest with that holder."""
    match = np.flatnonzero(holder[pairs.candidate] == chosen[pairs.home])
    order = match[np.lexsort((pairs.candidate[match], pairs.cost[match], pairs.home[match]))]
    first = np.ones(len(order), dtype=bool)
    first[1:] = pairs.home[order[1:]] != pairs.home[order[:-1]]
    return dict(zip(pairs.home[order[first]].tolist(), order[first].tolist(), strict=True))
