"""Division codes as offices send them."""

import pytest

from lib.codes import canonical, level_of, looks_like_code, parent_code, parse_code
from lib.values import CLEAR


@pytest.mark.parametrize(
    ("code", "short"),
    [
        ("152223000000", "152223"),
        ("152223000", "152223"),
        ("152223100000", "152223100"),
        ("152223100021", "152223100021"),
        ("152223100", "152223100"),
        ("152223100021000", "152223100021000"),
        ("152200", "152200"),
    ],
)
def test_the_shortest_form_names_the_same_area(code, short):
    assert canonical(code) == short
    assert canonical(short) == short


@pytest.mark.parametrize(
    ("code", "level", "parent"),
    [
        ("152223000000", "county", None),
        ("152223100", "township", "152223"),
        ("152223100021", "village", "152223100"),
        ("152223100021001", "grid", "152223100021"),
        ("15222310002100101", "unit", "152223100021001"),
        ("152223100021001001", "unit", "152223100021001"),
    ],
)
def test_level_and_parent_follow_from_the_length(code, level, parent):
    assert level_of(code) == level
    assert parent_code(code) == parent


@pytest.mark.parametrize("code", ["", "1522", "1522231000211", "15222310002a", "１５２２２３"])
def test_it_refuses_what_is_no_code(code):
    with pytest.raises(ValueError, match="6"):
        level_of(code)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("152223100021001", "152223100021001"),
        (152223100021001.0, "152223100021001"),
        (152223100021, "152223100021"),
        ("152223100021.0", "152223100021"),
        (" 152223 100021 ", "152223100021"),
        ("１５２２２３１０００２１", "152223100021"),
        ("'152223100021", "152223100021"),
        ("1.52223100021E+11", "152223100021"),
        ("152223100000", "152223100"),
        ("", None),
        (None, None),
        ("—", CLEAR),
    ],
)
def test_it_reads_what_excel_left_of_a_code(cell, code):
    assert parse_code(cell) == code


@pytest.mark.parametrize("cell", ["1.52223E+14", "1.52223E+11", 152223100021001001.0, 1.5e15])
def test_it_says_that_digits_are_lost(cell):
    with pytest.raises(ValueError, match="Excel"):
        parse_code(cell)


@pytest.mark.parametrize("cell", [152223.5, -152223.0, "绰尔社区", "1522231000210"])
def test_it_refuses_other_cells(cell):
    with pytest.raises(ValueError):
        parse_code(cell)


def test_a_name_is_told_from_a_code():
    assert looks_like_code("152223100021")
    assert looks_like_code("1.52223E+14")
    assert not looks_like_code("第一网格")
    assert not looks_like_code("1网格")
