"""From the red area to contacts in force: reasons, a draft, one pinned, one rejected, the map turns."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from grids.models import Role
from households.models import Link
from planning.models import MatchDraft
from tests.browser.conftest import PASSWORD, Visitor
from tests.people import World
from tests.shapes import CODES


def again(visitor: Visitor, login: str) -> None:
    """Somebody else sits down at the screen."""
    page = visitor.page
    page.goto("about:blank")  # or the page they leave would still ask, as nobody
    page.context.clear_cookies()
    visitor.go("/accounts/login/")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_load_state("networkidle")


def nobody(visitor: Visitor) -> int:
    """The number the map opens with."""
    visitor.go("/")
    figure = visitor.page.get_by_role("button", name=re.compile("户无联系人")).first
    expect(figure).to_have_text(re.compile(r"\d"))
    found = re.search(r"\d+", figure.inner_text())
    assert found is not None
    return int(found[0])


def test_from_the_red_area_to_contacts_in_force(visitor: Visitor, town: World) -> None:
    Role.objects.filter(pk="party_secretary").update(max_links=5)
    page = visitor.page
    visitor.sign_in("manager")
    at_first = nobody(visitor)
    visitor.go(f"/?area={CODES['T1']}&sel={CODES['V1']}")
    expect(page.locator("lh-area-card")).to_contain_text("甲一村")
    visitor.shot("plan-1-red-area")

    page.get_by_role("link", name="生成结对方案").click()
    page.wait_for_url(re.compile("/plans/new/"))
    expect(page.locator(".told")).to_contain_text("3")
    visitor.look("plan-2-order")
    page.get_by_role("button", name="为 3 户拟定联系人").click()
    page.wait_for_url(re.compile(r"/plans/[0-9a-f-]{36}/"))
    draft = MatchDraft.objects.get()
    rows = page.locator(".pair")
    expect(rows).to_have_count(3)
    expect(page.locator("#figures")).to_contain_text(re.compile(r"3 →\s*变为 0"))
    visitor.look("plan-3-draft")

    for name in ("李无点", "冯代管"):
        rows.filter(has_text=name).get_by_role("checkbox").check()
    expect(page.locator("#chosen")).to_contain_text("已选 2 户")
    page.locator("#chosen").get_by_role("button", name="接受").click()
    expect(page.locator("#said")).to_contain_text("已接受 2 对")
    page.locator("#move-back").click()
    expect(page.locator("#said")).to_contain_text("恢复原状")

    li = rows.filter(has_text="李无点")
    li.get_by_role("button", name="固定").click()
    expect(li).to_contain_text("已固定")
    expect(page.locator("#said")).to_contain_text("已固定 1 对")
    sun = rows.filter(has_text="孙界上")
    sun.get_by_role("button", name="接受").click()
    expect(sun).to_contain_text("已接受")
    page.locator("#move-back").click()
    expect(sun).to_contain_text("拟定")
    sun.get_by_role("button", name="否决").click()
    expect(sun).to_contain_text("不选连户长")
    expect(page.locator("#bar")).to_contain_text("生效 2 户")
    visitor.look("plan-4-decided")
    assert page.url.endswith(f"/plans/{draft.pk}/")

    page.get_by_role("button", name="重新求解").click()
    expect(page.locator("#bar")).to_contain_text("生效 3 户")
    expect(rows.filter(has_text="李无点")).to_contain_text("已固定")
    expect(page.locator(".pair-group").filter(has_text="孙界上")).to_contain_text("舒支书")
    if visitor.width < 900:
        page.get_by_role("button", name="地图").click()
    expect(page.locator("#plan-map")).to_be_visible()
    page.locator("#map-note").wait_for()
    visitor.shot("plan-5-solved-again")
    if visitor.width < 900:
        page.get_by_role("button", name="地图").click()

    page.get_by_role("button", name="生效 3 户").click()
    expect(page.locator("#result-title")).to_contain_text("3 户有了联系人")
    visitor.look("plan-6-in-force")
    assert Link.objects.filter(household=town.households["li"]).count() == 1
    assert nobody(visitor) == at_first - 3
    visitor.go(f"/?area={CODES['T1']}&sel={CODES['V1']}")
    expect(page.locator("lh-area-card")).to_contain_text("都已有联系人")
    visitor.shot("plan-7-the-map-turned")

    visitor.go(f"/plans/{draft.pk}/")
    page.get_by_role("button", name="整体撤销").click()
    expect(page.locator("#result-title")).to_contain_text("已撤销")
    assert nobody(visitor) == at_first


def test_a_leader_sees_and_approves_the_sums(visitor: Visitor, town: World) -> None:
    page = visitor.page
    visitor.sign_in("manager")
    visitor.go("/plans/")
    visitor.look("plan-none-yet")
    visitor.go(f"/plans/new/?area={CODES['T1']}")
    page.get_by_role("button", name=re.compile("拟定联系人")).click()
    page.wait_for_url(re.compile(r"/plans/[0-9a-f-]{36}/"))
    address = f"/plans/{MatchDraft.objects.get().pk}/"
    again(visitor, "leader")
    visitor.go("/plans/")
    visitor.look("plan-list-leader")
    visitor.go(address)
    expect(page.locator("main")).not_to_contain_text("孙界上")
    visitor.look("plan-sums-leader")
    page.get_by_role("button", name="批准汇总数").click()
    expect(page.locator(".plan-head")).to_contain_text("林乡领")
