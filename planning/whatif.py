"""What if? The numbers of coverage as they would be after some changes, before any is made.

``imagine`` answers from what ``planning/town.py`` has read, and touches nothing. The words mean
what they mean in ``casework/sql/coverage.sql`` (docs/definitions.md): who is a candidate, how much
a person takes in a role, which reason fits first. Naming all that fit is solved exactly
(``lib/assignment.py``); who is served first is said in docs/decisions/0128.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from casework.coverage import REASONS
from lib.assignment import NOBODY, Problem, assign
from planning.town import GRID, VILLAGE, Group, Post, Seat, Town, places_of

#: Reasons of households whom a further person could take; the others wait for something else.
SHORT = ("left", "vacant", "full", "new", "unassigned")
ZHONGDIAN = 2
#: Who would begin has no key yet.
NEW = "new-"


@dataclass(frozen=True)
class More:
    """So many further people in a role for an area."""

    path: str
    role: str
    n: int


@dataclass(frozen=True)
class Levers:
    """What is changed. ``role_limits`` are of every post of the role that is near the area, and
    of new people in it; ``post_limits`` of single posts. ``name``: then name all that fit."""

    fill: frozenset[tuple[str, str]] = frozenset()  # id of the area, role
    more: tuple[More, ...] = ()
    role_limits: Mapping[str, int] = field(default_factory=dict)
    post_limits: Mapping[str, int] = field(default_factory=dict)
    accept: bool = False
    file: bool = False
    rest: str = ""  # path of the grid that takes the unfiled whose place tells none
    party: bool = False  # whether new people are taken to be party members
    name: bool = False


@dataclass(frozen=True)
class Served:
    """So many households of a group, the first of its list, that a post would be named for."""

    group: Group
    post: Post
    households: tuple[str, ...]


@dataclass
class GridLine:
    """What remains in a grid: of each reason, and how many more people would take them."""

    path: str
    reasons: Counter[str] = field(default_factory=Counter)
    more_people: int = 0

    @property
    def gap(self) -> int:
        return sum(self.reasons.values())

    @property
    def short(self) -> int:
        return sum(self.reasons[reason] for reason in SHORT)


@dataclass
class Picture:
    """The numbers as they would be. ``served`` and ``filed`` say what was done for them."""

    in_scope: int
    linked: int
    party_linked: int
    reasons: dict[str, int]
    gap_zhongdian: int
    vacancies: int
    overloaded: int
    grids: list[GridLine]
    served: list[Served] = field(default_factory=list)
    filed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    accepted: int = 0

    @property
    def gap(self) -> int:
        return self.in_scope - self.linked

    @property
    def more_people(self) -> int:
        return sum(line.more_people for line in self.grids)


def imagine(town: Town, levers: Levers, *, urgent_first: bool = True) -> Picture:
    """The numbers of ``town`` after ``levers``; without any they are those of coverage.

    ``urgent_first``: where not all can be served, households with most need come first. False
    for who sees counts only: then nothing of the answer depends on a need but ``gap_zhongdian``,
    which that person is not shown.
    """
    posts = _limited(town, [*town.posts, *_new_posts(town, levers)], levers)
    room = _room(posts, town.loads)
    loads = Counter(town.loads)
    picture = Picture(
        town.in_scope, town.linked, town.party_linked, {}, 0,
        _vacancies(town, levers), 0, [],
    )  # fmt: skip
    groups = [_filed(group, levers, picture) for group in town.groups]
    if levers.accept:
        groups = _accepted(groups, posts, room, picture, urgent_first=urgent_first)
    if levers.name:
        groups = _named(groups, posts, room, picture, town.on, urgent_first=urgent_first)
    for served in picture.served:
        n = len(served.households)
        loads[served.post.person, served.post.role] += n
        picture.linked += n
        picture.party_linked += n if served.post.party else 0
    most = seats_of(posts)
    picture.overloaded = _overloaded(town.path, posts, most, loads)
    _count_reasons(picture, groups, posts, most, loads)
    if levers.name:
        limit = levers.role_limits.get(town.helper, town.roles.get(town.helper))
        for line in picture.grids:
            short = line.short if len(line.path) >= GRID else 0
            line.more_people = -(-short // limit) if limit else int(short > 0)
    else:
        # Where those in post have room, nobody more is needed: only what would remain counts.
        named = imagine(town, replace(levers, name=True), urgent_first=urgent_first)
        needed = {line.path: line.more_people for line in named.grids}
        for line in picture.grids:
            line.more_people = needed.get(line.path, 0)
    return picture


def _new_posts(town: Town, levers: Levers) -> list[Post]:
    """The people who would begin: those that are missing where it is filled, and more."""
    wanted = [
        More(row.path, row.role, row.missing)
        for row in town.required
        if (row.area, row.role) in levers.fill
    ]
    return [
        Post(
            id=f"{NEW}{nth}-{one}", person=f"{NEW}{nth}-{one}", role=more.role, home=more.path,
            area=more.path, paired=(), most=town.roles[more.role], may_link=True,
            is_backup=False, until=None, party=levers.party,
        )
        for nth, more in enumerate([*wanted, *levers.more]) if more.role in town.roles
        for one in range(more.n)
    ]  # fmt: skip


def _vacancies(town: Town, levers: Levers) -> int:
    """Required posts without a holder; a further person of the role at the place fills one."""
    added: Counter[tuple[str, str]] = Counter()
    for more in levers.more:
        added[more.path, more.role] += more.n
    return sum(
        0
        if (row.area, row.role) in levers.fill
        else max(row.required - row.people - added[row.path, row.role], 0)
        for row in town.required
    )


def near_posts(town: Town) -> list[Post]:
    """Posts whose holders are candidates somewhere in the area asked about."""
    above = {town.path[:n] for n in (VILLAGE, GRID) if len(town.path) >= n} | {town.path}
    return [
        post
        for post in town.posts
        if post.may_link
        and not post.is_backup
        and any(
            len(place) >= VILLAGE and (place.startswith(town.path) or place in above)
            for place in ((post.area,) if post.area else post.paired)
        )
    ]


def _limited(town: Town, posts: list[Post], levers: Levers) -> list[Post]:
    """Posts with the limits that the levers give them."""
    if not levers.role_limits and not levers.post_limits:
        return posts
    near = {post.id for post in near_posts(town)}
    found = []
    for post in posts:
        most = post.most
        if post.id in near or post.person.startswith(NEW):
            most = levers.role_limits.get(post.role, most)
        found.append(replace(post, most=levers.post_limits.get(post.id, most)))
    return found


def seats_of(posts: Iterable[Post]) -> dict[Seat, int | None]:
    """The most links of a person in a role: the most generous of the posts held, or none."""
    found: dict[Seat, list[int | None]] = defaultdict(list)
    for post in posts:
        found[post.person, post.role].append(post.most)
    return {
        seat: None if None in many else max(n for n in many if n is not None)
        for seat, many in found.items()
    }


def _room(posts: Iterable[Post], loads: Mapping[Seat, int]) -> dict[Seat, int | None]:
    """How many more households a person may be given in a role; None: as many as there are."""
    return {
        seat: None if most is None else max(most - loads.get(seat, 0), 0)
        for seat, most in seats_of(posts).items()
    }


def _filed(group: Group, levers: Levers, picture: Picture) -> Group:
    """The group where it would be filed."""
    if len(group.path) >= GRID:
        return group
    to = (group.by_point if levers.file else "") or (group.in_rest if levers.rest else "")
    if not to:
        return group
    picture.filed[to] = picture.filed.get(to, ()) + group.households
    return replace(group, path=to)


def _free(group: Group, post: Post, on: date) -> bool:
    """Whether no link of the household in this role is in the way."""
    return all(
        role != post.role or (post.until is not None and post.until <= begins)
        for role, begins in group.taken
    )


def _accepted(
    groups: list[Group], posts: list[Post], room: dict[Seat, int | None], picture: Picture, *,
    urgent_first: bool,
) -> list[Group]:  # fmt: skip
    """Those offered a household take it, as far as there is room; the rest goes on waiting."""
    by_id = {post.id: post for post in posts}
    order = sorted(groups, key=lambda g: -g.urgency) if urgent_first else groups
    left: dict[int, Group] = {}
    for group in order:
        post = by_id.get(group.to_post or "")
        n = 0
        if post is not None and post.reaches(group.path):
            seat = (post.person, post.role)
            limit = room[seat]
            n = len(group.households) if limit is None else min(limit, len(group.households))
            if n:
                picture.served.append(Served(group, post, group.households[:n]))
                picture.accepted += n
                room[seat] = None if limit is None else limit - n
        left[id(group)] = replace(group, households=group.households[n:])
    return [left[id(group)] for group in groups]


def _named(
    groups: list[Group], posts: list[Post], room: dict[Seat, int | None], picture: Picture,
    on: date, *, urgent_first: bool,
) -> list[Group]:  # fmt: skip
    """Name all that fit; whoever waits for an answer, or is in no grid, is left out."""
    by_place: dict[str, list[Post]] = defaultdict(list)
    for post in posts:
        if post.may_link and not post.is_backup:
            for place in (post.area,) if post.area else post.paired:
                by_place[place].append(post)
    asking = [
        n for n, group in enumerate(groups)
        if group.households and len(group.path) >= GRID and not group.handover
    ]  # fmt: skip
    arcs: dict[tuple[int, Seat], tuple[int, Post]] = {}
    for n in asking:
        group = groups[n]
        for place in places_of(group.path):
            for post in by_place.get(place, ()):
                if not _free(group, post, on):
                    continue
                # The nearest first, as where a contact is named by hand.
                far = len(group.path) - len(place) + (2 if post.area is None else 0)
                key = (n, (post.person, post.role))
                if key not in arcs or (far, post.id) < (arcs[key][0], arcs[key][1].id):
                    arcs[key] = (far, post)
    if not arcs:
        return groups
    flows = _flow(
        {n: (len(groups[n].households), groups[n].urgency if urgent_first else 0) for n in asking},
        room,
        {key: far for key, (far, _post) in arcs.items()},
    )
    result = list(groups)
    for (n, seat), count in sorted(flows.items()):
        group, post = result[n], arcs[n, seat][1]
        picture.served.append(Served(groups[n], post, group.households[:count]))
        result[n] = replace(group, households=group.households[count:])
    return result


def _flow(
    groups: Mapping[int, tuple[int, int]], room: Mapping[Seat, int | None],
    arcs: Mapping[tuple[int, Seat], int],
) -> dict[tuple[int, Seat], int]:  # fmt: skip
    """How many of each group each seat takes: as many as can be, the most urgent first, and then
    those nearest. ``groups``: size and urgency; ``arcs``: cost."""
    seats = sorted({seat for _n, seat in arcs})
    number = {seat: index for index, seat in enumerate(seats)}
    sizes = np.array([size for size, _urgency in groups.values()], dtype=np.int64)
    first = dict(zip(groups, np.cumsum(sizes) - sizes, strict=True))
    of_group = np.repeat(list(groups), sizes)
    everybody = int(sizes.sum())
    pairs = sorted(arcs)
    lengths = [groups[n][0] for n, _seat in pairs]
    ranges = [np.arange(first[n], first[n] + groups[n][0]) for n, _seat in pairs]
    problem = Problem(
        capacity=np.array(
            [everybody if (limit := room[seat]) is None else limit for seat in seats], np.int64
        ),
        urgency=np.repeat([urgency for _size, urgency in groups.values()], sizes),
        household=np.concatenate(ranges) if ranges else np.empty(0, np.int64),
        person=np.repeat(np.array([number[seat] for _n, seat in pairs], np.int64), lengths),
        cost=np.repeat(np.array([arcs[pair] for pair in pairs], np.int64), lengths),
    )
    given = assign(problem).person
    taken = Counter(
        (int(of_group[one]), seats[given[one]]) for one in np.flatnonzero(given != NOBODY)
    )
    return dict(taken)


def _overloaded(
    path: str, posts: Iterable[Post], most: Mapping[Seat, int | None], loads: Mapping[Seat, int]
) -> int:
    """People with more links than they may have, each once, at the first path of those posts."""
    home: dict[Seat, str] = {}
    for post in posts:
        seat = (post.person, post.role)
        home[seat] = min(home.get(seat, post.home), post.home)
    first: dict[str, str] = {}
    for seat, limit in most.items():
        if limit is not None and loads.get(seat, 0) > limit:
            first[seat[0]] = min(first.get(seat[0], home[seat]), home[seat])
    return sum(at.startswith(path) for at in first.values())


def _count_reasons(
    picture: Picture, groups: list[Group], posts: list[Post], most: Mapping[Seat, int | None],
    loads: Mapping[Seat, int],
) -> None:  # fmt: skip
    """The first reason that fits what remains, in all and by grid."""
    totals: Counter[str] = Counter()
    lines: dict[str, GridLine] = {}
    by_place: dict[str, list[Post]] = defaultdict(list)
    for post in posts:
        if post.may_link:
            for place in (post.area,) if post.area else post.paired:
                by_place[place].append(post)

    def state(path: str) -> str:
        found = [post for place in places_of(path) for post in by_place.get(place, ())]
        if not found:
            return "vacant"
        for post in found:
            limit = most[post.person, post.role]
            if limit is None or loads.get((post.person, post.role), 0) < limit:
                return ""
        return "full"

    states: dict[str, str] = {}
    for group in groups:
        n, path = len(group.households), group.path
        if not n:
            continue
        if len(path) < GRID:
            reason = "no_grid"
        elif group.handover:
            reason = "handover"
        elif group.left:
            reason = "left"
        else:
            if path not in states:
                states[path] = state(path)
            reason = states[path] or ("new" if group.new else "unassigned")
        totals[reason] += n
        line = lines.setdefault(path[:GRID], GridLine(path[:GRID]))
        line.reasons[reason] += n
        picture.gap_zhongdian += n if group.urgency == ZHONGDIAN else 0
    picture.reasons = {reason: totals[reason] for reason in REASONS}
    picture.grids = sorted(lines.values(), key=lambda line: line.path)
