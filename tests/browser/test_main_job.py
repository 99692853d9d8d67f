"""The main job as a township office does it: load a list, see the gap, name contacts.

The workbook is made here by hand, in GCJ-02, with a title row, a note row and rows that cannot
be loaded.
"""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect

from households.models import Household
from lib.datum import from_wgs84, parse_crs
from tests.browser.conftest import Visitor
from tests.people import World
from tests.shapes import ORIGIN, STEP

GOOD = [
    ("云上甲", "13900010001", "甲一村东街21号", 1.5, 0.5, "独居"),
    ("云上乙", "13900010002", "甲一村东街22号", 1.6, 0.6, ""),
    ("云上丙", "13900010003.0", "甲一村东街23号", 1.4, 1.4, "残疾(肢体2级)、独居"),
]


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """Three good rows and two bad ones, as an office would send them."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "入户台账"
    sheet.append(["甲一村入户摸排台账"])
    sheet.merge_cells("A1:H1")
    sheet.append(
        ["户主姓名", "联系电话", "家庭住址", "所在网格编码", "经度", "纬度", "困难类型", "身份证号"]
    )
    sheet.append(["填写说明：如实填写", "", "", "", "", "", "", ""])
    crs = parse_crs("gcj02")
    for head, phone, address, x, y, needs in GOOD:
        lon, lat = from_wgs84(crs, [ORIGIN[0] + x * STEP], [ORIGIN[1] + y * STEP])
        sheet.append(
            [head, phone, address, "159901100201002", round(float(lon[0]), 7),
             round(float(lat[0]), 7), needs, "000000190001010000"]
        )  # fmt: skip
    sheet.append(["云上丁", "1390001", "甲一村东街24号", "159901100201002", "", "", "", ""])
    sheet.append(["云上戊", "13900010005", "甲一村东街25号", "159901999999999", "", "", "", ""])
    path = tmp_path / "甲一村台账.xlsx"
    book.save(path)
    return path


def headline(visitor: Visitor) -> int:
    """The number the page opens with, once it has come."""
    number = visitor.page.locator("lh-headline .headline-number")
    expect(number).to_have_text(re.compile(r"^[\d,]+$"))
    return int(number.inner_text().replace(",", ""))


def test_a_list_becomes_a_gap_on_the_map_and_the_gap_falls(
    visitor: Visitor, town: World, workbook: Path
):
    page = visitor.page
    visitor.sign_in("manager")
    before = headline(visitor)

    page.goto(f"{visitor.base}/import/")
    visitor.check_access()
    visitor.fits()
    visitor.shot("import-empty")
    page.set_input_files("input[type=file]", workbook)
    page.select_option("select[name=crs]", "gcj02")
    page.get_by_role("button", name="读取文件").click()

    expect(page.get_by_role("heading", name="导入后的变化")).to_be_visible()
    expect(page.locator(".sum-new dd")).to_have_text("3")
    expect(page.locator(".sum-bad dd")).to_have_text("2")
    expect(page.get_by_text("身份证号", exact=True)).to_be_visible()
    errors = page.locator("section[aria-labelledby=errors] tbody tr.error")
    expect(errors).to_have_count(2)
    expect(errors.nth(0)).to_contain_text("B7")
    expect(errors.nth(1)).to_contain_text("D8")
    visitor.check_access()
    visitor.fits()
    visitor.shot("import-check")
    with page.expect_download() as download:
        page.get_by_role("link", name="下载标注错误的工作簿").first.click()
    assert download.value.suggested_filename == "甲一村台账（错误已标注）.xlsx"

    page.get_by_role("button", name="导入无误的 3 行").click()
    expect(page.get_by_role("heading", name="已写入")).to_be_visible()
    visitor.shot("import-done")
    loaded = Household.objects.get(head_name="云上甲")
    assert loaded.location is not None
    assert loaded.location.x == pytest.approx(ORIGIN[0] + 1.5 * STEP, abs=1e-6)
    assert loaded.location.y == pytest.approx(ORIGIN[1] + 0.5 * STEP, abs=1e-6)

    page.get_by_role("link", name="去看地图").click()
    page.wait_for_load_state("networkidle")
    assert headline(visitor) == before + 3
    visitor.check_access()
    visitor.fits()
    visitor.shot("map")

    village = str(town.areas["V1"].pk)
    page.goto(f"{visitor.base}/?sel={village}&open=gap")
    rows = page.locator("lh-gap-panel ul.households > li")
    expect(rows.first).to_be_visible()
    for name in ("云上甲", "云上乙"):
        rows.filter(has_text=name).get_by_role("checkbox").check()
    visitor.check_access()
    visitor.shot("gap-list")
    page.get_by_role("button", name="为 2 户指定联系人").click()
    page.get_by_role("radio", name=re.compile("舒支书")).check()
    visitor.check_access()
    visitor.shot("candidates")
    page.get_by_role("button", name=re.compile("舒支书.*2 户")).click()
    expect(page.get_by_role("button", name="撤销").first).to_be_visible()
    visitor.shot("named")
    page.goto(visitor.base)
    page.wait_for_load_state("networkidle")
    assert headline(visitor) == before + 1
    linked = Household.objects.get(head_name="云上甲").links.get()
    assert linked.post.person.name == "舒支书"
