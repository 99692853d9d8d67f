"""`manage.py coverage`: how covered an area is, as a table, JSON or CSV."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from casework.report import coverage_report
from grids.models import Area
from grids.paths import DEPTH
from lib.clock import today
from lib.errors import Refusal

#: Columns of the table with their headings; JSON and CSV have all fields under their own names.
TABLE = {
    "code": pgettext_lazy("column", "Code"),
    "name": pgettext_lazy("column", "Name"),
    "households": pgettext_lazy("column", "Households"),
    "in_scope": pgettext_lazy("column", "In scope"),
    "excluded": pgettext_lazy("column", "Left out"),
    "linked": pgettext_lazy("column", "Linked"),
    "linked_rate": pgettext_lazy("column", "Linked %"),
    "party_linked_rate": pgettext_lazy("column", "Linked to a member %"),
    "party_met_rate": pgettext_lazy("column", "Met by a member %"),
    "gap": pgettext_lazy("column", "Without contact"),
    "gap_zhongdian": pgettext_lazy("column", "Without contact, most need"),
    "overdue": pgettext_lazy("column", "Overdue"),
    "absent": pgettext_lazy("column", "Away"),
    "unlocated": pgettext_lazy("column", "Not located"),
    "outside": pgettext_lazy("column", "Outside grid"),
    "vacancies": pgettext_lazy("column", "Vacant posts"),
    "overloaded": pgettext_lazy("column", "Over limit"),
    "issues_open": pgettext_lazy("column", "Open matters"),
    "issues_overdue": pgettext_lazy("column", "Overdue matters"),
}
FORMULA = ("=", "+", "-", "@")


class Command(BaseCommand):
    help = "Print how covered an area is: one row per area of a level beneath it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--area", required=True, help="division code of the area")
        parser.add_argument("--level", required=True, choices=list(DEPTH))
        parser.add_argument("--on", metavar="DATE", help="the day, by default today")
        parser.add_argument("--format", choices=("table", "json", "csv"), default="table")

    def handle(self, *args: Any, area: str, level: str, format: str, **options: Any) -> None:
        current = today()
        try:
            on = date.fromisoformat(options["on"]) if options["on"] else current
        except ValueError:
            raise CommandError(_("Write the day as 2024-09-04.")) from None
        place = Area.objects.by_code(area, on).filter(during__contains=on).first()
        if place is None:
            raise CommandError(
                _("No area has the code %(code)s on %(on)s.") % {"code": area, "on": on}
            )
        try:
            report = coverage_report(
                area=place, level=level, on=on, current=current, withhold=False
            )
        except Refusal as refusal:
            raise CommandError(refusal.sentence) from refusal
        if format == "json":
            # JSON is read by programs: UTF-8 as it is, the rows of the API.
            self.stdout.write(
                json.dumps(report["rows"], cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
            )
        elif format == "csv":
            self.stdout.write(as_csv(report["rows"]), ending="")
        else:
            self.stdout.write(as_table([*report["rows"], report["total"]]))


def flat(row: dict[str, Any]) -> dict[str, Any]:
    """A row without nesting: ``gap_reasons.left``, ``tier.zhongdian``; no id, nothing withheld."""
    cells: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, dict):
            cells |= {f"{name}.{key}": inner for key, inner in value.items()}
        elif name not in ("id", "withheld"):
            cells[name] = value
    return cells


def as_csv(rows: list[dict[str, Any]]) -> str:
    """CSV with a byte order mark; a cell that a spreadsheet would compute becomes text."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out)
    for number, row in enumerate(map(flat, rows)):
        if number == 0:
            writer.writerow(row)
        writer.writerow([as_text(value) for value in row.values()])
    return out.getvalue()


def as_text(value: Any) -> Any:
    """A cell as it may be written; text beginning like a formula gets an apostrophe."""
    if isinstance(value, str) and value.lstrip().startswith(FORMULA):
        return f"'{value}"
    return "" if value is None else value


def as_table(rows: list[dict[str, Any]]) -> str:
    """Columns aligned on a terminal, where a Chinese character takes two places."""
    names = list(TABLE)
    lines = [
        [str(heading) for heading in TABLE.values()],
        *([shown(row[name], name) for name in TABLE] for row in rows),
    ]
    widths = [max(width(line[column]) for line in lines) for column in range(len(TABLE))]
    return "\n".join(
        "  ".join(
            padded(cell, places, left=names[column] in ("code", "name"))
            for column, (cell, places) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def shown(value: Any, name: str) -> str:
    """A value for the eye: rates as per cent with one decimal, nothing for nothing."""
    if value is None:
        return ""
    return f"{value:.1%}" if name.endswith("_rate") else str(value)


def width(text: str) -> int:
    """Places a text takes on a terminal."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def padded(text: str, places: int, *, left: bool) -> str:
    """Text filled with blanks to a number of places."""
    blanks = " " * (places - width(text))
    return text + blanks if left else blanks + text
