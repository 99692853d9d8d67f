"""What if: nothing changed is what coverage says; done for real it is what was foretold.

On random small towns; reproduce a failure with ``WHATIF_SEED=<printed seed>``.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from contextlib import suppress
from datetime import datetime, time
from typing import Any

import numpy as np
import pytest
from django.db import transaction
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_flow

from casework.coverage import REASONS, sums
from grids.models import Area, Role
from grids.models import Post as StoredPost
from grids.services import person_create, post_change, post_start
from households.handovers import handover_answer, handover_propose
from households.links import links_create, reaches
from households.models import Household
from households.services import household_move
from lib.clock import SHANGHAI
from lib.errors import Refusal
from planning.town import Town, town_read
from planning.whatif import Levers, More, Picture, imagine, near_posts
from tests.coverage.oracle import World
from tests.coverage.town import BEGIN, CURRENT, Writer, town_build

SEED = int(os.environ.get("WHATIF_SEED", "20260430"))
TOWNS = 2
CHANGES = 300
TRIES = 3
LEVELS = ("township", "village", "grid")


def counted(area: Area) -> dict[str, int]:
    """What coverage counts of an area, from the base tables."""
    row = sums(area.path, area.level, on=CURRENT, current=BEGIN).get(area.path)
    if row is None:
        return {}
    return {
        "in_scope": row["households"] - row["excluded"], "linked": row["linked"],
        "party_linked": row["party_linked"], "gap_zhongdian": row["gap_zhongdian"],
        "vacancies": row["vacancies"], "overloaded": row["overloaded"],
        **{reason: row[f"gap_{reason}"] for reason in REASONS},
    }  # fmt: skip


def told(picture: Picture) -> dict[str, int]:
    """The same numbers of a picture."""
    return {
        "in_scope": picture.in_scope, "linked": picture.linked,
        "party_linked": picture.party_linked, "gap_zhongdian": picture.gap_zhongdian,
        "vacancies": picture.vacancies, "overloaded": picture.overloaded, **picture.reasons,
    }  # fmt: skip


def levers_of(chance: random.Random, area: Area, town: Town) -> Levers:
    """Any changes at all of what there is to change."""
    missing = [row for row in town.required if row.missing and row.role in town.roles]
    places = list(Area.objects.filter(path__startswith=area.path, level__in=("grid", "unit")))
    near = near_posts(town)
    roles = sorted(town.roles)
    grids = [place for place in places if place.level == "grid"]
    return Levers(
        fill=frozenset((row.area, row.role) for row in missing if chance.random() < 0.4),
        more=tuple(
            More(place.path, chance.choice(roles), chance.randint(1, 2))
            for place in places if chance.random() < 0.3
        ),
        role_limits={role: chance.randint(1, 6) for role in roles if chance.random() < 0.4},
        post_limits={post.id: chance.randint(1, 9) for post in near if chance.random() < 0.3},
        accept=chance.random() < 0.5, file=chance.random() < 0.5,
        rest=chance.choice(grids).path if grids and chance.random() < 0.5 else "",
        party=chance.random() < 0.5, name=chance.random() < 0.8,
    )  # fmt: skip


def do(town: Town, levers: Levers, picture: Picture) -> None:
    """Make the changes through the services, in the order an office would."""
    roles = {role.pk: role for role in Role.objects.all()}
    posts = {str(post.pk): post for post in StoredPost.objects.all()}
    for post in near_posts(town):
        most = levers.post_limits.get(post.id, levers.role_limits.get(post.role))
        if most is not None:
            post_change(post=posts[post.id], max_links=most)
    wanted = [
        More(row.path, row.role, row.missing)
        for row in town.required if (row.area, row.role) in levers.fill
    ]  # fmt: skip
    for nth, more in enumerate([*wanted, *levers.more]):
        for one in range(more.n):
            posts[f"new-{nth}-{one}"] = post_start(
                person=person_create(name=f"新{nth}-{one}", party_member=levers.party),
                role=roles[more.role], on=CURRENT, area=Area.objects.get(path=more.path),
                max_links=levers.role_limits.get(more.role),
            )  # fmt: skip
    for to, keys in picture.filed.items():
        for household in Household.objects.filter(pk__in=keys):
            by_point = levers.file and town_path(town, household) == to
            home = Area.objects.get(path=household.path if by_point else levers.rest)
            household_move(household=household, area=home, on=CURRENT)
    for served in picture.served:
        households = list(Household.objects.filter(pk__in=served.households))
        if served.group.handover:
            for household in households:
                handover_answer(
                    handover=household.handovers.get(during__contains=CURRENT), accept=True,
                    on=CURRENT,
                )  # fmt: skip
            continue
        outcome = links_create(households=households, post=posts[served.post.id], on=CURRENT)
        assert not outcome.refused, [reason for _home, reason in outcome.refused]
        assert len(outcome.linked) == len(served.households)


def town_path(town: Town, household: Household) -> str:
    """Where a household would be filed by its place."""
    return next(g.by_point for g in town.groups if str(household.pk) in g.households)


def most_served(town: Town, urgency: int) -> int:
    """How many of at least that urgency could be served today: by another solver, household by
    household, from the words of the oracle."""
    world = World()
    loads, limits = world.loads(CURRENT), world.limits(CURRENT)
    homes, arcs = [], []
    seats: dict[tuple[Any, str], int] = {}
    for group in town.groups:
        if len(group.path) < 16 or group.handover or group.urgency < urgency:
            continue
        for key in group.households:
            homes.append(key)
            taken = {role for role, _day in group.taken}
            for post in world.candidates(group.path, CURRENT):
                if post.role_id not in taken:
                    seat = seats.setdefault((post.person_id, post.role_id), len(seats))
                    arcs.append((len(homes), seat))
    if not arcs:
        return 0
    source, sink = 0, 1 + len(homes) + len(seats)
    graph = np.zeros((sink + 1, sink + 1), dtype=np.int32)
    for home, seat in arcs:
        graph[source, home] = graph[home, 1 + len(homes) + seat] = 1
    for held, number in seats.items():
        most = limits[held]
        graph[1 + len(homes) + number, sink] = (
            len(homes) if most is None else max(most - loads[held], 0)
        )
    return maximum_flow(csr_matrix(graph), source, sink).flow_value


def offer_some(chance: random.Random) -> None:
    """Some households wait for an answer on the day itself, more than those asked may take."""
    posts = StoredPost.objects.in_force(CURRENT).filter(role__may_link=True).order_by("pk")
    for household in Household.objects.open_on(CURRENT).order_by("head_name"):
        near = [post for post in posts if reaches(post, household.path, on=CURRENT)]
        if near and chance.random() < 0.3 and not household.links.in_force(CURRENT).exists():
            with suppress(Refusal):
                handover_propose(household=household, to_post=chance.choice(near), on=CURRENT)


@pytest.mark.django_db
@pytest.mark.parametrize("nth", range(TOWNS))
def test_it_foretells_what_then_happens(monkeypatch: pytest.MonkeyPatch, nth: int):
    monkeypatch.setattr("lib.clock.now", lambda: datetime.combine(CURRENT, time(12), SHANGHAI))
    seed = f"{SEED}-{nth}"
    print(f"WHATIF_SEED={SEED} town {nth}")
    town_build()
    writer = Writer(seed, [])
    while len(writer.households) < 30:
        writer.register()
    writer.run(CHANGES)
    chance = random.Random(seed)
    offer_some(chance)
    met: Counter[str] = Counter()
    for area in Area.objects.filter(level__in=LEVELS).order_by("path"):
        before = counted(area)
        if not before:
            continue
        today = town_read(area, on=CURRENT)
        assert told(imagine(today, Levers())) == before, area
        filled = imagine(today, Levers(name=True))
        assert len([s for s in filled.served if s.group.handover]) == 0
        assert sum(len(s.households) for s in filled.served) == most_served(today, 0), area
        assert sum(len(s.households) for s in filled.served if s.group.urgency == 2) == most_served(
            today, 2
        ), area
        calm = imagine(today, Levers(name=True), urgent_first=False)
        assert calm.linked == filled.linked
        tries = [levers_of(chance, area, today) for _try in range(TRIES)]
        if area.level == "township":  # chance alone may leave nobody over a limit
            tries.append(Levers(role_limits=dict.fromkeys(today.roles, 1)))
        for levers in tries:
            town = town_read(area, on=CURRENT, rest=levers.rest)
            picture = imagine(town, levers)
            with transaction.atomic():
                do(town, levers, picture)
                after = counted(area)
                transaction.set_rollback(True)
            assert told(picture) == after, (area, levers)
            assert picture.gap == sum(picture.reasons.values())
            met["changed"] += after != before
            met["accepted"] += picture.accepted > 0
            met["filed"] += bool(picture.filed)
            met["named"] += any(not served.group.handover for served in picture.served)
            met["fewer vacancies"] += after["vacancies"] < before["vacancies"]
            met["overloaded"] += after["overloaded"] > before["overloaded"]
            met["full"] += after["full"] > before["full"]
    assert met["changed"] > 20 and min(met.values()) > 0 and len(met) == 7, met
