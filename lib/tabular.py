"""Workbooks and CSV files of offices read as columns of a form.

`read_table` is the door: it reads the file in the sandbox, finds the header, drops what is no row
of data, empties skipped columns at once, and keeps the true row numbers for errors.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from django.utils.translation import gettext as _

from lib import sandbox
from lib.headers import (
    Column,
    Field,
    Form,
    Joined,
    excluded,
    is_letter,
    join_header,
    match_joined,
    reason_text,
    recognise,
)
from lib.sandbox import Limits, Source
from lib.values import Cell, text

HEADER_SEARCH = 15
HEADER_DEPTH = 3
NOTE_ROWS = 3
MASK = "（已隐去）"


@dataclass
class Sheet:
    """A sheet as read: rows from row 1 on, merged ranges (top, left, bottom, right) from 0."""

    name: str
    hidden: bool
    rows: list[list[Cell]]
    merged: list[tuple[int, int, int, int]]


@dataclass
class Workbook:
    """All sheets of a file in order; hidden ones without their rows."""

    sheets: list[Sheet]


@dataclass(frozen=True)
class Problem:
    """Something about a cell or row that the sender should know; row counted from 1."""

    sheet: str
    row: int
    column: str
    field: str
    value: str
    message: str
    severity: str = "error"


@dataclass(frozen=True)
class SkippedColumn:
    """A column that is never read; `reason` is a key of headers.EXCLUDED."""

    sheet: str
    column: str
    header: str
    reason: str

    @property
    def reason_text(self) -> str:
        return reason_text(self.reason)


@dataclass(frozen=True)
class LeftOut:
    """A sheet that was not read: reason hidden, no_header, empty or excluded."""

    sheet: str
    reason: str

    @property
    def reason_text(self) -> str:
        return {
            "hidden": _("The sheet is hidden and was not read."),
            "no_header": _("No row with known headers was found."),
            "empty": _("The sheet is empty."),
            "excluded": _("By its name the sheet holds what is never stored."),
        }[self.reason]


@dataclass(frozen=True)
class DroppedRow:
    """A row that is no data: reason title, note, total or signature."""

    sheet: str
    row: int
    reason: str


@dataclass
class ReadSheet:
    """A sheet that was read: its rows without skipped content, and where its header lies."""

    name: str
    rows: list[list[Cell]]
    header_top: int
    header_bottom: int
    columns: list[Column]
    fields: dict[str, int]


@dataclass
class Table:
    """The rows of all sheets as columns of equal length, with where each row stood.

    A field that no sheet has is absent from `columns`. Cells are as in the file; '' where empty.
    """

    form: Form
    columns: dict[str, list[Cell]]
    sheet: list[str]
    row: list[int]
    sheets: list[ReadSheet] = field(default_factory=list)
    skipped: list[SkippedColumn] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    dropped: list[DroppedRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    _letters: dict[tuple[str, str], str] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.row)

    def column_of(self, sheet: str, name: str) -> str:
        """The letter of a field's column in a sheet, '' where the sheet has none."""
        return self._letters.get((sheet, name), "")

    def header_of(self, name: str) -> str:
        """The header of a field as the first sheet that has it shows it."""
        for read in self.sheets:
            if name in read.fields:
                return read.columns[read.fields[name]].header
        return ""

    def cells(self, name: str) -> list[Cell]:
        """The cells of a field; all empty when the file has no such column."""
        return self.columns.get(name) or [""] * len(self.row)

    def problem(self, i: int, name: str, message: str, severity: str = "error") -> Problem:
        """A problem of row i (position in the table) in the column of a field."""
        sheet = self.sheet[i]
        cell = self.columns[name][i] if name in self.columns else ""
        return Problem(
            sheet, self.row[i], self.column_of(sheet, name), name, shown(cell), message, severity
        )

    def frame(self) -> pd.DataFrame:
        """The table as object columns, with `_sheet` and `_row`."""
        data: dict[str, Any] = {"_sheet": self.sheet, "_row": self.row, **self.columns}
        return pd.DataFrame(data, dtype=object)

    def rows(self) -> Iterator[dict[str, Cell]]:
        """One dictionary field → cell per row."""
        names = list(self.columns)
        for values in zip(*self.columns.values(), strict=True):
            yield dict(zip(names, values, strict=True))

    def keep(self, positions: Sequence[int]) -> None:
        """Keep only the rows at these positions, in this order."""
        self.sheet = [self.sheet[i] for i in positions]
        self.row = [self.row[i] for i in positions]
        self.columns = {n: [cells[i] for i in positions] for n, cells in self.columns.items()}


