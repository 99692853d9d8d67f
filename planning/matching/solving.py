"""From households and candidates to a proposal: who looks after whom, and why."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from grids.limits import MOST_LINKS
from grids.models import Post
from households.links import post_load
from lib.assignment import NOBODY, Assignment, Problem, assign
from lib.assignment_wide import NEVER, Block, assign_wide
from lib.errors import Refusal
from planning.matching.costs import (
    Group,
    Pairs,
    Reasons,
    crossed,
    groups_of,
    skill_words,
    urgency_of,
)
from planning.matching.inputs import Inputs
from planning.matching.options import Options

Ints = NDArray[np.int64]
#: Up to so many pairs are held at once; more are read in blocks of so many.
WIDE = 4_000_000
BLOCK = 1_000_000
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
    reasons, groups = Reasons(inputs, options, on), list(groups_of(inputs))
    holders = holders_of(inputs, options)
    pinned_to = _pinned(inputs, holders, pinned, options, on)
    holder = np.array(
        [holders.position[c.person_id, c.role] for c in inputs.candidates], dtype=np.int64
    )
    row = {home.id: n for n, home in enumerate(inputs.homes)}
    asked = Asked(
        reasons, groups, holder, holders.room(),
        urgency=np.array([urgency_of(home) for home in inputs.homes], dtype=np.int64),
        minimum=np.maximum(options.minimum - np.array(holders.links, dtype=np.int64), 0),
        pinned=np.array(sorted(pinned_to.items()), dtype=np.int64).reshape(-1, 2),
        forbidden=_forbidden(holders, row, rejected),
    )  # fmt: skip
    try:
        found = asked.narrow(tell) if asked.size <= WIDE else asked.wide(tell)
    except OverflowError:
        raise Refusal(
            _("The weights are too large to be added up exactly; lower them."), field="weights"
        ) from None
    chosen = asked.chosen(found.person)
    at = {int(home): n for n, home in enumerate(chosen.home)}
    proposals = []
    for n, home in enumerate(inputs.homes):
        pair, whom, post = at.get(n), int(found.person[n]), pinned.get(home.id)
        if pair is not None and post is None:
            post = inputs.candidates[chosen.candidate[pair]].id
        given = whom != NOBODY
        proposals.append(
            Proposal(
                home.id, home.path, post,
                known_number(chosen.metres[pair]) if pair is not None else None,
                known_number(chosen.minutes[pair]) if pair is not None else None,
                skill_words(int(chosen.skills[pair])) if pair is not None else [],
                bool(pair is not None and chosen.language[pair]),
                bool(pair is not None and chosen.known[pair]),
                int(asked.urgency[n]), int(chosen.cost[pair]) if pair is not None else 0,
                holders.links[whom] if given else 0,
                holders.links[whom] + int(found.load[whom]) if given else 0,
                holders.most[whom] if given else None,
            )
        )  # fmt: skip
    return Solution(proposals, int(np.count_nonzero(found.missing)))


@dataclass(frozen=True)
class Asked:
    """The problem in numbers. ``holder`` is the position of each candidate's person and role."""

    reasons: Reasons
    groups: Sequence[Group]
    holder: Ints
    room: Ints
    urgency: Ints
    minimum: Ints
    pinned: Ints
    forbidden: Ints

    @property
    def size(self) -> int:
        """How many pairs there are."""
        return sum(group.size for group in self.groups)

    def narrow(self, tell: Callable[[int, int], None] | None) -> Assignment:
        """Solved with all pairs at once."""
        crosses = [crossed(g.begin, g.end, g.candidates) for g in self.groups]
        none = np.empty(0, dtype=np.int64)
        pairs = self.reasons.of(
            np.concatenate([none, *(home for home, _c in crosses)]),
            np.concatenate([none, *(candidate for _h, candidate in crosses)]),
        )
        usable = pairs.possible
        return assign(
            Problem(
                self.room, self.urgency, pairs.home[usable],
                self.holder[pairs.candidate[usable]], pairs.cost[usable], minimum=self.minimum,
                pinned=self.pinned, forbidden=self.forbidden,
            ),
            tell,
        )  # fmt: skip

    def wide(self, tell: Callable[[int, int], None] | None) -> Assignment:
        """Solved with the cheapest pairs, and proved for all."""
        return assign_wide(
            self.room, self.urgency, self._blocks, minimum=self.minimum, pinned=self.pinned,
            forbidden=self.forbidden, tell=tell,
        )  # fmt: skip

    def _blocks(self) -> Iterator[Block]:
        for group in self.groups:
            # Columns of one holder stand together, and only the cheapest of them counts.
            order = group.candidates[np.argsort(self.holder[group.candidates], kind="stable")]
            staff, first = np.unique(self.holder[order], return_index=True)
            rows = max(BLOCK // len(order), 1)
            for begin in range(group.begin, group.end, rows):
                end = min(begin + rows, group.end)
                pairs = self.reasons.of(*crossed(begin, end, order))
                cost = np.where(pairs.possible, pairs.cost, NEVER).astype(np.int32)
                table = cost.reshape(end - begin, len(order))
                if len(staff) < len(order):
                    table = np.minimum.reduceat(table, first, axis=1)
                yield Block(np.arange(begin, end), staff, table)

    def chosen(self, person: Ints) -> Pairs:
        """Of each household given to somebody the cheapest pair with that holder."""
        own: dict[int, list[int]] = {}
        for n, whom in enumerate(self.holder.tolist()):
            own.setdefault(whom, []).append(n)
        home, candidate = [], []
        for group in self.groups:
            near = set(group.candidates.tolist())
            for n in range(group.begin, group.end):
                for one in own.get(int(person[n]), ()):
                    if one in near:
                        home.append(n)
                        candidate.append(one)
        pairs = self.reasons.of(np.array(home, np.int64), np.array(candidate, np.int64))
        order = np.lexsort((pairs.candidate, pairs.cost, ~pairs.possible, pairs.home))
        first = np.ones(len(order), dtype=bool)
        first[1:] = pairs.home[order[1:]] != pairs.home[order[:-1]]
        kept = order[first]
        return Pairs(*(column[kept] for column in vars(pairs).values()))


def known_number(value: float) -> float | None:
    """A number rounded to a tenth; None where it is not known (nan)."""
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
