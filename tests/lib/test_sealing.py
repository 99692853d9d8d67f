"""Sealed phone numbers and the hash of their last four digits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.sealing import Sealer, SealError, generate_key, load_keys, parse_keys

OLD, NEW = parse_keys([generate_key()]), parse_keys([generate_key()])
SEALER = Sealer(OLD)


@given(st.text())
def test_it_opens_what_it_sealed(value):
    assert SEALER.open(SEALER.seal(value)) == value


def test_two_seals_of_one_number_differ():
    assert SEALER.seal("13800001234") != SEALER.seal("13800001234")
    assert b"1380000" not in SEALER.seal("13800001234")


def test_many_are_sealed_in_order():
    numbers = [f"138{n:08d}" for n in range(50)]
    assert [SEALER.open(blob) for blob in SEALER.seal_many(numbers)] == numbers


@given(st.integers(0, 38))
def test_an_altered_value_is_refused(position):
    blob = bytearray(SEALER.seal("13800001234"))
    blob[position] ^= 1
    with pytest.raises(SealError):
        SEALER.open(bytes(blob))


def test_a_cut_value_is_refused():
    with pytest.raises(SealError):
        SEALER.open(SEALER.seal("13800001234")[:10])


def test_after_a_rotation_the_old_key_still_opens():
    blob = SEALER.seal("13800001234")
    rotated = Sealer(NEW + OLD)
    assert rotated.open(blob) == "13800001234"
    assert rotated.stale(blob)
    assert not rotated.stale(rotated.seal("13800001234"))
    with pytest.raises(SealError):
        Sealer(NEW).open(blob)


def test_the_tail_is_the_same_for_the_same_last_four_digits():
    assert SEALER.tail("13800001234") == SEALER.tail("04821234")
    assert len(SEALER.tail("1234")) == 8
    assert SEALER.tail("1234") != SEALER.tail("1235")
    assert SEALER.tail("1234") != Sealer(NEW).tail("1234")
    assert SEALER.tail_many(["1234", "91234"]) == [SEALER.tail("1234")] * 2


def test_during_a_rotation_a_search_asks_for_both_tails():
    assert Sealer(NEW + OLD).tails("1234") == [Sealer(NEW).tail("1234"), SEALER.tail("1234")]


@pytest.mark.parametrize("digits", ["", "123", "12a4", "１２３４"])
def test_a_tail_needs_four_digits(digits):
    with pytest.raises(SealError):
        SEALER.tail(digits)


def test_the_key_file_is_read_newest_first(tmp_path):
    lines = [generate_key(), generate_key()]
    file = tmp_path / "keys"
    file.write_text("# phones\n" + "\n".join(lines) + "\n\n")
    assert load_keys(file) == parse_keys(lines)
    assert Sealer.from_file(file).open(Sealer(load_keys(file)).seal("1")) == "1"


@pytest.mark.parametrize("content", ["", "short\n", "QUJD\n", "钥匙\n"])
def test_a_bad_key_file_is_refused_by_line(tmp_path, content):
    file = tmp_path / "keys"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(SealError):
        load_keys(file)
    with pytest.raises(SealError):
        load_keys(tmp_path / "absent")