def shown(cell: Cell) -> str:
    """A cell for a message: short, without what looks like an ID number."""
    value = text(cell)[:60]
    return MASK if holds_id_number(cell) else value


def read_workbook(source: Source, *, limits: Limits | None = None) -> Workbook:
    """Read .xlsx, .xls or CSV (UTF-8, BOM, GB18030) in the sandbox; UnreadableFile when not."""
    sheets: list[Sheet] = []
    for value in sandbox.run("table", source, limits=limits):
        if isinstance(value, dict):
            merged = [(a, b, c, d) for a, b, c, d in value["merged"]]
            sheets.append(Sheet(value["sheet"], value["hidden"], [], merged))
        else:
            sheets[-1].rows.extend(value)
    return Workbook(sheets)


def read_table(
    source: Source,
    form: Form,
    *,
    overrides: Mapping[str, str] | None = None,
    limits: Limits | None = None,
) -> Table:
    """Read a file as a form. Raises UnreadableFile, or ValueError when no sheet has its headers.

    overrides maps a field to a header or column letter; one that no sheet has raises ValueError.
    """
    book = read_workbook(source, limits=limits)
    table = Table(form, {}, [], [])
    for sheet in book.sheets:
        _read_sheet(sheet, table, overrides or {})
        sheet.rows = []
    if not table.sheets:
        if book.sheets and all(item.reason in ("hidden", "empty") for item in table.left_out):
            raise sandbox.UnreadableFile("empty")
        raise ValueError(
            _("No sheet has a row with known headers. Expected among others: %s.")
            % "、".join(item.headers[0] for item in form.fields[:6])
        )
    for name, wanted in (overrides or {}).items():
        if wanted and name not in table.columns:
            raise ValueError(_("No sheet has a column “%s”.") % wanted)
    return table


def _read_sheet(sheet: Sheet, table: Table, overrides: Mapping[str, str]) -> None:
    form = table.form
    if sheet.hidden:
        table.left_out.append(LeftOut(sheet.name, "hidden"))
        return
    if not any(cell not in ("", None) for row in sheet.rows for cell in row):
        table.left_out.append(LeftOut(sheet.name, "empty"))
        return
    if excluded(sheet.name, form) in ("police", "petition", "religion", "ethnicity"):
        table.left_out.append(LeftOut(sheet.name, "excluded"))
        return
    place = find_header(sheet, form, overrides)
    if place is None:
        table.left_out.append(LeftOut(sheet.name, "no_header"))
        return
    top, bottom, headers = place
    mapping = recognise(headers, form, overrides)
    width = len(headers)
    skipped = [column for column in mapping.columns if column.skipped]
    skipped += _skip_by_content(sheet, bottom, mapping.columns)
    for column in skipped:
        table.skipped.append(
            SkippedColumn(sheet.name, column.letter, column.header, column.skipped or "identity")
        )
    _empty_columns(sheet.rows, [column.index for column in skipped], bottom)
    _fill_down(sheet, bottom)
    skipped_at = {column.index: column for column in skipped}
    columns = [skipped_at.get(column.index, column) for column in mapping.columns]
    for item in table.form.fields:
        if item.name in mapping.fields:
            table._letters[sheet.name, item.name] = columns[mapping.fields[item.name]].letter
    where = (sheet.name, bottom + 1)
    for name in mapping.duplicates:
        twice = _("Two columns have this header; delete or rename one.")
        column = columns[mapping.fields[name]]
        table.problems.append(Problem(*where, column.letter, name, column.header, twice))
    for name in mapping.missing:
        absent = _("The column “%s” is missing.") % form.field(name).headers[0]
        table.problems.append(Problem(*where, "", name, "", absent))
    positions = _data_rows(sheet, top, bottom, table)
    _append(table, sheet, mapping.fields, positions, width)
    _guard_identity(table, sheet, columns, positions)
    table.sheets.append(ReadSheet(sheet.name, sheet.rows, top, bottom, columns, mapping.fields))


# Finding the header


