"""A matter walks through the offices in a real browser, and comes back when it was not solved."""

from __future__ import annotations

from playwright.sync_api import expect

from casework.models import Issue
from tests.browser.conftest import Visitor
from tests.people import World
from tests.shapes import CODES


def test_from_a_worker_to_the_department_and_back(visitor: Visitor, town: World) -> None:
    page = visitor.page
    visitor.sign_in("worker")
    visitor.go("/issues/new/")
    page.fill("#id_title", "井房门锁坏了")
    visitor.press("登记")
    expect(page.locator("#id_title")).to_have_value("井房门锁坏了")
    visitor.look("matter-register-errors")
    page.get_by_label("求助").check()
    page.select_option("#id_subject", "utilities")
    page.fill("#id_area", CODES["G11"])
    page.get_by_label("电话", exact=True).check()
    visitor.press("登记")
    expect(page.get_by_role("heading", name="井房门锁坏了")).to_be_visible()
    issue = Issue.objects.get(title="井房门锁坏了")
    here = f"/issues/{issue.pk}/"

    page.context.clear_cookies()
    visitor.sign_in("manager")
    visitor.go(here)
    visitor.press("受理")
    page.locator(".next select").select_option(label="方格县水利局")
    visitor.look("matter-dispatch")
    visitor.press("派单")

    page.context.clear_cookies()
    visitor.sign_in("clerk")
    visitor.go("/matters/?show=new")
    visitor.look("matter-inbox")
    page.get_by_role("link", name="井房门锁坏了").click()
    visitor.press("签收")
    visitor.press("开始办理")
    page.locator(".next").get_by_label("已解决", exact=True).check()
    page.locator(".next textarea").fill("已换锁")
    visitor.press("提交办结")
    expect(page.locator(".next")).to_have_count(0)

    page.context.clear_cookies()
    visitor.sign_in("manager")
    visitor.go(here)
    page.locator(".next").get_by_label("不满意", exact=True).check()
    visitor.press("记录回访")
    expect(page.get_by_text("请用一句话写明还有什么问题。")).to_be_visible()
    page.locator(".next textarea").fill("新锁打不开")
    visitor.press("记录回访")
    expect(page.locator(".matter-state")).to_contain_text("重办")
    visitor.look("matter-reopened")
    issue.refresh_from_db()
    assert issue.state == Issue.State.REOPENED
    assert [step.verb for step in issue.steps.all()] == [
        "register", "accept", "dispatch", "receive", "begin", "resolve", "call",
    ]  # fmt: skip
