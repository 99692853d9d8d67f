"""Workbooks and other small things the tests of imports share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from jobs.imports import Preview, import_commit, import_open, import_preview

ON = date(2026, 11, 20)
BEGAN = date(2025, 1, 1)
HEADER = ("户编号", "户主", "联系电话", "家庭住址", "区域编码", "经度", "纬度", "人口")


def book(
    path: Path, header: Sequence[str], rows: Sequence[Sequence[Any]], sheet: str = "户"
) -> Path:
    """A workbook with one sheet."""
    with xlsxwriter.Workbook(str(path), {"strings_to_numbers": False}) as file:
        page = file.add_worksheet(sheet)
        page.write_row(0, 0, header)
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if cell not in (None, ""):
                    page.write(number, column, cell)
    return path


def preview(
    file: Path, *, on: date = ON, by: Any = None, kind: str = "households", **options: Any
) -> Preview:
    """What a file would do."""
    return import_preview(kind=kind, file=file, file_name=file.name, options=options, by=by, on=on)


def load(
    file: Path, *, on: date = ON, by: Any = None, kind: str = "households",
    good_rows_only: bool = False, decisions: dict[str, str] | None = None, **options: Any,
) -> Preview:  # fmt: skip
    """Load a file and commit it."""
    run = import_open(kind=kind, file=file, file_name=file.name, options=options, by=by, on=on)
    return import_commit(run=run, good_rows_only=good_rows_only, decisions=decisions, by=by, on=on)
