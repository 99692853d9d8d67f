"""A manager ends and starts posts and hands out slips, in a real browser."""

from __future__ import annotations

import re
from datetime import timedelta

from playwright.sync_api import expect

from grids.models import Person, Post
from tests.browser.conftest import PASSWORD, Visitor
from tests.people import World

LEFT = "原联系人离岗"


def again(visitor: Visitor, login: str, password: str) -> None:
    """Somebody else sits down at the screen."""
    page = visitor.page
    page.context.clear_cookies()
    visitor.go("/accounts/login/")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", password)
    page.get_by_role("button", name="登录").click()
    page.wait_for_load_state("networkidle")


def slip_shown(visitor: Visitor) -> tuple[str, str]:
    """User name and one-time password of the only slip on the page."""
    codes = visitor.page.locator(".slip code")
    expect(codes).to_have_count(2)
    return codes.nth(0).inner_text(), codes.nth(1).inner_text()


def without_contact(visitor: Visitor) -> str:
    """The number the map opens with: households without a contact."""
    figure = visitor.page.get_by_role("button", name=re.compile("户无联系人")).first
    expect(figure).to_have_text(re.compile(r"\d"))
    return figure.inner_text()


def test_a_post_ends_leaves_its_gap_on_the_map_and_is_taken_back(
    visitor: Visitor, town: World
) -> None:
    page, head = visitor.page, town.posts["head"]
    visitor.sign_in("manager")
    at_first = without_contact(visitor)
    visitor.go(f"/people/{head.person_id}/")
    visitor.look("staff-person")
    page.get_by_role("link", name="更改或结束").click()
    follows = page.locator("#consequences")
    expect(follows).to_contain_text("2 户")
    expect(follows).to_contain_text(LEFT)
    visitor.look("staff-post")
    before = Post.objects.get(pk=head.pk).during.lower - timedelta(days=1)
    visitor.go(f"/posts/{head.pk}/?on={before.isoformat()}")
    visitor.press("结束岗位")
    expect(page.get_by_role("alert")).to_be_visible()
    visitor.look("staff-post-refused-day")
    visitor.go(f"/posts/{head.pk}/")
    visitor.press("结束岗位")
    expect(page.locator(".act")).to_contain_text("2 户的结对随之结束")
    visitor.look("staff-post-ended")
    ended = page.url

    page.get_by_role("link", name="在地图上看留下的空缺").click()
    gap = page.locator("lh-gap-panel")
    expect(gap).to_contain_text("钱同意")
    expect(gap).to_contain_text(LEFT)
    visitor.fits()
    visitor.shot("staff-gap")
    visitor.go("/")
    assert without_contact(visitor) != at_first
    page.goto(ended)
    visitor.undo()
    visitor.look("staff-post-taken-back")
    assert Post.objects.get(pk=head.pk).during.upper is None
    visitor.go("/")
    assert without_contact(visitor) == at_first


def test_a_post_starts_with_somebody_new_and_is_taken_back(visitor: Visitor, town: World) -> None:
    page = visitor.page
    visitor.sign_in("manager")
    visitor.go("/posts/new/")
    visitor.look("staff-new-empty")
    page.locator("input[name=place_text]").fill("北单元")
    page.locator(".look").first.get_by_role("button").click()
    page.get_by_role("radio", name=re.compile("北单元")).first.check()
    page.locator("select[name=role]").select_option("unit_head")
    page.get_by_role("radio", name="新增人员").check()
    page.locator("input[name=name]").fill("新户长")
    page.locator("input[name=phone]").fill("123")
    visitor.look("staff-new-typed")
    visitor.press("设立岗位")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("input[name=name]")).to_have_value("新户长")
    visitor.look("staff-new-refused")
    page.locator("input[name=phone]").fill("15900000099")
    visitor.press("设立岗位")
    expect(page.locator(".act")).to_contain_text("新户长")
    visitor.look("staff-new-person")
    visitor.undo()
    assert not Person.objects.filter(name="新户长").exists()
    visitor.look("staff-new-taken-back")


def test_a_slip_is_shown_once_and_asks_for_a_new_password(visitor: Visitor, town: World) -> None:
    page = visitor.page
    person = town.people["outsider"]
    key = town.people["head"].pk
    user = town.users["head"]
    Person.objects.filter(pk=key).update(user=None)
    user.delete()
    visitor.sign_in("manager")
    visitor.go("/people/")
    expect(page.get_by_text(person.name)).to_have_count(0)
    visitor.look("staff-people")
    page.get_by_role("link", name="连户长", exact=True).click()
    visitor.press("开通账号并打印登录条")
    login, first = slip_shown(visitor)
    visitor.look("staff-slip")
    visitor.go(f"/people/{key}/")
    expect(page.get_by_text(first)).to_have_count(0)
    visitor.look("staff-account-given")

    again(visitor, login, first)
    expect(page.locator("input[type=password]").first).to_be_visible()
    visitor.look("staff-first-sign-in")
    visitor.go("/")
    expect(page.locator("input[type=password]").first).to_be_visible()

    again(visitor, "manager", PASSWORD)
    visitor.go(f"/people/{key}/")
    page.locator("summary").filter(has_text="重置密码").click()
    visitor.look("staff-account-reset")
    page.locator("button[value=reset]").click()
    same, second = slip_shown(visitor)
    assert same == login and second != first
    again(visitor, login, second)
    expect(page.locator("input[type=password]").first).to_be_visible()
