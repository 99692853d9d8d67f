"""Contact cards on paper: A6 one by one, or four on a sheet of A4 with marks to cut along."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from casework.cards import Face, faces_of
from casework.models import ContactCard

A_SHEET = 4
#: Cards laid out in one go; then it is said how far it is.
A_PART = 40
WIDTH, HEIGHT = 105, 148
#: A name of more characters is set smaller.
LONG_NAME = 5
STYLE = """
  body { margin: 0; font-family: "Noto Sans CJK SC", "WenQuanYi Zen Hei", sans-serif; color: #000 }
  main { position: relative; break-after: page }
  section { position: absolute; box-sizing: border-box; width: 105mm; height: 148mm;
    padding: 7mm 8mm; overflow: hidden }
  div, p, h1, b, img { position: absolute; margin: 0 }
  .head { left: 8mm; top: 7mm; width: 89mm; font-size: 15pt; font-weight: 700;
    border-bottom: 0.6mm solid #000; padding-bottom: 1.5mm }
  .place { left: 8mm; top: 17.5mm; width: 89mm; font-size: 11pt }
  .role { left: 8mm; top: 25.5mm; width: 89mm; font-size: 13pt }
  .name { left: 8mm; top: 31mm; width: 89mm; font-size: 36pt; font-weight: 700; line-height: 1.2;
    white-space: nowrap }
  .name.long { font-size: 22pt; top: 35mm }
  .phone { left: 8mm; top: 49mm; width: 89mm; font-size: 31pt; font-weight: 700; line-height: 1.2;
    white-space: nowrap }
  .lead { left: 8mm; top: 66mm; width: 89mm; font-size: 11.5pt; line-height: 1.45 }
  .text { left: 8mm; top: 79mm; width: 89mm; height: 25mm; font-size: 10pt; line-height: 1.4;
    overflow: hidden }
  .qr { left: 8mm; top: 106mm; width: 31mm; height: 31mm }
  .scan { left: 44mm; top: 106.5mm; width: 53mm; font-size: 9.5pt; line-height: 1.4 }
  .complain { left: 8mm; top: 138mm; width: 89mm; font-size: 8.5pt }
  .cut { background: #80868d }
"""


def cards_file(
    cards: Sequence[ContactCard], *, address: str, sheets: bool, on: date,
    step: Callable[[int], None] = lambda n: None,
) -> bytes:  # fmt: skip
    """The PDF of printed cards, in the language of the county whoever prints them.

    ``address`` is scheme and host that the codes lead to; ``step`` is told how many are laid out.
    """
    with translation.override(settings.LANGUAGE_CODE):
        return cards_pdf(faces_of(cards, on=on), address=address, sheets=sheets, step=step)


def cards_pdf(
    faces: Sequence[Face], *, address: str, sheets: bool,
    step: Callable[[int], None] = lambda n: None,
) -> bytes:  # fmt: skip
    """The cards as PDF; ``sheets``: four on an A4 with cut marks, else one A6 page each.

    Raises ValueError for none.
    """
    from weasyprint import HTML

    if not faces:
        raise ValueError("no cards")
    a_page = A_SHEET if sheets else 1
    # Placed by hand: grids and floats took ten times as long to lay out.
    places = "".join(
        f"section:nth-child({n + 1}) {{ left: {n % 2 * WIDTH}mm; top: {n // 2 * 148.5}mm }}"
        for n in range(a_page)
    )
    size = "A4" if sheets else f"{WIDTH}mm {HEIGHT}mm"
    height = 297 if sheets else HEIGHT
    style = f"@page {{ size: {size}; margin: 0 }}{STYLE} main {{ height: {height}mm }}{places}"
    pages = []
    for begin in range(0, len(faces), A_PART):
        part = faces[begin : begin + A_PART]
        body = "".join(
            f"<main>{''.join(_card(face, address) for face in part[n : n + a_page])}"
            f"{_marks() if sheets else ''}</main>"
            for n in range(0, len(part), a_page)
        )
        text = f"<!doctype html><html lang=zh-Hans><style>{style}</style><body>{body}</body></html>"
        document = HTML(string=text).render()
        pages += document.pages
        step(begin + len(part))
    return bytes(document.copy(pages).write_pdf())


def _card(face: Face, address: str) -> str:
    contact, text = face.contact, html.escape
    long = " long" if len(contact.name) > LONG_NAME else ""
    place = " · ".join(dict.fromkeys(filter(None, [face.village, contact.place])))
    lines = [
        f'<p class="head">{_("Contact card")}</p>',
        f'<p class="place">{text(place)}</p>',
        f'<p class="role">{_("Your contact")} · {text(contact.role)}</p>',
        f'<p class="name{long}">{text(contact.name)}</p>',
        f'<p class="phone">{text(contact.phone or _("no phone"))}</p>',
    ]
    if face.lead:
        lead = face.lead
        lines.append(
            f'<p class="lead">{_("In charge of the village")}<br>'
            f"{text(lead.name)}（{text(lead.role)}） {text(lead.phone)}</p>"
        )
    told = [(_("Helps with"), face.services), (_("On duty"), face.duty)]
    lines.append(
        '<p class="text">'
        + "<br>".join(f"{label}：{text(words)}" for label, words in told if words)
        + "</p>"
    )
    lines.append(f'<img class="qr" src="{code_image(f"{address}/c/{face.code}/")}" alt="">')
    scan = _(
        "Scan to see who your contact is, raise a matter, see how it goes, rate the service, ask"
        " for fewer contacts, or ask who holds your data."
    )
    lines.append(f'<p class="scan">{scan}</p>')
    if face.complain:
        lines.append(f'<p class="complain">{_("Complaints")}：{text(face.complain)}</p>')
    return f"<section>{''.join(lines)}</section>"


@lru_cache(maxsize=512)
def code_image(address: str) -> str:
    """The QR code of an address as an image; a damaged seventh of it is made good."""
    import segno

    return str(segno.make(address, error="m", micro=False).svg_data_uri(border=0, omitsize=True))


def _marks() -> str:
    """Short lines at the edges and a cross in the middle, where the sheet is cut."""
    down = [(104.95, top, 0.1, 5) for top in (0, 146, 292)]
    across = [(left, 148.45, 5, 0.1) for left in (0, 102.5, 205)]
    return "".join(_mark(*mark) for mark in [*down, *across])


def _mark(left: float, top: float, width: float, height: float) -> str:
    place = f"left:{left}mm;top:{top}mm;width:{width}mm;height:{height}mm"
    return f'<div class="cut" style="{place}"></div>'
