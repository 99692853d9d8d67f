"""The administration pages: configuration and accounts, for who holds the post, nothing else."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping

import pytest
from django.test import Client

from accounts.models import User
from casework.models import Holiday
from config.admin import site
from config.effects import holders_over
from grids.models import Area, Organisation, Role
from grids.services import post_end
from households.models import Household, Link, Need, NeedKind
from jobs.models import Act
from tests.access import expected
from tests.people import BACKEND, World

SignIn = Callable[..., Client]
ROLE = {"label": "联户长", "label_en": "", "may_link": "on", "max_links": "50",
        "required_at": "unit", "required_count": "1"}  # fmt: skip
ROLE_PAGE = "/admin/grids/role/unit_head/change/"


def county() -> Area:
    return Area.objects.get(level="county")


def shown(client: Client, address: str, data: Mapping[str, object]) -> str:
    """The page a form leads to."""
    return client.post(address, data, follow=True).content.decode()


def last_act() -> Act:
    return Act.objects.latest("at")


def need_form(kind: NeedKind, **more: object) -> dict[str, object]:
    """What the form of a kind of need holds as it is opened; what is empty or off is not sent."""
    names = ("label", "label_en", "cadence", "is_key", "first_within_days", "help_to_move",
             "position")  # fmt: skip
    held = {name: getattr(kind, name) for name in names} | more
    return {k: v for k, v in held.items() if v is not None and v is not False}


def test_it_holds_configuration_only() -> None:
    assert {model._meta.label for model in site._registry} == {
        "accounts.User", "grids.Role", "households.NeedKind", "casework.Holiday",
        "grids.Organisation", "casework.CardText",
        "casework.Topic", "casework.DigestTarget", "casework.DigestReceipt",
        "casework.IssueLimit", "casework.DispatchRule", "casework.ReplyTemplate",
        "casework.Campaign", "casework.ActivityKind", "casework.VisitRule",
        "planning.TravelSpeed", "planning.AreaWay",
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
        "grids/organisation": Organisation.objects.create(name="农业农村局", area=county()).pk,
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
    assert User.objects.get(pk=keys[0]).shut_why == User.Shut.BY_HAND
    assert User.objects.get(pk=keys[1]).is_active
    client.post("/admin/accounts/user/", {"action": "open", "_selected_action": keys})
    opened = User.objects.get(pk=keys[0])
    assert opened.is_active and opened.shut_why == ""
    client.post(f"/admin/accounts/user/{keys[0]}/change/", {"first_name": "甲"})
    assert User.objects.get(pk=keys[0]).shut_why == User.Shut.BY_HAND
    client.post(f"/admin/accounts/user/{keys[1]}/change/", {"first_name": "乙"})
    assert User.objects.get(pk=keys[1]).is_active


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
    assert user.session_round == world.users["head"].session_round + 1 and user.slip_at
    assert password[1] not in client.get("/admin/accounts/user/").content.decode()


def test_nobody_is_locked_out_by_a_one_time_password_of_their_own(
    world: World, as_user: SignIn
) -> None:
    client = as_user("administrator")
    keys = [world.users["administrator"].pk]
    client.post(
        "/admin/accounts/user/", {"action": "give_one_time_password", "_selected_action": keys}
    )
    assert client.get("/admin/").status_code == 200


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


def test_a_change_says_what_it_touches_and_is_taken_back(world: World, as_user: SignIn) -> None:
    client = as_user("administrator")
    before = Role.objects.values().get(pk="unit_head")
    page = shown(client, ROLE_PAGE, {**ROLE, "max_links": "1", "required_count": "2"})
    units = Area.objects.in_force(world.on).filter(level="unit").count()
    assert f"在 {units} 处（联户单元）需要此岗位，每处 2 人" in page
    assert re.search(r"有 \d+ 人的户数超过新的上限", page)
    act = last_act()
    assert str(act.pk) in page and act.sentence in page and "撤销上一次修改" in page
    page = shown(client, f"/acts/{act.pk}/undo/", {"next": "/admin/grids/role/"})
    assert f"已撤销：{act.sentence}" in page
    assert Role.objects.values().get(pk="unit_head") == before


def test_holders_over_a_lower_limit_are_counted(world: World, as_user: SignIn) -> None:
    role = Role.objects.get(pk="unit_head")
    role.max_links = 1
    links = Counter(
        Link.objects.filter(
            role=role, void=False, during__contains=world.on, post__void=False,
            post__during__contains=world.on, post__max_links=None,
        ).values_list("post__person", flat=True)
    )  # fmt: skip
    assert holders_over(role, on=world.on) == sum(n > 1 for n in links.values())
    role.max_links = None
    assert holders_over(role, on=world.on) == 0


def test_the_form_itself_offers_to_take_the_last_change_back(as_user: SignIn) -> None:
    client = as_user("administrator")
    assert "撤销上一次修改" not in client.get(ROLE_PAGE).content.decode()
    client.post(ROLE_PAGE, {**ROLE, "label": "邻长"})
    assert f"/acts/{last_act().pk}/undo/" in client.get(ROLE_PAGE).content.decode()
    count = Act.objects.count()
    client.post(ROLE_PAGE, {**ROLE, "label": "邻长"})
    assert Act.objects.count() == count  # nothing was changed: no act


def test_what_was_changed_since_is_not_taken_back(as_user: SignIn) -> None:
    client = as_user("administrator")
    client.post(ROLE_PAGE, {**ROLE, "label": "邻长"})
    first = last_act()
    client.post(ROLE_PAGE, {**ROLE, "label": "联户代表"})
    page = shown(client, f"/acts/{first.pk}/undo/", {"next": "/admin/grids/role/"})
    assert "已不能撤回：之后又新增或修改了内容（岗位）" in page
    assert Role.objects.get(pk="unit_head").label == "联户代表"
    client.post(f"/acts/{last_act().pk}/undo/")
    assert Role.objects.get(pk="unit_head").label == "邻长"


@pytest.mark.parametrize("login", ["manager", "leader", "worker", "auditor"])
def test_only_who_changed_the_configuration_takes_it_back(
    world: World, as_user: SignIn, login: str
) -> None:
    as_user("administrator").post(ROLE_PAGE, {**ROLE, "label": "邻长"})
    address = f"/acts/{last_act().pk}/undo/"
    assert as_user(login).post(address).status_code == 404
    world.add_post("administrator", "volunteer", "V1")  # the account stays open
    post = world.people["administrator"].posts.get(role="administrator")
    post_end(post=post, on=world.on)
    assert as_user("administrator").post(address).status_code == 404
    assert Role.objects.get(pk="unit_head").label == "邻长"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"max_links": "0"}, "上限至少为 1"),
        ({"max_links": "999999"}, "不得超过 500 户"),
        ({"required_count": "0"}, "至少需要 1 人"),
        ({"may_link": ""}, "才能设上限"),
    ],
)
def test_a_role_that_does_not_fit_is_refused_in_a_sentence(
    as_user: SignIn, change: dict[str, str], sentence: str
) -> None:
    data = {k: v for k, v in (ROLE | change).items() if v != ""}
    response = as_user("administrator").post(ROLE_PAGE, data)
    assert response.status_code == 200 and sentence in response.content.decode()
    assert not Act.objects.exists()


def test_an_organisation_is_asked_for_what_an_organisation_has(as_user: SignIn) -> None:
    page = as_user("administrator").get("/admin/grids/organisation/add/").content.decode()
    assert '<label class="required" for="id_name">名称' in page and "姓名" not in page


def test_grades_and_forms_of_needs_are_read_in_words(as_user: SignIn) -> None:
    client = as_user("administrator")
    listed = client.get("/admin/households/needkind/").content.decode()
    for word in ("分散供养", "集中供养", "1-2 级", "3-4 级", "完全失能失智"):
        assert f'<td class="field-variant">{word}</td>' in listed
    for kind in NeedKind.objects.exclude(variant=""):
        page = client.get(f"/admin/households/needkind/{kind.pk}/change/").content.decode()
        assert f'<div class="readonly">{kind.variant}</div>' not in page
        assert str(kind.get_variant_display()) in page
    aged = NeedKind.objects.get(code="GAOLING")
    page = client.get(f"/admin/households/needkind/{aged.pk}/change/").content.decode()
    assert "独居老人、空巢老人、留守老人" in page and "DUJU" not in page


def test_a_kind_of_need_says_what_it_touches_and_is_taken_back(
    world: World, as_user: SignIn
) -> None:
    client = as_user("administrator")
    kind = NeedKind.objects.get(code="CHANYE")
    address = f"/admin/households/needkind/{kind.pk}/change/"
    page = shown(client, address, need_form(kind, is_key="on"))
    assert "户的档位或到期日将重新计算" in page
    assert "不会有到期的联系" in page  # a key need without a cadence
    client.post(f"/acts/{last_act().pk}/undo/")
    assert not NeedKind.objects.get(pk=kind.pk).is_key


def test_a_small_number_of_households_in_need_is_withheld(world: World, as_user: SignIn) -> None:
    kind = NeedKind.objects.get(code="DUJU")
    address = f"/admin/households/needkind/{kind.pk}/change/"
    few = list(Household.objects.all()[:3])
    Need.objects.filter(kind=kind).delete()
    for household in few:
        Need.objects.create(
            household=household, kind=kind, during=household.during, clock_from=world.on
        )
    page = shown(as_user("administrator"), address, need_form(kind, cadence="quarterly"))
    assert "不足 5 户的档位或到期日将重新计算" in page
    assert "3 户" not in page


def test_a_kind_of_need_that_does_not_fit_is_refused_in_a_sentence(as_user: SignIn) -> None:
    client = as_user("administrator")
    for code, change, sentence in (
        ("LINSHI", {"first_within_days": None}, "至少为 1"),
        ("CHANYE", {"first_within_days": "3"}, "首次联系永远不会到期"),
    ):
        kind = NeedKind.objects.get(code=code)
        address = f"/admin/households/needkind/{kind.pk}/change/"
        assert sentence in client.post(address, need_form(kind, **change)).content.decode()
    assert not Act.objects.exists()


def test_holidays_are_added_removed_and_put_back(as_user: SignIn) -> None:
    client = as_user("administrator")
    data = {"on": "2099-10-01", "label": "国庆节"}
    assert "此后登记的事项" in shown(client, "/admin/casework/holiday/add/", data)
    added = last_act()
    page = shown(client, "/admin/casework/holiday/2099-10-01/delete/", {"post": "yes"})
    assert "撤销上一次修改" in page and not Holiday.objects.exists()
    client.post(f"/acts/{last_act().pk}/undo/")
    assert Holiday.objects.get().label == "国庆节"
    client.post(f"/acts/{added.pk}/undo/")  # removed and put back since: it stays
    assert Holiday.objects.exists()


def test_organisations_are_added_and_renamed(as_user: SignIn) -> None:
    client = as_user("administrator")
    data = {"name": "应急管理局", "kind": "department", "area": str(county().pk), "parent": ""}
    shown(client, "/admin/grids/organisation/add/", data)
    unit = Organisation.objects.get(name="应急管理局")
    twice = client.post("/admin/grids/organisation/add/", data).content.decode()
    assert "已有同名单位" in twice
    address = f"/admin/grids/organisation/{unit.pk}/change/"
    itself = client.post(address, {**data, "parent": str(unit.pk)}).content.decode()
    assert "不能隶属于自身" in itself
    client.post(address, {**data, "name": "应急局"})
    assert Organisation.objects.get(pk=unit.pk).name == "应急局"
    client.post(f"/acts/{last_act().pk}/undo/")
    assert Organisation.objects.get(pk=unit.pk).name == "应急管理局"


def test_an_act_of_other_work_is_not_shown_among_the_settings(
    world: World, as_user: SignIn
) -> None:
    other = Act.objects.create(
        by=world.users["administrator"], on=world.on, path="", verb="post.start",
        sentence="某人任职", subject_label="grids.Post", subject_key="0",
    )  # fmt: skip
    page = as_user("administrator").get(f"/admin/grids/role/?act={other.pk}")
    assert page.status_code == 200 and "某人任职" not in page.content.decode()
