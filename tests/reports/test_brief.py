"""The one-page brief: the same words in PDF and Word, small counts withheld from everybody."""

from __future__ import annotations

import io
import zipfile

import docx
import pytest
from weasyprint import HTML

from reports.brief import FIGURES, HEIGHT, WIDTH, Brief, Drawing, Piece, classes, pdf, said, word
from reports.counted import REASONS
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


def test_word_is_one_page_of_a4_with_a_coloured_legend_and_the_places_by_number(world):
    document = docx.Document(io.BytesIO(word(full(world))))
    section = document.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    # Twelve figures and seven reasons, two to a line: a line is some 7 mm, the map 104 mm.
    lines = sum(len(table.rows) for table in document.tables)
    assert lines == 6 + 4
    legend = next(one for one in document.paragraphs if "■" in one.text)
    colours = {str(run.font.color.rgb) for run in legend.runs if run.text == "■"}
    assert colours == {"F6EFE6", "FD8D3C"}
    assert document.paragraphs[-1].text == "1 东风村 9户"


def test_what_is_withheld_says_so():
    assert said(Value(STATIC["overdue"], None, withheld=True)) == "少于5，不公布"


def test_pdf_is_one_page_with_every_reason_and_a_map_as_tall_as_it_gets(world, monkeypatch):
    assert pdf(full(world)).startswith(b"%PDF")
    pages = []
    monkeypatch.setattr(HTML, "write_pdf", lambda html: pages.append(len(html.render().pages)))
    pdf(full(world))
    assert pages == [1]


def full(world):
    corner = [(4, 4), (4, HEIGHT - 4), (WIDTH - 4, HEIGHT - 4), (WIDTH - 4, 4)]
    legend = [("#f6efe6", "0"), *(("#fd8d3c", f"{n}–{n + 9}") for n in (1, 11, 21, 31))]
    drawing = Drawing([Piece("东风村", 9, "#fd8d3c", [corner])], legend)
    values = {key: Value(STATIC[key], 12_345) for key in FIGURES}
    reasons = [(name, 144) for name, _english in REASONS.values()]
    return Brief(world.areas["T1"], "音德尔镇", world.on, values, reasons, drawing)


@pytest.mark.parametrize("gaps", [[], [0], [3], [1, 2, 3, 4, 5], [7] * 9, list(range(60))])
def test_every_gap_has_a_class(gaps):
    bounds = classes(gaps)
    assert bounds == sorted(set(bounds)) and len(bounds) <= 4
    for gap in gaps:
        assert not gap or any(gap <= bound for bound in bounds)
