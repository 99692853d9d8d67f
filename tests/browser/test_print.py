"""The print view in a real browser: sheets on the screen, and the PDF a printer would get."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD, Visitor
from tests.people import HOUSEHOLDS, World
from tests.shapes import point

POINTS = 72 / 25.4
PAPERS = {"a4": (297, 210), "a3": (420, 297)}
VILLAGE = "159901100201"


def open_print(visitor: Visitor, login: str, query: str) -> None:
    """Sign in, open the print view and wait until everything is drawn."""
    visitor.sign_in(login)
    visitor.page.goto(f"{visitor.base}/print/{query}")
    expect(visitor.page.locator(".sheets")).to_have_attribute("aria-busy", "false")
    expect(visitor.page.locator(".paper-names text").first).to_be_attached()


def found(pattern: str, text: str) -> tuple[str, ...]:
    """The groups of a pattern that must be there."""
    match = re.search(pattern, text)
    assert match, text
    return match.groups()


def pages_of(visitor: Visitor) -> list[tuple[float, float]]:
    """Width and height in millimetres of the pages Ctrl-P would print, on the page's own paper."""
    body = visitor.page.pdf(prefer_css_page_size=True, print_background=True)
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", body)
    return [(float(width) / POINTS, float(height) / POINTS) for width, height in boxes]


def printed_text(visitor: Visitor) -> list[str]:
    """The words on each sheet, and what else paper would show."""
    page = visitor.page
    page.emulate_media(media="print")
    assert (
        not page.locator(".bar, .preview-hint, .map-buttons, #failure").filter(visible=True).count()
    )
    texts = page.locator(".sheet").evaluate_all(
        "all => all.map((e) => e.innerText + e.textContent)"
    )
    page.emulate_media(media="null")
    return texts


@pytest.mark.parametrize("paper", PAPERS)
def test_a_leader_prints_the_map_and_the_list(visitor: Visitor, paper: str):
    open_print(visitor, "leader", f"?paper={paper}&sel={VILLAGE}")
    visitor.check_access()
    visitor.fits()
    visitor.shot(f"print-{paper}")
    first, second = printed_text(visitor)
    for said in (
        "东方镇 · 应联未联（按村）",
        "图例",
        "北",
        "比例尺",
        "数据日期",
        "林乡领",
        "第 1 页 / 共 2 页",
    ):
        assert said in first, said
    for said in (
        "甲一村",
        "甲二嘎查",
        "甲一村第一网格",
        "合计",
        "有余额未指定",
        "第 2 页 / 共 2 页",
    ):
        assert said in second, said
    assert not [row[1] for row in HOUSEHOLDS if row[1] in first + second]
    pages = pages_of(visitor)
    assert len(pages) == 2
    for page in pages:
        assert page == pytest.approx(PAPERS[paper], abs=0.5)


def test_the_list_says_the_same_in_the_same_order_as_the_map(visitor: Visitor):
    open_print(visitor, "manager", "?measure=linked_rate")
    page = visitor.page
    rows = page.locator(".sheet tbody tr:not(.sum) td.text:nth-child(2)").all_inner_texts()
    page.goto(f"{visitor.base}/?measure=linked_rate")
    listed = page.locator("lh-area-list .area-name")
    expect(listed.first).to_be_attached()
    assert [re.sub(r"\s", "", row) for row in rows] == [
        re.sub(r"\s", "", name) for name in listed.all_inner_texts()
    ]


def test_the_columns_speak_chinese_and_leave_the_reasons_most_room(visitor: Visitor):
    open_print(visitor, "manager", "")
    heads = visitor.page.locator(".sheet th")
    words = [re.sub(r"\s", "", text) for text in heads.all_inner_texts()]
    assert words[6:8] == ["岗位空缺个", "未结诉求件"]
    widths = heads.evaluate_all("all => all.map((e) => e.offsetWidth)")
    assert max(widths) == widths[-1]


def test_black_and_white_is_told_by_patterns(visitor: Visitor):
    open_print(visitor, "manager", "?ink=mono")
    page = visitor.page
    visitor.shot("print-mono")
    shades = page.evaluate(
        """() => [...document.querySelectorAll('.paper-legend canvas')].map((c) => {
          const data = c.getContext('2d').getImageData(6, 6, c.width - 12, c.height - 12).data;
          let dark = 0, coloured = 0;
          for (let i = 0; i < data.length; i += 4) {
            if (data[i] < 128) dark += 4;
            if (data[i] !== data[i + 1] || data[i] !== data[i + 2]) coloured += 1;
          }
          return [dark / data.length, coloured];
        })"""
    )
    assert [coloured for _dark, coloured in shades] == [0] * len(shades)
    darkness = [dark for dark, _coloured in shades]
    assert all(b - a > 0.03 for a, b in pairwise(darkness)), darkness


@pytest.mark.parametrize("ink", ["colour", "mono"])
def test_no_word_of_a_legend_leans_on_a_colour(visitor: Visitor, ink: str):
    visitor.sign_in("manager")
    legend = visitor.page.locator(".paper-legend")
    for query in ("", f"&sel={VILLAGE}", "&level=household", "&level=household&at=45.01,120.02,15"):
        visitor.page.goto(f"{visitor.base}/print/?ink={ink}{query}")
        expect(visitor.page.locator(".sheets")).to_have_attribute("aria-busy", "false")
        assert not re.search("[红橙黄绿蓝紫灰色]", legend.inner_text()), legend.inner_text()
        paints = legend.locator(".symbol *").evaluate_all(
            "all => all.flatMap((e) => [getComputedStyle(e).fill, getComputedStyle(e).stroke])"
        )
        hues = {paint for paint in paints if len(set(re.findall(r"\d+", paint))) > 1}
        assert not (ink == "mono" and hues), hues


