"""Sheets of an office's workbook: where the header stands, and which rows are data."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lib import sandbox
from lib.headers import Form, Joined, is_letter, join_header, match_joined
from lib.sandbox import Limits, Source
from lib.values import Cell, text

HEADER_SEARCH = 15
HEADER_DEPTH = 3
NOTE_ROWS = 3


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
class DroppedRow:
    """A row that is no data: reason title, note, total or signature."""

    sheet: str
    row: int
    reason: str


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


def data_rows(sheet: Sheet, top: int, bottom: int) -> tuple[list[int], list[DroppedRow]]:
    """Positions of the rows of data, and the title, note, total and signature rows."""
    dropped = []
    for r in range(top):
        if _first(sheet.rows[r]) is not None:
            dropped.append(DroppedRow(sheet.name, r + 1, "title"))
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
            dropped.append(DroppedRow(sheet.name, r + 1, reason))
        else:
            positions.append(r)
    return positions, dropped


def fill_down(sheet: Sheet, bottom: int) -> None:
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
