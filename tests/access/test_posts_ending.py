"""Ending and changing posts: the consequences said before, the gap left, the undo."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import AccessLog, User
from grids.models import Post
from households.links import links_create
from households.models import Link, NeedKind
from households.needs import need_begin
from households.services import household_register
from tests.access import expected
from tests.access.staffing import IN_POST, end, gives
from tests.people import World

SignIn = Callable[..., Client]
DAY = timedelta(days=1)


def test_the_consequences_are_counted_before(world: World, as_user: SignIn) -> None:
    page = as_user("manager").get(f"/posts/{world.posts['head'].pk}/")
    leaving = page.context["leaving"]
    # 赵独居 has the cadre, too; 钱同意 has nobody else, and a serious illness that a count of one
    # would betray without a row in the log.
    assert (leaving.links, leaving.alone, leaving.key) == (2, 1, None)
    assert leaving.vacant and leaving.last
    text = page.content.decode()
    assert "将空缺联户长" in text and "账号当日停用" in text
    assert "重点关爱户" not in text


def test_needs_are_counted_where_there_are_enough_to_hide_in(world: World, as_user: SignIn) -> None:
    kind = NeedKind.objects.get(code="DABING")
    client, url = as_user("manager"), f"/posts/{world.posts['head'].pk}/"
    for n in range(9):
        household = household_register(
            area=world.areas["U111"], head_name=f"多户{n}", on=world.began, serial=f"DH{n}"
        )
        links_create(households=[household], post=world.posts["head"], on=world.began)
        if n < 4:
            need_begin(household=household, kind=kind, on=world.began)
        if n == 4:
            assert client.get(url).context["leaving"].key is None, "5 of 6: all but one"
    page = client.get(url)
    assert (page.context["leaving"].alone, page.context["leaving"].key) == (10, 5)
    assert "重点关爱户" in page.content.decode()


def test_it_offers_no_gap_where_nobody_lost_the_only_contact(world: World, as_user: SignIn) -> None:
    client = as_user("manager")
    response = end(client, world, "backup")
    assert "open=gap" not in client.get(response["Location"]).content.decode()


def test_it_offers_no_gap_once_somebody_else_was_named(world: World, as_user: SignIn) -> None:
    client = as_user("manager")
    page = end(client, world, "head")["Location"]
    assert "open=gap" in client.get(page).content.decode()
    world.add_person("next", "后任户长")
    world.posts["next"] = world.add_post("next", "unit_head", "U111", on=world.on)
    named = links_create(
        households=[world.households["qian"]], post=world.posts["next"], on=world.on
    )
    assert len(named.linked) == 1
    assert "open=gap" not in client.get(page).content.decode()


def test_ending_does_what_was_said_and_is_taken_back(world: World, as_user: SignIn) -> None:
    client = as_user("manager")
    response = end(client, world, "head")
    page = client.get(response["Location"])
    text = page.content.decode()
    assert "2 户的结对随之结束" in text
    assert "/?area=15990110020100101&amp;open=gap&amp;reason=left" in text
    assert "赵独居" not in text
    post = Post.objects.get(pk=world.posts["head"].pk)
    assert post.during.upper == world.on
    assert not User.objects.get(pk=world.users["head"].pk).is_active
    act = response["Location"].rpartition("=")[2]
    client.post(f"/acts/{act}/undo/")
    assert Post.objects.get(pk=post.pk).during.upper is None
    assert Link.objects.in_force(world.on).filter(post=post).count() == 2
    assert User.objects.get(pk=world.users["head"].pk).is_active


def test_numbers_of_another_day_are_shown_first(world: World, as_user: SignIn) -> None:
    later = (world.on + DAY).isoformat()
    response = end(as_user("manager"), world, "head", on=later, seen_on=world.on.isoformat())
    assert response.status_code == 400 and "再次点击结束" in response.content.decode()
    assert Post.objects.get(pk=world.posts["head"].pk).during.upper is None


@pytest.mark.parametrize("day", ["", "heute", "1999-01-01"])
def test_a_day_that_cannot_be_is_refused(world: World, as_user: SignIn, day: str) -> None:
    assert end(as_user("manager"), world, "head", on=day).status_code == 400
    assert Post.objects.get(pk=world.posts["head"].pk).during.upper is None


def test_households_go_over_to_the_successor_as_far_as_there_is_room(
    world: World, as_user: SignIn
) -> None:
    world.add_person("heir", "季接任")
    world.add_post("heir", "unit_head", "U111")
    Post.objects.filter(pk=world.posts["heir"].pk).update(max_links=1)
    client, heir = as_user("manager"), world.posts["heir"]
    page = client.get(f"/posts/{world.posts['head'].pk}/?to={heir.pk}").content.decode()
    assert "季接任" in page and "转由季接任联系" in page
    response = end(client, world, "head", to=heir.pk, seen_to=heir.pk)
    assert response.status_code == 200
    text = response.content.decode()
    # In the order of their names as they are stored: 赵 comes before 钱.
    assert "钱同意" in text and "赵独居" not in text and "1 户未能交接" in text
    assert Link.objects.in_force(world.on).filter(post=heir).count() == 1
    logged = AccessLog.objects.filter(action="post.refused")
    assert [(row.rows, row.field_class) for row in logged] == [(1, "P2")]


def test_a_successor_out_of_reach_is_not_offered(world: World, as_user: SignIn) -> None:
    outer = world.posts["outer_head"]
    client = as_user("manager")
    assert str(outer.pk) not in client.get(f"/posts/{world.posts['head'].pk}/").content.decode()
    response = end(client, world, "head", to=outer.pk, seen_to=outer.pk)
    assert response.status_code == 400 and "魏户长" not in response.content.decode()


@pytest.mark.parametrize("login", expected.EVERYONE)
def test_posts_of_others_are_not_ended_or_changed(
    world: World, as_user: SignIn, login: str
) -> None:
    client = as_user(login)
    for other in IN_POST:
        if gives(login, other):
            continue
        assert end(client, world, other).status_code == 404, other
        key = world.posts[other].pk
        response = client.post(f"/posts/{key}/change/", {"max_links": "1"})
        assert response.status_code == 404
        assert Post.objects.get(pk=key).max_links is None
        assert Post.objects.in_force(world.on).filter(pk=key).exists()


def test_a_limit_is_changed_and_taken_back(world: World, as_user: SignIn) -> None:
    client, key = as_user("manager"), world.posts["head"].pk
    response = client.post(f"/posts/{key}/change/", {"max_links": "1"})
    page = client.get(response["Location"]).content.decode()
    assert "超额" in page and "最多联系 1 户" in page
    client.post(f"/acts/{response['Location'].rpartition('=')[2]}/undo/")
    assert Post.objects.get(pk=key).max_links is None
    assert client.post(f"/posts/{key}/change/", {"max_links": "0"}).status_code == 400


def test_a_manager_hands_over_what_the_town_gave(world: World, as_user: SignIn) -> None:
    """The new holder names nobody twice: a household that has somebody in the role is refused."""
    world.add_person("heir", "季接任")
    heir = world.add_post("heir", "unit_head", "U111")
    outcome = links_create(households=[world.households["sun"]], post=heir, on=world.on)
    assert outcome.linked
    response = end(as_user("manager"), world, "head", to=heir.pk, seen_to=heir.pk)
    assert response.status_code == 302
    assert Link.objects.in_force(world.on).filter(post=heir).count() == 3