def test_the_scale_bar_is_as_long_as_it_says(visitor: Visitor):
    open_print(visitor, "manager", "?at=45.01000,120.02000,13&paper=a4")
    bar = visitor.page.locator(".scale-bar").evaluate("e => parseFloat(getComputedStyle(e).width)")
    words = visitor.page.locator(".paper-scale").inner_text()
    number, unit = found(r"([\d.,]+)\s*(米|公里)", words)
    metres = float(number.replace(",", "")) * (1000 if unit == "公里" else 1)
    ratio = int(found(r"1 : ([\d,]+)", words)[0].replace(",", ""))
    assert metres / ratio == pytest.approx(bar / 96 * 0.0254, rel=0.06)


def test_the_place_chosen_on_the_sheet_goes_along(visitor: Visitor):
    open_print(visitor, "manager", "?measure=overdue&paper=a4")
    page = visitor.page
    before = page.locator(".paper-scale").inner_text()
    page.get_by_role("button", name="放大").click()
    expect(page.locator(".paper-scale")).not_to_have_text(before, use_inner_text=True)
    assert re.search(r"measure=overdue&at=[\d.,]+&paper=a4&ink=colour", page.url)
    [place] = found(r"at=([\d.,]+)", page.url)
    page.get_by_role("link", name="A3").click()
    expect(page.locator(".sheets")).to_have_attribute("aria-busy", "false")
    assert place in page.url.replace("%2C", ",")
    page.get_by_role("link", name="回到地图").click()
    expect(page.locator("lh-headline .headline-number")).to_be_visible()
    assert place in page.url.replace("%2C", ",")


def test_it_says_why_there_is_nothing_to_print(visitor: Visitor):
    visitor.sign_in("manager")
    visitor.page.goto(f"{visitor.base}/print/?area=159901101")
    expect(visitor.page.get_by_role("alert")).to_be_visible()
    visitor.complaints[:] = [c for c in visitor.complaints if "status of 404" not in c]


def test_a_worker_sees_symbols_and_no_name(visitor: Visitor):
    open_print(visitor, "worker", "?level=household")
    text = visitor.page.locator(".sheets").inner_text()
    assert "有联系人" in text
    assert not [row[1] for row in HOUSEHOLDS if row[1] in text]
    visitor.shot("print-households")


def test_signing_in_leads_back_to_the_sheets(visitor: Visitor):
    page = visitor.page
    page.goto(f"{visitor.base}/print/?paper=a3&measure=overdue")
    page.fill("input[name=login]", "leader")
    page.fill("input[name=password]", PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.locator(".sheets")).to_have_attribute("aria-busy", "false")
    assert "paper=a3" in page.url


def test_the_sheet_shows_matters_and_what_its_symbols_mean(visitor: Visitor):
    open_print(visitor, "manager", "?level=household")
    legend = visitor.page.locator(".paper-legend")
    expect(legend).to_contain_text("未结、逾期诉求（公共地点）")
    for name in ("outside", "plate", "linked", "unlinked"):
        expect(legend.locator(f".home-{name}").first).to_be_attached()
    expect(visitor.page.locator(".leaflet-matters-pane canvas")).to_be_attached()
    visitor.page.goto(f"{visitor.base}/print/?level=household&hide=issues")
    expect(visitor.page.locator(".sheets")).to_have_attribute("aria-busy", "false")
    expect(legend).not_to_contain_text("诉求")
    expect(visitor.page.locator(".leaflet-matters-pane canvas")).not_to_be_attached()


def test_the_keys_for_printing_lead_from_the_map_to_the_sheets(visitor: Visitor):
    visitor.sign_in("manager")
    page = visitor.page
    page.goto(f"{visitor.base}/?measure=linked_rate&sel={VILLAGE}")
    expect(page.locator("lh-headline .headline-number")).to_be_attached()
    page.keyboard.press("Control+p")
    expect(page.locator(".sheets")).to_have_attribute("aria-busy", "false")
    assert "measure=linked_rate" in page.url
    assert f"sel={VILLAGE}" in page.url


def test_the_map_page_itself_prints_no_number(visitor: Visitor):
    visitor.sign_in("manager")
    page = visitor.page
    page.goto(f"{visitor.base}/")
    expect(page.locator("lh-headline .headline-number")).to_be_attached()
    page.emulate_media(media="print")
    assert page.locator("body").inner_text().strip().endswith("/print/")
    expect(page.locator("#map")).to_be_hidden()
    page.emulate_media(media="null")


def test_a_unit_without_an_outline_is_a_pin_with_its_name(visitor: Visitor, town: World):
    unit = town.areas["U121"]
    unit.location, unit.located_on = point(1.5, 1.0), town.on
    unit.save()
    open_print(visitor, "manager", "?area=159901100201002&ink=mono")
    expect(visitor.page.locator(".paper-legend")).to_contain_text("无边界的联户单元")
    names = visitor.page.locator(".paper-names text").all_text_contents()
    assert "甲一村第二网格单元" in names
    visitor.shot("print-unit-pin")