def find_header(
    sheet: Sheet, form: Form, overrides: Mapping[str, str]
) -> tuple[int, int, list[Joined]] | None:
    """First and last header row (from 0) and the headers, None when no row has two known ones.

    Columns named by letter count as known ones in every row.
    """
    head = [list(row) for row in sheet.rows[: HEADER_SEARCH + HEADER_DEPTH]]
    width = max((len(row) for row in head), default=0)
    for row in head:
        row.extend([""] * (width - len(row)))
    for top, left, bottom, right in sheet.merged:
        if bottom - top >= HEADER_DEPTH:
            continue
        for r in range(top, min(bottom + 1, len(head))):
            for c in range(left, min(right + 1, width)):
                head[r][c] = head[top][left]
    best: tuple[int, int, int] | None = None
    found: list[Joined] = []
    least = max(1, 2 - sum(1 for wanted in overrides.values() if is_letter(wanted)))
    for top in range(min(HEADER_SEARCH, len(head))):
        for depth in range(1, HEADER_DEPTH + 1):
            if top + depth > len(head):
                break
            if _cuts_merge(sheet, top, top + depth - 1):
                continue
            rows = head[top : top + depth]
            headers = join_header(_spread(rows), width)
            names = {m[0] for h in headers if (m := match_joined(h, form))}
            score = len(names) + _named(headers, overrides)
            if score >= least and (best is None or (score, -depth, -top) > best):
                best, found = (score, -depth, -top), headers
    if best is None:
        return None
    depth, top = -best[1], -best[2]
    return top, top + depth - 1, found


def _cuts_merge(sheet: Sheet, top: int, bottom: int) -> bool:
    """Whether a header of these rows would cut a merged header cell in two."""
    return any(
        last - first < HEADER_DEPTH and (first < top <= last or top <= first <= bottom < last)
        for first, _left, last, _right in sheet.merged
    )


def _named(headers: Sequence[Joined], overrides: Mapping[str, str]) -> int:
    """How many overrides name a header of this row by its text."""
    texts = {part for header in headers for part in (*header.parts, header.shown)}
    return sum(1 for wanted in overrides.values() if wanted in texts)


def _spread(rows: list[list[Cell]]) -> list[list[Cell]]:
    """Group headings of unmerged header rows (CSV) continued to the right over sub-headers."""
    spread = [list(row) for row in rows]
    for r, row in enumerate(spread[:-1]):
        for c in range(1, len(row)):
            if row[c] in ("", None) and row[c - 1] and spread[r + 1][c] not in ("", None):
                row[c] = row[c - 1]
    return spread


# Rows that are data

_TOTALS = frozenset(
    gap.join(word)
    for word in ("合计", "小计", "总计", "共计", "累计")
    for gap in ("", " ", "  ", "   ", "　", "　　")
)
_TOTAL = re.compile(r"(.{0,20}(小计|合计|总计))|(合计|小计|总计|共计)[:：].*|共\s*\d+\s*[户人条].*")
_SIGNATURE = re.compile(
    r"(填表|填报|制表|审核|审批|复核|经办|统计|上报|盖章|签字|签章|单位负责|负责人签|分管领导|"
    r"单位[(（]盖章|单位盖章|村[(（]社区[)）]盖章)"
    r"(人|单位|日期|时间|盖章|签字|领导|责任人)*\s*([(（][^)）]*[)）])?\s*([:：].*|$)|"
    r"^(备注|说明|注|填表说明|填写说明)\s*[:：].*"
)
_NOTE = re.compile(
    r"^[(（【\[]?\s*(填写说明|填表说明|填写要求|填报说明|说明|注意|注[:：]|备注[:：]|例[:：]?|例如|示例|"
    r"样例|如[:：]|如\d|必填|选填|可不填|请填|请按|按照|格式|参照|见附|详见|下拉|与.{1,8}一致)"
)
_NOTE_NOT = re.compile(r"^例[^:：如子]")


def _first(row: Sequence[Cell]) -> Cell:
    return next((cell for cell in row if cell not in ("", None)), None)


def _is_note(row: Sequence[Cell]) -> bool:
    return any(
        isinstance(cell, str) and _NOTE.match(value := text(cell)) and not _NOTE_NOT.match(value)
        for cell in row
    )


def _footer(row: Sequence[Cell]) -> str | None:
    """'total' or 'signature' when the row sums or closes a sheet."""
    if not _TOTALS.isdisjoint(row):
        return "total"
    first = _first(row)
    if isinstance(first, str) and len(first) < 200:
        value = text(first)
        if _TOTAL.fullmatch(value.replace(" ", "")):
            return "total"
        if _SIGNATURE.match(value.replace(" ", "")):
            return "signature"
    return None


def _data_rows(sheet: Sheet, top: int, bottom: int, table: Table) -> list[int]:
    """Positions of the rows of data; title, note, total and signature rows are noted as dropped."""
    for r in range(top):
        if _first(sheet.rows[r]) is not None:
            table.dropped.append(DroppedRow(sheet.name, r + 1, "title"))
    positions: list[int] = []
    for r in range(bottom + 1, len(sheet.rows)):
        row = sheet.rows[r]
        if _first(row) is None:
            continue
        if r <= bottom + NOTE_ROWS and not positions and _is_note(row):
            reason: str | None = "note"
        else:
            reason = _footer(row)
        if reason:
            table.dropped.append(DroppedRow(sheet.name, r + 1, reason))
        else:
            positions.append(r)
    return positions


