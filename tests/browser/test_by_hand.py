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


def at(world: World, key: str, page: str = "") -> str:
    return f"/households/{world.households[key].pk}/{f'{page}/' if page else ''}"


def test_a_household_is_registered_edited_and_taken_back(visitor: Visitor, town: World) -> None:
    page = visitor.page
    visitor.sign_in("manager")
    visitor.go("/households/new/")
    visitor.look("hand-register-empty")
    page.fill("#id_head_name", "赵独居")
    page.fill("#id_address", "甲一村南街1号")
    page.fill("#id_phone", "12345")
    page.fill("#id_area", "第一网格")
    visitor.press("登记")
    expect(page.locator("#id_phone_error")).to_be_visible()
    expect(page.locator("#id_head_name")).to_have_value("赵独居")
    visitor.look("hand-register-errors")
    page.fill("#id_phone", "")
    page.get_by_role("button", name="南单元").click()
    expect(page.get_by_text("疑似重复")).to_be_visible()
    visitor.look("hand-register-same")
    page.get_by_label("不是同一户，仍然登记").check()
    visitor.press("登记")
    expect(page.locator(".act")).to_contain_text("已登记赵独居户")
    visitor.look("hand-registered")
    visitor.undo()
    assert Household.objects.filter(head_name="赵独居").count() == 1

    visitor.go(at(town, "sun", "edit"))
    page.fill("#id_address", "我写的地址")
    household_edit(
        household=Household.objects.get(pk=town.households["sun"].pk),
        values={"address": "别人写的地址"}, on=town.on, by=town.user("manager"),
    )  # fmt: skip
    visitor.press("保存")
    expect(page.get_by_text("其他人修改了此户")).to_be_visible()
    expect(page.locator("#id_address")).to_have_value("我写的地址")
    visitor.look("hand-edit-conflict")
    visitor.press("保存")
    expect(page.locator(".person")).to_contain_text("我写的地址")
    visitor.undo()
    expect(page.locator(".person")).to_contain_text("别人写的地址")


def test_a_household_moves_merges_and_comes_back(visitor: Visitor, town: World) -> None:
    page = visitor.page
    visitor.sign_in("manager")
    visitor.go(at(town, "zhao"))
    page.get_by_role("link", name="迁到其他区域").click()
    page.fill("#id_area", CODES["U112"])
    visitor.press("查看影响")
    expect(page.get_by_text("将结束 1 个结对")).to_be_visible()
    visitor.look("hand-move-follows")
    visitor.press("迁入")
    expect(page.locator(".trail")).to_contain_text("北单元")
    visitor.undo()
    expect(page.locator(".trail")).to_contain_text("南单元")

    page.get_by_role("link", name="并入另一户").click()
    page.fill("#id_q", "同意")
    visitor.press("查找")
    page.get_by_label("钱同意").check()
    visitor.look("hand-merge-found")
    visitor.press("查看影响")
    expect(page.get_by_text("将结束 2 个结对")).to_be_visible()
    visitor.look("hand-merge-follows")
    visitor.press("合并")
    expect(page.locator(".act")).to_contain_text("赵独居户已并入钱同意户")
    visitor.undo()
    visitor.go(at(town, "zhao"))
    expect(page.get_by_text("连户长")).to_be_visible()
    for tab in ("需求", "诉求", "地点", "历史"):
        page.locator(".tabs").get_by_role("link", name=tab).click()
        page.wait_for_load_state("networkidle")
        visitor.look(f"hand-tab-{tab}")


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
    visitor.go(at(town, "wu", "exempt"))
    page.get_by_label("书面").check()
    visitor.look("hand-exempt")
    visitor.press("提交申请")
    visitor.go("/exemptions/")
    expect(page.get_by_text("须由他人批准")).to_be_visible()
    page.context.clear_cookies()
    visitor.sign_in("second")
    visitor.go("/exemptions/")
    visitor.look("hand-requests")
    visitor.press("批准吴格外")
    expect(page.locator(".act")).to_contain_text("移出应联范围")
    assert Exemption.objects.get().approved_on == town.on
    visitor.undo()
    assert Exemption.objects.get().approved_on is None


def test_a_pin_is_moved_on_the_page_and_back(visitor: Visitor, town: World) -> None:
    page = visitor.page
    visitor.sign_in("manager")
    visitor.go(at(town, "zhao"))
    page.get_by_role("button", name="移动位置").click()
    pin = page.locator(".pin-held")
    pin.focus()
    for _step in range(3):
        pin.press("Shift+ArrowRight")
    visitor.look("hand-pin")
    page.get_by_role("button", name="保存位置").click()
    page.wait_for_url("**act=**")
    moved = Household.objects.get(pk=town.households["zhao"].pk)
    assert moved.location is not None
    assert moved.location.x > point(0.5, 0.5).x and moved.location_source == "pin"
    visitor.look("hand-pin-moved")
    visitor.undo()
    assert Household.objects.get(pk=moved.pk).location == point(0.5, 0.5)
