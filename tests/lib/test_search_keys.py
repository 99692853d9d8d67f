"""Initials and pairs of characters for search."""

from hypothesis import given
from hypothesis import strategies as st

from lib.bigrams import bigrams
from lib.pinyin import initials


def test_initials_one_per_character():
    assert initials("包建国") == "bjg"
    assert initials("音德尔镇") == "ydez"
    assert initials("绰尔社区12号A") == "cesq12ha"
    assert initials("阿拉坦·图雅 ") == "altty"
    assert initials("") == ""


def test_surnames_read_in_their_own_way():
    assert initials("单长江") == "scj"
    assert initials("曾仇") == "zc"


@given(st.text())
def test_initials_are_plain_small_letters_and_digits(name):
    assert all(sign.isascii() and sign.isalnum() for sign in initials(name))


def test_pairs_of_neighbours_none_across_a_space():
    assert bigrams("绰尔社区") == ["绰尔", "尔社", "社区"]
    assert bigrams("ＡＢ 绰尔") == ["ab", "绰尔"]
    assert bigrams("哈哈哈") == ["哈哈"]
    assert bigrams("包") == []
    assert bigrams("") == []