def _fill_down(sheet: Sheet, bottom: int) -> None:
    """Fill a merged cell's value into the cells below it, within its range only."""
    for top, left, last, _right in sheet.merged:
        if top <= bottom or last == top or top >= len(sheet.rows):
            continue
        row = sheet.rows[top]
        value = row[left] if left < len(row) else ""
        if value in ("", None):
            continue
        for r in range(top + 1, min(last + 1, len(sheet.rows))):
            below = sheet.rows[r]
            if _first(below) is None:
                continue
            below.extend([""] * (left + 1 - len(below)))
            below[left] = value


def _append(
    table: Table, sheet: Sheet, fields: Mapping[str, int], positions: list[int], width: int
) -> None:
    before = len(table.row)
    rows = []
    for r in positions:
        row = sheet.rows[r]
        if len(row) < width:
            row.extend([""] * (width - len(row)))
        rows.append(row)
    table.sheet.extend([sheet.name] * len(rows))
    table.row.extend([r + 1 for r in positions])
    for name in set(table.columns) | set(fields):
        column = table.columns.setdefault(name, [""] * before)
        if name in fields:
            c = fields[name]
            column.extend([row[c] for row in rows])
        else:
            column.extend([""] * len(rows))


# What never leaves the reader

_ID = re.compile(
    r"(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)"
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def holds_id_number(cell: Cell, *, checked: bool = False) -> bool:
    """Whether a cell holds what looks like an 18-digit national ID number.

    checked: only with a right check digit, for columns whose own numbers may be as long.
    """
    if isinstance(cell, float):
        if not 1e17 <= cell < 1e18:
            return False
        value = str(int(cell))
    elif isinstance(cell, str):
        if len(cell) < 18:
            return False
        value = text(cell)
    else:
        return False
    found = _ID.search(re.sub(r"(?<=\d)[ \-](?=[\dXx])", "", value))
    if not found:
        return False
    if not checked:
        return True
    digits = found[0]
    total = sum(int(d) * w for d, w in zip(digits, _WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == digits[17].upper()


def _skip_by_content(sheet: Sheet, bottom: int, columns: Sequence[Column]) -> list[Column]:
    """Columns of an unknown header whose cells are ID numbers for the greater part."""
    skipped = []
    for column in columns:
        if column.field or column.skipped:
            continue
        sample = [
            row[column.index]
            for row in sheet.rows[bottom + 1 : bottom + 201]
            if column.index < len(row) and row[column.index] not in ("", None)
        ]
        if sample and 2 * sum(map(holds_id_number, sample)) > len(sample):
            skipped.append(Column(column.index, column.letter, column.header, skipped="identity"))
    return skipped


def _empty_columns(rows: list[list[Cell]], indexes: Sequence[int], bottom: int) -> None:
    for index in indexes:
        for row in rows[bottom + 1 :]:
            if index < len(row):
                row[index] = ""


def _guard_identity(
    table: Table, sheet: Sheet, columns: Sequence[Column], positions: list[int]
) -> None:
    """Mask ID numbers in any cell; in a column that is read they are an error of the row."""
    start = len(table.row) - len(positions)
    message = _("This cell holds an ID number. ID numbers are never stored; delete it.")
    for column in columns:
        if column.skipped:
            continue
        kind = table.form.field(column.field).kind if column.field else "text"
        if kind in ("code", "area"):
            continue
        index, checked = column.index, kind == "serial"
        for i, r in enumerate(positions):
            cell = sheet.rows[r][index]
            if isinstance(cell, str):
                if len(cell) < 18:
                    continue
            elif not isinstance(cell, float) or cell < 1e17:
                continue
            if not holds_id_number(cell, checked=checked):
                continue
            sheet.rows[r][index] = MASK
            if column.field:
                table.columns[column.field][start + i] = ""
                table.problems.append(
                    Problem(sheet.name, r + 1, column.letter, column.field, MASK, message)
                )


__all__ = [
    "DroppedRow",
    "Field",
    "Form",
    "LeftOut",
    "Problem",
    "ReadSheet",
    "Sheet",
    "SkippedColumn",
    "Table",
    "Workbook",
    "find_header",
    "holds_id_number",
    "read_table",
    "read_workbook",
    "shown",
]
