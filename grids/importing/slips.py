"""Slips for the first sign-in as a workbook or as pages to cut apart."""

from __future__ import annotations

import html
import io

import xlsxwriter
from django.utils.translation import gettext as _

from grids.accounts import Slip

#: Slips on a page of A4, two beside each other.
A_PAGE = 8


def slips_workbook(slips: list[Slip]) -> bytes:
    """One row a slip."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet(_("First sign-in"))
        bold = book.add_format({"bold": True})
        mono = book.add_format({"font_name": "Consolas"})
        header = [_("Name"), _("Post"), _("Area or unit"), _("Address of the page"),
                  _("User name"), _("One-time password")]  # fmt: skip
        sheet.write_row(0, 0, header, bold)
        sheet.set_column(0, 5, 20)
        sheet.freeze_panes(1, 0)
        for number, slip in enumerate(slips, start=1):
            for column, text in ((0, slip.name), (1, slip.post), (2, slip.place)):
                sheet.write_string(number, column, text)
            sheet.write_string(number, 4, slip.username, mono)
            sheet.write_string(number, 5, slip.password, mono)
    return out.getvalue()


def slips_pdf(slips: list[Slip]) -> bytes:
    """A4 pages of eight slips to cut apart."""
    from weasyprint import HTML

    lines = {
        "address": _("Address of the page"), "user": _("User name"),
        "password": _("One-time password"),
        "note": _("You choose a new password at the first sign-in. Keep this slip from others."),
    }  # fmt: skip
    cards = [
        f"<section><h1>{html.escape(slip.name)}</h1>"
        f"<p>{html.escape(slip.post)} · {html.escape(slip.place)}</p>"
        f"<p>{lines['address']}：____________________________</p>"
        f"<p>{lines['user']}：<b>{html.escape(slip.username)}</b></p>"
        f"<p>{lines['password']}：<b>{html.escape(slip.password)}</b></p>"
        f"<small>{lines['note']}</small></section>"
        for slip in slips
    ]
    pages = "".join(
        f"<main>{''.join(cards[start : start + A_PAGE])}</main>"
        for start in range(0, len(cards), A_PAGE)
    )
    # Placed by hand: grids and floats took ten times as long to lay out.
    places = "".join(
        f"section:nth-child({n + 1}) {{ left: {n % 2 * 97}mm; top: {n // 2 * 70}mm }}"
        for n in range(A_PAGE)
    )
    style = f"""
      @page {{ size: A4; margin: 8mm }}
      body {{ margin: 0; font-family: "Noto Sans CJK SC", "WenQuanYi Zen Hei", sans-serif }}
      main {{ position: relative; height: 280mm; break-after: page }}
      section {{ position: absolute; width: 84mm; height: 57mm; padding: 6mm;
        border: 0.2mm dashed #80868d }}
      h1 {{ font-size: 16pt; margin: 0 }} p {{ margin: 1mm 0 2mm; font-size: 10pt }}
      b {{ font: 13pt monospace }} small {{ font-size: 8pt }}
      {places}
    """
    page = f"<!doctype html><html lang=zh-Hans><style>{style}</style><body>{pages}</body></html>"
    return bytes(HTML(string=page).write_pdf())
