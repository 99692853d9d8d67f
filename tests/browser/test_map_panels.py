"""The panels of the map as a person uses them: find a household, move its pin, see the nearest."""

from __future__ import annotations

import re
from urllib.parse import quote

from django.contrib.gis.geos import Point
from django.test import Client
from playwright.sync_api import expect

from households.models import Household
from tests.browser.conftest import Visitor
from tests.people import BACKEND, World
from tests.shapes import CODES, point

HERE = point(0.4, 0.5)


def find(visitor: Visitor, text: str, name: str) -> None:
    """Type a text into the search and open the household it finds."""
    page = visitor.page
    box = page.get_by_role("combobox", name="找户、找人、找地址")
    with page.expect_response(lambda answer: "/api/v1/search" in answer.url):
        box.fill(text)
    option = page.get_by_role("option").filter(has_text=name)
    expect(option).to_be_visible()
    box.press("ArrowDown")
    option.click()


def move_as_another(town: World, place: Point) -> None:
    """A colleague of the same office moves the pin of the first household."""
    town.add_person("second", "副网办")
    town.add_post("second", "grid_office", "T1")
    client = Client()
    client.force_login(town.user("second"), backend=BACKEND)
    zhao = Household.objects.get(pk=town.households["zhao"].pk)
    answer = client.post(
        f"/api/v1/households/{zhao.pk}/location",
        {"lon": place.x, "lat": place.y, "accuracy_m": 5, "version": zhao.version},
        content_type="application/json",
    )
    assert answer.status_code == 200, answer.content


def stand_at(visitor: Visitor, *, allowed: bool = True) -> None:
    """The browser knows where it is, or may not tell."""
    context = visitor.page.context
    if allowed:
        context.grant_permissions(["geolocation"], origin=visitor.base)
        context.set_geolocation({"longitude": HERE.x, "latitude": HERE.y, "accuracy": 20})


def test_a_household_is_found_by_name_initials_phone_and_contact(visitor: Visitor, town: World):
    page = visitor.page
    visitor.sign_in("manager")
    card = page.locator("lh-place-card")
    for text in ("独居", "zdj", "0001", "连户长"):
        find(visitor, text, "赵独居")
        expect(card.get_by_role("heading", name="赵独居")).to_be_visible()
        page.keyboard.press("Escape")
        expect(card).to_be_hidden()
    find(visitor, "独居", "赵独居")
    expect(card).to_contain_text("连户长")
    assert quote("独居") not in page.url
    way = card.get_by_role("link", name="用高德导航").get_attribute("href") or ""
    assert way.startswith("https://uri.amap.com/navigation?to=")
    assert quote("目的地") in way
    visitor.fits()
    visitor.check_access()
    visitor.shot("place-card")


def test_naming_a_contact_from_a_card_leads_back_to_it(visitor: Visitor, town: World):
    page, li = visitor.page, town.households["li"]
    visitor.sign_in("manager")
    page.goto(f"{visitor.base}/?home={li.pk}")
    card = page.locator("lh-place-card")
    card.get_by_role("button", name="指定联系人").click()
    page.get_by_role("button", name="返回").click()
    expect(card.get_by_role("heading", name="李无点")).to_be_visible()
    card.get_by_role("button", name="指定联系人").click()
    page.get_by_role("radio", name=re.compile("舒支书")).check()
    page.get_by_role("button", name=re.compile("舒支书.*1 户")).click()
    result = card.get_by_role("group", name="办理结果")
    expect(result).to_contain_text("舒支书")
    expect(card.get_by_role("list", name="联系人")).to_contain_text("舒支书")
    visitor.says(f"home={li.pk}")
    visitor.fits()
    visitor.check_access()
    visitor.shot("named-from-card")
    result.get_by_role("button", name="撤销").click()
    expect(card).to_contain_text("无联系人")


def test_a_pin_is_moved_by_keys_and_taken_back(visitor: Visitor, town: World):
    page, zhao = visitor.page, town.households["zhao"]
    before = Household.objects.get(pk=zhao.pk).location
    visitor.sign_in("manager")
    page.goto(f"{visitor.base}/?home={zhao.pk}")
    page.get_by_role("button", name="移动位置").click()
    pin = page.get_by_role("button", name="位置标记")
    expect(pin).to_be_focused()
    expect(page.get_by_role("button", name="保存位置")).to_be_disabled()
    for _n in range(3):
        page.keyboard.press("Shift+ArrowRight")
    visitor.check_access()
    visitor.shot("pin-moving")
    page.get_by_role("button", name="保存位置").click()
    expect(page.get_by_role("group", name="办理结果")).to_contain_text("正东")
    moved = Household.objects.get(pk=zhao.pk)
    assert moved.location and before and moved.location.x > before.x
    assert moved.location_source == "pin"
    visitor.check_access()
    visitor.shot("pin-moved")
    page.get_by_role("button", name="撤销").click()
    expect(page.get_by_role("group", name="办理结果")).to_contain_text("已撤销")
    assert Household.objects.get(pk=zhao.pk).location == before


