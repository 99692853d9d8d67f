"""How an area went by week: what the charts of its dashboard draw, and the table beneath them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from grids.models import Area
from lib.language import in_language
from reports.geography import NOW, OF_HOUSEHOLDS, Redrawn, redrawn, weeks_now, weeks_then
from reports.measures import Indicator, Value
from reports.snapshots import WEEKLY, Week

WEEKS = 12
#: Overdue households are P3: a week's count that is withheld could be found from the others, so
#: that the line is drawn only for who sees all counts.
SENSITIVE = ("overdue",)
STOCKS = ("gap", *SENSITIVE, "issues_open", "issues_overdue")
#: The pictures, each of one or two of these.
FIGURES = ("gap", "overdue", "rates", "open", "flow", "contacts")
RATES = ("linked_rate", "party_met_rate")


@dataclass(frozen=True)
class Trend:
    """By week, oldest first: ``charts`` for the script, in which ``figures``, and the table that
    says the same.

    ``rows`` are the name of a week and its cells; ``drawn`` says whether there is a line at all.
    """

    charts: dict[str, Any]
    figures: list[str]
    heads: list[str]
    rows: list[tuple[str, list[str]]]
    drawn: bool
    #: Of an area that came through a redraw: its day, which division is drawn, and in words.
    redrawn_on: date | None = None
    geography: str = ""
    says: str = ""


def trend_of(
    area: Area, known: Mapping[str, Indicator], *, on: date, all_counts: bool, geography: str = ""
) -> Trend:
    """The last weeks of an area. A week without a summary is a gap, never nought.

    Across a redraw on either ``geography``: ``then`` as the areas were, or ``now`` for the
    households that are in it today; of these only what is counted by household.
    """
    came = redrawn(area, on=on)
    of_now = came is not None and geography == NOW
    weeks = (weeks_now if of_now else weeks_then)(area, on=on, weeks=WEEKS)
    while weeks and weeks[0].row is None:
        weeks.pop(0)
    stocks = [key for key in STOCKS if all_counts or key not in SENSITIVE]
    series = {key: [_stock(week, known[key], known) for week in weeks] for key in stocks}
    rates = {key: [_percent(week, known[key], known) for week in weeks] for key in RATES}
    flows = {key: [week.flow(key) for week in weeks] for key in WEEKLY}
    columns: dict[str, Sequence[int | float | None]] = {**series, **rates, **flows}
    if of_now:
        columns = {key: cells for key, cells in columns.items() if key in OF_HOUSEHOLDS}
    names = [week_name(week, on) for week in weeks]
    return Trend(
        charts={
            "weeks": [{"name": name, "short": short_name(week, on)}
                      for name, week in zip(names, weeks, strict=True)],
            "numbers": columns,
            "labels": {key: known[key].label for key in columns},
        },
        figures=[key for key in FIGURES if key in columns or (key not in SENSITIVE and not (
            of_now and key in ("open", "flow")))],
        heads=[known[key].label for key in columns],
        rows=[(name, [_text(known[key], cells[n]) for key, cells in columns.items()])
              for n, name in reversed(list(enumerate(names)))],
        drawn=sum(week.row is not None for week in weeks) > 1,
        redrawn_on=came.on if came else None,
        geography=("now" if of_now else "then") if came else "",
        says=_says(came, of_now),
    )  # fmt: skip


def _says(came: Redrawn | None, of_now: bool) -> str:
    """Which division a trend is drawn on, in words; empty where none changed."""
    if came is None:
        return ""
    day = f"{came.on:%Y-%m-%d}"
    if of_now:
        return (
            _(
                "By today's grids: the households that are in it today, wherever they were filed"
                " before %s; closed ones are left out, and matters, which are filed by place."
            )
            % day
        )
    if came.before:
        return _(
            "By the grids of each day: before %(day)s those it took the place of, together:"
            " %(names)s."
        ) % {"day": day, "names": "、".join(area.name for area in came.before)}
    return _("By the grids of each day: on %s its border or its households changed.") % day


def _stock(week: Week, one: Indicator, known: Mapping[str, Indicator]) -> int | None:
    number = week.stock(one, known)
    return None if number is None else int(number)


def _percent(week: Week, one: Indicator, known: Mapping[str, Indicator]) -> float | None:
    shown = Value(one, week.stock(one, known)).plain
    return None if shown is None else float(shown)


def _text(one: Indicator, number: int | float | None) -> str:
    if number is None:
        return "—"
    return f"{number:.{one.decimals}f}%" if one.is_rate else f"{number:,}"


def week_name(week: Week, on: date) -> str:
    """A week as an office writes it: 11月16日至22日; the current one 本周（至28日）."""
    until = week.row.on if week.row else week.last
    if week.last == on:
        return _("this week, up to %s") % _day(until, on)
    begin, end = _day(week.first, on), _end(week)
    name = in_language(f"{begin}至{end}", f"{begin} to {end}")
    # Its last days have no summary, so that its sums are not of the whole week.
    return name if until == week.last else _("%(week)s (up to %(day)s)") % {
        "week": name, "day": _day(until, on),
    }  # fmt: skip


def short_name(week: Week, on: date) -> str:
    """The same in two short lines, for the axis."""
    begin = _("this week") if week.last == on else _day(week.first, on)
    return in_language(f"{begin}\n至{_end(week)}", f"{begin}\nto {_end(week)}")


def _day(day: date, on: date) -> str:
    if day.year != on.year:
        return in_language(f"{day.year}年{day.month}月{day.day}日", f"{day.day} {day:%b %Y}")
    return in_language(f"{day.month}月{day.day}日", f"{day.day} {day:%b}")


def _end(week: Week) -> str:
    day = week.last
    if day.month == week.first.month:
        return in_language(f"{day.day}日", f"{day.day} {day:%b}")
    return in_language(f"{day.month}月{day.day}日", f"{day.day} {day:%b}")
