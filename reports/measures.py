"""What an indicator is, and how one number of it is put into words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse

from lib.language import in_language

#: Of a single count of these, 1 to 4 are withheld from those who see counts only.
SENSITIVE = "P3"
#: How an address names an indicator with its days; see ``desk/tables/figures.py``.
MARK = "~"

Number = int | Decimal
Where = Callable[[date, date], Q]


@dataclass(frozen=True)
class Indicator:
    """One number: its words, unit, decimals, class, and where it comes from.

    ``period`` is "day" (as it stands at the end of a day) or "period" (from one day to another,
    both included). Exactly one of these says where it comes from: ``where`` over the rows of
    ``source``; ``column`` of the coverage count; ``of``, two other indicators whose quotient it
    is; ``also``, others it is the sum of, or ``less``, of which the second is taken away.
    """

    key: str
    name: str
    name_en: str
    definition: str
    definition_en: str
    unit: str = ""
    decimals: int = 0
    p_class: str = "P0"
    period: str = "period"
    source: str = ""
    where: Where | None = None
    #: Small counts are withheld from everybody: they would point at who said it.
    guarded: bool = False
    #: Count each household once instead of each row.
    by_household: bool = False
    #: Add up this column instead of counting rows.
    total: str = ""
    column: str = ""
    of: tuple[str, str] | None = None
    also: tuple[str, ...] = ()
    less: tuple[str, str] | None = None
    #: A table (with flags) that lists the rows, where it is not the one of the source.
    listed: tuple[str, Mapping[str, str]] | None = None
    #: Why the number cannot be opened, where it has no rows of its own.
    closed: tuple[str, str] | None = None
    other_names: tuple[str, ...] = field(default=())

    @property
    def label(self) -> str:
        """The name in the language of the reader."""
        return in_language(self.name, self.name_en)

    @property
    def meaning(self) -> str:
        """The definition in the language of the reader."""
        return in_language(self.definition, self.definition_en)

    @property
    def measured_in(self) -> str:
        """The unit in the language of the reader; in English the label says what is counted."""
        if in_language("zh", "en") == "zh":
            return self.unit
        return "yuan" if self.unit == "元" else ""

    @property
    def is_rate(self) -> bool:
        """Whether it is a quotient, shown in per cent."""
        return self.of is not None

    @property
    def sensitive(self) -> bool:
        """Whether small counts of it are withheld."""
        return self.p_class == SENSITIVE


@dataclass(frozen=True)
class Value:
    """A value of an indicator: a count or sum, or a quotient; ``withheld`` says nothing of it.

    ``number`` is None for a quotient without denominator, and where it is withheld.
    """

    indicator: Indicator
    number: Number | None
    numerator: Number | None = None
    denominator: Number | None = None
    withheld: bool = False

    @property
    def text(self) -> str:
        """As it is shown: rounded as the indicator says, thousands apart; empty for none."""
        if self.number is None:
            return ""
        shown = rounded(self.number * (100 if self.indicator.is_rate else 1), self.decimals)
        return f"{shown:,}%" if self.indicator.is_rate else f"{shown:,}"

    @property
    def decimals(self) -> int:
        """Decimals of what is shown."""
        return self.indicator.decimals

    @property
    def plain(self) -> Number | None:
        """As a spreadsheet wants it: a rate in per cent, rounded."""
        if self.number is None:
            return None
        return rounded(self.number * (100 if self.indicator.is_rate else 1), self.decimals)


def rounded(number: Number, decimals: int) -> Number:
    """Rounded half up, as offices do; without decimals an int."""
    exact = Decimal(number).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return exact if decimals else int(exact)


def quotient(numerator: Number, denominator: Number) -> Decimal | None:
    """Their quotient; None where there is nothing to divide by."""
    return Decimal(numerator) / Decimal(denominator) if denominator else None


def figure(indicator: Indicator, since: date, until: date) -> str:
    """How the address of a table names the rows of an indicator."""
    return MARK.join([indicator.key, since.isoformat(), until.isoformat()])


def table_address(kind: str, area: str, words: Mapping[str, Any]) -> str:
    """A table of an area with the words of its address."""
    return _table(kind) + "?" + urlencode({"area": area, **words})


@cache
def _table(kind: str) -> str:
    # A dashboard has some hundred addresses of a handful of tables.
    return reverse("table", args=[kind])
