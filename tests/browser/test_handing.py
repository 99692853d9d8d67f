"""A contact leaves: plan, one changed, sent, one accepted, one declined, offered again."""

from __future__ import annotations

from playwright.sync_api import expect

from households.models import Handover, Link
from tests.browser.conftest import PASSWORD, Visitor
from tests.browser.test_staff import again
from tests.people import World
from tests.planning.handing import add_head

REASON = "家中有事，近期顾不上"


def test_a_handover_from_the_plan_to_the_last_answer(visitor: Visitor, town: World) -> None:
    for key in ("next", "third"):
        add_head(town, key, "U111")
        town.users[key].set_password(PASSWORD)
        town.users[key].save()
    page, post = visitor.page, town.posts["head"]
    visitor.sign_in("manager")
    visitor.go(f"/people/{post.person_id}/")
    page.get_by_role("link", name="更改或结束").click()
    page.get_by_role("link", name="按最少变动拟定交接").click()
    page.wait_for_load_state("networkidle")
    visitor.look("handing-plan")
    selects = page.locator(".handing-line select")
    expect(selects).to_have_count(2)
    # Both to one person, then one of them to another.
    for nth in range(2):
        selects.nth(nth).select_option(str(town.posts["next"].pk))
    visitor.press("重新计算")
    expect(page.locator(".handing-loads")).to_contain_text("0 → 2")
    visitor.look("handing-plan-changed")
    visitor.press("结束岗位并发出交接")
    expect(page.locator(".act")).to_contain_text("已发出 2 户的交接")
    expect(page.get_by_role("heading", name="2 户等待接收")).to_be_visible()
    visitor.look("handing-sent")

    again(visitor, "next", PASSWORD)
    visitor.go("/mine/")
    visitor.look("handing-mine")
    page.get_by_role("link", name="去答复").click()
    page.wait_for_load_state("networkidle")
    expect(page.locator("main")).not_to_contain_text("钱同意")
    visitor.look("handing-offer")
    boxes = page.locator(".offer-row input")
    boxes.nth(0).uncheck()
    visitor.press("接收所选")
    expect(page.locator(".act")).to_contain_text("已接收 1 户")
    visitor.look("handing-accepted")
    page.locator("summary", has_text="不接收所选").click()
    page.get_by_role("button", name="不接收", exact=True).click()
    page.wait_for_load_state("networkidle")
    expect(page.locator(".field.wrong .errorlist")).to_contain_text("原因")
    visitor.look("handing-decline-without-reason")
    page.get_by_label("原因（网格办可见）").fill(REASON)
    page.get_by_role("button", name="不接收", exact=True).click()
    page.wait_for_load_state("networkidle")
    expect(page.locator(".act")).to_contain_text("不接收")

    again(visitor, "manager", PASSWORD)
    visitor.go("/handovers/")
    expect(page.locator("main")).to_contain_text(REASON)
    visitor.look("handing-declined")
    page.get_by_role("link", name="改交他人").click()
    page.wait_for_load_state("networkidle")
    expect(page.locator(".why-not")).to_contain_text(REASON)
    page.locator(".handing-line select").select_option(str(town.posts["third"].pk))
    visitor.press("发出交接")
    expect(page.locator(".act")).to_contain_text("已发出 1 户的交接")

    again(visitor, "third", PASSWORD)
    visitor.go("/handovers/")
    visitor.press("接收所选")
    expect(page.locator(".act")).to_contain_text("已接收 1 户")
    states = sorted(Handover.objects.values_list("state", flat=True))
    assert states == ["accepted", "accepted", "declined"]
    linked = Link.objects.in_force(town.on).filter(
        household__in=[town.households[key].pk for key in ("zhao", "qian")], role="unit_head"
    )
    assert linked.count() == 2


def test_backups_cover_while_somebody_is_away(visitor: Visitor, town: World) -> None:
    page, post = visitor.page, town.posts["head"]
    visitor.sign_in("manager")
    visitor.go(f"/posts/{post.pk}/")
    page.get_by_role("link", name="短期外出：由后备代管").click()
    page.wait_for_load_state("networkidle")
    visitor.look("handing-away")
    visitor.press("由后备代管")
    expect(page.locator(".act")).to_contain_text("代管 2 户")
    visitor.look("handing-away-covered")
    visitor.press("已返回：所选代管今日结束")
    expect(page.locator(".act")).to_contain_text("代管已结束")
    visitor.undo()
