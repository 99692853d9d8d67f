"""Cells of an office's sheet read as values.

Every parser takes one cell (text, number, date, None) and returns the value, None when the cell is
empty (leave what is there) or CLEAR when it holds a dash (remove what is there). What cannot be
read raises ValueError with a sentence that says what to do.
"""

import datetime as dt
import enum
import math
import re
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Generic, Literal, NamedTuple, TypeVar

from django.utils.translation import gettext as _

Cell = str | int | float | bool | dt.date | dt.time | dt.timedelta | None


T = TypeVar("T")


class Clear(enum.Enum):
    """What a dash in a cell means: remove the value that is there."""

    CLEAR = "—"


CLEAR = Clear.CLEAR
_DASHES = frozenset({"—", "——", "―", "――"})


class Day(NamedTuple):
    """A date read from a cell; approximate when only the month was given (then its first day)."""

    day: dt.date
    approximate: bool


def _tidy_table() -> dict[int, str]:
    table = dict.fromkeys((*range(8203, 8208), *range(8234, 8239), 8288, 65279), "")
    table |= dict.fromkeys((160, 12288, 8199, 8239, 10, 13, 9), " ")
    ranges = (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
    table |= {code: chr(code - 0xFEE0) for code in ranges}
    table |= {code: "" for code in range(0x20) if code not in (0x0A, 0x0D, 0x09)}
    return table


_TIDY = _tidy_table()
_UNTIDY = re.compile("[" + "".join(re.escape(chr(code)) for code in _TIDY) + "]|  ")
_DIGIT_SIGNS = str.maketrans("．／－＋（）：", "./-+():")


def text(cell: Cell) -> str:
    """A cell as one line of text: no zero-width signs or control characters, plain digits and
    letters for full-width ones, Chinese punctuation kept; whole numbers without a decimal point.
    """
    if cell is None:
        return ""
    if isinstance(cell, str):
        if _UNTIDY.search(cell) is None:
            return cell.strip()
        return " ".join(cell.translate(_TIDY).split())
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        if math.isfinite(cell) and cell == int(cell):
            return str(int(cell))
        return repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.strftime("%Y-%m-%d" if cell.time() == dt.time() else "%Y-%m-%d %H:%M")
    if isinstance(cell, dt.date):
        return cell.isoformat()
    return str(cell)


def blank(cell: Cell) -> Literal[False] | Clear | None:
    """None for an empty cell, CLEAR for a dash, False when the cell has content."""
    if cell is None:
        return None
    if isinstance(cell, str):
        value = text(cell)
        if not value:
            return None
        if value in _DASHES:
            return CLEAR
    return False


def parse_text(cell: Cell) -> str | Clear | None:
    """Text of one line."""
    value = text(cell)
    return CLEAR if value in _DASHES else value or None


# Serial days of 1930-01-01 and 2099-12-31 in the 1900 system.
_SERIAL_RANGE = (10959, 73050)
_EPOCH = dt.date(1899, 12, 30)
_FULL_DATE = re.compile(
    r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?(?:[\sT]+[\d:.]+Z?)?"
)
_MONTH = re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*月?份?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")


def parse_date(cell: Cell) -> Day | Clear | None:
    """A date written 2024-09-04, 2024.9.4, 2024/9/4, 2024年9月4日, 20240904, 2024年9月 (first of
    the month, approximate), an Excel serial number (1900 system) or a date cell.
    """
    gone = blank(cell)
    if gone is not False:
        return gone
    if isinstance(cell, dt.datetime):
        return _day(cell.year, cell.month, cell.day, cell)
    if isinstance(cell, dt.date):
        return _day(cell.year, cell.month, cell.day, cell)
    value = text(cell).translate(_DIGIT_SIGNS)
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        if _SERIAL_RANGE[0] <= cell <= _SERIAL_RANGE[1]:
            return Day(_EPOCH + dt.timedelta(days=int(cell)), False)
        if isinstance(cell, float) and cell != int(cell):
            # 2024.1 may have been 2024.10: Excel drops the zero.
            raise ValueError(
                _("“%s” is a number, not a date. Write the date as 2024-09-04.") % value
            )
    full = _FULL_DATE.fullmatch(value) or _COMPACT.fullmatch(value)
    if full:
        return _day(int(full[1]), int(full[2]), int(full[3]), value)
    month = _MONTH.fullmatch(value)
    if month:
        return Day(_day(int(month[1]), int(month[2]), 1, value).day, True)
    if re.fullmatch(r"\d{5}(\.\d+)?", value):
        serial = float(value)
        if _SERIAL_RANGE[0] <= serial <= _SERIAL_RANGE[1]:
            return Day(_EPOCH + dt.timedelta(days=int(serial)), False)
    raise ValueError(_("“%s” is no date. Write it as 2024-09-04.") % value[:40])


def _day(year: int, month: int, day: int, shown: object) -> Day:
    try:
        if not 1900 <= year <= 2100:
            raise ValueError
        return Day(dt.date(year, month, day), False)
    except ValueError:
        raise ValueError(
            _("“%s” is a day that does not exist or lies outside 1900 to 2100.") % str(shown)[:40]
        ) from None


_MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"0(?:10|2\d|[3-9]\d{2})[2-8]\d{6,7}")


