"""Sheets read as forms: headers, rows that are data, what never leaves the reader."""

import datetime as dt
import io

import openpyxl
import pytest

from grids.forms import STAFF
from grids.importing.area_files import AREAS
from households.forms import HOUSEHOLDS, NEEDS
from lib.families import fold_members
from lib.headers import Joined, recognise
from lib.marked import errors_workbook
from lib.sandbox import UnreadableFile
from lib.tabular import MASK, Field, Form, Problem, holds_id_number, read_table, read_workbook

PLACE = Form(
    "place",
    (
        Field("name", ("姓名", "户主"), required=True),
        Field("phone", ("电话", "联系电话"), kind="phone"),
        Field("area", ("网格编码",), kind="code"),
        Field("lon", ("经度", "X"), kind="coordinate"),
        Field("note", ("说明文字",)),
    ),
)
# Invented, with a right check digit.
ID = "11010119900307723X"


def book(*sheets, merges=()):
    """The bytes of an .xlsx: lists of rows, merged ranges on the first sheet."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for number, rows in enumerate(sheets, start=1):
        page = made.create_sheet(f"表{number}")
        for row in rows:
            page.append(row)
        if number == 1:
            for area in merges:
                page.merge_cells(area)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def csv(text, encoding="utf-8"):
    return text.encode(encoding)


def test_headers_are_known_by_synonyms_stars_brackets_and_spaces():
    rows = [["*姓 名（必填）", "联系\n电话", "网格编码【15位】", "Ｘ(经度)"], ["甲", "1", "2", "3"]]
    table = read_table(book(rows), PLACE)
    assert table.columns == {"name": ["甲"], "phone": ["1"], "area": ["2"], "lon": ["3"]}
    assert table.row == [2]
    assert table.column_of("表1", "area") == "C"


def test_the_better_header_is_read_and_equal_ones_are_an_error():
    headers = [Joined(("户主",)), Joined(("姓名",)), Joined(("电话",)), Joined(("电话",))]
    mapping = recognise(headers, PLACE)
    assert mapping.fields == {"name": 1, "phone": 2}
    assert mapping.duplicates == ["phone"]
    assert [c.letter for c in mapping.unmatched] == ["A", "D"]


def test_a_sub_header_counts_only_below_a_neutral_heading():
    rows = [
        ["户主信息", None, "配偶", None],
        ["姓名", "电话", "姓名", "电话"],
        ["甲", "1", "乙", "2"],
    ]
    table = read_table(book(rows, merges=["A1:B1", "C1:D1"]), PLACE)
    assert table.columns == {"name": ["甲"], "phone": ["1"]}
    assert table.row == [3]


def test_group_headings_of_a_csv_reach_over_their_sub_headers():
    table = read_table(csv("户主,位置,\n,经度,纬度\n甲,122.9,46.7\n"), PLACE)
    assert table.columns == {"name": ["甲"], "lon": ["122.9"]}


def test_columns_can_be_named_by_header_or_letter():
    rows = [["名字", "电话", "备用"], ["甲", "1", "x"]]
    assert read_table(book(rows), PLACE, overrides={"name": "名字"}).columns["name"] == ["甲"]
    named = read_table(book(rows), PLACE, overrides={"name": "A", "note": "c"})
    assert named.columns == {"phone": ["1"], "name": ["甲"], "note": ["x"]}


@pytest.mark.parametrize("overrides", [{"nobody": "A"}, {"note": "没有这列"}])
def test_a_named_column_must_exist(overrides):
    with pytest.raises(ValueError, match=r"nobody|没有这列"):
        read_table(book([["姓名", "电话"], ["甲", "1"]]), PLACE, overrides=overrides)


def test_a_named_column_may_not_be_excluded_content():
    with pytest.raises(ValueError, match="民族"):
        read_table(
            book([["姓名", "电话", "民族"], ["甲", 1, 2]]), PLACE, overrides={"note": "民族"}
        )


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("身份证号", "identity"),
        ("公民身份号码", "identity"),
        ("户主证件号码", "identity"),
        ("民 族", "ethnicity"),
        ("宗教信仰", "religion"),
        ("政治面貌", "politics"),
        ("是否党员", "politics"),
        ("是否信访户", "petition"),
        ("重点人员类别", "police"),
        ("管控等级", "police"),
        ("刑满释放", "police"),
        ("吸毒人员", "police"),
        ("社区矫正", "police"),
        ("残疾证号", "disability_card"),
        ("一卡通账号", "account"),
        ("文明积分", "score"),
    ],
)
def test_excluded_columns_are_named_and_their_content_is_gone(header, reason):
    table = read_table(book([["姓名", "电话", header], ["甲", "1", "秘密"]]), PLACE)
    assert [(s.column, s.header, s.reason) for s in table.skipped] == [("C", header, reason)]
    assert table.skipped[0].reason_text
    assert "秘密" not in repr(table)


@pytest.mark.parametrize("header", ["户主（须与身份证一致）", "姓名(不填身份证号)"])
def test_a_remark_about_id_numbers_excludes_nothing(header):
    assert read_table(book([[header, "电话"], ["甲", "1"]]), PLACE).columns["name"] == ["甲"]


@pytest.mark.parametrize("header", ["重点关爱户", "残疾类别", "网格类型", "备注", "重点人家"])
def test_other_columns_are_only_listed(header):
    table = read_table(book([["姓名", "电话", header], ["甲", "1", "x"]]), PLACE)
    assert table.skipped == []
    assert [c.header for c in table.sheets[0].columns if not c.field] == [header]


def test_a_column_full_of_id_numbers_is_skipped_whatever_its_header():
    table = read_table(book([["姓名", "电话", "其它"], ["甲", "1", ID], ["乙", "2", ID]]), PLACE)
    assert [(s.column, s.reason) for s in table.skipped] == [("C", "identity")]
    assert ID not in repr(table)


def test_an_id_number_in_a_cell_is_an_error_and_is_masked():
    rows = [
        ["姓名", "电话", "说明文字", "备注"],
        ["甲", "1", f"证{ID}", None],
        ["乙", "2", None, ID],
    ]
    rows += [["丙", "3", None, "x"], ["丁", "4", None, "y"]]
    table = read_table(book(rows), PLACE)
    assert [(p.row, p.column, p.field, p.value) for p in table.problems] == [(2, "C", "note", MASK)]
    assert ID not in repr(table)


def test_a_unit_code_or_serial_is_no_id_number():
    assert holds_id_number(ID)
    assert holds_id_number(float("152223198001011000"))
    assert not holds_id_number("152223100021001001")
    assert not holds_id_number("152223200210100101", checked=True)
    assert not holds_id_number(13800001234.0)


def test_merged_cells_fill_down_only_inside_their_range():
    rows = [
        ["姓名", "电话", "说明文字"],
        ["甲", "1", "东村"],
        ["乙", "2"],
        ["丙", "3"],
        ["丁", "4"],
    ]
    table = read_table(book(rows, merges=["C2:C4"]), PLACE)
    assert table.columns["note"] == ["东村", "东村", "东村", ""]


def test_rows_that_are_no_data_are_dropped_with_their_numbers():
    rows = [
        ["某镇台账"],
        ["姓名", "电话", "说明文字"],
        ["例：张三", "11位", None],
        [],
        ["甲", "1", None],
        ["小 计", 1, None],
        ["乙", "2", None],
        [None, "合计", 2],
        ["填表人：某某", None, "审核人：某某"],
        ["制表日期：2026年1月"],
    ]
    table = read_table(book(rows), PLACE)
    assert (table.columns["name"], table.row) == (["甲", "乙"], [5, 7])
    dropped = [(d.row, d.reason) for d in table.dropped]
    assert dropped == [
        (1, "title"), (3, "note"), (6, "total"), (8, "total"), (9, "signature"), (10, "signature"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["合计明", "总计", "备注宝", "经办喜", "如意", "单位", "例外生"])
def test_odd_names_are_data_unless_they_are_the_very_word(name):
    table = read_table(book([["姓名", "电话"], [name, "1"], ["乙", "2"]]), PLACE)
    assert (name in table.columns["name"]) == (name != "总计")


def test_all_visible_sheets_with_a_header_are_read_and_the_rest_reported():
    header = ["姓名", "电话"]
    made = openpyxl.load_workbook(
        io.BytesIO(book([header, ["甲", 1]], [["随便"], ["什么"]], [["电话", "姓名"], [2, "乙"]]))
    )
    made.create_sheet("空")
    hidden = made.create_sheet("藏")
    hidden.append(header)
    hidden.sheet_state = "hidden"
    made.create_sheet("刑满释放人员").append(header)
    out = io.BytesIO()
    made.save(out)
    table = read_table(out.getvalue(), PLACE)
    assert table.columns == {"name": ["甲", "乙"], "phone": [1.0, 2.0]}
    assert table.sheet == ["表1", "表3"]
    reasons = {item.sheet: item.reason for item in table.left_out}
    assert reasons == {
        "表2": "no_header", "空": "empty", "藏": "hidden", "刑满释放人员": "excluded",
    }  # fmt: skip
    assert all(item.reason_text for item in table.left_out)


def test_a_missing_required_column_is_a_problem_of_the_header_row():
    table = read_table(book([["电话", "经度"], ["1", "2"]]), PLACE)
    assert [(p.row, p.field) for p in table.problems] == [(1, "name")]


def test_no_known_header_at_all_is_refused():
    with pytest.raises(ValueError, match="姓名"):
        read_table(book([["甲", "乙"], [1, 2]]), PLACE)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_in_every_usual_encoding(encoding, delimiter):
    text = f"姓名{delimiter}电话\r\n包某{delimiter}13800001234\r\n"
    table = read_table(csv(text, encoding), PLACE)
    assert table.columns == {"name": ["包某"], "phone": ["13800001234"]}


def test_dates_stay_dates():
    made = book([["姓名", "电话"], ["甲", dt.datetime(2024, 9, 4)], ["乙", dt.date(2024, 9, 5)]])
    cells = read_table(made, PLACE).columns["phone"]
    assert [str(cell)[:10] for cell in cells] == ["2024-09-04", "2024-09-05"]
    assert all(isinstance(cell, dt.date) for cell in cells)


def test_the_table_as_rows():
    table = read_table(book([["姓名", "电话"], ["甲", "1"], ["乙", "2"]]), PLACE)
    assert next(table.rows()) == {"name": "甲", "phone": "1"}
    assert table.cells("note") == ["", ""]
    problem = table.problem(1, "phone", "无效")
    assert problem == Problem("表1", 3, "B", "phone", "2", "无效")


def test_errors_go_back_in_the_senders_own_sheet():
    rows = [
        ["某镇台账"],
        ["姓名", "身份证号", "电话", "备注"],
        ["甲", "秘密", "1", "=1+1"],
        ["乙", "秘密", "2", "@x"],
    ]
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    made.active["D3"].data_type = "s"
    out = io.BytesIO()
    made.save(out)
    table = read_table(out.getvalue(), PLACE)
    problems = [table.problem(1, "phone", "号码不对")]
    back = openpyxl.load_workbook(io.BytesIO(errors_workbook(table, problems))).active
    cells = [[c.value for c in row] for row in back.iter_rows()]
    assert cells[1][:3] == ["姓名", "电话", "备注"]
    assert cells[2][:3] == ["甲", "1", "=1+1"]
    assert back["C3"].data_type == "s"
    assert cells[3] == ["乙", "2", "@x", "号码不对"]
    assert back["B4"].fill.fgColor.rgb == "FFF8CBAD"
    assert back["B3"].fill.fill_type is None
    only = openpyxl.load_workbook(
        io.BytesIO(errors_workbook(table, problems, faulty_only=True))
    ).active
    assert [row[0].value for row in only.iter_rows()] == ["某镇台账", "姓名", "乙"]


def test_a_marked_workbook_is_read_again_the_same():
    rows = [
        ["基本信息", None, "位置"],
        ["姓名", "电话", "经度"],
        ["甲", "1", "3"],
        ["乙", "2", "4"],
    ]
    table = read_table(book(rows, merges=["A1:B1"]), PLACE)
    again = read_table(errors_workbook(table, [table.problem(0, "lon", "不对")]), PLACE)
    assert again.columns == table.columns
    assert again.row == table.row


FAMILY = "户编号,户主,与户主关系,人口\n"


def fold(text):
    table = read_table(csv(text), HOUSEHOLDS)
    return table, fold_members(table)


def test_members_are_folded_into_their_household():
    table, problems = fold(FAMILY + "1,甲,户主,\n1,乙,配偶,\n1,丙,子,\n2,丁,户主,\n")
    assert problems == []
    assert table.columns == {"serial": ["1", "2"], "head": ["甲", "丁"], "size": [3, 1]}
    assert table.row == [2, 5]


def test_without_serials_a_household_begins_with_its_head():
    table, problems = fold(
        "姓名,与户主关系,地址\n甲,户主,a\n乙,妻,a\n丙,本人,b\n丁,子,b\n戊,女,b\n"
    )
    assert problems == []
    assert (table.columns["head"], table.columns["size"]) == (["甲", "丙"], [2, 3])


def test_households_that_do_not_fold_are_told():
    table, problems = fold(FAMILY + "1,甲,配偶,\n2,乙,户主,5\n2,丙,户主,\n2,丁,子,\n")
    assert [(p.row, p.field, p.severity) for p in problems] == [
        (2, "relation", "error"),
        (4, "relation", "error"),
        (3, "size", "warning"),
    ]
    assert table.columns["head"] == ["乙"]


def test_an_empty_relation_column_folds_nothing():
    table, problems = fold(FAMILY + "1,甲,,\n2,乙,,\n")
    assert (len(table), problems) == (2, [])
    assert "relation" not in table.columns


def test_needs_of_a_department_are_recognised():
    table = read_table(csv("户主姓名,家庭住址,困难类别,人数\n甲,东街1号,低保,2\n"), NEEDS)
    assert set(table.columns) == {"head", "address", "needs", "persons"}


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"", "empty"),
        (b"PK\x03\x04broken", "broken"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1broken", "broken"),
        (b"<html><table><tr><td>1</td></tr></table>", "html"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "unknown"),
        (b"a,b\n\xff\xff\xff", "encoding"),
    ],
)
def test_files_that_cannot_be_read_say_why(content, key):
    with pytest.raises(UnreadableFile) as caught:
        read_workbook(content)
    assert caught.value.key == key
    assert str(caught.value)


def test_a_second_political_column_of_staff_is_skipped():
    rows = [["姓名", "岗位", "党员", "政治面貌"], ["甲", "联户长", "是", "秘密"]]
    table = read_table(book(rows), STAFF)
    assert table.columns["party"] == ["是"]
    assert [(s.column, s.reason) for s in table.skipped] == [("D", "politics")]
    assert "秘密" not in repr(table)


def test_the_headers_it_misses_are_named_in_the_words_of_offices():
    with pytest.raises(ValueError, match="区域编码、名称、类型、网格类型") as raised:
        read_table(book([["甲", "乙"], [1, 2]]), AREAS)
    assert "code" not in str(raised.value)
