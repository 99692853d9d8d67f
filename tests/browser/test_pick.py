"""A pin is picked on the small map of a form: by a tap and by keys, by staff and by a resident."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect

from casework.cards import cards_print
from casework.models import Issue, Submission
from households.models import Link
from tests.browser.conftest import SHOTS, Visitor, wait_for_silence, watch
from tests.people import World
from tests.shapes import CODES

NARROW = 360
KIB = 1024


def by_keys(page: Page) -> None:
    """Enter on the map sets the pin, arrow keys move it."""
    small = page.locator("#pick-map")
    expect(small).to_be_focused()
    page.keyboard.press("Enter")
    pin = page.locator("#pick-map .pin-held")
    expect(pin).to_be_focused()
    page.keyboard.press("Shift+ArrowRight")


def test_staff_pick_a_pin_by_keys_and_by_a_tap(visitor: Visitor, town: World) -> None:
    page = visitor.page
    visitor.sign_in("worker")
    visitor.go("/issues/new/")
    assert not page.evaluate("!!globalThis.L")
    page.locator("summary").last.click()
    page.get_by_role("button", name="在地图上选点").click()
    by_keys(page)
    field = page.locator("#id_point")
    expect(field).to_have_value(re.compile(r"^\d+\.\d{6},\d+\.\d{6}$"))
    first = field.input_value()
    expect(page.locator("#pick [role=status]")).to_contain_text("WGS84")
    small = page.locator("#pick-map")
    page.wait_for_load_state("networkidle")
    visitor.look("pick-staff")
    small.click(position={"x": 60, "y": 90})
    expect(field).not_to_have_value(first)
    field.fill("120.005,45.005")
    field.blur()
    expect(page.locator("#pick [role=status]")).to_contain_text("120.005000, 45.005000")
    page.fill("#id_title", "路口井盖松动")
    page.get_by_label("求助").check()
    page.select_option("#id_subject", "utilities")
    page.fill("#id_area", CODES["G11"])
    page.get_by_label("电话", exact=True).check()
    visitor.press("登记")
    expect(page.get_by_role("heading", name="路口井盖松动")).to_be_visible()
    point = Issue.objects.get(title="路口井盖松动").point
    assert point is not None and point.coords == (120.005, 45.005)


def test_a_resident_loads_the_map_only_after_a_press(
    chromium: Browser, live_server, town: World
) -> None:
    links = Link.objects.filter(pk=town.links["zhao", "head"].pk)
    (card,) = cards_print(links=links, on=town.on, by=town.user("manager"))
    context = chromium.new_context(viewport={"width": NARROW, "height": 740}, locale="zh-CN")
    complaints: list[str] = []
    page = context.new_page()
    watch(page, complaints)
    bodies: list[int] = []
    page.on("response", lambda answer: bodies.append(len(answer.body())))
    page.goto(f"{live_server.url}/c/{card.code.code}/matter/")
    page.wait_for_load_state("networkidle")
    first = sum(bodies)
    assert first < 60 * KIB
    page.get_by_role("button", name="在地图上选点").click()
    by_keys(page)
    assert sum(bodies) > first + 100 * KIB
    expect(page.locator("#pick [role=status]")).to_contain_text("WGS84")
    assert page.evaluate("document.documentElement.scrollWidth") == NARROW
    page.locator("#pick-map").scroll_into_view_if_needed()
    page.screenshot(path=SHOTS / "pick-resident.png")
    page.get_by_label("求助").check()
    page.get_by_label("是什么事").fill("村口路灯不亮")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("heading", name="已收到")).to_be_visible()
    assert Submission.objects.get().point is not None
    assert not complaints
    context.close()
    wait_for_silence()
