"""The parts of a household's page: each shows what the table allows, and P3 only once asked for."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import AccessLog
from households.models import NeedKind
from households.needs import need_begin
from tests.access.test_by_hand import act_in
from tests.people import World

SignIn = Callable[..., Client]
pytestmark = pytest.mark.django_db
TABS = ("contacts", "needs", "matters", "place", "history")


def page(world: World, client: Client, key: str, tab: str, **posted: str) -> str:
    address = f"/households/{world.households[key].pk}/?tab={tab}"
    answer = client.post(address, posted) if posted else client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_no_part_betrays_a_need_before_it_is_asked_for(world: World, as_user: SignIn) -> None:
    client = as_user("manager")
    client.post(
        f"/households/{world.households['zhao'].pk}/needs/",
        {"do": "begin", "kind": NeedKind.objects.get(code="DABING").pk, "persons": 1,
         "on": world.on.isoformat()},
    )  # fmt: skip
    client.post(
        f"/households/{world.households['zhao'].pk}/needs/",
        {"do": "care", "care_note": "膝盖不好"},
    )
    for login in ("manager", "worker"):
        for tab in TABS:
            shown = page(world, as_user(login), "zhao", tab)
            for secret in ("独居老人", "重大疾病", "膝盖不好", "关照备注", "关注户"):
                assert secret not in shown, (login, tab)
    asked = page(world, client, "zhao", "history", ask="needs", reason="核对")
    assert "登记需求：重大疾病" in asked and "关照备注" in asked
    assert AccessLog.objects.filter(action="household.needs", reason="核对").exists()


def test_matters_are_for_contacts_and_managers_only(world: World, as_user: SignIn) -> None:
    for login, sees in (("manager", True), ("head", True), ("worker", False)):
        assert ("屋顶漏雨" in page(world, as_user(login), "qian", "matters")) == sees


def test_history_says_who_changed_what(world: World, as_user: SignIn) -> None:
    client = as_user("manager")
    where = f"/households/{world.households['zhao'].pk}/"
    client.post(f"{where}edit/", {
        "head_name": "赵改名", "address": "甲一村南街1号", "serial": "FG001", "size": 1,
        "residence": "present", "version": world.households["zhao"].version,
    })  # fmt: skip
    link = world.links["zhao", "head"]
    ended = client.post(f"{where}contacts/{link.pk}/end/")
    client.post(f"/acts/{act_in(ended)}/undo/")
    named = client.post(f"{where}contacts/", {"post": world.posts["secretary"].pk})
    client.post(f"/acts/{act_in(named)}/undo/")
    client.post(f"{where}review/")
    shown = page(world, client, "zhao", "history")
    assert "户主：赵独居 → 赵改名" in shown and "关网办" in shown
    assert "指定联系人：连户长 · 联户长" in shown and "恢复继续：连户长" in shown
    assert "指定联系人：舒支书" in shown and "撤销指定：舒支书" in shown
    assert "已核对" in shown and "归属甲一村第一网格南单元" in shown


def test_places_say_where_it_was_filed(world: World, as_user: SignIn) -> None:
    client = as_user("manager")
    client.post(
        f"/households/{world.households['zhao'].pk}/move/",
        {"area": "15990110020100102", "sure": str(world.areas["U112"].pk)},
    )
    shown = page(world, client, "zhao", "place")
    assert "南单元" in shown and "北单元" in shown and "120.005000" in shown


def test_what_may_be_done_is_offered_to_managers_alone(world: World, as_user: SignIn) -> None:
    for login in ("manager", "worker", "head"):
        shown = page(world, as_user(login), "zhao", "contacts")
        assert ("/merge/" in shown) == (login == "manager")
        assert ('"locate": true' in shown) == (login == "manager")


def test_needs_of_another_household_stay_out_of_history(world: World, as_user: SignIn) -> None:
    need_begin(
        household=world.households["sun"], kind=NeedKind.objects.get(code="DABING"), on=world.on
    )
    asked = page(world, as_user("manager"), "zhao", "history", ask="needs")
    assert "登记需求：独居老人" in asked and "重大疾病" not in asked
