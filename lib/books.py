"""Lists written as offices read them: .xlsx with cells of text, or CSV that opens in a spreadsheet.

A row at a time, so that a list of any length needs the memory of one row.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import BinaryIO

import xlsxwriter

#: A spreadsheet would take a cell of a CSV file that begins so for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass
class Sheet:
    """A sheet: its name, the words over its columns, its rows."""

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[str]]


def book_write(out: BinaryIO, sheets: Iterable[Sheet]) -> int:
    """Write sheets of text as .xlsx; how many rows there are."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
               "strings_to_numbers": False}  # fmt: skip
    n = 0
    with xlsxwriter.Workbook(out, options) as book:
        plain = book.add_format({"num_format": "@"})
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            page.set_column(0, len(sheet.header) - 1, 16, plain)
            page.freeze_panes(1, 0)
            for column, word in enumerate(sheet.header):
                page.write_string(0, column, word)
            for line, row in enumerate(sheet.rows, start=1):
                n += 1
                for column, cell in enumerate(row):
                    if cell:
                        page.write_string(line, column, cell)
    return n


def csv_write(out: BinaryIO, sheet: Sheet) -> int:
    """Write one sheet as CSV with a byte order mark; how many rows there are.

    A cell that a spreadsheet would take for a formula gets the apostrophe that means "text"; the
    importer takes it off again.
    """
    n = 0
    text = io.TextIOWrapper(out, "utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(sheet.header)
    for row in sheet.rows:
        n += 1
        writer.writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in row])
    text.flush()
    text.detach()
    return n
