"""A filled form keeps all that the office put into it: nothing but the cells of numbers changes."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from lxml import etree
from PIL import Image

from lib.errors import Refusal
from reports.forms import filled, form_keep, workbook

pytestmark = pytest.mark.django_db


def logo(kind: str) -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (40, 40), "#a3180f").save(out, kind)
    return out


def office_book() -> bytes:
    """A form with a stamp, a logo, a text box, rules, lists, merged heads and print settings."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("月报")
        head = book.add_format({"bold": True, "align": "center", "border": 1})
        sheet.merge_range("A1:D1", "联户工作月报", head)
        sheet.merge_range("A2:A3", "项目", head)
        sheet.write("A4", "登记诉求")
        sheet.write("B4", "{{登记诉求|本月}}", book.add_format({"num_format": "0.0", "border": 1}))
        sheet.write("C4", "说明：{{月份}}")
        sheet.write("A5", "合计")
        sheet.write_formula("B5", "=B4*2", None, 77)
        sheet.write_rich_string("A6", "负责", head, "盖章", "处")
        sheet.write("B7", "{{单位}}")
        sheet.set_column("A:A", 33.5)
        sheet.set_column("C:C", 7, None, {"hidden": True})
        sheet.set_row(3, 41)
        sheet.insert_image("D4", "logo.png", {"image_data": logo("PNG")})
        sheet.insert_image("D9", "stamp.jpg", {"image_data": logo("JPEG")})
        sheet.insert_textbox("F2", "单位盖章")
        sheet.insert_chart("F9", chart_of(book))
        sheet.conditional_format("B4:B5", {"type": "cell", "criteria": ">", "value": 1,
                                           "format": head})  # fmt: skip
        sheet.conditional_format("C4:C9", {"type": "data_bar", "data_bar_2010": True})
        sheet.data_validation("E4", {"validate": "list", "source": ["是", "否"]})
        sheet.add_sparkline("E5", {"range": "月报!B4:B5"})
        sheet.write_comment("A4", "按期内登记数")
        sheet.set_header("&C&G", {"image_center": "h.png", "image_data_center": logo("PNG")})
        sheet.set_landscape()
        sheet.set_paper(8)
        sheet.print_area("A1:D9")
        sheet.repeat_rows(0, 2)
        sheet.fit_to_pages(1, 0)
        sheet.freeze_panes(3, 1)
        book.add_worksheet("说明").write("A1", "不动")
    return out.getvalue()


def chart_of(book: Any) -> Any:
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=月报!$B$4:$B$5"})
    return chart


def parts(book: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        return {entry.filename: archive.read(entry) for entry in archive.infolist()}


def around(part: bytes) -> list[bytes]:
    """Everything of a sheet but its rows, in one spelling."""
    return [etree.tostring(child, method="c14n") for child in etree.fromstring(part)
            if etree.QName(child).localname != "sheetData"]  # fmt: skip


def kept_and_filled(world, file: bytes) -> bytes:
    form = form_keep(area=world.areas["T1"], name="联户月报", file=file, on=world.on,
                     by=world.user("manager"), unit="=甲镇网格办")  # fmt: skip
    return workbook(form, filled(form, month=world.on, current=world.on))


def test_pictures_rules_lists_and_print_settings_stay(world):
    before, after = office_book(), kept_and_filled(world, office_book())
    old, new = parts(before), parts(after)
    assert list(old) == list(new)
    touched = {name for name in old if old[name] != new[name]}
    main = {"xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"}
    assert "xl/worksheets/sheet1.xml" in touched
    assert touched <= main
    for name in main - {"xl/workbook.xml"}:
        assert around(old[name]) == around(new[name])
    assert len([name for name in new if name.startswith("xl/media/")]) == 3
    words = new["xl/worksheets/sheet1.xml"].decode()
    for kind in ("mergeCells", "conditionalFormatting", "dataValidations", "pageSetup", "drawing",
                 "legacyDrawingHF", "sparklineGroup", "cols"):  # fmt: skip
        assert f"<{kind}" in words or f":{kind}" in words, kind


def test_it_opens_with_numbers_as_numbers_and_texts_as_texts(world):
    sheet = openpyxl.load_workbook(io.BytesIO(kept_and_filled(world, office_book())))["月报"]
    assert (sheet["B4"].value, sheet["B4"].number_format) == (3, "0.0")
    assert sheet["C4"].value == f"说明：{world.on.year}年{world.on.month}月"
    assert sheet["B5"].value == "=B4*2"
    # A text that looks like a formula stays a text.
    assert (sheet["B7"].value, sheet["B7"].data_type) == ("=甲镇网格办", "s")
    assert sheet["A6"].value == "负责盖章处"
    assert [str(area) for area in sheet.merged_cells.ranges] == ["A1:D1", "A2:A3"]
    assert sheet.column_dimensions["A"].width == pytest.approx(33.5, abs=1)
    assert sheet.row_dimensions[4].height == pytest.approx(41, abs=1)
    assert sheet.print_area == "'月报'!$A$1:$D$9"
    results = openpyxl.load_workbook(
        io.BytesIO(kept_again(world)), data_only=True
    )["月报"]  # fmt: skip
    # The result of the empty form is no longer there to be taken for that of the filled one.
    assert results["B5"].value is None


def kept_again(world) -> bytes:
    form = form_keep(area=world.areas["T1"], name="另一张", file=office_book(), on=world.on,
                     by=world.user("manager"))  # fmt: skip
    return workbook(form, filled(form, month=world.on, current=world.on))


def test_a_cell_the_sheet_does_not_have_yet_comes_at_its_place(world):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("月报")
        sheet.write("A2", "登记诉求")
        sheet.write("D2", "备注")
        sheet.write("C9", "未结诉求")
    sheet = openpyxl.load_workbook(io.BytesIO(kept_and_filled(world, out.getvalue())))["月报"]
    assert [cell.value for cell in sheet[2]] == ["登记诉求", 3, None, "备注"]
    assert isinstance(sheet["D9"].value, int)


def test_a_workbook_with_macros_is_refused(world):
    out = io.BytesIO(office_book())
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")
    with pytest.raises(Refusal) as refused:
        kept_and_filled(world, out.getvalue())
    assert refused.value.field == "file"
