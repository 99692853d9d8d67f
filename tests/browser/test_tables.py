"""The lists in a real browser: filters, columns, saved views, work on a selection, keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

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
