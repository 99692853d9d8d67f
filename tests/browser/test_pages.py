"""Every page for everybody, on a wide screen and on a phone: it fits, axe and the console agree."""

from __future__ import annotations

import re

import pytest

from tests.browser.conftest import Visitor
from tests.people import World

#: Who opens what; {zhao} is a household the person may read.
VISITS = {
    "manager": ["/", "/?level=grid", "/?level=household", "/households/{zhao}/", "/import/"],
    "leader": ["/"],
    "head": ["/", "/households/{zhao}/"],
    "cadre": ["/"],
    "clerk": ["/"],
    "auditor": ["/"],
    "administrator": ["/accounts/2fa/", "/accounts/password/change/"],
}
CHINESE = re.compile(r"[\u3400-\u9fff]+")


@pytest.mark.parametrize("login", VISITS)
def test_every_page_of_a_person_fits_and_can_be_read_by_all(
    visitor: Visitor, town: World, login: str
):
    visitor.sign_in(login)
    for number, address in enumerate([*VISITS[login], "/feedback/", "/nowhere/"]):
        path = address.format(zhao=town.households["zhao"].pk)
        visitor.page.goto(visitor.base + path)
        visitor.page.wait_for_load_state("networkidle")
        visitor.fits()
        visitor.check_access()
        visitor.shot(f"{login}-{number}")
        # A page that is not there answers 404, which the console notes by itself.
        visitor.complaints[:] = [c for c in visitor.complaints if "status of 404" not in c]


def test_a_wrong_password_keeps_the_name_and_says_what_to_do(visitor: Visitor, town: World):
    page = visitor.page
    page.goto(f"{visitor.base}/accounts/login/")
    page.fill("input[name=login]", "manager")
    page.fill("input[name=password]", "wrong-password")
    page.get_by_role("button", name="登录").click()
    page.wait_for_load_state("networkidle")
    assert page.locator("[role=alert]").inner_text().strip()
    assert page.input_value("input[name=login]") == "manager"
    visitor.check_access()
    visitor.shot("sign-in-refused")


def test_the_map_speaks_english_whole(visitor: Visitor, town: World):
    visitor.sign_in("manager")
    page = visitor.page
    page.context.add_cookies([{"name": "django_language", "value": "en", "url": visitor.base}])
    data = {area.name for area in town.areas.values()} | {"关网办", "村", "嘎查", "镇", "中文"}
    for address in ("/", "/import/", "/feedback/"):
        page.goto(visitor.base + address)
        page.wait_for_load_state("networkidle")
        text = page.locator("body").inner_text()
        left = [run for run in CHINESE.findall(text) if run not in data]
        assert left == [], address
        visitor.fits()
    visitor.shot("english")
