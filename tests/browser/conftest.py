"""A real Chromium against a real server. What the page complains about fails the test."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from lib.clock import today
from tests.people import World, build_world

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
WIDE, PHONE = (1440, 900), (390, 844)
PASSWORD = "Grid-office-2026"
AXE = Path(settings.NODE) / "axe-core" / "axe.min.js"
SHOTS = Path(os.environ.get("SCREENSHOTS") or settings.VAR_DIR / "screenshots")


#: Answers the page shows as a sentence: refused, or changed by somebody else meanwhile.
REFUSED = re.compile(r"status of 4(00|09)")


@pytest.fixture(scope="session")
def chromium(browser_path: str) -> Iterator[Browser]:
    """One browser for all tests of this process."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def town(transactional_db: None, live_server, settings) -> World:
    """The small world, committed, so that the server sees it; everyone has a password.

    It is hashed quickly: what a real hash costs at each sign-in is not what a page shows.
    """
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    world = build_world(today())
    for user in world.users.values():
        user.set_password(PASSWORD)
        user.save()
    return world


@dataclass
class Visitor:
    """Somebody at the screen: a page, and everything it complained about."""

    page: Page
    base: str
    width: int
    complaints: list[str] = field(default_factory=list)

    def sign_in(self, login: str) -> None:
        """Sign in by hand."""
        self.page.goto(f"{self.base}/accounts/login/")
        self.page.fill("input[name=login]", login)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.get_by_role("button", name="登录").click()
        self.page.wait_for_url(lambda url: "/accounts/login/" not in url)
        self.page.wait_for_load_state("networkidle")

    def go(self, path: str) -> None:
        """Open an address of the site."""
        self.page.goto(f"{self.base}{path}")
        self.page.wait_for_load_state("networkidle")

    def press(self, name: str) -> None:
        """Press a button of the page's main part."""
        self.page.locator("main").get_by_role("button", name=name, exact=True).click()
        self.page.wait_for_load_state("networkidle")

    def undo(self) -> None:
        """Take back what the strip above the page says."""
        self.page.locator(".act").get_by_role("button", name="撤销").click()
        expect(self.page.locator(".act")).to_contain_text("已撤销")

    def settled(self) -> None:
        """Wait until the map has drawn its numbers and every tile it asked for."""
        expect(self.page.locator("lh-headline .headline-number")).to_be_attached()
        self.page.wait_for_load_state("networkidle")
        self.page.wait_for_function(
            "() => { const tiles = [...document.querySelectorAll('#map .leaflet-tile')];"
            " return tiles.length && tiles.every(t => t.matches('.leaflet-tile-loaded')); }"
        )

    def says(self, pattern: str) -> None:
        """Wait until the address holds a pattern."""
        expect(self.page).to_have_url(re.compile(pattern))

    def says_not(self, pattern: str) -> None:
        """Wait until the address holds a pattern no longer."""
        expect(self.page).not_to_have_url(re.compile(pattern))

    def layers(self) -> Locator:
        """The chooser of levels and layers; on a phone it is opened first."""
        button = self.page.get_by_role("button", name="图层", exact=True)
        if self.width < 900 and button.get_attribute("aria-expanded") == "false":
            button.click()
        return self.page.locator("lh-levels")

    def shot(self, name: str) -> None:
        """Keep a picture to look at."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.wait_for_timeout(300)
        self.page.screenshot(path=SHOTS / f"{name}-{self.width}.png")

    def look(self, name: str) -> None:
        """Keep a picture; the page fits and axe finds nothing grave."""
        self.page.wait_for_load_state("networkidle")
        self.fits()
        self.check_access()
        self.shot(name)

    def check_access(self) -> None:
        """Fail on what axe calls serious or critical."""
        self.page.evaluate(AXE.read_text("utf-8"))
        result = self.page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
        grave = [
            f"{v['id']}: {v['help']} {[n['target'] for n in v['nodes']][:3]}"
            for v in result["violations"]
            if v["impact"] in ("serious", "critical")
        ]
        assert not grave, grave

    def fits(self) -> None:
        """Fail when the page is wider than the screen."""
        wide = self.page.evaluate("() => document.documentElement.scrollWidth")
        assert wide <= self.width, f"{wide} px wide on a screen of {self.width}"


@pytest.fixture(params=[WIDE, PHONE], ids=["wide", "phone"])
def visitor(request, chromium: Browser, live_server, town: World) -> Iterator[Visitor]:
    """A fresh visitor on a wide screen and on a phone; complaints fail the test at its end."""
    width, height = request.param
    context = chromium.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN", timezone_id="Asia/Shanghai"
    )
    page = context.new_page()
    someone = Visitor(page, live_server.url, width)
    watch(page, someone.complaints)
    yield someone
    context.close()
    wait_for_silence()
    assert someone.complaints == []


def wait_for_silence(patience: float = 20) -> None:
    """Until the server has answered what the closed page had asked: the tables are emptied next."""
    quiet, end = 0, time.monotonic() + patience
    while quiet < 3 and time.monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND state <> 'idle'"
            )
            quiet = quiet + 1 if cursor.fetchone()[0] == 0 else 0
        time.sleep(0.05)


def watch(page: Page, complaints: list[str]) -> None:
    """Collect console errors, uncaught errors, policy reports and failed requests."""
    page.add_init_script(
        "document.addEventListener('securitypolicyviolation',"
        " e => console.error('CSP ' + e.violatedDirective + ' ' + e.blockedURI))"
    )

    def on_console(message) -> None:
        # A refusal the page shows as a sentence is logged by the browser as a failed resource.
        if message.type == "error" and not REFUSED.search(message.text):
            complaints.append(message.text)

    page.on("console", on_console)
    page.on("pageerror", lambda error: complaints.append(f"uncaught: {error}"))
    page.on(
        "response",
        lambda r: complaints.append(f"{r.status} {r.url}") if r.status >= 500 else None,
    )
