"""A village is redrawn: the report is read first, and last month's map is as it was afterwards."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import expect

from grids.models import Area
from tests.browser.conftest import Visitor
from tests.people import World
from tests.planning.redraws import north_and_south

MONTH = timedelta(days=30)


def test_a_village_is_redrawn_after_its_report_was_read(visitor: Visitor, town: World):
    page = visitor.page
    north_and_south(town)
    town.add_person("grid_contact", "戈网联")
    town.add_post("grid_contact", "unit_head", "G11")
    town.link("feng", "grid_contact")  # the only contact, and its post will reach no longer
    last_month = f"/?area=159901100201&level=grid&on={town.on - MONTH}"
    visitor.sign_in("manager")
    visitor.go(last_month)
    names = page.locator("main")
    expect(names.get_by_text("甲一村第二网格").first).to_be_attached()
    before = names.inner_text()

    visitor.go("/redraws/")
    visitor.fits()
    visitor.check_access()
    visitor.shot("redraw-list")
    page.get_by_role("link", name="甲一村重划").click()
    page.wait_for_load_state("networkidle")
    text = names.inner_text()
    for words in ("甲一村北网格", "由 甲一村第一网格 替代", "冯代管", "拟由"):
        assert words in text, words
    for side in ("今天", "两者", "新"):
        page.locator(".redraw-side label", has_text=side).first.click()
    visitor.fits()
    visitor.check_access()
    visitor.shot("redraw-report")
    assert Area.objects.filter(name="甲一村北网格").count() == 0

    page.fill("input[name=on]", str(town.on))
    page.get_by_role("button", name="确定日期").click()
    page.wait_for_load_state("networkidle")
    assert "2 户改变归属" in names.inner_text()
    visitor.shot("redraw-sure")
    page.get_by_role("button", name="立即生效").click()
    page.wait_for_load_state("networkidle")
    assert f"自 {town.on} 起生效" in names.inner_text()
    visitor.fits()
    visitor.shot("redraw-done")

    visitor.go("/?area=159901100201&level=grid")
    expect(names.get_by_text("甲一村北网格").first).to_be_attached()
    visitor.shot("redraw-map-today")
    visitor.go(last_month)
    expect(names.get_by_text("甲一村第二网格").first).to_be_attached()
    assert names.inner_text() == before
    visitor.shot("redraw-map-last-month")
