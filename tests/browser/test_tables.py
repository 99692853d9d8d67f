"""The lists in a real browser: filters, columns, saved views, work on a selection, keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from casework.models import Issue
from desk.tables import views
from desk.tables.table import Table
from households.models import Link
from tests.browser.conftest import Visitor
from tests.people import World

KINDS = ["households", "people", "posts", "areas", "issues"]


def rows(visitor: Visitor) -> Locator:
    return visitor.page.locator(".grid tbody tr")


@pytest.mark.parametrize("kind", KINDS)
def test_each_list_is_legible_filled_and_empty(visitor: Visitor, town: World, kind: str) -> None:
    visitor.sign_in("manager")
    visitor.go(f"/tables/{kind}/")
    expect(rows(visitor).first).to_be_visible()
    visitor.look(f"table-{kind}")
    visitor.page.fill(".find input[type=search]", "查无此项")
    visitor.page.get_by_role("button", name="查找").click()
    visitor.page.wait_for_load_state("networkidle")
    expect(visitor.page.locator(".card.empty")).to_be_visible()
    assert "查无此项" not in visitor.page.url
    visitor.look(f"table-{kind}-empty")


def test_a_leader_has_lists_without_households(visitor: Visitor, town: World) -> None:
    visitor.sign_in("leader")
    visitor.go("/tables/areas/")
    expect(rows(visitor).first).to_be_visible()
    visitor.look("table-areas-leader")
    text = visitor.page.locator("body").inner_text()
    assert not [h.head_name for h in town.households.values() if h.head_name in text]
    assert not visitor.page.get_by_text("导出", exact=True).count()


def test_a_filtered_list_is_kept_and_worked_on(visitor: Visitor, town: World) -> None:
    page = visitor.page
    visitor.sign_in("manager")
    visitor.go("/tables/households/")
    page.locator("a.chip", has_text="应联未联").first.click()
    page.wait_for_load_state("networkidle")
    assert "filter=" in page.url
    names = rows(visitor).locator("td.main").all_inner_texts()
    assert any("李无点" in name for name in names)
    assert not any("赵独居" in name for name in names)

    page.get_by_text("保存当前视图").click()
    visitor.look("table-keep-view")
    page.locator(".views form:visible input[name=name]").fill("本镇未联")
    page.locator(".views form:visible button.primary").click()
    page.wait_for_load_state("networkidle")
    expect(page.locator(".views a.view", has_text="本镇未联")).to_be_visible()

    page.locator("summary.button", has_text="列").first.click()
    visitor.look("table-columns")
    page.keyboard.press("Escape")

    chosen = rows(visitor).filter(has_text="李无点")
    chosen.get_by_role("checkbox").check()
    name = page.locator("#chosen button", has_text=re.compile("指定联系人"))
    expect(name).to_have_text("为 1 户指定联系人")
    visitor.look("table-selection")
    name.click()
    page.wait_for_load_state("networkidle")
    visitor.look("table-candidates")
    page.locator("label.choice", has_text="舒支书").first.click()
    page.locator("main form button.primary").click()
    page.wait_for_load_state("networkidle")
    named = Link.objects.in_force(town.on).filter(household=town.households["li"])
    assert named.count() == 1
    visitor.look("table-named")
    page.locator(".act").get_by_role("button", name="撤销").click()
    page.wait_for_load_state("networkidle")
    assert named.count() == 0


def test_a_selection_grows_by_keyboard_and_says_how_many_are_too_many(
    visitor: Visitor, town: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Table, "size", 3)
    monkeypatch.setattr(views, "AT_ONCE", 3)
    page, bar = visitor.page, visitor.page.locator("#chosen")
    visitor.sign_in("manager")
    visitor.go("/tables/households/")
    rows(visitor).first.focus()
    page.keyboard.press("Shift+ArrowDown")
    expect(bar).to_contain_text("已选 2 户")
    page.keyboard.press("Control+a")
    expect(bar).to_contain_text("已选 3 户")
    name = page.locator("#chosen button", has_text="指定联系人")
    expect(name).to_be_enabled()
    page.keyboard.press("Control+a")
    expect(bar).to_contain_text("已选 8 户")
    expect(name).to_be_disabled()
    expect(bar.get_by_text("一次最多 3 户")).to_be_visible()
    visitor.look("table-selection-too-many")
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()
    page.keyboard.press("?")
    visitor.look("table-keys")


@pytest.mark.parametrize("login", ["worker", "head", "cadre", "clerk"])
def test_empty_lists_say_to_each_how_rows_come_to_be(
    visitor: Visitor, town: World, login: str
) -> None:
    Issue.objects.update(state="closed")
    visitor.sign_in(login)
    visitor.go("/tables/issues/")
    expect(visitor.page.locator(".card.empty")).to_be_visible()
    visitor.look(f"table-issues-empty-{login}")
    text = visitor.page.locator(".card.empty").inner_text()
    assert {"worker": "热线", "clerk": "本部门"}.get(login, "您所联系的户") in text


def test_rows_are_reached_and_chosen_by_keyboard(visitor: Visitor, town: World) -> None:
    page = visitor.page
    visitor.sign_in("manager")
    visitor.go("/tables/households/")
    rows(visitor).first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(rows(visitor).nth(1).get_by_role("checkbox")).to_be_checked()
    expect(rows(visitor).nth(0).get_by_role("checkbox")).not_to_be_checked()
    page.keyboard.press("/")
    expect(page.locator(".find input[type=search]")).to_be_focused()
    rows(visitor).nth(1).focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/households/[0-9a-f-]{36}/"))