def test_who_moves_a_pin_second_is_told(visitor: Visitor, town: World):
    page, zhao = visitor.page, town.households["zhao"]
    visitor.sign_in("manager")
    page.goto(f"{visitor.base}/?home={zhao.pk}")
    page.get_by_role("button", name="移动位置").click()
    expect(page.get_by_role("button", name="位置标记")).to_be_focused()
    page.keyboard.press("Shift+ArrowDown")
    theirs = point(0.7, 0.7)
    move_as_another(town, theirs)
    page.get_by_role("button", name="保存位置").click()
    told = page.get_by_role("alert").filter(has_text="副网办")
    expect(told).to_be_visible()
    visitor.check_access()
    visitor.shot("pin-conflict")
    page.get_by_role("button", name="用对方的位置").click()
    expect(told).to_be_hidden()
    assert Household.objects.get(pk=zhao.pk).location == theirs


def test_an_unlocated_household_is_put_on_the_map(visitor: Visitor, town: World):
    page, li = visitor.page, town.households["li"]
    visitor.sign_in("manager")
    find(visitor, "无点", "李无点")
    expect(page.locator("lh-place-card")).to_contain_text("未定位")
    page.get_by_role("button", name="在地图上定位").click()
    box = page.locator("#map").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] * 0.35, box["y"] + 200)
    page.get_by_role("button", name="保存位置").click()
    expect(page.get_by_role("group", name="办理结果")).to_contain_text("已定位")
    assert Household.objects.get(pk=li.pk).location is not None


def test_the_nearest_to_where_one_stands(visitor: Visitor, town: World):
    page = visitor.page
    stand_at(visitor)
    visitor.sign_in("worker")
    page.get_by_role("button", name="附近").click()
    rows = page.locator("lh-near-panel li")
    expect(rows.first).to_contain_text("赵独居")
    expect(rows.first).to_contain_text("正东 79 米")
    expect(rows.first.get_by_role("link", name="用百度导航")).to_be_visible()
    rows.first.get_by_role("button", name="赵独居 的电话").click()
    call = rows.first.get_by_role("link", name="拨打 赵独居")
    expect(call).to_have_attribute("href", "tel:15900000001")
    expect(call).to_be_focused()
    assert str(HERE.x) not in page.url
    visitor.fits()
    visitor.check_access()
    visitor.shot("nearest")
    rows.first.get_by_role("button").first.click()
    expect(page.locator("lh-place-card").get_by_role("heading", name="赵独居")).to_be_visible()
    page.keyboard.press("Escape")
    expect(rows.first).to_be_visible()


def test_who_may_not_be_located_is_told_what_to_do(visitor: Visitor, town: World):
    page = visitor.page
    visitor.sign_in("worker")
    page.get_by_role("button", name="附近").click()
    expect(page.locator("lh-near-panel")).to_contain_text("点选地图上的一点")
    expect(page.locator("lh-near-panel [role=alert]")).to_be_visible()
    visitor.check_access()


def test_a_contact_sees_the_nearest_of_the_own_households(visitor: Visitor, town: World):
    page = visitor.page
    stand_at(visitor)
    visitor.sign_in("head")
    page.get_by_role("button", name="离我最近").click()
    rows = page.locator("#mine-list > li")
    expect(rows.first).to_contain_text("赵独居")
    expect(rows.first).to_contain_text("正东 79 米")
    expect(rows.nth(1)).to_contain_text("钱同意")
    href = rows.first.get_by_role("link", name="用腾讯导航").get_attribute("href") or ""
    assert "coord_type=1" in href
    visitor.fits()
    visitor.check_access()
    visitor.shot("mine-nearest")


def test_the_panel_of_an_area_says_who_is_in_post_and_what_numbers_mean(
    visitor: Visitor, town: World
):
    page = visitor.page
    visitor.sign_in("leader")
    page.goto(f"{visitor.base}/?sel={town.areas['V1'].pk}")
    card = page.locator("lh-area-card")
    expect(card.get_by_role("heading", name="甲一村")).to_be_visible()
    expect(card).to_contain_text("网格员")
    card.get_by_role("button", name="在岗人员", exact=True).click()
    expect(card).to_contain_text("舒支书")
    card.get_by_role("button", name="“未定位”的口径").click()
    expect(card).to_contain_text("不妨碍指定联系人")
    card.get_by_role("button", name="近 12 周走势").click()
    expect(card.get_by_role("region", name="近 12 周走势")).to_be_visible()
    handed = card.get_by_role("link", name="交办").first.get_attribute("href") or ""
    assert handed.startswith(f"/tasks/new/?area={CODES['V1']}&reason=")
    visitor.fits()
    visitor.check_access()
    visitor.shot("area-card")
