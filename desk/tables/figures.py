"""The rows behind a number: an address names the indicator and its days, ``figure=key~from~to``.

The condition is the indicator's own, so a list holds as many rows as the number says, of those
one may see.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from desk.tables.table import Filter
from reports.answers import rows_of
from reports.indicators import registry
from reports.measures import MARK, Indicator
from reports.sources import SOURCES

if TYPE_CHECKING:
    from desk.tables.asked import Asked


def table_of(one: Indicator) -> str:
    """The table that lists the rows of an indicator; empty where none does."""
    if one.where is None or one.sensitive:
        return ""
    return "households" if one.by_household else SOURCES[one.source].table


@dataclass(frozen=True)
class Named:
    """An indicator with its days, as an address names it."""

    one: Indicator
    since: date
    until: date

    @classmethod
    def of(cls, value: str) -> Named | None:
        """From the word of an address; None where it names none."""
        key, _mark, days = value.partition(MARK)
        first, _mark, last = days.partition(MARK)
        try:
            since, until = date.fromisoformat(first), date.fromisoformat(last)
        except ValueError:
            return None
        one = registry().get(key)
        return cls(one, since, until) if one is not None else None

    @property
    def label(self) -> str:
        """As the chip over the table says it."""
        if self.one.period == "day" or self.since == self.until:
            return _("%(name)s on %(day)s") % {"name": self.one.label, "day": self.until}
        return _("%(name)s, %(first)s to %(last)s") % {
            "name": self.one.label, "first": self.since, "last": self.until,
        }  # fmt: skip


class FigureFilter(Filter):
    """A filter that every table has, offered nowhere: numbers lead to it."""

    def takes(self, value: str, asked: Asked) -> bool:
        """Whether it names an indicator whose rows this table lists."""
        named = Named.of(value)
        return (
            named is not None and table_of(named.one) == asked.table.kind
            and named.since <= named.until <= asked.on
        )  # fmt: skip


def _chosen(asked: Asked) -> Iterable[tuple[str, Any]]:
    named = Named.of(asked.value(KEY))
    return [(asked.value(KEY), named.label)] if named else []


def _behind(rows: Any, value: str, asked: Asked) -> Any:
    named = Named.of(value)
    assert named is not None
    found = rows_of(named.one, asked.path, since=named.since, until=named.until, current=asked.on)
    assert found is not None
    name = SOURCES[named.one.source].household if named.one.by_household else "pk"
    return rows.filter(pk__in=found.order_by().values(name))


KEY = "figure"
FIGURE = FigureFilter(KEY, gettext_lazy("Number"), _chosen, _behind)
