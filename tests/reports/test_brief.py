"""The one-page brief: the same words in PDF and Word, small counts withheld from everybody."""

from __future__ import annotations

import io
import zipfile

import pytest

from reports.brief import classes, said
from reports.indicators import STATIC
from reports.measures import Value
from reports.snapshots import snapshots_write

pytestmark = pytest.mark.django_db


def test_word_holds_figures_reasons_and_the_map(world, as_user):
    snapshots_write(on=world.on, current=world.on)
    answer = as_user("manager").get("/dashboard/brief.docx")
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as packed:
        text = packed.read("word/document.xml").decode()
        assert any(name.startswith("word/media/") for name in packed.namelist())
    assert "应联未联" in text
    assert "{{" not in text and "{%" not in text
    for household in world.households.values():
        assert household.head_name not in text


def test_what_is_withheld_says_so():
    assert said(Value(STATIC["overdue"], None, withheld=True)) == "少于5，不公布"


def test_pdf_is_one_page(world, as_user):
    answer = as_user("leader").get("/dashboard/brief.pdf")
    content = b"".join(answer.streaming_content)
    assert content.startswith(b"%PDF")
    assert content.count(b"/Type /Page\n") + content.count(b"/Type /Page ") <= 1


@pytest.mark.parametrize("gaps", [[], [0], [3], [1, 2, 3, 4, 5], [7] * 9, list(range(60))])
def test_every_gap_has_a_class(gaps):
    bounds = classes(gaps)
    assert bounds == sorted(set(bounds)) and len(bounds) <= 4
    for gap in gaps:
        assert not gap or any(gap <= bound for bound in bounds)
