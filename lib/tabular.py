"""Workbooks and CSV files of offices read as columns of a form.

`read_table` is the door: it reads the file in the sandbox, finds the header, drops what is no row
of data, empties skipped columns at once, and keeps the true row numbers for errors.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from lib import sandbox
from lib.headers import (
    Column,
    Field,
    Form,
    excluded,
    fields_named,
    find_column,
    reason_text,
    recognise,
)
from lib.identity import MASK, holds_id_number
from lib.sandbox import Limits, Source
from lib.sheets import DroppedRow, Sheet, Workbook, data_rows, fill_down, find_header, read_workbook
from lib.values import CLEAR, Cell, parse_party, text


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
    #: The overrides whose header or letter some sheet has.
    overridden: set[str] = field(default_factory=set)
    _letters: dict[tuple[str, str], str] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.row)

    def column_of(self, sheet: str, name: str) -> str:
        """The letter of a field's column in a sheet, '' where the sheet has none."""
        return self._letters.get((sheet, name), "")

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


def better_form(table: Table, others: Sequence[Form]) -> Form | None:
    """The form among others that the headers of a table fit clearly better than its own.

    Such a form finds all it requires and one field of each telling group, and reads at least two
    columns more; one more where the table has neither addresses nor coordinates.
    """
    best: Form | None = None
    most = len(table.columns) + (1 if {"address", "x"} & table.columns.keys() else 0)
    headers = [column.header for sheet in table.sheets for column in sheet.columns]
    for form in others:
        names = fields_named(headers, form)
        fits = all(item.name in names for item in form.fields if item.required)
        tells = bool(form.telling) and all(names & group for group in form.telling)
        if fits and tells and len(names) > most:
            best, most = form, len(names)
    return best


def shown(cell: Cell) -> str:
    """A cell for a message: short, without what looks like an ID number."""
    value = text(cell)[:60]
    return MASK if holds_id_number(cell) else value


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
            % "、".join(item.label for item in form.fields[:6])
        )
    for name, wanted in (overrides or {}).items():
        if wanted and name not in table.overridden:
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
    if excluded(sheet.name) in ("police", "petition", "religion", "ethnicity"):
        table.left_out.append(LeftOut(sheet.name, "excluded"))
        return
    place = find_header(sheet, form, overrides)
    if place is None:
        table.left_out.append(LeftOut(sheet.name, "no_header"))
        return
    top, bottom, headers = place
    mapping = recognise(headers, form, overrides)
    table.overridden |= {
        name for name, wanted in overrides.items() if find_column(headers, wanted) is not None
    }
    width = len(headers)
    skipped = [column for column in mapping.columns if column.skipped]
    skipped += _skip_by_content(sheet, bottom, mapping.columns)
    for column in skipped:
        table.skipped.append(
            SkippedColumn(sheet.name, column.letter, column.header, column.skipped or "identity")
        )
    _empty_columns(sheet.rows, [column.index for column in skipped], bottom)
    fill_down(sheet, bottom)
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
        absent = _("The column “%s” is missing.") % form.field(name).label
        table.problems.append(Problem(*where, "", name, "", absent))
    positions, dropped = data_rows(sheet, top, bottom)
    table.dropped.extend(dropped)
    _append(table, sheet, mapping.fields, positions, width)
    _guard_identity(table, sheet, columns, positions)
    _reduce_party(table, sheet, mapping.fields, positions)
    table.sheets.append(ReadSheet(sheet.name, sheet.rows, top, bottom, columns, mapping.fields))


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
    for name in [f.name for f in table.form.fields if f.name in table.columns or f.name in fields]:
        column = table.columns.setdefault(name, [""] * before)
        if name in fields:
            c = fields[name]
            column.extend([row[c] for row in rows])
        else:
            column.extend([""] * len(rows))


# What never leaves the reader


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
        cells = [sheet.rows[r][index] for r in positions]
        long = [
            (i, cell)
            for i, cell in enumerate(cells)
            if (isinstance(cell, str) and len(cell) >= 18)
            or (isinstance(cell, float) and cell >= 1e17)
        ]
        for i, cell in long:
            if not holds_id_number(cell, checked=checked):
                continue
            r = positions[i]
            sheet.rows[r][index] = MASK
            if column.field:
                table.columns[column.field][start + i] = ""
                table.problems.append(
                    Problem(sheet.name, r + 1, column.letter, column.field, MASK, message)
                )


def _reduce_party(
    table: Table, sheet: Sheet, fields: Mapping[str, int], positions: list[int]
) -> None:
    """Leave only 是 or 否 of a political status, ？ where it says neither."""
    start = len(table.row) - len(positions)
    for name, index in fields.items():
        if table.form.field(name).kind != "party":
            continue
        for i, r in enumerate(positions):
            try:
                member = parse_party(sheet.rows[r][index])
                if member is None or member is CLEAR:
                    word = "" if member is None else CLEAR.value
                else:
                    word = "是" if member else "否"
            except ValueError:
                word = "？"
            sheet.rows[r][index] = table.columns[name][start + i] = word


__all__ = [
    "MASK",
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
