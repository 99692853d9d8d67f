"""The cells of a households file as values, one list per field, and what is wrong with them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache, partial
from typing import Any

from django.utils.translation import gettext as _

from households.attribution import Place
from households.importing.places import Places
from households.models import Household
from households.needcells import NeedMention, parse_needs
from lib.language import months_read
from lib.rows import Parser, parse_table
from lib.tabular import Form, Problem, Table
from lib.values import CLEAR, Cell, Clear, Day, blank, parse_int, text

Residence = Household.Residence
#: Words offices write for 居住状态; 空户 is a reason out of scope and asks for an approval.
RESIDENCE = {
    "常住": Residence.PRESENT, "在家": Residence.PRESENT, "在村": Residence.PRESENT,
    "居住": Residence.PRESENT, "长期居住": Residence.PRESENT, "是": Residence.PRESENT,
    "常住户": Residence.PRESENT, "在户": Residence.PRESENT, "本地居住": Residence.PRESENT,
    "季节性外出": Residence.SEASONAL, "季节性": Residence.SEASONAL,
    "季节外出": Residence.SEASONAL, "短期外出": Residence.SEASONAL,
    "季节性居住": Residence.SEASONAL, "临时外出": Residence.SEASONAL,
    "间歇居住": Residence.SEASONAL, "不定期居住": Residence.SEASONAL,
    "常年外出": Residence.AWAY, "长期外出": Residence.AWAY, "外出": Residence.AWAY,
    "外出务工": Residence.AWAY, "常年在外": Residence.AWAY, "外出户": Residence.AWAY,
    "人户分离": Residence.AWAY, "否": Residence.AWAY, "不在家": Residence.AWAY,
}  # fmt: skip
OUT_OF_SCOPE = ("空户", "空置", "空挂", "空挂户", "无人居住", "迁出", "搬迁", "拆迁", "销户")
LENGTHS = {"serial": 40, "head": 40, "address": 200, "emergency": 40}
MOST_PERSONS = 99
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")


def needs_cell(cell: Cell) -> tuple[NeedMention, ...] | Clear | None:
    """The needs of a cell; None when empty, CLEAR for a dash."""
    gone = blank(cell)
    return tuple(parse_needs(text(cell))) if gone is False else gone


def months_cell(cell: Cell) -> tuple[int, ...] | Clear | None:
    """The months of a cell; None when empty, CLEAR for a dash. ValueError with a sentence."""
    gone = blank(cell)
    return tuple(months_read(text(cell))) if gone is False else gone


def residence_of(value: str) -> str:
    """One of ``Household.Residence``; ValueError for another word."""
    word = re.sub(r"[\s（(].*$", "", value)
    if word in RESIDENCE:
        return RESIDENCE[word]
    if value in Residence.values:
        return value
    raise ValueError(
        _("“%s” is no state of residence. Allowed: 常住, 季节性外出, 常年外出.") % value[:40]
    )


PARSERS: dict[str, Parser] = {
    "int": partial(parse_int, least=0, most=MOST_PERSONS),
    "needs": needs_cell,
    "months": months_cell,
}


@lru_cache(maxsize=4)
def optional(form: Form) -> Form:
    """A form none of whose cells must be filled: an update may say only what changed."""
    return replace(form, fields=tuple(replace(f, required=False) for f in form.fields))


@dataclass
class Rows:
    """The rows of a file: ``columns`` by field (None: empty), where each is filed by its code,
    and the positions of rows with an error."""

    table: Table
    columns: dict[str, list[Any]]
    filed: list[Place | None] = field(default_factory=list)
    coded: list[bool] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    faulty: set[int] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self.table)

    def column(self, name: str) -> list[Any]:
        """The parsed cells of a field; all None when the file has no such column."""
        if name not in self.columns:
            self.columns[name] = [None] * len(self)
        return self.columns[name]

    def wrong(self, i: int, name: str, sentence: str) -> None:
        """An error of row i in the column of a field."""
        self.problems.append(self.table.problem(i, name, sentence))
        self.faulty.add(i)

    def doubt(self, i: int, name: str, sentence: str) -> None:
        """A warning; the row loads."""
        self.problems.append(self.table.problem(i, name, sentence, "warning"))


def read_rows(table: Table, places: Places, *, on: date) -> Rows:
    """Parse every cell and find the place each row names."""
    table.form = optional(table.form)
    parsed = parse_table(table, PARSERS)
    rows = Rows(table, parsed.columns, problems=parsed.problems, faulty=set(parsed.faulty))
    headers_block(rows)
    check_texts(rows)
    check_residence(rows)
    check_dates(rows, on)
    check_serials(rows)
    split_emergency(rows)
    find_places(rows, places)
    return rows


def headers_block(rows: Rows) -> None:
    """Where the header of a sheet is at fault (two columns for one field), none of it loads."""
    table = rows.table
    at = {sheet.name: sheet.header_bottom + 1 for sheet in table.sheets}
    blocked = {
        p.sheet for p in table.problems if p.severity == "error" and p.row == at.get(p.sheet)
    }
    if blocked:
        rows.faulty |= {i for i, sheet in enumerate(table.sheet) if sheet in blocked}


def check_texts(rows: Rows) -> None:
    """Texts that are too long, and a head of household that is to be cleared."""
    for name, most in LENGTHS.items():
        if name not in rows.columns:
            continue
        for i, value in enumerate(rows.columns[name]):
            if isinstance(value, str) and len(value) > most:
                rows.wrong(i, name, _("This text is longer than %s characters.") % most)
                rows.columns[name][i] = None
    for i, value in enumerate(rows.column("head")):
        if value is CLEAR:
            rows.wrong(i, "head", _("Enter the name of the head of household."))
            rows.columns["head"][i] = None


def check_residence(rows: Rows) -> None:
    """Words for the state of residence; a household out of scope needs an approval."""
    for i, value in enumerate(rows.column("residence")):
        if not isinstance(value, str):
            continue
        rows.columns["residence"][i] = None
        if any(value.startswith(word) for word in OUT_OF_SCOPE):
            rows.doubt(
                i, "residence",
                _("“%s” takes a household out of scope: ask for it on its page; it is loaded "
                  "as in scope.") % value[:20],
            )  # fmt: skip
            continue
        try:
            rows.columns["residence"][i] = residence_of(value)
        except ValueError as error:
            rows.wrong(i, "residence", str(error))


def check_dates(rows: Rows, on: date) -> None:
    """The day of registration lies not in the future."""
    for i, value in enumerate(rows.column("registered_on")):
        if isinstance(value, Day):
            rows.columns["registered_on"][i] = value.day
            if value.day > on:
                rows.wrong(i, "registered_on", _("This day lies in the future."))
        elif value is CLEAR:
            rows.columns["registered_on"][i] = None


def check_serials(rows: Rows) -> None:
    """The same household number twice in a file; the second row is the one to mend."""
    first: dict[str, int] = {}
    for i, serial in enumerate(rows.column("serial")):
        if not isinstance(serial, str):
            continue
        if serial in first:
            rows.wrong(
                i, "serial",
                _("The household number %(serial)s is in row %(row)s already.")
                % {"serial": serial, "row": rows.table.row[first[serial]]},
            )  # fmt: skip
        else:
            first[serial] = i


def split_emergency(rows: Rows) -> None:
    """A number behind the name of the emergency contact goes where numbers belong."""
    names, phones = rows.column("emergency"), rows.column("emergency_phone")
    for i, name in enumerate(names):
        found = _MOBILE.search(name) if isinstance(name, str) else None
        if found:
            names[i] = re.sub(r"[\s:：,，()（）/]+$", "", name[: found.start()]) or None
            phones[i] = phones[i] or found[0]


def find_places(rows: Rows, places: Places) -> None:
    """The place each row names by code or name."""
    areas, villages = rows.column("area"), rows.column("village")
    faulty = rows.faulty.copy()
    for area, village, i in zip(areas, villages, range(len(rows)), strict=True):
        place: Place | None = None
        try:
            place, warning = places.of_cells(told(area), told(village))
            if warning:
                rows.doubt(i, "area", warning)
        except ValueError as error:
            if i not in faulty or area is not None:
                rows.wrong(i, "area" if told(area) else "village", str(error))
        rows.filed.append(place)
        rows.coded.append(place is not None)


def told(value: Any) -> str:
    """A text cell, '' when it is empty or a dash."""
    return value if isinstance(value, str) else ""
