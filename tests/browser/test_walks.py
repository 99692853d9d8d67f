"""Three whole walks: a leader, a manager and a field worker, each in one sitting on both widths."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import Locator, expect

from casework.models import Task
from grids.models import Post
from households.models import Household
from lib.datum import from_wgs84, parse_crs
from tests.browser.conftest import Visitor
from tests.people import World
from tests.shapes import CODES, point

HERE = point(0.4, 0.5)
DESTINATION = "目的地"


def stop(visitor: Visitor, name: str) -> None:
    """A stop of a walk: the page fits, axe finds nothing grave, and a picture is kept."""
    visitor.page.wait_for_load_state("networkidle")
    visitor.fits()
    visitor.check_access()
    visitor.shot(f"walk-{name}")


def headline(visitor: Visitor) -> Locator:
    """The number of households without a contact."""
    return visitor.page.locator("lh-headline .headline-number")


def find(visitor: Visitor, text: str, found: str) -> None:
    """Type a text into the search and choose what it finds."""
    page = visitor.page
    box = page.get_by_role("combobox", name="找户、找人、找地址")
    with page.expect_response(lambda answer: "/api/v1/search" in answer.url):
        box.fill(text)
    page.get_by_role("option").filter(has_text=found).first.click()


def asked(row: Locator, link: str) -> dict[str, str]:
    """What a navigation link hands to the app it opens."""
    address = row.get_by_role("link", name=link).get_attribute("href") or ""
    return {key: values[0] for key, values in parse_qs(urlsplit(address).query).items()}


def test_a_leader_finds_the_worst_village_hands_it_on_and_prints_it(
    visitor: Visitor, town: World
) -> None:
    page = visitor.page
    due_on = town.on + timedelta(days=7)
    visitor.sign_in("leader")
    visitor.settled()
    expect(headline(visitor)).to_have_text("5")
    worst = page.locator("lh-area-list li").first
    expect(worst).to_contain_text("甲一村")
    stop(visitor, "leader-list")

    worst.get_by_role("button").first.click()
    card = page.locator("lh-area-card")
    expect(card.get_by_role("heading", name="甲一村")).to_be_visible()
    reasons = card.locator(".reasons > li")
    expect(reasons.first).to_be_visible()
    counts = [
        int(re.sub(r"\D", "", text)) for text in reasons.locator(".reason-count").all_inner_texts()
    ]
    assert sum(counts) == 3
    visitor.says(f"sel={CODES['V1']}")
    stop(visitor, "leader-why")

    card.get_by_role("link", name="交办 3 户").click()
    expect(page.get_by_role("heading", name="交办：甲一村")).to_be_visible()
    page.get_by_role("radio", name=re.compile("应联未联")).check()
    page.get_by_label("答复期限").fill(due_on.isoformat())
    page.get_by_role("radio", name=re.compile("关网办")).check()
    stop(visitor, "leader-hand-over")
    page.get_by_role("button", name="交办").click()
    expect(page.get_by_role("heading", name=re.compile("甲一村 · 应联未联"))).to_be_visible()
    expect(page.locator("main")).to_contain_text(due_on.isoformat())
    stop(visitor, "leader-handed")
    task = Task.objects.get()
    assert task.due_on == due_on and task.to_post == town.posts["manager"]

    page.get_by_role("link", name="联户", exact=True).click()
    worst.get_by_role("button").first.click()
    expect(card.get_by_role("heading", name="甲一村")).to_be_visible()
    card.get_by_role("link", name="打印本图").click()
    expect(page.locator(".sheets")).to_have_attribute("aria-busy", "false")
    sheet = page.locator(".sheet").first
    expect(sheet.locator(".paper-names")).to_contain_text("甲一村")
    expect(sheet.locator(".paper-legend")).to_contain_text("甲一村")
    for said in ("图例", f"数据日期 {town.on.isoformat()}"):
        expect(sheet).to_contain_text(said)
    stop(visitor, "leader-print")


def test_a_manager_finds_names_moves_ends_a_post_and_goes_back_a_month(
    visitor: Visitor, town: World
) -> None:
    page, zhao, li = visitor.page, town.households["zhao"], town.households["li"]
    card, done = page.locator("lh-place-card"), page.get_by_role("group", name="办理结果")
    town.link("sun", "secretary", on=town.on - timedelta(days=10))
    visitor.sign_in("manager")
    visitor.settled()
    expect(headline(visitor)).to_have_text("4")
    for text in ("独居", "zdj", "0001"):
        find(visitor, text, "赵独居")
        expect(card.get_by_role("heading", name="赵独居")).to_be_visible()
        assert quote("独居") not in page.url
        if text != "0001":
            page.keyboard.press("Escape")
            expect(card).to_be_hidden()
    stop(visitor, "manager-found")

    before = Household.objects.get(pk=zhao.pk).location
    card.get_by_role("button", name="移动位置").click()
    expect(page.get_by_role("button", name="位置标记")).to_be_focused()
    page.keyboard.press("Shift+ArrowRight")
    page.get_by_role("button", name="保存位置").click()
    expect(done).to_contain_text("正东")
    expect(done.get_by_role("button", name="撤销")).to_be_visible()
    stop(visitor, "manager-moved")
    assert Household.objects.get(pk=zhao.pk).location != before

    find(visitor, "无点", "李无点")
    expect(card.get_by_role("heading", name="李无点")).to_be_visible()
    card.get_by_role("button", name="指定联系人").click()
    page.get_by_role("radio", name=re.compile("舒支书")).check()
    stop(visitor, "manager-choosing")
    page.get_by_role("button", name=re.compile("舒支书.*1 户")).click()
    expect(card.get_by_role("heading", name="李无点")).to_be_visible()
    expect(card.get_by_role("list", name="联系人")).to_contain_text("舒支书")
    expect(done.get_by_role("button", name="撤销")).to_be_visible()
    expect(headline(visitor)).to_have_text("3")
    visitor.says(f"home={li.pk}")
    stop(visitor, "manager-named")

    box = page.get_by_role("combobox", name="找户、找人、找地址")
    box.fill("连户长")
    page.get_by_role("group", name="联系人").get_by_role("option").click()
    unit = page.locator("lh-area-card")
    expect(unit.get_by_role("heading", name="甲一村第一网格南单元")).to_be_visible()
    unit.get_by_role("button", name="在岗人员", exact=True).click()
    stop(visitor, "manager-posts")
    unit.get_by_role("link", name=re.compile("更改或结束.*连户长")).click()
    expect(page.locator("#consequences")).to_contain_text("原联系人离岗")
    page.get_by_role("button", name="结束岗位").click()
    expect(page.locator(".act")).to_contain_text("2 户的结对随之结束")
    expect(page.locator(".act").get_by_role("button", name="撤销")).to_be_visible()
    stop(visitor, "manager-ended")
    assert Post.objects.get(pk=town.posts["head"].pk).during.upper == town.on

    page.get_by_role("link", name="在地图上看留下的空缺").click()
    gap = page.locator("lh-gap-panel")
    left = gap.locator("ul.households > li").filter(has_text="钱同意")
    expect(left).to_contain_text("原联系人离岗")
    stop(visitor, "manager-gap")
    page.goto(visitor.base)
    visitor.settled()
    expect(headline(visitor)).to_have_text("4")
    expect(page.locator("lh-reason-key")).to_contain_text("原联系人离岗")

    month_ago = (town.on - timedelta(days=30)).isoformat()
    page.get_by_label("截至", exact=True).fill(month_ago)
    expect(page.locator("lh-past-note")).to_contain_text(month_ago)
    expect(headline(visitor)).to_have_text("5")
    visitor.settled()
    stop(visitor, "manager-month-ago")


def test_a_contact_sees_the_nearest_own_households_and_the_way_there(
    visitor: Visitor, town: World
) -> None:
    page = visitor.page
    context = page.context
    context.grant_permissions(["geolocation"], origin=visitor.base)
    context.set_geolocation({"longitude": HERE.x, "latitude": HERE.y, "accuracy": 20})
    visitor.sign_in("head")
    rows = page.locator("#mine-list > li")
    expect(rows).to_have_count(2)
    stop(visitor, "field-mine")
    page.get_by_role("button", name="离我最近").click()
    expect(rows.nth(0)).to_contain_text("赵独居")
    expect(rows.nth(0).locator(".mine-away")).to_have_text("正东 79 米")
    expect(rows.nth(1)).to_contain_text("钱同意")
    expect(rows.nth(1).locator(".mine-away")).to_have_text(re.compile(r"^东南 \d+ 米$"))
    stop(visitor, "field-nearest")

    spot = point(0.5, 0.5)
    lon, lat = (float(one[0]) for one in from_wgs84(parse_crs("gcj02"), [spot.x], [spot.y]))
    amap = asked(rows.nth(0), "用高德导航")
    east, north, name = amap["to"].split(",")
    assert (float(east), float(north)) == pytest.approx((lon, lat), abs=2e-6)
    assert name == DESTINATION
    tencent = asked(rows.nth(0), "用腾讯导航")
    assert tencent["tocoord"] == f"{spot.y:.6f},{spot.x:.6f}" and tencent["coord_type"] == "1"
    assert tencent["to"] == DESTINATION
    baidu = asked(rows.nth(0), "用百度导航")
    assert baidu["location"] == f"{spot.y:.6f},{spot.x:.6f}" and baidu["coord_type"] == "wgs84"
    assert baidu["title"] == baidu["content"] == DESTINATION
    for way in (amap, tencent, baidu):
        text = " ".join(way.values())
        assert re.findall(r"[\u4e00-\u9fff]+", text) in ([DESTINATION], [DESTINATION] * 2), text
        assert str(town.households["zhao"].pk) not in text
