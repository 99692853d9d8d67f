"""A generated township: as many statements for many households as for few, and the same optimum
whether all pairs are held at once or only the cheapest are, and proved."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grids.models import Person, Post, Role
from households.models import Household, Link, Membership
from lib.spans import span
from planning.matching.drafts import draft_commit, draft_order, draft_refresh
from planning.models import MatchDraft
from tests.people import World
from tests.shapes import point

pytestmark = pytest.mark.django_db
SKILLS = [[], ["医护"], ["政策", "语言"], ["产业致富"]]


def fill(world: World, count: int, heads: int, *, seed: int = 1) -> None:
    """Households in the units of T1, a seventh of them not located, and heads of these units."""
    chance = random.Random(seed)
    areas = [world.areas[key] for key in ("U111", "U112", "U121", "U211")]
    homes = []
    for n in range(count):
        area = chance.choice(areas)
        at = point(chance.random() * 3, chance.random() * 2) if n % 7 else None
        homes.append(
            Household(
                head_name=f"户{n:04d}", path=area.path, during=span(world.began), location=at,
                registered_on=world.began + timedelta(days=chance.randrange(300)),
                recorded_on=world.began, language=chance.choice(["", "", "蒙古语"]),
            )
        )  # fmt: skip
    Household.objects.bulk_create(homes)
    by_path = {area.path: area for area in areas}
    Membership.objects.bulk_create(
        Membership(household=home, area=by_path[home.path], during=home.during) for home in homes
    )
    people = Person.objects.bulk_create(
        Person(name=f"长{n:03d}", initials="", skills=chance.choice(SKILLS)) for n in range(heads)
    )
    role = Role.objects.get(pk="unit_head")
    for person in people:
        area = chance.choice([*areas, world.areas["V1"], world.areas["V2"]])
        Post.objects.create(
            person=person, role=role, area=area, path=area.path, during=span(world.began),
            max_links=chance.choice([None, 2, 5]),
        )  # fmt: skip


def made(world: World, **options) -> MatchDraft:
    draft = draft_order(
        area=world.areas["T1"], on=world.on, options=options, by=world.user("manager")
    )
    assert draft.state == MatchDraft.State.READY, draft.error
    return draft


@pytest.mark.parametrize("limit", [1, 8], ids=["all full", "room"])
def test_the_cheapest_pairs_come_to_the_same_as_all(world, monkeypatch, limit):
    fill(world, 160, 12)
    options = {"limits": {"unit_head": limit}, "minimum": 1, "reach": 3000}
    one = made(world, **options)
    monkeypatch.setattr("planning.matching.solving.WIDE", 0)
    monkeypatch.setattr("planning.matching.solving.BLOCK", 50)
    other = made(world, **options)
    assert one.sums["matched"] == other.sums["matched"] > 0

    def total(draft):
        return sum(draft.lines.values_list("cost", flat=True))

    def served(draft):
        return sorted(draft.lines.filter(post__isnull=False).values_list("urgency", flat=True))

    assert served(one) == served(other)
    assert total(one) == total(other)


def test_nobody_gets_more_than_the_limit_and_all_of_it_is_committed_at_once(world):
    counts = []
    for n in (40, 400):
        fill(world, n, 20, seed=n)
        draft = made(world)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            done = draft_commit(draft=draft, on=world.on, by=world.user("manager"))
        counts.append(len(asked))
        assert len(done.links) == draft.sums["matched"] and not done.refused
    assert counts[1] <= counts[0] + 5
    most = {
        post.pk: post.max_links or post.role.max_links
        for post in Post.objects.select_related("role")
    }
    for post, limit in most.items():
        if limit is not None:
            assert Link.objects.filter(post=post, void=False).count() <= limit


def test_bringing_up_to_date_leaves_every_other_pair(world):
    fill(world, 120, 15)
    draft = made(world)
    before = dict(draft.lines.values_list("household", "post"))
    gone = draft.lines.filter(post__role="unit_head").first().post
    Post.objects.filter(pk=gone.pk).update(during=span(gone.during.lower, world.on))
    draft = draft_refresh(draft=draft, on=world.on, by=world.user("manager"))
    after = dict(draft.lines.values_list("household", "post"))
    assert gone.pk not in after.values()
    assert {key: post for key, post in before.items() if post and post != gone.pk}.items() <= (
        after.items()
    )
