"""From a red area to what would close it: levers, another scenario beside, handed on with its sums."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import Visitor
from tests.people import World


def looked_at(visitor: Visitor, name: str) -> None:
    """A page that fits, that everybody can read, and a picture of it."""
    visitor.page.wait_for_load_state("networkidle")
    visitor.fits()
    visitor.check_access()
    visitor.shot(f"whatif-{name}")


def test_a_leader_works_out_what_would_close_it_and_hands_it_on(visitor: Visitor, town: World):
    page = visitor.page
    visitor.sign_in("leader")
    page.locator("lh-area-list li").first.get_by_role("button").first.click()
    visitor.shot("whatif-panel")
    page.locator("lh-area-card").get_by_role("link", name="怎么补上").click()
    expect(page.get_by_role("heading", name="甲一村：怎么补上")).to_be_visible()
    looked_at(visitor, "today")
    limit = page.get_by_role("textbox", name=re.compile("^联户长")).first
    limit.fill("-3")
    page.get_by_role("button", name="测算").click()
    expect(page.get_by_text("上限请填 1 到 500 之间的整数（户）。")).to_be_visible()
    expect(page.get_by_role("textbox", name=re.compile("^联户长")).first).to_have_value("-3")
    looked_at(visitor, "refused")
    page.get_by_role("textbox", name=re.compile("^联户长")).first.fill("9")
    page.get_by_role("button", name="测算").click()
    expect(page.locator(".scenarios .of-gap").first).to_contain_text("-3")
    page.get_by_role("button", name="留作对照").click()
    expect(page.get_by_role("columnheader", name=re.compile("对照 1"))).to_be_visible()
    page.get_by_label("再为放得下的户都指定联系人").uncheck()
    page.get_by_role("button", name="测算").click()
    expect(page.locator(".scenarios .of-gap td").nth(1)).to_contain_text("0")
    expect(page.locator(".scenarios .of-gap td").nth(2)).to_contain_text("3")
    looked_at(visitor, "compared")
    page.get_by_role("link", name="改用这个").click()
    page.get_by_role("link", name="按此交办").click()
    expect(page.get_by_label("要求（可不填）")).to_have_value(
        re.compile("应联未联 3 户，之后 0 户")
    )


def test_a_manager_sees_the_reason_and_its_action_on_the_card(visitor: Visitor, town: World):
    page = visitor.page
    visitor.sign_in("manager")
    page.goto(f"{visitor.base}/?sel=159901100201&open=gap")
    row = page.locator("lh-gap-panel li").filter(has_text="李无点")
    expect(row).to_contain_text("有余额未指定")
    row.get_by_role("button", name="李无点").click()
    card = page.locator("lh-place-card")
    expect(card).to_contain_text("有余额未指定：在岗人员还有余额，尚未指定")
    visitor.shot("whatif-card")
    card.get_by_role("link", name="拟定方案").click()
    expect(page).to_have_url(re.compile("/plans/new/"))
    page.goto(f"{visitor.base}/households/{town.households['li'].pk}/")
    expect(page.locator(".why-nobody")).to_contain_text("尚未指定")
    looked_at(visitor, "household")
