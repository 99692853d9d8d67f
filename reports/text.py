"""A summary in plain text for a chat: no names, and no count from 1 to 4."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from casework.withholding import SMALL
from reports.measures import Value

LINES = (
    ("覆盖", ("in_scope", "linked", "linked_rate", "gap", "gap_zhongdian", "overdue",
              "vacancies")),
    ("诉求", ("issues_registered", "issues_accepted", "issues_closed", "close_rate",
              "issues_open", "issues_overdue", "issues_shelved", "satisfaction_rate")),
    ("联系和帮扶", ("reached", "deeds", "activity_sessions", "cards")),
)  # fmt: skip
FEW = "少于5"


def plain_text(name: str, values: Mapping[str, Value], *, on: date) -> str:
    """The text of an area as of a day, in the words of the office whatever the reader's language.

    Of a share nothing is said where one of its numbers, or what is left of them, is 1 to 4.
    """
    lines = [f"【{name}】截至{on.month}月{on.day}日（诉求、联系、帮扶为本月）"]
    for title, keys in LINES:
        parts = [said for key in keys if key in values and (said := _said(values[key]))]
        if parts:
            lines.append(f"{title}：" + "，".join(parts) + "。")
    return "\n".join(lines)


def _said(value: Value) -> str:
    one = value.indicator
    if value.withheld:
        return f"{one.name}{FEW}{one.unit}" if not one.is_rate else ""
    if value.number is None:
        return ""
    if one.is_rate:
        part, whole = value.numerator or 0, value.denominator or 0
        return "" if {part, whole, whole - part} & set(SMALL) else f"{one.name}{value.text}"
    return f"{one.name}{FEW if value.number in SMALL else value.text}{one.unit}"
