"""The page of one household: what it shows to whom, and what it never sends unasked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone, translation

from accounts.models import AccessLog
from grids.services import post_end
from households.links import post_load
from households.models import Household, Link
from jobs.models import Act
from tests.access import expected
from tests.access.test_by_hand import act_in
from tests.access.test_gate import plain
from tests.contacting import contact_record
from tests.people import HOUSEHOLDS, World

SignIn = Callable[..., Client]
PHONES = {key: phone or "" for key, _h, _f, _p, phone, *_rest in HOUSEHOLDS}
NEED = {"zhao": "独居老人", "qian": "重大疾病", "li": "最低生活保障", "zhou": "监测户"}


def address(world: World, key: str) -> str:
    return f"/households/{world.households[key].pk}/"


def logged(action: str) -> list[AccessLog]:
    return list(AccessLog.objects.filter(action=action).order_by("id"))


@pytest.mark.parametrize("login", expected.EVERYONE)
def test_it_opens_for_whom_the_table_says(world: World, as_user: SignIn, login: str) -> None:
    client = as_user(login)
    seen = {key for key in world.households if client.get(address(world, key)).status_code == 200}
    assert seen == expected.households(login)
    assert {row.scope for row in logged("household.page")} == {
        str(world.households[key].pk) for key in seen
    }


def test_out_of_scope_looks_like_not_existing(world: World, as_user: SignIn) -> None:
    client, gone = as_user("manager"), f"/households/{uuid4()}/"
    for method in (client.get, client.post):
        there, missing = method(address(world, "wei")), method(gone)
        assert (there.status_code, missing.status_code) == (404, 404)
        assert plain(there, address(world, "wei")) == plain(missing, gone)
    assert not AccessLog.objects.exists()


def test_it_sends_neither_phone_nor_need_before_they_are_asked_for(
    world: World, as_user: SignIn
) -> None:
    Household.objects.update(care_note="膝盖不好")
    page = as_user("manager").get(address(world, "zhao")).content.decode()
    assert "赵独居" in page and "连户长" in page
    for secret in (PHONES["zhao"], "独居老人", "DUJU", "关注户", "膝盖不好", "应在"):
        assert secret not in page
    assert logged("household.needs") == [] and logged("household.phone") == []


def test_it_shows_the_phone_when_asked_and_logs_it(world: World, as_user: SignIn) -> None:
    page = as_user("manager").post(address(world, "zhao"), {"ask": "phone"})
    assert f'href="tel:{PHONES["zhao"]}"' in page.content.decode()
    assert "独居老人" not in page.content.decode()
    (row,) = logged("household.phone")
    assert (row.user, row.scope, row.field_class) == (
        world.users["manager"], str(world.households["zhao"].pk), "P2",
    )  # fmt: skip


def test_it_shows_needs_when_asked_and_logs_the_reason(world: World, as_user: SignIn) -> None:
    data = {"ask": "needs", "reason": "核对低保名单"}
    page = as_user("manager").post(address(world, "li"), data).content.decode()
    assert NEED["li"] in page and "关注户" in page
    (row,) = logged("household.needs")
    assert (row.field_class, row.reason, row.rows) == ("P3", "核对低保名单", 1)


def test_it_logs_that_no_need_was_learnt_as_well(world: World, as_user: SignIn) -> None:
    as_user("manager").post(address(world, "sun"), {"ask": "needs"})
    assert [row.rows for row in logged("household.needs")] == [1]


def test_a_cadre_sees_the_needs_of_own_households_at_once(world: World, as_user: SignIn) -> None:
    page = as_user("cadre").get(address(world, "zhao")).content.decode()
    assert NEED["zhao"] in page and PHONES["zhao"] in page
    assert [row.field_class for row in logged("household.needs")] == ["P3"]


def test_a_head_sees_phone_and_due_date_but_needs_only_if_agreed(
    world: World, as_user: SignIn
) -> None:
    Household.objects.update(care_note="膝盖不好")
    client = as_user("head")
    for data in (None, {"ask": "needs"}):
        url = address(world, "zhao")
        page = (client.get(url) if data is None else client.post(url, data)).content.decode()
        assert PHONES["zhao"] in page and "膝盖不好" in page
        assert NEED["zhao"] not in page and "关注户" not in page
    assert logged("household.needs") == []
    assert {row.field_class for row in logged("household.due")} == {"P3"}
    assert NEED["qian"] in client.get(address(world, "qian")).content.decode()


def test_nobody_is_offered_what_only_the_manager_may_do(world: World, as_user: SignIn) -> None:
    act = act_in(
        as_user("manager").post(
            f"{address(world, 'zhou')}contacts/{world.links['zhou', 'cadre'].pk}/end/"
        )
    )
    for login in ("worker", "head", "cadre", "secretary"):
        client = as_user(login)
        page = client.get(f"{address(world, 'zhao')}?act={act}").content.decode()
        assert "指定联系人" not in page and "结束联系" not in page and "/undo/" not in page
        link = world.links["zhao", "head"]
        for url in (
            f"{address(world, 'zhao')}contacts/",
            f"{address(world, 'zhao')}contacts/{link.pk}/end/",
            f"/acts/{act}/undo/",
        ):
            assert client.post(url, {"post": world.posts["head"].pk}).status_code == 404
    assert Link.objects.in_force(world.on).filter(pk=world.links["zhao", "head"].pk).exists()
    assert not Link.objects.in_force(world.on).filter(pk=world.links["zhou", "cadre"].pk).exists()


def take_back(client: Client, answer: Any) -> str:
    """The page after what an answer says was done there was taken back."""
    where = answer["Location"].partition("?")[0]
    return client.post(
        f"/acts/{act_in(answer)}/undo/", {"next": where}, follow=True
    ).content.decode()


def test_the_manager_names_a_contact_and_takes_it_back(world: World, as_user: SignIn) -> None:
    client, url = as_user("manager"), address(world, "sun")
    assert "尚无联系人" in client.get(url).content.decode()
    response = client.post(f"{url}contacts/", {"post": world.posts["head"].pk})
    link = Link.objects.get(household=world.households["sun"])
    assert link.post == world.posts["head"]
    assert response["Location"] == f"{url}?act={Act.objects.get().pk}"
    page = client.get(response["Location"]).content.decode()
    assert "/undo/" in page and "连户长（联户长）自今日起为孙界上户的联系人" in page
    page = take_back(client, response)
    assert not Link.objects.filter(household=world.households["sun"]).exists()
    assert "/undo/" not in page and "已撤销：连户长（联户长）自今日起为孙界上户" in page
    assert "尚无联系人" in page


def test_the_manager_ends_a_link_and_takes_it_back(world: World, as_user: SignIn) -> None:
    client, url = as_user("manager"), address(world, "zhao")
    link = world.links["zhao", "head"]
    response = client.post(f"{url}contacts/{link.pk}/end/")
    assert response["Location"] == f"{url}?act={Act.objects.get().pk}"
    assert not Link.objects.in_force(world.on).filter(pk=link.pk).exists()
    page = client.get(response["Location"]).content.decode()
    assert "/undo/" in page and "连户长（联户长）不再是赵独居户的联系人" in page
    page = take_back(client, response)
    assert "/undo/" not in page and "已撤销：连户长" in page
    link.refresh_from_db()
    assert Link.objects.in_force(world.on).filter(pk=link.pk).exists()
    assert (link.during.lower, link.during.upper) == (world.began, None)


def test_it_takes_back_the_end_of_a_link_that_began_today(world: World, as_user: SignIn) -> None:
    client, url = as_user("manager"), address(world, "sun")
    link = world.link("sun", "head", on=world.on)
    response = client.post(f"{url}contacts/{link.pk}/end/")
    link.refresh_from_db()
    assert link.void
    take_back(client, response)
    assert Link.objects.in_force(world.on).filter(pk=link.pk).exists()


def test_it_undoes_neither_old_links_nor_old_ends(world: World, as_user: SignIn) -> None:
    client, url = as_user("manager"), address(world, "zhao")
    link = world.links["zhao", "head"]
    named = client.post(f"{address(world, 'sun')}contacts/", {"post": world.posts["head"].pk})
    ended = client.post(f"{url}contacts/{link.pk}/end/")
    Act.objects.update(at=timezone.now() - timedelta(days=8))
    for answer in (named, ended):
        assert "7 天" in take_back(client, answer)
    assert not Link.objects.in_force(world.on).filter(pk=link.pk).exists()
    assert Link.objects.in_force(world.on).filter(household=world.households["sun"]).exists()


def test_it_does_not_take_back_an_end_when_somebody_else_was_named(
    world: World, as_user: SignIn
) -> None:
    client, url = as_user("manager"), address(world, "zhao")
    response = client.post(f"{url}contacts/{world.links['zhao', 'head'].pk}/end/")
    world.add_person("second", "副户长")
    world.add_post("second", "unit_head", "U111")
    world.link("zhao", "second", on=world.on)
    assert "不能撤回" in take_back(client, response)
    in_force = Link.objects.in_force(world.on).filter(household=world.households["zhao"])
    assert {row.post_id for row in in_force} == {
        world.posts["second"].pk, world.posts["cadre"].pk,
    }  # fmt: skip


def test_it_does_not_take_back_an_end_when_the_post_was_left(world: World, as_user: SignIn) -> None:
    client, url = as_user("manager"), address(world, "zhao")
    link = world.links["zhao", "head"]
    response = client.post(f"{url}contacts/{link.pk}/end/")
    post_end(post=world.posts["head"], on=world.on)
    assert "已不在岗" in take_back(client, response)
    assert not Link.objects.in_force(world.on).filter(pk=link.pk).exists()


def test_it_does_not_take_back_an_end_when_the_place_was_filled(
    world: World, as_user: SignIn
) -> None:
    client, url = as_user("manager"), address(world, "zhao")
    link = world.links["zhao", "head"]
    world.posts["head"].max_links = post_load(world.posts["head"], on=world.on)[0]
    world.posts["head"].save()
    response = client.post(f"{url}contacts/{link.pk}/end/")
    client.post(f"{address(world, 'sun')}contacts/", {"post": world.posts["head"].pk})
    assert "已到上限" in take_back(client, response)
    assert not Link.objects.in_force(world.on).filter(pk=link.pk).exists()


def test_it_takes_back_an_end_when_fewer_are_allowed_now(world: World, as_user: SignIn) -> None:
    """Nobody took the place; that there are fewer of them is no reason to keep the household out."""
    client, url = as_user("manager"), address(world, "zhao")
    link = world.links["zhao", "head"]
    response = client.post(f"{url}contacts/{link.pk}/end/")
    world.posts["head"].max_links = 1
    world.posts["head"].save()
    take_back(client, response)
    assert Link.objects.in_force(world.on).filter(pk=link.pk).exists()


def test_it_names_no_post_that_does_not_reach_the_household(world: World, as_user: SignIn) -> None:
    client, url = as_user("manager"), address(world, "sun")
    page = client.get(url).content.decode()
    assert str(world.posts["outer_head"].pk) not in page
    response = client.post(f"{url}contacts/", {"post": world.posts["outer_head"].pk})
    assert response.status_code == 400
    assert "魏户长" not in response.content.decode()


def test_links_of_other_households_cannot_be_changed_through_an_own_one(
    world: World, as_user: SignIn
) -> None:
    link = world.links["wei", "outer_head"]
    response = as_user("manager").post(f"{address(world, 'zhao')}contacts/{link.pk}/end/")
    assert response.status_code == 404
    assert Link.objects.in_force(world.on).filter(pk=link.pk).exists()


def test_it_lists_contacts_made_without_their_notes(world: World, as_user: SignIn) -> None:
    contact_record(
        household=world.households["zhao"], made_by=world.people["cadre"], on=world.on,
        mode="phone", reached=False, note="说腿疼",
    )  # fmt: skip
    page = as_user("manager").get(address(world, "zhao")).content.decode()
    assert "电话" in page and "未联系上" in page and "说腿疼" not in page


def test_it_needs_the_token_of_the_form(world: World, as_user: SignIn) -> None:
    client = as_user("manager", csrf=True)
    for url in (address(world, "sun"), f"{address(world, 'sun')}contacts/"):
        response = client.post(url, {"ask": "needs", "post": world.posts["head"].pk})
        assert response.status_code == 403
        assert "孙界上" not in response.content.decode()


@pytest.mark.parametrize("login", ["head", "cadre", "worker", "volunteer", "backup"])
def test_my_households_are_the_ones_i_am_linked_to(
    world: World, as_user: SignIn, login: str
) -> None:
    page = as_user(login).get("/mine/")
    assert page.status_code == 200
    names = {key: household.head_name for key, household in world.households.items()}
    shown = {key for key, name in names.items() if name in page.content.decode()}
    assert shown == expected.own(login)
    assert [row.rows for row in logged("mine.list")] == ([len(shown)] if shown else [])


def test_my_households_never_name_a_need(world: World, as_user: SignIn) -> None:
    page = as_user("cadre").get("/mine/").content.decode()
    assert PHONES["zhao"] in page
    for label in NEED.values():
        assert label not in page
    assert logged("mine.due")[0].field_class == "P3"


@pytest.mark.parametrize("login", ["manager", "leader", "clerk", "auditor", "nobody"])
def test_who_can_be_no_contact_has_no_such_list(world: World, as_user: SignIn, login: str) -> None:
    assert as_user(login).get("/mine/").status_code == 404


def test_it_is_complete_in_english_too(world: World, as_user: SignIn) -> None:
    client = as_user("manager")
    client.cookies["django_language"] = "en"
    with translation.override("en"):
        page = client.get(address(world, "sun")).content.decode()
    assert "Nobody is named yet." in page and "Name a contact" in page
