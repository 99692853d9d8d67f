"""What the question "what if" begins with: who is in post, who has nobody, what is required.

``town_read`` reads it in one SQL (``sql/whatif.sql``) behind the one definition of coverage.
Nothing in it names a household or a person but by key.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.db import connection

from casework.coverage import SQL, areas_beneath, asked, sums
from grids.models import Area, Role
from households.attribution import Territory
from households.models import Household

WHATIF = (Path(__file__).parent / "sql" / "whatif.sql").read_text("utf-8")
#: Paths of villages, grids and units are so long.
VILLAGE, GRID = 12, 16

Seat = tuple[str, str]  # a person in a role: what has a load and a limit


@dataclass(frozen=True)
class Post:
    """A post in force. ``area`` is the path it is for, None for an organisation's, which reaches
    the areas at ``paired``; ``most`` is its own limit or the role's (None: no limit)."""

    id: str
    person: str
    role: str
    home: str
    area: str | None
    paired: tuple[str, ...]
    most: int | None
    may_link: bool
    is_backup: bool
    until: date | None
    party: bool

    def near(self, path: str) -> bool:
        """Whether it is a candidate's for a household at ``path`` (a grid's or a unit's)."""
        if not self.may_link or len(path) < GRID:
            return False
        places = places_of(path)
        return self.area in places if self.area else not places.isdisjoint(self.paired)

    def reaches(self, path: str) -> bool:
        """Whether its holder may be named for a household at ``path`` at all."""
        if self.area:
            return path.startswith(self.area)
        return not self.paired or not places_of(path).isdisjoint(self.paired)


@dataclass(frozen=True)
class Group:
    """Households without a contact that are alike in all that matters here.

    ``taken`` are roles in which a link is still to come, from which day; ``by_point`` is the area
    an unfiled one's place lies in, ``in_rest`` the one it would be filed under in ``Levers.rest``.
    """

    path: str
    handover: bool
    to_post: str | None
    left: bool
    new: bool
    urgency: int
    taken: tuple[tuple[str, date], ...]
    by_point: str
    in_rest: str
    households: tuple[str, ...]


@dataclass(frozen=True)
class Required:
    """How many people a role needs at an area, and how many hold it."""

    area: str
    path: str
    role: str
    required: int
    people: int

    @property
    def missing(self) -> int:
        return max(self.required - self.people, 0)


@dataclass(frozen=True)
class Town:
    """Everything the answer depends on, of the area at ``path`` on a day."""

    path: str
    on: date
    posts: tuple[Post, ...]
    loads: Mapping[Seat, int]
    groups: tuple[Group, ...]
    required: tuple[Required, ...]
    #: Of each role the limit of a new holder; None: no limit.
    roles: Mapping[str, int | None]
    #: The role of whom more are asked for where some are short, and how many each takes.
    helper: str
    in_scope: int
    linked: int
    party_linked: int


def places_of(path: str) -> set[str]:
    """The unit, grid and village of a path, whose posts are candidates."""
    return {path[:VILLAGE], path[:GRID], path}


# Reading ---------------------------------------------------------------------------------


def town_read(area: Area, *, on: date, rest: str = "") -> Town:
    """What is so today; ``rest``: the path of the grid the last unfiled would be filed under."""
    with connection.cursor() as cursor:
        cursor.execute(SQL + WHATIF, {**asked(areas_beneath(area.path), on), "path": area.path})
        told = cursor.fetchone()[0]
    row = sums(area.path, area.level, on=on, current=on).get(area.path) or Counter()
    roles = {role.pk: role for role in Role.objects.filter(may_link=True, is_backup=False)}
    heads = [key for key, role in roles.items() if role.kind == Role.Kind.HEAD]
    return Town(
        path=area.path, on=on,
        posts=tuple(
            Post(**{**post, "paired": tuple(post["paired"]), "until": _day(post["until"])})
            for post in told["posts"]
        ),
        loads={(load["person"], load["role"]): load["links"] for load in told["loads"]},
        groups=tuple(_grouped(told["gap"], on=on, rest=rest)),
        required=tuple(Required(**row) for row in told["required"]),
        roles={key: role.max_links for key, role in roles.items()},
        helper=min(heads or roles, default=""),
        in_scope=row["households"] - row["excluded"],
        linked=row["linked"], party_linked=row["party_linked"],
    )  # fmt: skip


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _grouped(rows: list[dict[str, Any]], *, on: date, rest: str) -> Iterable[Group]:
    """Households as groups; of the unfiled with the area their place lies in."""
    places = _places_of_unfiled([row for row in rows if row["movable"]], on=on, rest=rest)
    found: dict[tuple[Any, ...], list[str]] = defaultdict(list)
    for row in rows:
        key = (
            row["path"], row["handover"], row["to_post"], row["left"], row["new"], row["urgency"],
            row["taken"], *places.get(row["household_id"], ("", "")),
        )  # fmt: skip
        found[key].append(row["household_id"])

    for key, households in sorted(found.items(), key=lambda item: str(item[0])):
        path, handover, to_post, left, new, urgency, taken, by_point, in_rest = key
        roles = tuple((role, date.fromisoformat(day)) for role, day in json.loads(taken))
        yield Group(
            path, handover, to_post, left, new, urgency, roles, by_point, in_rest,
            tuple(households),
        )  # fmt: skip


def _places_of_unfiled(
    rows: list[dict[str, Any]], *, on: date, rest: str
) -> dict[str, tuple[str, str]]:
    """For each unfiled household the area it would be filed under by its place, and in ``rest``."""
    located = {
        str(key): (point.x, point.y) if point else (None, None)
        for key, point in Household.objects.filter(
            pk__in=[row["household_id"] for row in rows]
        ).values_list("pk", "location")
    }
    territories: dict[str, Territory] = {}

    def settled(filed: str, key: str) -> str:
        ground = territories.setdefault(filed[:VILLAGE], Territory(filed[:VILLAGE], on=on))
        place = ground.by_path.get(filed)
        return ground.settle(place, *located[key]).path if place else filed

    found = {}
    for row in rows:
        key, filed = row["household_id"], row["path"]
        by_point = settled(filed, key)
        in_rest = settled(rest, key) if rest and rest.startswith(filed) else ""
        found[key] = (by_point if len(by_point) >= GRID else "", in_rest)
    return found
