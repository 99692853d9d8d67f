"""The table of the documents, the table in code and what the queries answer are one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casework.models import Contact, Issue
from grids.models import Area, Post, Role
from grids.scope import RIGHTS, kinds_of, scope_of
from grids.services import post_end
from households.models import Household, NeedKind
from households.needs import need_begin
from tests.access import expected
from tests.access.table import TABLE
from tests.contacting import contact_record
from tests.people import World

DAY = timedelta(days=1)


def names(world: World, rows) -> set[str]:
    """Keys of households."""
    keys = {h.pk: key for key, h in world.households.items()}
    return {keys[row.pk] for row in rows}


def test_the_documents_and_the_code_name_the_same_kinds() -> None:
    assert set(TABLE) == set(Role.Kind.values) == set(RIGHTS)


@pytest.mark.parametrize("kind", TABLE)
def test_the_documents_and_the_code_grant_the_same(kind: str) -> None:
    row, right = TABLE[kind], RIGHTS[kind]
    assert right.counts == (row["counts"] == "area")
    assert right.households == (row["household P2"] == "area")
    assert right.needs == (row["needs P3"] == "area" == row["small P3 counts"])
    assert right.manage == (row["manage"] == "area")
    words = row["own links"].split(", ")
    assert right.own == ("P2" in words)
    assert right.own_due == ("due" in words)
    assert right.own_needs == ("P3" in words)
    assert ("P3 if agreed" in words) == (kind == "head")
    assert right.matters == (row["matters"] == "department")
    assert right.log == (row["log"] == "yes")
    assert right.configure == (row["configure"] == "yes")


@pytest.mark.parametrize("login", expected.EVERYONE)
def test_it_shows_each_of_the_cast_what_the_table_says(world: World, login: str) -> None:
    user = world.user(login)
    every = Household.objects
    areas = {area.pk: key for key, area in world.areas.items()}
    matters = {issue.pk: key for key, issue in world.issues.items()}
    assert {areas[a.pk] for a in Area.objects.visible_to(user)} == expected.within(login, "counts")
    assert names(world, every.visible_to(user)) == expected.households(login)
    assert names(world, every.needs_visible_to(user)) == expected.needs(login)
    assert names(world, every.manageable_by(user)) == expected.manageable(login)
    assert {matters[i.pk] for i in Issue.objects.visible_to(user)} == expected.issues(login)
    small = {
        key for key, area in world.areas.items() if scope_of(user).sees_all_counts_of(area.path)
    }
    assert small == expected.within(login, "small P3 counts")


@pytest.mark.parametrize("login", expected.EVERYONE)
def test_it_shows_contacts_of_visible_households_only(world: World, login: str) -> None:
    for household in world.households.values():
        contact_record(
            household=household, made_by=world.people["worker"], on=world.on, mode="phone",
            reached=True,
        )  # fmt: skip
    seen = Contact.objects.visible_to(world.user(login)).values_list("household", flat=True)
    assert set(seen) == {world.households[key].pk for key in expected.households(login)}


def test_it_opens_nothing_to_a_post_that_ended_yesterday(world: World) -> None:
    post_end(post=world.posts["manager"], on=world.on)
    assert not Household.objects.visible_to(world.user("manager")).exists()
    assert not Area.objects.visible_to(world.user("manager")).exists()
    assert kinds_of(world.user("manager")) == frozenset()


def test_it_still_opens_on_the_last_day_of_a_post(world: World) -> None:
    post_end(post=world.posts["manager"], on=world.on + DAY)
    assert Household.objects.visible_to(world.user("manager")).exists()


def test_it_opens_nothing_to_a_post_that_begins_tomorrow(world: World) -> None:
    world.add_post("nobody", "grid_office", "T1", on=world.on + DAY)
    assert not Household.objects.visible_to(world.user("nobody")).exists()
    assert kinds_of(world.user("nobody")) == frozenset()


def test_it_opens_nothing_to_a_void_post(world: World) -> None:
    post = world.add_post("nobody", "grid_office", "T1", on=world.on)
    post_end(post=post, on=world.on)
    post.refresh_from_db()
    assert post.void
    assert not Household.objects.visible_to(world.user("nobody")).exists()


def test_it_opens_nothing_to_an_account_that_was_shut(world: World) -> None:
    user = world.user("manager")
    user.is_active = False
    assert not Household.objects.visible_to(user).exists()


def test_it_ends_what_a_link_opened_when_the_post_ends(world: World) -> None:
    post_end(post=world.posts["head"], on=world.on)
    world.add_post("head", "unit_head", "U112", on=world.on)
    assert names(world, Household.objects.visible_to(world.user("head"))) == set()


def test_it_shows_needs_to_the_head_only_after_written_agreement(world: World) -> None:
    need_begin(
        household=world.households["zhao"], kind=NeedKind.objects.get(code="SHIYE"), on=world.on
    )
    assert names(world, Household.objects.needs_visible_to(world.user("head"))) == {"qian"}
    zhao = Household.objects.filter(pk=world.households["zhao"].pk)
    zhao.update(head_may_see_needs_from=world.on + DAY)
    assert names(world, Household.objects.needs_visible_to(world.user("head"))) == {"qian"}
    zhao.update(head_may_see_needs_from=world.on)
    assert names(world, Household.objects.needs_visible_to(world.user("head"))) == {"qian", "zhao"}


def test_it_does_not_lend_a_cadres_right_to_the_heads_link(world: World) -> None:
    """One person with two posts: each link opens what its own kind of post opens."""
    world.add_post("head", "cadre", "bureau")
    assert names(world, Household.objects.needs_visible_to(world.user("head"))) == {"qian"}


def test_it_counts_a_backup_only_while_covering(world: World) -> None:
    assert names(world, Household.objects.visible_to(world.user("backup"))) == set()
    world.cover("feng", end=world.on + DAY)
    assert names(world, Household.objects.visible_to(world.user("backup"))) == {"feng"}
    assert names(world, Household.objects.needs_visible_to(world.user("backup"))) == set()


def test_it_shows_a_volunteer_the_name_but_no_need(world: World) -> None:
    Role.objects.filter(pk="volunteer").update(may_link=True)
    world.link("li", "volunteer")
    user = world.user("volunteer")
    assert names(world, Household.objects.visible_to(user)) == {"li"}
    assert names(world, Household.objects.needs_visible_to(user)) == set()


def test_it_adds_up_the_posts_of_one_person(world: World) -> None:
    world.add_post("worker", "grid_worker", "G31")
    seen = names(world, Household.objects.visible_to(world.user("worker")))
    assert seen == {"zhao", "qian", "sun", "feng", "wei", "jiang"}


def test_it_shows_posts_of_visible_areas_only(world: World) -> None:
    shown = set(Post.objects.visible_to(world.user("worker")).values_list("pk", flat=True))
    assert shown == {world.posts[key].pk for key in ("worker", "head")}


def test_a_post_of_an_organisation_opens_no_territory(world: World):
    world.add_person("clerk_office", "段办事")
    world.add_post("clerk_office", "grid_office", "bureau")
    scope = scope_of(world.user("clerk_office"))
    assert (scope.areas, scope.households, scope.manage) == ((), (), ())
