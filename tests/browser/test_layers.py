"""The layers of the map: switched by hand, kept in the address, explained, reached by keyboard."""

from __future__ import annotations

import math
import re
from datetime import timedelta

from playwright.sync_api import Route, expect

from lib.clock import today as world_today
from tests.browser.conftest import Visitor
from tests.people import PINS, World
from tests.shapes import point


def test_it_keeps_the_layers_in_the_address(visitor: Visitor, town: World):
    page = visitor.page
    visitor.sign_in("manager")
    visitor.settled()
    matters = visitor.layers().get_by_role("button", name="诉求")
    expect(matters).to_have_attribute("aria-pressed", "true")
    matters.click()
    visitor.layers().get_by_role("button", name="户", exact=True).click()
    visitor.check_access()
    visitor.fits()
    visitor.shot("layers")
    visitor.says("show=households")
    visitor.says("hide=issues")
    page.reload()
    page.wait_for_load_state("networkidle")
    homes = visitor.layers().get_by_role("button", name="户", exact=True)
    expect(homes).to_have_attribute("aria-pressed", "true")
    expect(page.locator("lh-levels").get_by_role("button", name="诉求")).to_have_attribute(
        "aria-pressed", "false"
    )


def test_it_says_what_a_measure_means_and_counts_density_two_ways(visitor: Visitor, town: World):
    page = visitor.page
    visitor.sign_in("manager")
    page.goto(f"{visitor.base}/?measure=most_need_km2")
    page.wait_for_load_state("networkidle")
    legend = page.locator("lh-legend")
    if visitor.width < 900:
        legend.get_by_role("button").first.click()
    legend.get_by_role("button", name="指标口径").click()
    expect(legend).to_contain_text("重点关爱户（有重点需求的应联户）÷ 区域边界内的面积")
    legend.get_by_role("button", name="每百户").click()
    expect(legend).to_contain_text("每 100 户应联户中的重点关爱户数")
    visitor.check_access()
    visitor.fits()
    visitor.shot("legend")
    visitor.says("measure=most_need_100")


def test_the_legend_stays_in_sight_beside_a_panel_and_says_how_its_area_is_drawn(
    visitor: Visitor, town: World
):
    page = visitor.page
    visitor.sign_in("leader")
    page.goto(f"{visitor.base}/?sel=159901100201")
    legend, panel = page.locator("lh-legend"), page.locator("lh-area-card")
    expect(panel.get_by_role("heading", name="甲一村")).to_be_visible()
    title = legend.get_by_role("button").first
    expect(title).to_have_attribute("aria-expanded", "false")
    title.click()
    expect(legend).to_contain_text("甲一村 边缘为本区域的级别，内部为各网格")
    visitor.check_access()
    visitor.fits()
    visitor.shot("legend-beside-panel")


def test_it_says_that_an_earlier_day_is_shown_and_leads_back(visitor: Visitor, town: World):
    page = visitor.page
    visitor.sign_in("manager")
    before = (world_today() - timedelta(days=30)).isoformat()
    page.goto(f"{visitor.base}/?on={before}")
    note = page.locator("lh-past-note")
    expect(note).to_contain_text(before)
    expect(visitor.layers().get_by_role("button", name="密度")).to_be_disabled()
    visitor.check_access()
    visitor.shot("earlier-day")
    note.get_by_role("button", name="回到今天").click()
    expect(note).to_be_hidden()
    visitor.says_not("on=")


def test_the_keyboard_reaches_what_stands_on_the_map(visitor: Visitor, town: World):
    page = visitor.page
    visitor.sign_in("manager")
    visitor.settled()
    page.locator("#map").focus()
    page.keyboard.press("Enter")
    options = page.locator("lh-map-items").get_by_role("option")
    expect(options.first).to_be_focused()
    visitor.check_access()
    visitor.fits()
    visitor.shot("in-view")
    name = options.nth(1).inner_text().split(" · ")[0]
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(options).to_have_count(0)
    expect(page.locator("lh-area-card h2")).to_have_text(name)
    expect(page.locator("lh-status")).to_contain_text(name)


