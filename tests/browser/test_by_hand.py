"""A manager's work by hand in a real browser: register, edit, move, merge, out of scope, undo."""

from __future__ import annotations

from playwright.sync_api import expect

from grids.models import Role
from grids.services import post_start
from households.editing import household_edit
from households.models import Exemption, Household
from tests.browser.conftest import PASSWORD, Visitor
from tests.people import World
from tests.shapes import CODES, point


def go(visitor: Visitor, path: str) -> None:
    visitor.page.goto(f"{visitor.base}{path}")
    visitor.page.wait_for_load_state("networkidle")


def press(visitor: Visitor, name: str) -> None:
    visitor.page.locator("main").get_by_role("button", name=name, exact=True).click()
    visitor.page.wait_for_load_state("networkidle")


def look(visitor: Visitor, name: str) -> None:
    """Keep a picture; the page fits and axe finds nothing grave."""
    visitor.fits()
    visitor.check_access()
    visitor.shot(f"hand-{name}")


def undo(visitor: Visitor) -> None:
    visitor.page.locator(".act").get_by_role("button", name="撤销").click()
    expect(visitor.page.locator(".act")).to_contain_text("已撤销")


def at(world: World, key: str, page: str = "") -> str:
    return f"/households/{world.households[key].pk}/{f'{page}/' if page else ''}"


def test_a_household_is_registered_edited_and_taken_back(visitor: Visitor, town: World) -> None:
    page = visitor.page
    visitor.sign_in("manager")
    go(visitor, "/households/new/")
    look(visitor, "register-empty")
    page.fill("#id_head_name", "赵独居")
    page.fill("#id_address", "甲一村南街1号")
    page.fill("#id_phone", "12345")
    page.fill("#id_area", "第一网格")
    press(visitor, "登记")
    expect(page.locator("#id_phone_error")).to_be_visible()
    expect(page.locator("#id_head_name")).to_have_value("赵独居")
    look(visitor, "register-errors")
    page.fill("#id_phone", "")
    page.get_by_role("button", name="南单元").click()
    expect(page.get_by_text("疑似重复")).to_be_visible()
    look(visitor, "register-same")
    page.get_by_label("不是同一户，仍然登记").check()
    press(visitor, "登记")
    expect(page.locator(".act")).to_contain_text("已登记赵独居户")
    look(visitor, "registered")
    undo(visitor)
    assert Household.objects.filter(head_name="赵独居").count() == 1

    go(visitor, at(town, "sun", "edit"))
    page.fill("#id_address", "我写的地址")
    household_edit(
        household=Household.objects.get(pk=town.households["sun"].pk),
        values={"address": "别人写的地址"}, on=town.on, by=town.user("manager"),
    )  # fmt: skip
    press(visitor, "保存")
    expect(page.get_by_text("其他人修改了此户")).to_be_visible()
    expect(page.locator("#id_address")).to_have_value("我写的地址")
    look(visitor, "edit-conflict")
    press(visitor, "保存")
    expect(page.locator(".person")).to_contain_text("我写的地址")
    undo(visitor)
    expect(page.locator(".person")).to_contain_text("别人写的地址")


def test_a_household_moves_merges_and_comes_back(visitor: Visitor, town: World) -> None:
    page = visitor.page
    visitor.sign_in("manager")
    go(visitor, at(town, "zhao"))
    page.get_by_role("link", name="迁到其他区域").click()
    page.fill("#id_area", CODES["U112"])
    press(visitor, "查看影响")
    expect(page.get_by_text("将结束 1 个结对")).to_be_visible()
    look(visitor, "move-follows")
    press(visitor, "迁入")
    expect(page.locator(".trail")).to_contain_text("北单元")
    undo(visitor)
    expect(page.locator(".trail")).to_contain_text("南单元")

    page.get_by_role("link", name="并入另一户").click()
    page.fill("#id_q", "同意")
    press(visitor, "查找")
    page.get_by_label("钱同意").check()
    look(visitor, "merge-found")
    press(visitor, "查看影响")
    expect(page.get_by_text("将结束 2 个结对")).to_be_visible()
    look(visitor, "merge-follows")
    press(visitor, "合并")
    expect(page.locator(".act")).to_contain_text("赵独居户已并入钱同意户")
    undo(visitor)
    go(visitor, at(town, "zhao"))
    expect(page.get_by_text("连户长")).to_be_visible()
    for tab in ("需求", "诉求", "地点", "历史"):
        page.locator(".tabs").get_by_role("link", name=tab).click()
        page.wait_for_load_state("networkidle")
        look(visitor, f"tab-{tab}")


def test_out_of_scope_waits_for_a_second_person(visitor: Visitor, town: World) -> None:
    person = town.add_person("second", "另网办")
    town.users["second"].set_password(PASSWORD)
    town.users["second"].save()
    post_start(
        person=person, role=Role.objects.get(pk="grid_office"), area=town.areas["T1"],
        on=town.began,
    )  # fmt: skip
    page = visitor.page
    visitor.sign_in("manager")
    go(visitor, at(town, "wu", "exempt"))
    page.get_by_label("书面").check()
    look(visitor, "exempt")
    press(visitor, "提交申请")
    go(visitor, "/exemptions/")
    expect(page.get_by_text("须由他人批准")).to_be_visible()
    page.context.clear_cookies()
    visitor.sign_in("second")
    go(visitor, "/exemptions/")
    look(visitor, "requests")
    press(visitor, "批准吴格外")
    expect(page.locator(".act")).to_contain_text("移出应联范围")
    assert Exemption.objects.get().approved_on == town.on
    undo(visitor)
    assert Exemption.objects.get().approved_on is None


def test_a_pin_is_moved_on_the_page_and_back(visitor: Visitor, town: World) -> None:
    page = visitor.page
    visitor.sign_in("manager")
    go(visitor, at(town, "zhao"))
    page.get_by_role("button", name="移动位置").click()
    pin = page.locator(".pin-held")
    pin.focus()
    for _step in range(3):
        pin.press("Shift+ArrowRight")
    look(visitor, "pin")
    page.get_by_role("button", name="保存位置").click()
    page.wait_for_url("**act=**")
    moved = Household.objects.get(pk=town.households["zhao"].pk)
    assert moved.location is not None
    assert moved.location.x > point(0.5, 0.5).x and moved.location_source == "pin"
    look(visitor, "pin-moved")
    undo(visitor)
    assert Household.objects.get(pk=moved.pk).location == point(0.5, 0.5)
