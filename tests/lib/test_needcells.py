"""Needs as departments write them in one cell."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from households.needcells import (
    DISABILITY_TYPES,
    NEEDS,
    VARIANTS,
    NeedMention,
    needs_text,
    parse_needs,
)


@pytest.mark.parametrize(
    ("cell", "mentions"),
    [
        ("", []),
        ("无", []),
        ("低保", [NeedMention("DIBAO")]),
        (
            "残疾(肢体2级)、独居",
            [NeedMention("CANJI", "severe", 4), NeedMention("DUJU")],
        ),
        ("残疾（听力，四级）", [NeedMention("CANJI", "other", 2)]),
        ("二级肢体残疾；低保户", [NeedMention("CANJI", "severe", 4), NeedMention("DIBAO")]),
        ("残疾", [NeedMention("CANJI", "other")]),
        (
            "特困(分散) 失能(重)",
            [NeedMention("TEKUN", "dispersed"), NeedMention("SHINENG", "heavy")],
        ),
        ("集中特困，完全失能", [NeedMention("TEKUN", "central"), NeedMention("SHINENG", "full")]),
        ("独居2人", [NeedMention("DUJU", persons=2)]),
        ("DIBAO,tekun(central)", [NeedMention("DIBAO"), NeedMention("TEKUN", "central")]),
        ("低保/低保", [NeedMention("DIBAO")]),
        ("残疾(肢体2级)、残疾(肢体2级)", [NeedMention("CANJI", "severe", 4)] * 2),
        ("突发困难、临时救助", [NeedMention("LINSHI")]),
    ],
)
def test_it_reads_a_cell(cell, mentions):
    assert parse_needs(cell) == mentions


@pytest.mark.parametrize("cell", ["刑满释放", "低保、上访", "重点人员", "低保户主"])
def test_an_unknown_word_is_named_with_what_is_allowed(cell):
    with pytest.raises(ValueError, match="低保、低保边缘家庭") as caught:
        parse_needs(cell)
    assert cell.split("、")[-1] in str(caught.value)


@pytest.mark.parametrize(
    "cell", ["大病(肺癌)", "特困", "失能", "失能(特)", "残疾(九级)", "独居0人"]
)
def test_a_detail_that_is_missing_or_not_stored_is_refused(cell):
    with pytest.raises(ValueError):
        parse_needs(cell)


MENTIONS = st.sampled_from(sorted(NEEDS)).flatmap(
    lambda code: st.builds(
        NeedMention,
        st.just(code),
        st.sampled_from(VARIANTS.get(code, ("",))),
        st.none() | st.integers(1, 7) if code == "CANJI" else st.none(),
        st.integers(1, 9),
    )
)


@given(st.lists(MENTIONS, unique=True, max_size=6))
def test_what_is_written_out_is_read_back_without_the_type_of_a_disability(mentions):
    written = needs_text(mentions)
    assert parse_needs(written) == [replace(mention, type=None) for mention in mentions]
    assert not any(word in written for word in DISABILITY_TYPES)