def test_it_offers_no_layer_that_may_not_be_seen(visitor: Visitor, town: World):
    visitor.sign_in("leader")
    chooser = visitor.layers()
    expect(chooser.get_by_role("button", name="诉求")).to_be_visible()
    expect(chooser.get_by_role("button", name="户", exact=True)).to_have_count(0)
    expect(chooser.get_by_role("button", name="密度")).to_have_count(0)


def test_the_keyboard_opens_a_matter_at_a_public_place(visitor: Visitor, town: World):
    page = visitor.page
    visitor.sign_in("manager")
    page.locator("#map").focus()
    page.keyboard.press("Enter")
    matter = page.locator("lh-map-items").get_by_role("option").filter(has_text="诉求 ·").first
    matter.focus()
    page.keyboard.press("Enter")
    expect(page.locator("lh-place-card")).to_be_visible()
    visitor.check_access()
    visitor.fits()
    visitor.shot("matter")


def test_an_opened_matter_is_not_hidden_by_the_sheet_it_opens(visitor: Visitor, town: World):
    page, road = visitor.page, point(*PINS["road"])
    visitor.sign_in("manager")
    # In the lower part of the map, where a sheet comes up on a phone.
    page.goto(f"{visitor.base}/?at={road.y + 0.002:.5f},{road.x:.5f},15")
    visitor.settled()
    page.locator("#map").focus()
    page.keyboard.press("Enter")
    matter = page.locator("lh-map-items").get_by_role("option").filter(has_text="诉求 ·").first
    matter.focus()
    page.keyboard.press("Enter")
    expect(page.locator("lh-place-card")).to_contain_text("甲一村路口积水")
    visitor.settled()
    stage, sheet = page.locator(".stage").bounding_box(), page.locator("lh-sheet").bounding_box()
    found = re.search(r"at=([\d.]+),[\d.]+,([\d.]+)", page.url)
    assert stage and sheet and found
    pixels = 256 * 2 ** float(found[2]) / 360 / math.cos(math.radians(road.y))
    place = stage["y"] + stage["height"] / 2 + (float(found[1]) - road.y) * pixels
    lowest = sheet["y"] if visitor.width < 900 else stage["y"] + stage["height"]
    assert stage["y"] < place < lowest


def test_the_list_of_what_is_in_view_fills_while_it_is_open(visitor: Visitor, town: World):
    page = visitor.page
    held: list[Route] = []
    visitor.sign_in("manager")
    page.route("**/tiles/**", lambda route: held.append(route))
    page.reload()
    expect(page.locator("lh-headline .headline-number")).to_be_visible()
    page.locator("#map").focus()
    page.keyboard.press("Enter")
    expect(page.locator("lh-map-items")).to_contain_text("视野内没有内容")
    waiting, held[:] = list(held), []
    for route in waiting:
        route.continue_()
    page.unroute("**/tiles/**")
    options = page.locator("lh-map-items").get_by_role("option")
    expect(options.filter(has_text="甲一村").first).to_be_visible()
    expect(page.locator("lh-map-items :focus")).to_be_visible()


def test_it_draws_the_density_for_who_reads_needs(visitor: Visitor, town: World):
    page = visitor.page
    visitor.sign_in("manager")
    with page.expect_response(lambda r: "/tiles/density/" in r.url and r.status == 200):
        visitor.layers().get_by_role("button", name="密度").click()
    legend = page.locator("lh-legend")
    if visitor.width < 900:
        page.keyboard.press("Escape")
        legend.get_by_role("button").first.click()
    expect(legend).to_contain_text("重点关爱户（户/平方公里）")
    visitor.check_access()
    visitor.fits()
    visitor.shot("density")