def parse_phone(cell: Cell) -> str | Clear | None:
    """A mobile number (11 digits) or a landline with area code, as bare digits.

    Accepts +86 and 0086, spaces, dashes, brackets, full-width digits, 13800001234.0.
    """
    if isinstance(cell, str) and cell.isascii() and _MOBILE.fullmatch(cell):
        return cell
    gone = blank(cell)
    if gone is not False:
        return gone
    value = text(cell).translate(_DIGIT_SIGNS)
    if re.fullmatch(r"\d(\.\d+)?[eE]\+?\d+", value):
        raise ValueError(
            _("Excel has shortened this number. Format the column as text and enter it again.")
        )
    value = re.sub(r"\.0+$", "", value)
    digits = re.sub(r"[\s\-—–()·.'’]", "", value)
    digits = re.sub(r"^(?:\+|00)?86(?=1[3-9]\d{9}$|0\d{9,11}$)", "", digits)
    if _MOBILE.fullmatch(digits) or _LANDLINE.fullmatch(digits):
        return digits
    if re.search(r"[/、,，;；或和]", value) or len(re.findall(r"1[3-9]\d{9}", value)) > 1:
        raise ValueError(_("Only one number fits in this cell; put the second in another column."))
    if re.fullmatch(r"[2-8]\d{6,7}", digits):
        raise ValueError(_("The area code is missing. Write the number as 0482-6120000."))
    if not digits.isdigit():
        raise ValueError(_("This is no phone number; it may only hold digits."))
    raise ValueError(
        _("A phone number has 11 digits, or an area code and 7 or 8 digits; this one has %d.")
        % len(digits)
    )


_INT = re.compile(r"([+-]?\d+)(?:\.0+)?\s*[人户口个名位]?")


def parse_int(cell: Cell, *, least: int = 0, most: int = 2**31 - 1) -> int | Clear | None:
    """A whole number from least to most; 12, 12.0, １２, 12人."""
    gone = blank(cell)
    if gone is not False:
        return gone
    value = text(cell).translate(_DIGIT_SIGNS).replace(",", "")
    found = _INT.fullmatch(value)
    if not found:
        raise ValueError(_("“%s” is no whole number.") % value[:40])
    number = int(found[1])
    if not least <= number <= most:
        raise ValueError(
            _("%(number)s is out of range: %(least)s to %(most)s.")
            % {"number": number, "least": least, "most": most}
        )
    return number


