"""A leader hands the worst village on; a manager answers; and a list is opened in the snow."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from casework.models import EmergencyList, Task
from tests.browser.conftest import Visitor
from tests.people import World

REASON = "暴雪封路，入户转移"
IN_GAP = ("孙界上", "李无点", "冯代管")


def again(visitor: Visitor, login: str) -> None:
    """Somebody else sits down at the screen."""
    visitor.page.context.clear_cookies()
    visitor.sign_in(login)


def looked_at(visitor: Visitor, name: str) -> None:
    """A page that fits, that everybody can read, and a picture of it."""
    visitor.page.wait_for_load_state("networkidle")
    visitor.fits()
    visitor.check_access()
    visitor.shot(f"duty-{name}")


def test_a_leader_hands_the_worst_village_on_and_closes_the_answer(visitor: Visitor, town: World):
    page = visitor.page
    visitor.sign_in("leader")
    worst = page.locator("lh-area-list li").first
    expect(worst).to_contain_text("甲一村")
    page.goto(f"{visitor.base}/tasks/")
    expect(page.get_by_text("还没有交办事项")).to_be_visible()
    looked_at(visitor, "tasks-empty")
    page.goto(visitor.base)
    page.wait_for_load_state("networkidle")
    worst.get_by_role("button").first.click()
    visitor.shot("duty-worst")
    page.locator("lh-area-card").get_by_role("link", name=re.compile("交办")).first.click()
    expect(page.get_by_role("heading", name="交办：甲一村")).to_be_visible()
    looked_at(visitor, "task-new")
    page.get_by_role("radio", name=re.compile("应联未联")).check()
    page.get_by_role("radio", name=re.compile("关网办")).check()
    page.get_by_label("要求（可不填）").fill("月底前安排好联系人")
    page.get_by_role("button", name="交办").click()
    expect(page.get_by_role("heading", name=re.compile("甲一村 · 应联未联"))).to_be_visible()
    for head in IN_GAP:
        expect(page.get_by_text(head)).to_be_visible()
    looked_at(visitor, "task-handed")

    again(visitor, "manager")
    told = page.locator("lh-notices")
    expect(told).to_contain_text("林乡领 交办：甲一村 应联未联")
    looked_at(visitor, "told-of-task")
    told.get_by_role("link").first.click()
    page.get_by_role("link", name="在地图上查看").click()
    expect(page.locator("lh-area-card").get_by_role("heading", name="甲一村")).to_be_visible()
    visitor.shot("duty-task-on-map")
    page.go_back()
    page.get_by_role("button", name="签收").click()
    town.link("sun", "secretary", on=town.on)
    page.get_by_placeholder("做了什么，还差什么").fill("已为一户指定联系人，其余本周内安排")
    page.get_by_role("button", name="答复办结").click()
    expect(page.locator(".events")).to_contain_text("已为一户指定联系人")
    expect(page.locator(".figures")).to_contain_text("1 / 3")
    looked_at(visitor, "task-answered")

    again(visitor, "leader")
    expect(page.locator("lh-notices")).to_contain_text("关网办 已答复")
    page.locator("lh-notices").get_by_role("link").first.click()
    expect(page.locator(".row").filter(has_text="孙界上")).to_contain_text("舒支书")
    looked_at(visitor, "task-to-close")
    page.get_by_role("button", name="同意销号").click()
    expect(page.get_by_text("事项已结束，不再显示住户")).to_be_visible()
    for head in IN_GAP:
        expect(page.get_by_text(head)).to_have_count(0)
    looked_at(visitor, "task-closed")
    assert Task.objects.get().state == "closed"
    page.goto(f"{visitor.base}/tasks/")
    looked_at(visitor, "tasks-over")


def test_a_manager_opens_a_list_prints_it_and_it_closes_by_itself(
    visitor: Visitor, town: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    page = visitor.page
    visitor.sign_in("manager")
    page.goto(f"{visitor.base}/emergency/")
    looked_at(visitor, "emergency-empty")
    page.goto(f"{visitor.base}/?sel=159901100201")
    page.get_by_role("link", name="打开救灾名单").click()
    expect(page.get_by_role("heading", name="打开甲一村的救灾名单")).to_be_visible()
    looked_at(visitor, "emergency-new")
    page.get_by_role("radio", name="雪灾").check()
    page.get_by_label("打开原因").fill(REASON)
    page.get_by_role("button", name="打开 5 户").click()
    first = page.locator(".person-row").first
    expect(first).to_contain_text("需协助转移 1 人")
    expect(page.locator(".help-sign").first).to_be_attached()
    expect(
        page.locator(".person-row").filter(has_text="赵独居").locator("a.call")
    ).to_have_attribute("href", "tel:15900000001")
    looked_at(visitor, "emergency-list")
    address = page.url
    page.locator(".leaflet-marker-icon").first.press("Enter")
    expect(page.locator(".place-popup")).to_contain_text("需协助转移 1 人")
    page.get_by_role("searchbox").fill("李无点")
    page.get_by_role("button", name="查找").click()
    expect(page.locator(".person-row")).to_have_count(1)
    assert "李" not in page.url
    looked_at(visitor, "emergency-search")
    page.goto(f"{address}print/")
    looked_at(visitor, "emergency-print")
    pdf = page.pdf(path=tmp_path / "list.pdf", prefer_css_page_size=True)
    assert pdf.startswith(b"%PDF")
    page.goto(f"{visitor.base}/?level=grid&sel=159901100201001")
    panel = page.locator("lh-area-card")
    expect(panel.get_by_role("link", name="打开救灾名单")).to_have_count(0)
    expect(panel.get_by_role("link", name="查看名单")).to_have_attribute(
        "href", address.removeprefix(visitor.base)
    )
    looked_at(visitor, "emergency-in-panel")

    again(visitor, "leader")
    told = page.locator("lh-notices")
    for word in ("关网办", "甲一村", REASON):
        expect(told).to_contain_text(word)
    expect(told).not_to_contain_text("赵独居")
    looked_at(visitor, "told-of-list")
    told.get_by_role("link").first.click()
    expect(page.get_by_text(REASON).first).to_be_visible()
    expect(page.get_by_role("link", name="查看名单")).to_have_count(0)
    looked_at(visitor, "emergency-told")

    close_clock(monkeypatch, EmergencyList.objects.get().closes_at)
    again(visitor, "worker")
    page.goto(address)
    expect(page.get_by_role("heading", name="这份名单已关闭")).to_be_visible()
    expect(page.get_by_text("赵独居")).to_have_count(0)
    visitor.complaints[:] = [c for c in visitor.complaints if "status of 410" not in c]
    looked_at(visitor, "emergency-over")


def close_clock(patch: pytest.MonkeyPatch, closes_at: datetime) -> None:
    """A day has passed for the pages of the list."""
    for module in ("desk.emergency", "desk.context", "mapview.views"):
        patch.setattr(f"{module}.now", lambda: closes_at + timedelta(seconds=1))
