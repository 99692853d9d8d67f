"""Monthly forms and the text for a chat."""

from __future__ import annotations

import io
import re

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import AccessLog
from lib.errors import Refusal
from reports.forms import form_keep
from reports.indicators import registry
from reports.measures import Value, quotient
from reports.models import Form
from reports.snapshots import snapshots_write
from reports.text import plain_text

pytestmark = pytest.mark.django_db


def book(cells: dict[str, str], *, merged: str = "") -> bytes:
    """A workbook as an office has it: a sheet 月报 with these cells."""
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = "月报"
    for cell, text in cells.items():
        sheet[cell] = text
    if merged:
        sheet.merge_cells(merged)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


CELLS = {
    "A1": "联户工作月报", "A2": "单位：{{单位}}　{{月份}}", "A4": "登记诉求",
    "B4": "{{登记诉求|本月}}", "C4": "{{登记诉求|累计}}", "A5": "甲一村", "B5": "{{应联户}}",
    "A6": "联户率", "B6": "{{联户率}}", "A7": "办结率", "B7": "{{办结率}}",
    "A8": "填报人：{{填报人}}", "B8": "审核人：{{审核人}}", "C8": "{{日期}}",
}  # fmt: skip


def keep(world, cells: dict[str, str], **more) -> Form:
    return form_keep(
        area=world.areas["T1"], name="联户月报", file=book(cells, merged="A1:C1"), on=world.on,
        by=world.user("manager"), filled_by="关网办", checked_by="林乡领", unit="甲镇网格办", **more,
    )  # fmt: skip


def test_it_comes_back_filled_and_every_number_opens(world, as_user):
    cells = {**CELLS, "B5": "{{应联户|本月|" + world.areas["V1"].name + "}}"}
    form = keep(world, cells)
    client = as_user("manager")
    answer = client.get(f"/forms/{form.pk}/file/")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))["月报"]
    assert sheet["A1"].value == "联户工作月报"
    assert [str(area) for area in sheet.merged_cells.ranges] == ["A1:C1"]
    assert sheet["A2"].value == f"单位：甲镇网格办　{world.on.year}年{world.on.month}月"
    assert (sheet["B4"].value, sheet["C4"].value) == (3, 3)
    # 赵、钱、孙、李、冯 live in the first village.
    assert sheet["B5"].value == 5
    assert re.fullmatch(r"\d+\.\d%", sheet["B6"].value)
    assert sheet["B7"].value in ("", None)
    assert sheet["A8"].value == "填报人：关网办"
    assert sheet["C8"].value == world.on.isoformat()
    page = client.get(f"/forms/{form.pk}/").content.decode()
    for href, n in re.findall(r'<a class="num" href="([^"]+)" data-n="(\d+)"', page):
        rows = client.get(href.replace("&amp;", "&")).content.decode()
        assert int(re.search(r'how-many" role="status">\D*(\d+)', rows)[1]) == int(n), href


def test_names_that_mean_nothing_are_listed_with_sheet_and_cell(world):
    with pytest.raises(Refusal) as refused:
        keep(world, {"B2": "{{受理诉求}}", "C3": "{{办结諾求}}", "D4": "{{办结率|本月|月球}}"})
    assert "月报 C3" in refused.value.sentence
    assert "月报 D4" in refused.value.sentence
    assert "B2" not in refused.value.sentence
    assert not Form.objects.exists()


def test_plain_names_fill_the_empty_cell_beside_them(world):
    form = keep(world, {"A2": "未结诉求", "C2": "备注", "A3": "户数", "B3": "已有数"})
    assert [(cell["cell"], cell["key"]) for cell in form.cells] == [("B2", "issues_open")]


def test_what_was_typed_is_kept_where_the_form_is_refused(world, as_user):
    sent = {
        "name": "联户月报",
        "unit": "甲镇网格办",
        "file": SimpleUploadedFile("a.xlsx", b"PK no"),
    }
    answer = as_user("manager").post("/forms/", sent)
    assert answer.status_code == 400
    assert 'value="甲镇网格办"' in answer.content.decode()


def test_nobody_else_has_it(world, as_user):
    form = keep(world, CELLS | {"B5": "{{重点关爱户}}"})
    for user in ("outsider", "leader", "worker"):
        for page in ("", "file/"):
            assert as_user(user).get(f"/forms/{form.pk}/{page}").status_code == 404


def test_needs_that_leave_are_in_the_access_log(world, as_user):
    form = keep(world, {"B2": "{{重点关爱户}}"})
    as_user("manager").get(f"/forms/{form.pk}/file/")
    assert AccessLog.objects.filter(action="form", field_class="P3", rows=1).exists()


def test_the_text_holds_no_count_from_one_to_four_and_no_name(world, as_user):
    snapshots_write(on=world.on, current=world.on)
    for user in ("manager", "leader"):
        page = as_user(user).get("/dashboard/text/").content.decode()
        text = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.S)[1]
        assert "少于5" in text
        numbers = re.findall(r"[^\d.](\d+)(?:户|件|人|个|次|场|张)", text)
        assert not {"1", "2", "3", "4"} & set(numbers), text
        for household in world.households.values():
            assert household.head_name not in text


def test_the_text_leaves_out_a_share_that_gives_a_small_count_away(world):
    one = registry()["close_rate"]
    for part, whole in ((3, 10), (8, 10), (2, 3)):
        value = Value(one, quotient(part, whole), part, whole)
        assert "办结率" not in plain_text("甲镇", {"close_rate": value}, on=world.on)
    value = Value(one, quotient(7, 14), 7, 14)
    assert "办结率50.0%" in plain_text("甲镇", {"close_rate": value}, on=world.on)