def parse_decimal(cell: Cell) -> Decimal | Clear | None:
    """An amount: 1200.50, 1,200.50, 1200元, 1.2万元."""
    gone = blank(cell)
    if gone is not False:
        return gone
    value = text(cell).translate(_DIGIT_SIGNS).replace(",", "").replace("，", "")
    found = re.fullmatch(r"[¥￥]?\s*([+-]?\d+(?:\.\d+)?)\s*(万?)\s*元?", value)
    if not found:
        raise ValueError(_("“%s” is no number.") % value[:40])
    try:
        return Decimal(found[1]) * (10000 if found[2] else 1)
    except InvalidOperation:
        raise ValueError(_("“%s” is no number.") % value[:40]) from None


_YES = frozenset({"是", "有", "√", "✓", "✔", "y", "yes", "1", "true", "对", "☑"})
_NO = frozenset({"否", "无", "没有", "不是", "×", "✗", "x", "n", "no", "0", "false", "☐"})


def parse_yes_no(cell: Cell) -> bool | Clear | None:
    """是 or 否 and what offices write instead."""
    gone = blank(cell)
    if gone is not False:
        return gone
    value = text(cell).lower()
    if value in _YES:
        return True
    if value in _NO:
        return False
    raise ValueError(_("“%s” is neither 是 nor 否.") % value[:40])


_MEMBER = frozenset({"党员", "中共党员", "中国共产党党员", "预备党员", "中共预备党员", "正式党员"})
_NO_MEMBER = frozenset({"群众", "非党员", "团员", "共青团员", "积极分子", "入党积极分子"})


def parse_party(cell: Cell) -> bool | Clear | None:
    """Whether a member of staff is a party member; the text itself is never kept or shown."""
    gone = blank(cell)
    if gone is not False:
        return gone
    value = re.sub(r"\s", "", text(cell)).lower()
    if value in _MEMBER or value in _YES:
        return True
    if value in _NO_MEMBER or value in _NO:
        return False
    raise ValueError(_("Write 是 or 否 for party member."))


_DMS = re.compile(
    r"[EeNn东北经纬]*\s*(\d{1,3})\s*[°度]\s*(\d{1,2})\s*[′'分]\s*(\d{1,2}(?:\.\d+)?)\s*[″\"秒]?\s*[EeNn]?"
)
_COORDINATE = re.compile(r"[EeNn东北经纬:]*\s*([+-]?\d+(?:\.\d+)?)\s*°?\s*[EeNn]?")


def parse_coordinate(cell: Cell) -> float | Clear | None:
    """A longitude, latitude (degrees, decimal or 122°54′30″) or a metre coordinate."""
    gone = blank(cell)
    if gone is not False:
        return gone
    value = text(cell).translate(_DIGIT_SIGNS)
    if isinstance(cell, (int, float)) and not isinstance(cell, bool) and math.isfinite(cell):
        return float(cell)
    if isinstance(cell, bool):
        value = str(cell)
    plain = _COORDINATE.fullmatch(value)
    if plain:
        return float(plain[1])
    dms = _DMS.fullmatch(value)
    if dms and int(dms[2]) < 60 and float(dms[3]) < 60:
        return int(dms[1]) + int(dms[2]) / 60 + float(dms[3]) / 3600
    raise ValueError(_("“%s” is no coordinate. Write it as 122.905994.") % value[:40])


class Parsed(NamedTuple, Generic[T]):
    """A parsed column: values (None where a fault is) and the faults by position."""

    values: list[T | Clear | None]
    faults: list[tuple[int, str]]


def parse_column(cells: Sequence[Cell], parser: Callable[[Cell], T | Clear | None]) -> Parsed[T]:
    """Parse a column; equal cells are parsed once."""
    known: dict[tuple[type, Cell], T | Clear | None] = {}
    values: list[T | Clear | None] = []
    faults: list[tuple[int, str]] = []
    for i, cell in enumerate(cells):
        key = (cell.__class__, cell)
        if key in known:
            values.append(known[key])
            continue
        try:
            value = known[key] = parser(cell)
        except ValueError as error:
            faults.append((i, str(error)))
            value = None
        values.append(value)
    return Parsed(values, faults)
