"""The plan when a contact leaves: every household, who takes it over, who covers until then.

It is worked out anew each time it is looked at, from the posts, links and offers as they stand;
what a person changes in it travels with the page until it is sent (decision 129).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q

from accounts.models import User
from casework.coverage import refresh
from grids.models import Post
from households.models import Cover, Handover, Household, Link
from households.querysets import HouseholdQuerySet
from lib.clock import today
from planning.handing.sharing import cost_of, known_by, share
from planning.handing.takers import Taker, takers


@dataclass
class Line:
    """One household: ``choices`` are the posts that reach it, what changes least first; ``to`` is
    one of them, or None. ``known``: that person knows it. ``backup`` covers from that day;
    ``covered``: somebody does already. ``declined``: by whom before, and why.
    """

    household: Household
    choices: list[Taker]
    to: Taker | None = None
    known: bool = False
    backup: Taker | None = None
    covered: bool = False
    declined: list[Handover] = field(default_factory=list)


@dataclass(frozen=True)
class Load:
    """Somebody who would take households over: how many before and after, and the most."""

    taker: Taker
    before: int
    after: int

    @property
    def over(self) -> bool:
        """Whether it would be more than there may be."""
        return self.taker.most is not None and self.after > self.taker.most


@dataclass(frozen=True)
class Plan:
    """``ends``: the post is still to be ended by it. ``offered``: households that wait for an
    answer already; ``beyond``: those of areas the reader does not manage."""

    post: Post
    on: date
    ends: bool
    lines: list[Line]
    offered: int
    beyond: int

    def loads(self) -> list[Load]:
        """The recipients with their loads, those who take most first."""
        given = Counter(line.to.key for line in self.lines if line.to)
        of = {line.to.key: line.to for line in self.lines if line.to}
        loads = [Load(of[key], of[key].links, of[key].links + n) for key, n in given.items()]
        return sorted(loads, key=lambda load: (load.before - load.after, str(load.taker.post)))

    def short(self) -> list[Line]:
        """Households nobody takes over."""
        return [line for line in self.lines if line.to is None]


def handed(post: Post, *, on: date) -> HouseholdQuerySet:
    """Households that need another contact when a post ends on a day, or that it has left behind
    and nobody took over since; not those that are out of scope."""
    mine = Link.objects.filter(household=OuterRef("pk"), post=post, void=False)
    if has_ended(post):
        after = Link.objects.filter(
            Q(during__endswith=None) | Q(during__endswith__gt=today()),
            household=OuterRef("pk"), role=post.role_id, void=False,
        ).exclude(post=post)  # fmt: skip
        found = Household.objects.filter(
            Exists(mine.filter(during__endswith=post.during.upper)), ~Exists(after)
        )
    else:
        running = Q(during__endswith=None) | Q(during__endswith__gt=on)
        found = Household.objects.filter(Exists(mine.filter(running)))
    return found.open_on(on).in_scope_on(on)


def has_ended(post: Post) -> bool:
    """Whether a day is set on which the post ends, or it has ended."""
    return post.during.upper is not None


def plan_day(post: Post, asked: date | None) -> date:
    """The day of taking over: as asked, or the day on which the post ends anyway."""
    return max(today(), post.during.upper or asked or today(), post.during.lower)


def handover_plan(
    post: Post, *, on: date, by: User, chosen: Mapping[UUID, UUID | None] | None = None
) -> Plan:
    """The plan of a post for a day. ``chosen`` are posts by household where a person has decided
    otherwise (None: nobody); a household it does not name gets nobody."""
    every = handed(post, on=on)
    waiting = Handover.objects.waiting(today()).filter(household=OuterRef("pk"))
    mine = every.manageable_by(by)
    for village in {path[:12] for path in mine.values_list("path", flat=True)}:
        refresh(village, on=today())
    households = list(mine.filter(~Exists(waiting)).order_by("path", "head_name", "pk"))
    found = contacts_for(households, post, on=on, chosen=chosen)
    cover_lines(found, post, on=on)
    return Plan(
        post, on, not has_ended(post), found,
        mine.filter(Exists(waiting)).count(), every.count() - mine.count(),
    )  # fmt: skip


def contacts_for(
    households: list[Household], post: Post, *, on: date,
    chosen: Mapping[UUID, UUID | None] | None,
) -> list[Line]:  # fmt: skip
    """Each household with those who could take it over, and who does."""
    keys = [household.pk for household in households]
    people = takers({household.path for household in households}, on=on, backup=False,
                    leaving=None if has_ended(post) else post.person_id)  # fmt: skip
    known = known_by(keys, on=today())
    taken = _roles_taken(keys, post, on)
    declined = _declined(keys, post)

    def cost(household: Household, taker: Taker) -> int | None:
        if taker.post.role_id in taken[household.pk]:
            return None
        return cost_of(household, taker, known=known, role=post.role_id)

    def offered(household: Household, taker: Taker) -> int | None:
        before = declined[household.pk]
        if any(offer.to_post.person_id == taker.post.person_id for offer in before):
            return None
        return cost(household, taker)

    shared = share(households, people, offered) if chosen is None else {}
    lines = []
    for household in households:
        priced = [(price, taker) for taker in people
                  if (price := cost(household, taker)) is not None]  # fmt: skip
        priced.sort(key=lambda pair: (pair[0], str(pair[1].post.person), pair[1].post.pk))
        line = Line(household, [taker for _price, taker in priced],
                    declined=declined[household.pk])  # fmt: skip
        if chosen is None:
            line.to = shared.get(household.pk)
        else:
            wanted = chosen.get(household.pk)
            line.to = next((t for t in line.choices if t.post.pk == wanted), None)
        line.known = line.to is not None and (household.pk, line.to.post.person_id) in known
        lines.append(line)
    return lines


def _roles_taken(keys: list[UUID], post: Post, on: date) -> dict[UUID, set[str]]:
    """Roles in which a household has another contact on a day or later."""
    links = Link.objects.filter(
        Q(during__endswith=None) | Q(during__endswith__gt=on), household__in=keys, void=False
    ).exclude(post=post)
    taken: dict[UUID, set[str]] = defaultdict(set)
    for household, role in links.values_list("household", "role"):
        taken[household].add(role)
    return taken


def _declined(keys: list[UUID], post: Post) -> dict[UUID, list[Handover]]:
    offers = Handover.objects.filter(
        household__in=keys, from_post=post, state=Handover.State.DECLINED
    )
    found: dict[UUID, list[Handover]] = defaultdict(list)
    for offer in offers.select_related("to_post__person").order_by("answered_on", "pk"):
        found[offer.household_id].append(offer)
    return found


def cover_lines(
    lines: list[Line], post: Post, *, on: date, end: date | None = None,
    chosen: Mapping[UUID, UUID | None] | None = None,
) -> dict[UUID, list[Taker]]:  # fmt: skip
    """Set who covers each household from a day on; the backups each one could have, best first.

    Its own backup comes before all others, then as in taking over.
    """
    if not lines or post.role.is_backup:
        return {}
    households = [line.household for line in lines]
    keys = [household.pk for household in households]
    backups = takers({household.path for household in households}, on=on, backup=True,
                     leaving=post.person_id, end=end)  # fmt: skip
    covered = set(
        Cover.objects.filter(link__household__in=keys, link__void=False, during__contains=on)
        .filter(Q(during__endswith=None) | Q(during__endswith=F("link__during__endswith")))
        .values_list("link__household", flat=True)
    ) if end is None else set(
        Cover.objects.filter(link__household__in=keys, link__void=False, during__contains=on)
        .filter(Q(during__endswith=None) | Q(during__endswith__gte=end))
        .values_list("link__household", flat=True)
    )  # fmt: skip
    standing = dict(
        Link.objects.filter(
            household__in=keys, role__is_backup=True, void=False, during__contains=on
        ).values_list("household", "post")
    )
    known = known_by(keys, on=today())

    def cost(household: Household, taker: Taker) -> int | None:
        own = standing.get(household.pk)
        if own is not None and own != taker.post.pk:
            return None
        return cost_of(household, taker, known=known, role=taker.post.role_id)

    open_lines = [line.household for line in lines if line.household.pk not in covered]
    shared = share(open_lines, backups, cost) if chosen is None else {}
    choices: dict[UUID, list[Taker]] = {}
    for line in lines:
        household = line.household
        line.covered = household.pk in covered
        priced = [(price, taker) for taker in backups
                  if (price := cost(household, taker)) is not None]  # fmt: skip
        priced.sort(key=lambda pair: (pair[0], str(pair[1].post.person), pair[1].post.pk))
        choices[household.pk] = [taker for _price, taker in priced]
        if chosen is None:
            line.backup = shared.get(household.pk)
        else:
            wanted = chosen.get(household.pk)
            line.backup = next((t for t in choices[household.pk] if t.post.pk == wanted), None)
    return choices
