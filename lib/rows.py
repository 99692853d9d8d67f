"""The cells of a table parsed by the kinds of its form's fields."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from lib import codes, values
from lib.tabular import Problem, Table
from lib.values import CLEAR

Parser = Callable[[values.Cell], Any]
PARSERS: dict[str, Parser] = {
    "text": values.parse_text,
    "serial": values.parse_text,
    "relation": values.parse_text,
    "phone": values.parse_phone,
    "date": values.parse_date,
    "int": values.parse_int,
    "decimal": values.parse_decimal,
    "coordinate": values.parse_coordinate,
    "yes_no": values.parse_yes_no,
    "party": values.parse_party,
    "code": codes.parse_code,
    "area": codes.parse_area,
}


@dataclass
class ParsedTable:
    """Parsed columns of the length of the table (None: empty or faulty), and the problems.

    `faulty` holds the positions of rows with an error.
    """

    columns: dict[str, list[Any]]
    problems: list[Problem]
    faulty: set[int]


def parse_table(table: Table, parsers: Mapping[str, Parser] | None = None) -> ParsedTable:
    """Parse every column by its field's kind; a required cell that is empty is an error.

    parsers adds or replaces parsers by kind. The table's own problems come first.
    """
    known = {**PARSERS, **(parsers or {})}
    columns: dict[str, list[Any]] = {}
    problems = list(table.problems)
    faulty: set[int] = set()
    for item in table.form.fields:
        if item.name not in table.columns:
            continue
        parsed = values.parse_column(table.columns[item.name], known[item.kind])
        columns[item.name] = parsed.values
        for i, message in parsed.faults:
            problems.append(table.problem(i, item.name, message))
            faulty.add(i)
        if item.required:
            wrong = {i for i, _message in parsed.faults}
            for i, value in enumerate(parsed.values):
                if (value is None or value is CLEAR) and i not in wrong:
                    message = _("“%s” may not be empty.") % item.label
                    problems.append(table.problem(i, item.name, message))
                    faulty.add(i)
    marked = {(p.sheet, p.row) for p in table.problems if p.severity == "error"}
    if marked:
        places = zip(table.sheet, table.row, strict=True)
        faulty |= {i for i, place in enumerate(places) if place in marked}
    order = {sheet.name: n for n, sheet in enumerate(table.sheets)}
    problems.sort(key=lambda p: (order.get(p.sheet, 0), p.row))
    return ParsedTable(columns, problems, faulty)
