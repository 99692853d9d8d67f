"""Grids drawn by hand in a real browser, by mouse and by finger: split, merge, move, draw, undo."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import shapely
from django.urls import reverse
from playwright.sync_api import Browser, Locator, expect

from planning.models import Redraw
from planning.redrawing.drafts import as_shapely
from planning.redrawing.editing import area_rename
from tests.browser.conftest import PHONE, WIDE, Visitor, wait_for_silence, watch
from tests.people import World
from tests.planning.test_redraw_editing import FIRST, SECOND, THIRD, check_sound, sizes
from tests.shapes import point


class Editor:
    """Somebody at the editor: places are those of the drawing, as in ``tests/shapes.py``."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.page = visitor.page

    def begin(self, area: str = "159901100201") -> Redraw:
        """Begin a draft of one village on its form."""
        self.visitor.go(f"{reverse('redraw-new')}?area={area}")
        self.visitor.look("redraw-new")
        self.page.get_by_label("名称").fill("秋季调整")
        self.visitor.press("开始划分")
        expect(self.page.locator(".grids tbody tr")).to_have_count(2)
        return Redraw.objects.get(name="秋季调整")

    def spot(self, x: float, y: float) -> tuple[float, float]:
        """Where a place of the drawing is on the screen, read from two corners of the village."""
        place = point(x, y)
        box = self.page.evaluate(
            "() => { const r = document.querySelector('#map').getBoundingClientRect();"
            " const p = [...document.querySelectorAll('#map path')]"
            "   .map((e) => e.getBoundingClientRect()).sort((a, b) => b.width - a.width)[0];"
            " return [p.left, p.top, p.right, p.bottom]; }"
        )
        west, south = point(0, 0).coords
        east, north = point(2, 2).coords
        left, top, right, bottom = box
        return (
            left + 2 + (place.x - west) / (east - west) * (right - left - 4),
            bottom - 2 - (place.y - south) / (north - south) * (bottom - top - 4),
        )

    def tap(self, x: float, y: float) -> None:
        """Touch or click a place of the drawing."""
        at = self.spot(x, y)
        if self.visitor.width < 900:
            self.page.touchscreen.tap(*at)
        else:
            self.page.mouse.click(*at)
        self.page.wait_for_timeout(350)  # two taps in a row are no double tap

    def tool(self, name: str) -> None:
        self.page.locator("lh-redraw-tools").get_by_role("button", name=name, exact=True).click()
        self.page.wait_for_timeout(300)  # on a phone the sheet goes down

    def say(self, name: str) -> None:
        """A button beside what the editor says."""
        self.page.locator("lh-redraw-say").get_by_role("button", name=name, exact=True).click()

    def rows(self) -> Locator:
        return self.page.locator(".grids tbody tr")

    def drag(self, handle: Locator, to: tuple[float, float]) -> None:
        """Drag a point of a border by mouse or finger."""
        box = handle.bounding_box()
        assert box
        assert box["width"] >= 48 and box["height"] >= 48
        start = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        if self.visitor.width < 900:
            session = self.page.context.new_cdp_session(self.page)

            def touch(kind: str, *points: tuple[float, float]) -> None:
                session.send(
                    "Input.dispatchTouchEvent",
                    {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]},
                )

            touch("touchStart", start)
            for share in (0.3, 0.6, 1.0):
                touch("touchMove", between(start, to, share))
            touch("touchEnd")
        else:
            self.page.mouse.move(*start)
            self.page.mouse.down()
            for share in (0.3, 0.6, 1.0):
                self.page.mouse.move(*between(start, to, share))
            self.page.mouse.up()


def between(a: tuple[float, float], b: tuple[float, float], share: float) -> tuple[float, float]:
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share


@pytest.fixture(params=[WIDE, PHONE], ids=["mouse", "finger"])
def editor(request, chromium: Browser, live_server, town: World) -> Iterator[Editor]:
    """The township's office at the editor, with a mouse on a wide screen or a finger on a phone."""
    width, height = request.param
    context = chromium.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN",
        timezone_id="Asia/Shanghai", has_touch=width < 900,
    )  # fmt: skip
    visitor = Visitor(context.new_page(), live_server.url, width)
    watch(visitor.page, visitor.complaints)
    visitor.sign_in("manager")
    yield Editor(visitor)
    context.close()
    wait_for_silence()
    assert visitor.complaints == []


def test_split_merge_and_undo(editor: Editor) -> None:
    page = editor.page
    redraw = editor.begin()
    editor.visitor.look("redraw-begin")
    editor.tool("按线分割")
    editor.tap(0.03, 1.2)
    editor.tap(0.97, 1.2)
    editor.say("完成绘制")
    expect(editor.rows()).to_have_count(3)
    check_sound(redraw)
    assert set(sizes(redraw)) == {FIRST, SECOND, THIRD}
    assert sizes(redraw)[THIRD] == pytest.approx(0.8, abs=0.05)
    editor.visitor.look("redraw-split")
    # A line that ends in the middle of a grid is refused, and says what to do.
    editor.tool("按线分割")
    editor.tap(1.3, 1.0)
    editor.tap(1.7, 1.0)
    editor.say("完成绘制")
    expect(page.locator("lh-redraw-say")).to_contain_text("从一侧边界画到另一侧边界")
    editor.say("关闭")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+z")
    expect(editor.rows()).to_have_count(2)
    editor.tool("重做")
    expect(editor.rows()).to_have_count(3)
    # Steps survive the page.
    page.reload()
    expect(editor.rows()).to_have_count(3)
    editor.tool("合并")
    editor.tap(0.5, 0.7)
    editor.tap(1.5, 1.2)
    expect(page.locator("lh-redraw-say")).to_contain_text("已选 2 个网格")
    editor.say("合并")
    expect(editor.rows()).to_have_count(2)
    check_sound(redraw)
    editor.tool("撤销")
    expect(editor.rows()).to_have_count(3)
    check_sound(redraw)


