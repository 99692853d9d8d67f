"""Help given from the household to the ledger and the map; a decision of a meeting at its matter."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import expect

from casework.models import Deed, Issue
from tests.browser.conftest import Visitor
from tests.people import World


def test_help_for_a_household_is_in_the_ledger_and_on_the_map(
    visitor: Visitor, town: World
) -> None:
    page, zhao = visitor.page, town.households["zhao"]
    visitor.sign_in("worker")
    visitor.go(f"/households/{zhao.pk}/?tab=help")
    visitor.look("household-help-empty")
    page.get_by_role("link", name="登记帮扶").click()
    page.get_by_label("帮扶内容", exact=True).fill("送过冬煤")
    page.get_by_label("金额（元）").fill("1,600")
    page.locator("main form button.primary").click()
    page.wait_for_load_state("networkidle")
    expect(page.get_by_text("请选择资金来源").first).to_be_visible()
    expect(page.get_by_label("帮扶内容", exact=True)).to_have_value("送过冬煤")
    visitor.look("deed-refused")
    page.get_by_label("资金来源").select_option(label="捐赠")
    page.locator("main form button.primary").click()
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("link", name="送过冬煤")).to_be_visible()
    visitor.look("household-help")
    assert Deed.objects.get().household_id == zhao.pk

    visitor.go("/tables/deeds/")
    expect(page.locator(".grid tbody tr", has_text="送过冬煤")).to_contain_text("赵独居")
    expect(page.locator(".sums-line")).to_contain_text("合计 1,600 元")
    visitor.look("table-deeds")

    page.context.clear_cookies()
    visitor.sign_in("manager")
    visitor.go("/?measure=deeds")
    first = page.locator("lh-area-list .area, .areas .area").filter(has_text="甲一村").first
    expect(first.locator(".area-value")).to_contain_text("1")
    visitor.look("map-deeds")
    visitor.go("/balance/")
    visitor.look("balance")


def test_what_a_joint_meeting_decides_stands_at_the_matter(visitor: Visitor, town: World) -> None:
    page, roof = visitor.page, town.issues["roof"]
    Issue.objects.filter(pk=roof.pk).update(limit_on=town.on - timedelta(days=10))
    visitor.sign_in("manager")
    visitor.go("/meetings/")
    visitor.look("meetings-empty")
    page.get_by_role("link", name="召集联席会议").click()
    page.get_by_label("区域", exact=True).fill("东方镇")
    page.locator("main form button.primary").click()
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("link", name="屋顶漏雨")).to_be_visible()
    visitor.look("meeting-called")
    page.get_by_label("议定事项").first.fill("三日内上门修缮")
    page.get_by_role("button", name="结束会议并写回").click()
    page.wait_for_load_state("networkidle")
    expect(page.get_by_text("三日内上门修缮")).to_be_visible()
    visitor.look("meeting-held")
    page.get_by_role("link", name="屋顶漏雨").click()
    page.wait_for_load_state("networkidle")
    expect(page.get_by_text("联席会议议定：三日内上门修缮")).to_be_visible()
    visitor.look("issue-decided")
