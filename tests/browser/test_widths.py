"""What must fit between a phone and a wide screen: the menu of the bar, lists of the settings."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitor
from tests.people import World

OUT = """() => [...document.querySelectorAll('.bar :is(a, summary, button, input)')]
  .filter((e) => e.checkVisibility({ visibilityProperty: true }))
  .filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
  .map((e) => e.textContent.trim())"""


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_menu_stays_in_the_bar_and_nothing_is_lost(
    visitor: Visitor, town: World, language: str
) -> None:
    page = visitor.page
    visitor.sign_in("manager")
    page.context.add_cookies([{"name": "django_language", "value": language, "url": visitor.base}])
    for path in ("/", "/feedback/"):
        visitor.go(path)
        for width in (900, 1024, 1100, 1280, 1440):
            page.set_viewport_size({"width": width, "height": 800})
            expect(page.locator(".bar-nav a").first).to_be_visible()
            page.wait_for_timeout(200)
            assert page.evaluate(OUT) == [], (path, width)
            off = page.locator(".bar-nav .off").all_text_contents()
            assert bool(off) == page.locator(".more-pages").is_visible()
            kept = page.locator(".more-pages .menu-body a:not([hidden])").all_text_contents()
            assert kept == off


@pytest.mark.parametrize(
    "path", ["grids/role", "households/needkind", "accounts/user", "casework/holiday"]
)
def test_a_list_of_the_settings_can_be_read(visitor: Visitor, town: World, path: str) -> None:
    visitor.sign_in("administrator")
    visitor.go(f"/admin/{path}/")
    visitor.fits()
    for cell in visitor.page.locator("#result_list tbody th a").all():
        box, text = cell.bounding_box(), cell.inner_text()
        assert box and (box["height"] < 40 or box["width"] > 60), text
    if visitor.width < 768 and path == "grids/role":
        expect(visitor.page.locator("#result_list tr td[data-label]").first).to_be_visible()
        visitor.shot("settings-roles")
