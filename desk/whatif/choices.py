"""What the form of the levers offers: vacancies, places, roles, people, what waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from desk.whatif.typed import LIMIT, POST, Typed, vacancy_key
from grids.models import Area, Role
from grids.models import Post as StoredPost
from grids.scope import Scope
from planning.town import GRID, Town
from planning.whatif import near_posts, seats_of

#: Vacancies shown at once; the rest stands folded.
FIRST = 12
#: People whose limit is offered to be raised; the fullest come first.
PEOPLE = 60


@dataclass(frozen=True)
class Vacancy:
    """A place that lacks people in a role, and how many households have nobody there."""

    key: str
    place: str
    role: str
    n: int
    gap: int
    chosen: bool


@dataclass(frozen=True)
class RoleLimit:
    """A role with what its holders here have and may have in all; ``most`` None: some no limit."""

    name: str
    label: str
    usual: int | None
    people: int
    full: int
    links: int
    most: int | None
    typed: str
    error: str


@dataclass(frozen=True)
class PersonLimit:
    """A post whose holder could be given a higher limit."""

    name: str
    post: UUID
    person: str
    role: str
    place: str
    links: int
    most: int | None
    full: bool
    typed: str
    error: str


@dataclass(frozen=True)
class Choices:
    """Everything the form offers."""

    vacancies: list[Vacancy]
    more_vacancies: list[Vacancy]
    places: list[tuple[str, str]]
    grids: list[tuple[str, str]]
    roles: list[tuple[str, str]]
    limits: list[RoleLimit]
    people: list[PersonLimit]
    waiting: int
    unfiled: int
    by_point: int
    #: Sentences about limits of posts and roles that are not offered.
    strays: list[str]

    @property
    def vacancy_count(self) -> int:
        return sum(v.n for v in [*self.vacancies, *self.more_vacancies])

    @property
    def people_typed(self) -> bool:
        return any(person.typed for person in self.people)


def choices_of(
    town: Town, typed: Typed, labels: Mapping[str, dict[str, Any]], scope: Scope, area: Area
) -> Choices:
    """The choices of a town, with what was typed."""
    roles = {role.pk: role.name for role in Role.objects.all()}
    vacancies = _vacancies(town, typed, labels, roles)
    chosen = [v for v in vacancies if v.chosen]
    first = chosen + [v for v in vacancies if not v.chosen][: max(FIRST - len(chosen), 0)]
    places = Area.objects.filter(path__in=labels).order_by("path")
    options = [(str(place.pk), place.level, labels[place.path]["name"]) for place in places]
    limits = _limits(town, typed, roles)
    people = _people(town, typed) if scope.manages(area.path) else []
    offered = {*(item.name for item in limits), *(item.name for item in people)}
    unfiled = [group for group in town.groups if len(group.path) < GRID]
    return Choices(
        vacancies=first, more_vacancies=[v for v in vacancies if v not in first],
        places=[(key, name) for key, level, name in options if level in ("village", "grid")],
        grids=[(key, name) for key, level, name in options if level == "grid"],
        roles=[(role, roles[role]) for role in sorted(town.roles, key=lambda r: r != town.helper)],
        limits=limits, people=people,
        waiting=sum(len(group.households) for group in town.groups if group.to_post),
        unfiled=sum(len(group.households) for group in unfiled),
        by_point=sum(len(group.households) for group in unfiled if group.by_point),
        strays=[
            sentence for key, sentence in typed.errors.items()
            if key.startswith((LIMIT, POST)) and key not in offered
        ],
    )  # fmt: skip


def _vacancies(
    town: Town, typed: Typed, labels: Mapping[str, dict[str, Any]], roles: Mapping[str, str]
) -> list[Vacancy]:
    """Posts without a holder, those where most households have nobody first."""
    gap: Counter[str] = Counter()
    for group in town.groups:
        for length in (12, 16, 20):
            if len(group.path) >= length:
                gap[group.path[:length]] += len(group.households)
    filled = typed.filled()
    found = [
        Vacancy(
            key := vacancy_key(row), labels[row.path]["name"], roles[row.role], row.missing,
            gap[row.path] if row.role in town.roles else 0, key in filled,
        )
        for row in town.required if row.missing and row.path in labels
    ]  # fmt: skip
    return sorted(found, key=lambda v: (-v.gap, v.place))


def _limits(town: Town, typed: Typed, roles: Mapping[str, str]) -> list[RoleLimit]:
    """The roles that somebody near holds."""
    near = near_posts(town)
    most = seats_of(town.posts)
    found = []
    for role in sorted({post.role for post in near}, key=lambda r: (r != town.helper, r)):
        seats = {(post.person, post.role) for post in near if post.role == role}
        limits = [most[seat] for seat in seats]
        loads = {seat: town.loads.get(seat, 0) for seat in seats}
        known = [limit for limit in limits if limit is not None]
        name = f"{LIMIT}{role}"
        found.append(
            RoleLimit(
                name, roles[role], town.roles.get(role), len(seats),
                sum((limit := most[seat]) is not None and loads[seat] >= limit for seat in seats),
                sum(loads.values()), sum(known) if len(known) == len(limits) else None,
                typed.given.get(name, ""), typed.errors.get(name, ""),
            )
        )  # fmt: skip
    return found


def _people(town: Town, typed: Typed) -> list[PersonLimit]:
    """Posts near, those of full people first; what was typed is never left out."""
    near = {post.id: post for post in near_posts(town)}
    most = seats_of(town.posts)
    stored = StoredPost.objects.filter(pk__in=near).select_related(
        "person", "role", "area", "organisation"
    )
    found = []
    for row in stored:
        post = near[str(row.pk)]
        seat = (post.person, post.role)
        links, limit = town.loads.get(seat, 0), most[seat]
        name = f"{POST}{row.pk}"
        found.append(
            PersonLimit(
                name, row.pk, row.person.name, row.role.name, str(row.area or row.organisation),
                links, limit, limit is not None and links >= limit,
                typed.given.get(name, ""), typed.errors.get(name, ""),
            )
        )  # fmt: skip
    found.sort(key=lambda p: (not p.typed, not p.full, -p.links, p.person))
    return found[:PEOPLE]
