"""One matter from the visit that raised it to the month's form: nothing is typed a second time."""

from __future__ import annotations

import io
import re
from pathlib import Path

import openpyxl
from playwright.sync_api import expect

from casework.models import Contact, Issue
from tests.browser.conftest import Visitor
from tests.people import World

#: What the office's own workbook asks for, by cell.
FORM = {
    "A1": "联户工作月报（{{月份}}）", "A2": "单位：{{单位}}",
    "A3": "走访", "B3": "{{走访次数|本月}}", "C3": "{{走访次数|累计}}",
    "A4": "登记诉求", "B4": "{{登记诉求|本月}}", "C4": "{{登记诉求|累计}}",
    "A5": "未结诉求", "B5": "{{未结诉求}}",
    "A6": "填报人：{{填报人}}", "B6": "审核人：{{审核人}}", "C6": "{{日期}}",
}  # fmt: skip


def as_somebody(visitor: Visitor, login: str) -> None:
    """The device is handed to somebody else."""
    visitor.page.context.clear_cookies()
    visitor.sign_in(login)


def test_what_a_visit_raised_is_in_the_form_at_the_end_of_the_month(
    visitor: Visitor, town: World, tmp_path: Path
) -> None:
    page = visitor.page
    zhao = town.households["zhao"]
    visitor.sign_in("worker")
    visitor.go(f"/households/{zhao.pk}/")
    page.get_by_role("link", name="记录联系").first.click()
    page.locator(".tap", has_text="走访").click()
    page.locator(".tap", has_text="已联系").click()
    page.fill("#id_note", "院门口自来水管冻裂")
    page.locator(".further summary").click()
    page.fill("#id_matter_title", "自来水管冻裂")
    page.select_option("#id_matter_subject", "utilities")
    visitor.press("保存联系")
    issue = Issue.objects.get(title="自来水管冻裂")
    assert (issue.household, issue.contact) == (zhao, Contact.objects.get())
    here = f"/issues/{issue.pk}/"

    as_somebody(visitor, "manager")
    visitor.go(here)
    visitor.press("受理")
    page.locator(".next select").select_option(label="方格县水利局")
    visitor.press("派单")

    as_somebody(visitor, "clerk")
    visitor.go(here)
    # The department sees the matter, not the household's file.
    expect(page.get_by_role("link", name=zhao.head_name)).to_have_count(0)
    visitor.press("签收")
    visitor.press("开始办理")
    page.locator(".next").get_by_label("已解决", exact=True).check()
    page.locator(".next textarea").fill("已更换水管")
    visitor.press("提交办结")

    as_somebody(visitor, "manager")
    visitor.go(here)
    page.locator(".next").get_by_label("不满意", exact=True).check()
    page.locator(".next textarea").fill("接口还在漏")
    visitor.press("记录回访")
    expect(page.locator(".matter-state")).to_contain_text("重办")
    visitor.look("daily-reopened")

    visitor.go("/forms/")
    page.get_by_label("报表名称").fill("联户工作月报")
    page.get_by_label("填报单位").fill("甲镇网格办")
    page.get_by_label("填报人").fill("关网办")
    page.get_by_label("审核人").fill("林乡领")
    page.locator("input[type=file]").set_input_files(workbook(tmp_path / "月报.xlsx"))
    page.locator("form .button.primary").click()
    page.wait_for_load_state("networkidle")
    visitor.look("daily-form")
    opened = every_number_opens(visitor)
    with page.expect_download() as started:
        page.get_by_role("link", name="填好并下载").click()
    filled = Path(started.value.path()).read_bytes()
    sheet = openpyxl.load_workbook(io.BytesIO(filled)).active
    assert sheet is not None
    # One visit, and of the town's matters this one beside those it began with.
    assert (sheet["B3"].value, sheet["C3"].value) == (1, 1)
    seen = Issue.objects.filter(path__startswith=town.areas["T1"].path)
    assert sheet["B5"].value == seen.count() == opened["未结诉求"]
    assert sheet["C6"].value == town.on.isoformat()


def workbook(file: Path) -> Path:
    """The office's workbook with names of indicators in its cells."""
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    for cell, text in FORM.items():
        sheet[cell] = text
    kept = io.BytesIO()
    made.save(kept)
    file.write_bytes(kept.getvalue())
    return file


def every_number_opens(visitor: Visitor) -> dict[str, int]:
    """Follow each number of the form and count the rows behind it; the numbers by their names."""
    page = visitor.page
    form = page.url
    rows = page.locator("table.counts tbody tr", has=page.locator("a.num"))
    numbers = [
        (
            row.locator("td").first.inner_text(),
            row.locator("a.num").first.get_attribute("href") or "",
            int(row.locator("a.num").first.get_attribute("data-n") or "-1"),
        )
        for row in rows.all()
    ]
    assert numbers
    for name, address, n in numbers:
        visitor.go(address)
        told = page.locator(".how-many").inner_text()
        found = re.search(r"\d+", told)
        assert found and int(found[0]) == n, (name, told)
    page.goto(form)
    return {name: n for name, _address, n in numbers}
