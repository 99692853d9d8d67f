"""A head of a unit works through the day on a phone: call, visit, raise a matter, take it back."""

from __future__ import annotations

from playwright.sync_api import expect

from casework.models import Contact, Issue
from tests.browser.conftest import Visitor
from tests.people import World


def test_a_visit_that_raises_a_matter_is_recorded_in_one_form(
    visitor: Visitor, town: World
) -> None:
    page = visitor.page
    visitor.sign_in("head")
    visitor.go("/today/")
    zhao = page.locator(f'[data-household="{town.households["zhao"].pk}"]')
    expect(zhao).to_contain_text("逾期未联系")
    visitor.look("today")
    zhao.get_by_role("button", name="未接通").click()
    expect(page.locator(".act")).to_be_visible()
    zhao.get_by_role("link", name="记录联系").click()
    fields = page.locator("form.form .field:visible")
    assert fields.count() == 5
    visitor.look("contact-form")
    visitor.press("保存联系")
    expect(page.get_by_text("请说明是否联系上。")).to_be_visible()
    page.locator(".tap", has_text="走访").click()
    page.locator(".tap", has_text="已联系").click()
    page.locator(".tap", has_text="诉求征集").click()
    page.fill("#id_note", "炉子漏烟，老人不敢生火")
    page.locator(".further summary").click()
    page.fill("#id_matter_title", "炉子漏烟")
    page.select_option("#id_matter_subject", "housing")
    visitor.look("contact-form-further")
    visitor.press("保存联系")
    expect(page.locator(".act")).to_contain_text("并登记了诉求")
    expect(zhao).to_have_count(0)
    issue = Issue.objects.get(title="炉子漏烟")
    contact = Contact.objects.get(reached=True)
    assert (issue.contact, issue.household) == (contact, town.households["zhao"])
    visitor.look("today-after")
    visitor.undo()
    expect(zhao).to_have_count(1)
    assert not Issue.objects.filter(title="炉子漏烟").exists()
    assert Contact.objects.count() == 1


def test_a_worker_sweeps_the_grid(visitor: Visitor, town: World) -> None:
    page = visitor.page
    visitor.sign_in("worker")
    visitor.go("/sweep/")
    visitor.look("sweep")
    page.get_by_label("无变化：赵独居").check()
    page.get_by_label("无变化：钱同意").check()
    visitor.press("所选户无变化")
    expect(page.locator(".act")).to_contain_text("已摸排 2 户")
    page.get_by_role("link", name="本月未摸排").click()
    expect(page.get_by_text("赵独居")).to_have_count(0)
    visitor.look("sweep-rest")
