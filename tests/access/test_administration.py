"""The administration pages: configuration and accounts, for who holds the post, nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from casework.models import Holiday
from config.admin import site
from grids.models import Role
from grids.services import post_end
from households.models import NeedKind
from tests.access import expected
from tests.people import BACKEND, World

SignIn = Callable[..., Client]


def test_it_holds_configuration_only() -> None:
    assert {model._meta.label for model in site._registry} == {
        "accounts.User", "grids.Role", "households.NeedKind", "casework.Holiday",
    }  # fmt: skip


@pytest.mark.parametrize("login", expected.EVERYONE)
def test_it_opens_for_administrators_alone(world: World, as_user: SignIn, login: str) -> None:
    opens = as_user(login).get("/admin/").status_code == 200
    assert opens == (expected.cell(login, "configure") == "yes")


def test_it_shuts_when_the_post_ends(world: World, as_user: SignIn) -> None:
    client = as_user("administrator")
    post_end(post=world.posts["administrator"], on=world.on)
    for visitor in (client, as_user("administrator")):
        response = visitor.get("/admin/")
        assert response.status_code == 302 and response["Location"].startswith("/accounts/login/")


def test_it_shuts_when_that_post_ends_and_another_remains(world: World, as_user: SignIn) -> None:
    world.add_post("administrator", "volunteer", "V1")
    post = world.people["administrator"].posts.get(role="administrator")
    post_end(post=post, on=world.on)
    assert as_user("administrator").get("/admin/").status_code == 404


def test_flags_of_the_account_open_nothing(world: World, as_user: SignIn) -> None:
    User.objects.filter(pk=world.users["manager"].pk).update(is_staff=True)
    assert as_user("manager").get("/admin/").status_code == 404


def test_the_superuser_of_the_command_line_configures_but_sees_no_casework(world: World) -> None:
    user = User.objects.create_superuser("root", password=None)
    client = Client()
    client.force_login(user, backend=BACKEND)
    assert client.get("/admin/").status_code == 200
    assert client.get(f"/households/{world.households['zhao'].pk}/").status_code == 404
    assert client.get("/api/v1/coverage").status_code == 404


def test_every_list_and_form_opens_and_names_no_resident(world: World, as_user: SignIn) -> None:
    client = as_user("administrator")
    Holiday.objects.create(on=world.on, label="调休", working=True)
    rows = {
        "accounts/user": world.users["head"].pk,
        "grids/role": "unit_head",
        "households/needkind": NeedKind.objects.get(code="DUJU").pk,
        "casework/holiday": world.on,
    }
    for path, key in rows.items():
        for address in (f"/admin/{path}/", f"/admin/{path}/{key}/change/"):
            response = client.get(address)
            assert response.status_code == 200, address
            text = response.content.decode()
            for household in world.households.values():
                assert household.head_name not in text
            assert 'lang="zh-hans"' in text
    assert client.get("/admin/households/household/").status_code == 404
    assert client.get("/admin/casework/issue/").status_code == 404


def test_it_is_in_chinese(as_user: SignIn) -> None:
    text = as_user("administrator").get("/admin/").content.decode()
    for word in ("系统配置", "岗位", "需求类别", "节假日", "账号"):
        assert word in text


def test_the_kind_of_a_role_stays_as_it_is(as_user: SignIn) -> None:
    data = {"label": "邻长", "label_en": "", "kind": "manager", "code": "other", "may_link": "on",
            "max_links": "50", "required_at": "unit", "required_count": "1"}  # fmt: skip
    response = as_user("administrator").post("/admin/grids/role/unit_head/change/", data)
    assert response.status_code == 302
    role = Role.objects.get(pk="unit_head")
    assert (role.label, role.kind, role.max_links) == ("邻长", "head", 50)


def test_no_need_is_added_to_the_vocabulary(as_user: SignIn) -> None:
    assert as_user("administrator").get("/admin/households/needkind/add/").status_code == 403


def test_it_shuts_and_opens_accounts_but_never_ones_own(world: World, as_user: SignIn) -> None:
    client = as_user("administrator")
    keys = [world.users["head"].pk, world.users["administrator"].pk]
    client.post("/admin/accounts/user/", {"action": "shut", "_selected_action": keys})
    assert not User.objects.get(pk=keys[0]).is_active
    assert User.objects.get(pk=keys[1]).is_active
    client.post("/admin/accounts/user/", {"action": "open", "_selected_action": keys})
    assert User.objects.get(pk=keys[0]).is_active


def test_a_one_time_password_is_shown_once_and_must_be_replaced(
    world: World, as_user: SignIn
) -> None:
    client = as_user("administrator")
    page = client.post(
        "/admin/accounts/user/",
        {"action": "give_one_time_password", "_selected_action": [world.users["head"].pk]},
        follow=True,
    ).content.decode()
    password = re.search(r"：([a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4})", page)
    assert password
    user = User.objects.get(pk=world.users["head"].pk)
    assert user.check_password(password[1]) and user.must_change_password
    assert password[1] not in client.get("/admin/accounts/user/").content.decode()


def test_a_new_account_starts_with_a_one_time_password(as_user: SignIn) -> None:
    data = {"username": "newcomer", "first_name": "新来者", "is_active": "on"}
    page = as_user("administrator").post("/admin/accounts/user/add/", data, follow=True)
    user = User.objects.get(username="newcomer")
    assert user.must_change_password and not (user.is_staff or user.is_superuser)
    password = re.search(r"：([a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4})", page.content.decode())
    assert password and user.check_password(password[1])


def test_no_form_makes_a_superuser(world: World, as_user: SignIn) -> None:
    key = world.users["administrator"].pk
    data = {"first_name": "管理元", "is_active": "on", "is_superuser": "on", "is_staff": "on"}
    as_user("administrator").post(f"/admin/accounts/user/{key}/change/", data)
    user = User.objects.get(pk=key)
    assert not (user.is_superuser or user.is_staff)
