"""Help given from the household to the ledger and the map; a decision of a meeting at its matter."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.gis.geos import Point
from playwright.sync_api import expect

from casework.activities import activity_record
from casework.deeds import deed_record
from casework.models import ActivityKind, Deed, Issue
from tests.browser.conftest import Visitor
from tests.people import World
from tests.shapes import CODES


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


def test_the_map_hatches_what_help_beside_need_marks(
    visitor: Visitor, town: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("casework.report.COMPARED_FROM", 1)
    monkeypatch.setattr("casework.report.FAR_BELOW", 0.8)
    for area, n in ((town.areas["V1"], 8), (town.areas["V2"], 1)):
        for _n in range(n):
            deed_record(what="慰问", area=area, on=town.on, current=town.on, by=None)
    page = visitor.page
    visitor.sign_in("manager")
    visitor.go("/balance/")
    expect(page.locator("tr.behind")).to_have_count(1)
    page.get_by_role("link", name="地图位置").click()
    page.wait_for_load_state("networkidle")
    visitor.go(f"/?area={CODES['T1']}&level=village&measure=help_per_100")
    legend = page.locator("lh-legend")
    if visitor.width < 900:
        legend.get_by_role("button").first.click()
    line = legend.locator("li").filter(has=page.locator(".behind"))
    expect(line).to_contain_text("失衡点")
    expect(line).to_contain_text("1 个")
    visitor.look("map-imbalance")
    visitor.go(f"/print/?area={CODES['T1']}&level=village&measure=help_per_100")
    expect(page.locator(".paper-legend")).not_to_contain_text("失衡点")  # withheld on paper


def test_places_of_activities_are_a_layer(visitor: Visitor, town: World) -> None:
    for days in (3, 30):
        activity_record(
            kind=ActivityKind.objects.get(pk="talk"), title="防火宣讲", area=town.areas["V1"],
            on=town.on - timedelta(days=days), current=town.on, place="村民活动室",
            point=Point(120.007, 45.006, srid=4326),
        )  # fmt: skip
    page = visitor.page
    visitor.sign_in("leader")
    visitor.settled()
    visitor.layers().get_by_role("button", name="活动", exact=True).click()
    visitor.says("show=activities")
    page.reload()
    visitor.settled()
    page.locator("#map").focus()
    page.keyboard.press("Enter")
    option = page.get_by_role("option", name=re.compile("村民活动室"))
    expect(option).to_contain_text("2")
    option.click()
    card = page.locator("lh-place-card")
    expect(card.get_by_role("heading", name="村民活动室")).to_be_visible()
    expect(card.get_by_role("link", name=re.compile("防火宣讲"))).to_have_count(2)
    visitor.look("map-activities")
    visitor.go("/print/?show=activities")
    expect(page.locator(".paper-legend")).to_contain_text("活动地点")
    visitor.go("/?show=activities")
    visitor.settled()
    page.locator("#map").focus()
    page.keyboard.press("Enter")
    page.get_by_role("option", name=re.compile("村民活动室")).click()
    card.get_by_role("link", name="该区域全部").click()
    expect(page).to_have_url(re.compile("/tables/activities/.area="))