def test_a_shared_border_moves_in_both_grids(editor: Editor) -> None:
    page = editor.page
    redraw = editor.begin()
    before = sizes(redraw)
    editor.tool("移动边界")
    expect(page.locator(".vertex.rim")).to_have_count(2)
    expect(page.locator(".vertex.middle")).to_have_count(1)
    editor.visitor.look("redraw-move")
    editor.drag(page.locator(".vertex.middle"), editor.spot(1.3, 1.0))
    expect(page.locator(".vertex:not(.rim):not(.middle)")).to_have_count(1)
    check_sound(redraw)
    after = sizes(redraw)
    assert after[FIRST] == pytest.approx(before[FIRST] + 0.3, abs=0.05)
    assert after[FIRST] + after[SECOND] == pytest.approx(4.0)
    editor.visitor.shot("redraw-moved")
    # An end slides along the edge of the village, however it is dragged.
    south = page.locator(".vertex.rim").last
    editor.drag(south, editor.spot(0.6, -0.02))
    expect(page.locator("lh-redraw-tools").get_by_role("button", name="撤销")).to_be_enabled()
    page.wait_for_load_state("networkidle")
    check_sound(redraw)
    assert sizes(redraw)[FIRST] < after[FIRST]
    # By keys: one point, ten steps to the east.
    point_at = page.locator(".vertex:not(.rim):not(.middle)")
    point_at.focus()
    page.keyboard.press("Shift+ArrowRight")
    with page.expect_response(re.compile("/steps$")):
        page.keyboard.press("Enter")
    check_sound(redraw)
    expect(point_at).to_be_focused()
    with page.expect_response(re.compile("/steps$")):
        page.keyboard.press("Delete")
    expect(point_at).to_have_count(0)
    check_sound(redraw)


def test_draw_name_lock_and_keep_a_barrier(editor: Editor, town: World) -> None:
    page = editor.page
    redraw = editor.begin()
    editor.tool("画网格")
    for place in ((0.5, 0.6), (1.5, 0.6), (1.5, 1.4), (0.5, 1.4)):
        editor.tap(*place)
    editor.say("完成绘制")
    page.get_by_role("dialog").get_by_label("名称").fill("中心网格")
    editor.visitor.shot("redraw-ask")
    page.get_by_role("dialog").get_by_role("button", name="划出").click()
    expect(editor.rows()).to_have_count(3)
    check_sound(redraw)
    page.keyboard.press("Escape")
    chosen = page.locator("lh-redraw-chosen")
    expect(chosen.get_by_label("名称")).to_have_value("中心网格")
    if editor.visitor.width < 900:
        page.locator(".handle").click()
    chosen.get_by_role("button", name="锁定").click()
    expect(page.locator(".grids")).to_contain_text("中心网格（锁定）")
    editor.visitor.look("redraw-chosen")
    editor.tool("障碍线")
    editor.tap(0.2, 0.3)
    editor.tap(1.8, 0.3)
    editor.say("完成绘制")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("这是什么").select_option("river")
    dialog.get_by_role("button", name="保存").click()
    expect(page.locator("lh-redraw-barriers")).to_contain_text("河流")
    # Somebody else is faster: the second is told who, and sees what stands.
    first = next(a for a in redraw.areas.all() if a.name == FIRST)  # type: ignore[attr-defined]
    area_rename(redraw=redraw, key=str(first.pk), name="南网格", by=town.user("manager"))
    editor.tool("撤销")
    expect(page.locator("lh-redraw-say")).to_contain_text("关网办")
    expect(page.locator(".grids")).to_contain_text("南网格")
    shapes = [as_shapely(area.geom) for area in redraw.areas.all()]  # type: ignore[attr-defined]
    assert shapely.coverage_is_valid(shapes)


def test_a_proposal_is_one_step(editor: Editor) -> None:
    page = editor.page
    redraw = editor.begin()
    editor.tool("拟定")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("要求").select_option("k")
    dialog.get_by_label("数量").fill("50")
    editor.visitor.shot("redraw-propose")
    dialog.get_by_role("button", name="拟定").click()
    expect(page.locator("lh-redraw-say .bad")).to_contain_text("最多")
    editor.say("关闭")
    editor.tool("拟定")
    dialog.get_by_label("要求").select_option("k")
    dialog.get_by_label("数量").fill("3")
    dialog.get_by_role("button", name="拟定").click()
    expect(editor.rows()).to_have_count(3)
    check_sound(redraw)
    editor.visitor.look("redraw-proposed")
    editor.tool("撤销")
    expect(editor.rows()).to_have_count(2)
    check_sound(redraw)


def test_land_that_fits_nobody_is_given_from_the_list(editor: Editor, town: World) -> None:
    page = editor.page
    editor.visitor.go(f"{reverse('redraw-new')}?area=159901100202")
    editor.visitor.press("开始划分")
    expect(page.locator("lh-redraw-faults")).to_contain_text("不属于任何网格")
    if editor.visitor.width < 900:
        page.locator(".handle").click()
    editor.visitor.look("redraw-fault")
    page.get_by_label("这块土地划归").select_option(label="单独成为网格")
    expect(editor.rows()).to_have_count(2)
    expect(page.locator("lh-redraw-faults")).to_be_hidden()
    check_sound(Redraw.objects.get())
