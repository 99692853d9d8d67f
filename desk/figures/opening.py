"""A number on a page: what it says, and the rows it opens to, or why it does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from desk.tables.figures import KEY, table_of
from desk.tables.registry import TABLES
from grids.models import Area
from grids.scope import Scope
from lib.language import in_language
from reports.measures import Indicator, Value, figure, table_address

#: What is looked for in the needs, in the body of a request and never in its address; and the
#: figure of the address beside it, which leaves out what is not counted.
LOOKS: dict[str, tuple[str, dict[str, str]]] = {
    "zhongdian": ("in_scope", {"tier": "zhongdian"}),
    "guanzhu": ("in_scope", {"tier": "guanzhu"}),
    "fangxin": ("in_scope", {"tier": "fangxin"}),
    "gap_zhongdian": ("gap", {"tier": "zhongdian"}),
    "linked_zhongdian": ("linked", {"tier": "zhongdian"}),
    "overdue": ("in_scope", {"overdue": "1"}),
    "overdue_zhongdian": ("in_scope", {"tier": "zhongdian", "overdue": "1"}),
}
OF_HOUSEHOLDS = ("households", "contacts", "cards")


@dataclass(frozen=True)
class Shown:
    """A value as a page shows it. ``fields`` go in the body of a request; ``n`` is what is counted
    (empty for sums and rates, which have another number of rows); ``parts`` of a rate."""

    value: Value
    text: str
    href: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    why: str = ""
    n: str = ""
    parts: tuple[Shown, ...] = ()

    @property
    def label(self) -> str:
        """The indicator's name."""
        return self.value.indicator.label

    @property
    def part(self) -> str:
        """The name where the heading above has already said of what it is a part."""
        whole, _sign, part = self.label.replace(": ", "·").partition("·")
        return part or whole

    @property
    def meaning(self) -> str:
        """The indicator's definition."""
        return self.value.indicator.meaning

    @property
    def unit(self) -> str:
        """The unit after the number; a rate has its own sign."""
        return "" if self.value.indicator.is_rate else self.value.indicator.measured_in


@dataclass(frozen=True)
class Opening:
    """Of which area and days the numbers are, and who looks."""

    area: Area
    scope: Scope
    until: date
    since: date
    known: Mapping[str, Indicator]
    current: date

    @property
    def code(self) -> str:
        """The area as an address names it."""
        return getattr(self.area, "code", None) or str(self.area.pk)

    def shown(self, value: Value, **words: str) -> Shown:
        """A number and what it opens to; ``words`` are further filters of the table."""
        one = value.indicator
        if value.withheld:
            return Shown(value, "", why=_("1 to 4 are not shown: they could point at a household."))
        if value.number is None:
            return Shown(value, "—", why=_("There is nothing to divide by."))
        if one.is_rate:
            assert one.of is not None
            parts = tuple(
                self.shown(Value(self.known[key], number))
                for key, number in zip(one.of, (value.numerator, value.denominator), strict=True)
            )
            return Shown(value, value.text, parts=parts,
                         why=_("A share; its two numbers open."))  # fmt: skip
        counted = "" if one.total else str(value.number)
        href, fields, why = self._opened(one, words)
        return Shown(value, value.text, href, fields, why, counted)

    def _opened(
        self, one: Indicator, words: Mapping[str, str]
    ) -> tuple[str, tuple[tuple[str, str], ...], str]:
        if one.sensitive:
            return self._looked(one)
        if one.listed is not None:
            kind, more = one.listed
            if self._may(kind):
                return table_address(kind, self.code, {**more, **words}), (), ""
            return "", (), self._closed(kind)
        kind = table_of(one)
        if not kind or kind not in TABLES:
            return "", (), in_language(*one.closed) if one.closed else _("There is no list of it.")
        if one.source == "households" and self.until != self.current:
            return "", (), _("The list is of today; the number is of an earlier day.")
        if not self._may(kind):
            return "", (), self._closed(kind)
        since = self.until if one.period == "day" else self.since
        named = figure(one, since, self.until)
        why = ""
        if kind in ("issues", "deeds") and not self.scope.manages(self.area.path):
            why = _("Of households only the count is shown to you; the list is of public places.")
        return table_address(kind, self.code, {KEY: named, **words}), (), why

    def _looked(self, one: Indicator) -> tuple[str, tuple[tuple[str, str], ...], str]:
        if not self.scope.sees_all_counts_of(self.area.path):
            return "", (), _("You see counts of needs, not the households.")
        if one.key not in LOOKS or self.until != self.current:
            return "", (), in_language(*one.closed) if one.closed else _("There is no list of it.")
        beside, fields = LOOKS[one.key]
        named = figure(self.known[beside], self.until, self.until)
        address = table_address("households", self.code, {KEY: named})
        return address, (("look", "1"), *fields.items()), ""

    def _may(self, kind: str) -> bool:
        if not self.scope.kinds & TABLES[kind].who:
            return False
        if kind in OF_HOUSEHOLDS:
            return any(self.area.path.startswith(root) for root in self.scope.households)
        return True

    def _closed(self, kind: str) -> str:
        if kind in OF_HOUSEHOLDS:
            return _("You see counts, not the households.")
        return _("You see counts; this list is not open to you.")
