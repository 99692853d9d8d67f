"""The sender's own sheets handed back with the faulty cells marked."""

import datetime as dt
import io
import math
from collections.abc import Sequence

import xlsxwriter
from django.utils.translation import gettext as _

from lib.headers import letter
from lib.tabular import Problem, Table
from lib.values import Cell

_COLOURS = {"error": "#f8cbad", "warning": "#fff2cc"}


def errors_workbook(
    table: Table, problems: Sequence[Problem], *, faulty_only: bool = False
) -> bytes:
    """An .xlsx of the sheets that were read: faulty cells coloured, the sentences in a column
    错误说明 at the end of the row. Skipped columns are left out; text is never a formula.

    faulty_only leaves out the rows without a problem (the header stays): to mend and send alone.
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "nan_inf_to_errors": True,
        },
    )
    formats = {
        (kind, dated): book.add_format(
            ({"bg_color": _COLOURS[kind]} if kind else {})
            | ({"num_format": "yyyy-mm-dd"} if dated else {})
        )
        for kind in ("", "error", "warning")
        for dated in (False, True)
    }
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    by_sheet: dict[str, dict[int, list[Problem]]] = {}
    for item in problems:
        by_sheet.setdefault(item.sheet, {}).setdefault(item.row, []).append(item)
    names: set[str] = set()
    for read in table.sheets:
        page = book.add_worksheet(_sheet_name(read.name, names))
        page.freeze_panes(read.header_bottom + 1, 0)
        width = len(read.columns)
        kept = [c.index for c in read.columns if not c.skipped]
        page.set_column(len(kept), len(kept), 60)
        faults = by_sheet.get(read.name, {})
        r = -1
        for original, row in enumerate(read.rows):
            found = faults.get(original + 1, [])
            if faulty_only and original > read.header_bottom and not found:
                continue
            r += 1
            kinds = {item.column: item.severity for item in reversed(found)}
            heading = read.header_top <= original <= read.header_bottom
            for position, c in enumerate(kept):
                cell = row[c] if c < len(row) and c < width else ""
                if cell in ("", None) and letter(c) not in kinds:
                    continue
                kind = kinds.get(letter(c), "")
                dated = isinstance(cell, dt.date)
                _write(page, r, position, cell, bold if heading else formats[kind, dated])
            if original == read.header_top:
                page.write_string(r, len(kept), _("What is wrong"), bold)
            elif found:
                page.write_string(r, len(kept), "；".join(item.message for item in found))
    if not table.sheets:
        book.add_worksheet()
    book.close()
    return out.getvalue()


def _write(page: xlsxwriter.worksheet.Worksheet, r: int, c: int, cell: Cell, style: object) -> None:
    if isinstance(cell, bool):
        page.write_boolean(r, c, cell, style)
    elif isinstance(cell, (int, float)):
        if math.isfinite(cell) and abs(cell) < 1e15:
            page.write_number(r, c, cell, style)
        else:
            page.write_string(r, c, repr(cell), style)
    elif isinstance(cell, (dt.datetime, dt.date)) and cell.year >= 1900:
        page.write_datetime(r, c, cell, style)
    elif cell in ("", None):
        page.write_blank(r, c, None, style)
    else:
        page.write_string(r, c, str(cell)[:32767], style)


def _sheet_name(name: str, used: set[str]) -> str:
    base = "".join("_" if sign in "[]:*?/\\" else sign for sign in name)[:31].strip("'") or "Sheet"
    unique, number = base, 2
    while unique.lower() in used:
        unique = f"{base[:27]}_{number}"
        number += 1
    used.add(unique.lower())
    return unique
