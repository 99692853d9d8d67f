"""A summer pasture is added with its pin; map, card and nearest follow the day, and come back."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import expect

from households.models import HouseholdPlace
from tests.browser.conftest import Visitor
from tests.people import World
from tests.shapes import point

PASTURE = point(3.8, 1.8)


def test_a_pasture_shows_in_its_months_and_not_now(visitor: Visitor, town: World) -> None:
    page, zhou = visitor.page, town.households["zhou"]
    then = town.on - timedelta(days=182)
    visitor.sign_in("manager")
    visitor.go(f"/households/{zhou.pk}/?tab=place")
    expect(page.get_by_text("该户全年住在登记位置")).to_be_visible()
    page.get_by_role("link", name="登记季节住处").click()
    page.get_by_label("夏牧场").check()
    visitor.press("保存")
    expect(page.get_by_text("请在地图上定点，或写出经度和纬度。")).to_be_visible()
    expect(page.get_by_label("夏牧场")).to_be_checked()
    visitor.look("season-form-errors")
    page.get_by_label(f"{then.month} 月", exact=True).check()
    page.fill("#id_point", f"{PASTURE.x:.6f},{PASTURE.y:.6f}")
    page.get_by_role("button", name="在地图上选点").click()
    page.locator("#pick-map .pin-held").focus()
    page.keyboard.press("ArrowRight")
    visitor.shot("season-form-map")
    visitor.press("保存")
    expect(page.locator(".act")).to_contain_text("已为 周包联 登记一处住处：夏牧场")
    expect(page.get_by_role("heading", name="季节住处")).to_be_visible()
    visitor.look("season-page")
    place = HouseholdPlace.objects.get().point

    look = f"at={place.y:.5f},{place.x:.5f},16&level=household"
    near = f"near={place.x:.6f},{place.y:.6f}"
    visitor.go(f"/?{look}&on={then}&home={zhou.pk}")
    visitor.settled()
    card = page.locator("lh-place-card")
    expect(card).to_contain_text("夏牧场")
    expect(card).to_contain_text("住至")
    visitor.shot("season-card-then")
    visitor.go(f"/?{look}&on={then}&{near}")
    first = page.locator("lh-near-panel li").first
    expect(first).to_contain_text("周包联")
    expect(first).to_contain_text("季节住处")
    expect(first).to_contain_text("就在这里")
    visitor.shot("season-near-then")
    visitor.go(f"/?{look}&{near}")
    expect(page.locator("lh-near-panel li").filter(has_text="周包联")).not_to_contain_text(
        "季节住处"
    )
    visitor.go(f"/?{look}&home={zhou.pk}")
    expect(card.get_by_role("heading", name="周包联")).to_be_visible()
    expect(card).not_to_contain_text("夏牧场")
    visitor.shot("season-card-now")


def test_who_lives_at_a_pasture_today_is_told_on_the_page(visitor: Visitor, town: World) -> None:
    from households.places import place_add

    page, zhou = visitor.page, town.households["zhou"]
    place_add(
        household=zhou, kind="summer", months=[town.on.month], point=PASTURE, source="pin",
        on=town.on, by=town.user("manager"),
    )  # fmt: skip
    visitor.sign_in("manager")
    visitor.go(f"/households/{zhou.pk}/?tab=place")
    expect(page.locator(".person")).to_contain_text("现住夏牧场")
    expect(page.locator("lh-spot")).to_contain_text("移动登记位置的定点")
    visitor.look("season-living")
    page.get_by_role("button", name="夏牧场").click()
    expect(page.locator(".act")).to_contain_text("已停用")
    visitor.undo()
    expect(page.locator(".person")).to_contain_text("现住夏牧场")
