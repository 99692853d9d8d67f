"""Cells read as values."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib import values
from lib.values import CLEAR

DAY = dt.date(2024, 9, 4)
PARSERS = [
    values.parse_text,
    values.parse_date,
    values.parse_phone,
    values.parse_int,
    values.parse_decimal,
    values.parse_yes_no,
    values.parse_party,
    values.parse_coordinate,
]


@pytest.mark.parametrize("parser", PARSERS)
def test_an_empty_cell_leaves_and_a_dash_clears(parser):
    for cell in (None, "", "  ", "\u200b", "\u3000", "\xa0"):
        assert parser(cell) is None
    for cell in ("—", "——", " — "):
        assert parser(cell) is CLEAR


@pytest.mark.parametrize(
    "cell",
    [
        "2024.9.4",
        "2024/9/4",
        "2024-09-04",
        "2024年9月4日",
        "2024年09月04日",
        "2024 年 9 月 4 日",
        "２０２４．９．４",
        "2024-09-04 10:30:00",
        "20240904",
        20240904,
        20240904.0,
        45539,
        45539.0,
        45539.75,
        "45539",
        DAY,
        dt.datetime(2024, 9, 4, 10, 30),
    ],
)
def test_it_reads_the_ways_offices_write_a_day(cell):
    assert values.parse_date(cell) == (DAY, False)


@pytest.mark.parametrize("cell", ["2024年9月", "2024.9", "2024-09", "2024/9", "2024年9月份"])
def test_a_month_is_its_first_day_and_approximate(cell):
    assert values.parse_date(cell) == (dt.date(2024, 9, 1), True)


@pytest.mark.parametrize(
    "cell",
    [2024.9, 2024.1, 2024, "24.9.4", "2024.13.4", "2024.2.30", "长期", True, 5.0, "1850.1.1"],
)
def test_it_refuses_what_may_be_another_day(cell):
    with pytest.raises(ValueError):
        values.parse_date(cell)


@given(st.dates(dt.date(1930, 1, 1), dt.date(2099, 12, 31)))
def test_every_day_survives_every_way_of_writing(day):
    serial = (day - dt.date(1899, 12, 30)).days
    ways = [
        f"{day.year}.{day.month}.{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        day.isoformat(),
        day.strftime("%Y%m%d"),
        float(serial),
        str(serial),
    ]
    assert {values.parse_date(way) for way in ways} == {(day, False)}


@pytest.mark.parametrize(
    ("cell", "digits"),
    [
        (13800001234.0, "13800001234"),
        (13800001234, "13800001234"),
        ("13800001234.0", "13800001234"),
        ("+86 138 0000 1234", "13800001234"),
        ("0086-13800001234", "13800001234"),
        ("8613800001234", "13800001234"),
        ("138-0000-1234", "13800001234"),
        ("１３８００００１２３４", "13800001234"),
        ("\u202d13800001234\u202c", "13800001234"),
        ("0482-6120000", "04826120000"),
        ("(0482)6120000", "04826120000"),
        ("010-62000000", "01062000000"),
        ("+86 0482 6120000", "04826120000"),
    ],
)
def test_it_reads_phone_numbers(cell, digits):
    assert values.parse_phone(cell) == digits


@pytest.mark.parametrize(
    "cell",
    [
        "1380000123",
        "138000012345",
        "6120000",
        "1.38E+10",
        "13800001234/13900001234",
        "13800001234 13900001234",
        "无",
        "12345",
        4826120000.0,
        "23800001234",
        "张三13800001234",
    ],
)
def test_it_refuses_other_numbers(cell):
    with pytest.raises(ValueError):
        values.parse_phone(cell)


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_every_mobile_number_survives_excel(number):
    ways = [
        float(number),
        number + ".0",
        f"+86{number}",
        f"{number[:3]} {number[3:7]}-{number[7:]}",
    ]
    assert {values.parse_phone(way) for way in ways} == {number}


@pytest.mark.parametrize(
    ("cell", "number"), [(3.0, 3), ("3", 3), ("３", 3), ("3人", 3), ("3.0", 3), ("1,200", 1200)]
)
def test_it_reads_whole_numbers(cell, number):
    assert values.parse_int(cell) == number


@pytest.mark.parametrize("cell", ["三", 3.5, "-1", "3-4"])
def test_it_refuses_other_whole_numbers(cell):
    with pytest.raises(ValueError):
        values.parse_int(cell)


@pytest.mark.parametrize(
    ("cell", "amount"),
    [("1,200.50", "1200.50"), ("1.2万元", "12000"), (300.0, "300"), ("￥30元", "30"), (0.1, "0.1")],
)
def test_it_reads_amounts_exactly(cell, amount):
    assert values.parse_decimal(cell) == Decimal(amount)


def test_it_reads_yes_and_no():
    assert values.parse_yes_no("是") is True
    assert values.parse_yes_no("√") is True
    assert values.parse_yes_no(0.0) is False
    with pytest.raises(ValueError):
        values.parse_yes_no("也许")


def test_a_political_status_is_a_yes_or_no_and_never_repeated():
    assert values.parse_party("中共党员") is True
    assert values.parse_party("中共预备党员") is True
    assert values.parse_party("群众") is False
    with pytest.raises(ValueError) as caught:
        values.parse_party("某党派")
    assert "某党派" not in str(caught.value)


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        (122.9, 122.9),
        ("122.905994", 122.905994),
        ("E122.9", 122.9),
        ("122.9°E", 122.9),
        ("东经122.9", 122.9),
        ("122°54′0″", 122.9),
        ("１２２．９", 122.9),
        (40538240.3, 40538240.3),
    ],
)
def test_it_reads_coordinates(cell, number):
    assert values.parse_coordinate(cell) == pytest.approx(number)


@pytest.mark.parametrize("cell", ["122.9,46.7", "不详", float("nan"), float("inf"), True])
def test_it_refuses_other_coordinates(cell):
    with pytest.raises(ValueError):
        values.parse_coordinate(cell)


def test_text_keeps_chinese_punctuation_and_drops_what_is_invisible():
    assert values.text(" \ufeff包某\u200b　（东）、\xa0２号ＡＢ\n楼 ") == "包某 （东）、 2号AB 楼"
    assert values.text(12.0) == "12"
    assert values.text(dt.datetime(2024, 9, 4)) == "2024-09-04"


@given(st.text())
def test_text_is_settled_after_once(cell):
    once = values.text(cell)
    assert values.text(once) == once
    assert "\n" not in once


def test_a_column_is_parsed_with_its_faults_by_position():
    parsed = values.parse_column(["3", "x", "", "—", "3"], values.parse_int)
    assert parsed.values == [3, None, None, CLEAR, 3]
    assert [i for i, _message in parsed.faults] == [1]


def test_equal_cells_of_different_kinds_are_not_mixed_up():
    parsed = values.parse_column([1, True, 1.0], values.parse_text)
    assert parsed.values == ["1", "1", "1"]
