"""What a table is: columns, filters, orders, and the rows one may see."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString, mark_safe

from desk.tables.keyset import Order, Page, keyset_page
from grids.scope import Scope

if TYPE_CHECKING:
    from desk.tables.asked import Asked

#: Rows are counted up to here; beyond it the page says "more than".
COUNTED = 10_000
#: More rows at once nobody looks over.
AT_ONCE = 500
#: A file of more rows than these is written beside the request.
LARGE = 5000


@dataclass(frozen=True)
class Tag:
    """A word with a tone: "", "bad", "quiet"."""

    text: Any
    tone: str = ""


@dataclass(frozen=True)
class Cell:
    """What stands in a cell: text, perhaps a link, perhaps words in a box, perhaps a hint; or
    several words with the address each opens ('' where it opens none)."""

    text: Any = ""
    href: str = ""
    links: tuple[tuple[Any, str], ...] = ()
    tags: tuple[Tag, ...] = ()
    hint: Any = ""

    def drawn(self, column: str, *, number: bool, main: bool) -> SafeString:
        """The cell as it stands in the page; a template takes ten times as long over 450 of them.

        ``column`` is the head of its column.
        """
        text = conditional_escape(self.text)
        words = [f'<a href="{conditional_escape(self.href)}">{text}</a>' if self.href else text]
        words += [
            f' <a href="{escape(href)}">{escape(word)}</a>' if href else f" {escape(word)}"
            for word, href in self.links
        ]
        gap = " " if text else ""
        for tag in self.tags:
            word = conditional_escape(tag.text)
            words.append(f'{gap}<span class="tag {tag.tone}">{word}</span>')
        if self.hint:
            words.append(f" <small>{conditional_escape(self.hint)}</small>")
        kind = f"{'number ' if number else ''}{'main' if main else ''}"
        # Every part of it was escaped.
        return mark_safe(f'<td class="{kind}" data-label="{column}">{"".join(words)}</td>')


def choice(name: str, choices: Iterable[tuple[str, Any]]) -> Callable[[Any, Any], Cell | str]:
    """What a column of a choice draws: its label, without asking the field for all of them."""
    words = dict(choices)
    return lambda row, facts: words.get(value := getattr(row, name), value)


def anybody(scope: Scope) -> bool:
    """For columns and filters of whoever may open the table."""
    return True


def always(asked: Asked) -> bool:
    """For filters that tell rows apart for everybody."""
    return True


def managers(scope: Scope) -> bool:
    """For what only those see who manage an area."""
    return bool(scope.manage)


@dataclass(frozen=True)
class Column:
    """A column: ``p_class`` as in docs/who-sees-what.md; ``draw`` gets the row and the facts."""

    key: str
    label: Any
    p_class: str
    draw: Callable[[Any, Any], Cell | str]
    sort: str = ""
    shown: bool = True
    #: Filters that show it, though it is not shown otherwise.
    shown_with: frozenset[str] = frozenset()
    number: bool = False
    right: Callable[[Scope], bool] = anybody


@dataclass(frozen=True)
class Flag:
    """A filter that is on or off: ``filter=key`` in the address.

    Where it is not ``useful``, since for this person it finds all rows or none, it is not offered;
    an address that names it is followed all the same.
    """

    key: str
    label: Any
    apply: Callable[[Any, Asked], Any]
    right: Callable[[Scope], bool] = anybody
    useful: Callable[[Asked], bool] = always


@dataclass(frozen=True)
class Filter:
    """A filter with a value: ``key=value`` in the address. Unknown values are passed over.

    One that asks for a ``day`` has no choices but any date up to today. ``offered`` are the choices
    that tell rows apart for this person, where these are fewer than all that an address may name.
    """

    key: str
    label: Any
    choices: Callable[[Asked], Iterable[tuple[str, Any]]]
    apply: Callable[[Any, str, Asked], Any]
    right: Callable[[Scope], bool] = anybody
    day: bool = False
    offered: Callable[[Asked], Iterable[tuple[str, Any]]] | None = None

    def takes(self, value: str, asked: Asked) -> bool:
        """Whether this is one of its values."""
        if not self.day:
            return value in {known for known, _label in self.choices(asked)}
        try:
            return date.fromisoformat(value) <= asked.on
        except ValueError:
            return False


@dataclass
class Row:
    """A row as it is drawn: its key, its name for a screen reader, its cells by column."""

    key: str
    label: str
    cells: list[SafeString]
    href: str = ""

    def drawn(self, pick: str, *, first: bool) -> SafeString:
        """The row as it stands in the page, with its cells.

        ``pick`` is what its check box is called, with the row's name at ``%(name)s``; empty where
        rows cannot be chosen. Arrows lead from the ``first`` row to the others.
        """
        box = "" if not pick else (
            f'<td class="pick"><input type="checkbox" name="keys" value="{escape(self.key)}"'
            ' form="chosen" tabindex="-1"'
            f' aria-label="{escape(pick % {"name": self.label})}"></td>'
        )  # fmt: skip
        # Every part of it was escaped.
        return mark_safe(
            f'<tr data-href="{escape(self.href)}" tabindex="{0 if first else -1}">{box}'
            f"{''.join(self.cells)}</tr>\n"
        )


@dataclass
class Total:
    """How many rows fit; not ``exact`` where only the first COUNTED were counted."""

    n: int
    exact: bool = True


@dataclass
class Empty:
    """What to say where there is no row: how rows come to be, and where to begin."""

    sentence: Any
    links: list[tuple[str, Any]] = field(default_factory=list)


class Table(ABC):
    """One of the tables. A subclass declares; what it asks starts at ``visible_to``."""

    kind: str
    label: Any
    #: Whether a tab offers it; others are opened by numbers alone.
    listed = True
    #: Whether keys of its rows are numbers; others are UUIDs.
    numbered = False
    #: Rows of a page.
    size = 50
    #: Kinds of role that may open it.
    who: frozenset[str]
    columns: tuple[Column, ...]
    orders: tuple[Order, ...]
    flags: tuple[Flag, ...] = ()
    filters: tuple[Filter, ...] = ()
    #: What those who manage may take out as a file.
    exports: tuple[tuple[str, Any], ...] = ()
    #: What the search looks in, as the field says.
    looks_in: Any = ""

    @abstractmethod
    def seen(self, asked: Asked) -> QuerySet[Any]:
        """Every row the person may see, whatever is asked."""

    @abstractmethod
    def within(self, asked: Asked) -> QuerySet[Any]:
        """Of these, the rows of the area asked for."""

    @abstractmethod
    def found(self, rows: QuerySet[Any], text: str, asked: Asked) -> QuerySet[Any]:
        """Of these, the rows that fit a text that was typed."""

    def facts(self, rows: list[Any], asked: Asked) -> Any:
        """What the cells of a page need beside the rows themselves, read at once."""
        return None

    def personal(self, rows: list[Any], asked: Asked) -> int:
        """How many of the rows shown are personal data of residents, for the access log."""
        return 0

    @abstractmethod
    def count_line(self, total: Total) -> str:
        """The number of rows in words, with the noun of the table."""

    def sums_line(self, asked: Asked, total: Total) -> str:
        """What the rows that fit add up to, in words; empty where nothing is added up."""
        return ""

    @abstractmethod
    def empty(self, asked: Asked) -> Empty:
        """What to say where there are no rows at all."""

    def href(self, row: Any) -> str:
        """Where a row opens; empty where it does not."""
        return ""

    def label_of(self, row: Any) -> str:
        """A row's name for the check box."""
        return str(row)

    def chooses(self, asked: Asked) -> bool:
        """Whether rows can be chosen: by those who manage."""
        return managers(asked.scope)

    def adds(self, asked: Asked) -> list[tuple[str, Any]]:
        """Addresses and names of the pages where a row is made by hand."""
        return []

    def columns_for(self, scope: Scope) -> tuple[Column, ...]:
        """The columns this person may see at all."""
        return tuple(column for column in self.columns if column.right(scope))

    def rows(self, asked: Asked) -> QuerySet[Any]:
        """The rows that fit everything asked, in no order yet."""
        rows = self.behind(asked) if asked.value("figure") else self.within(asked)
        for flag in asked.flags:
            rows = flag.apply(rows, asked)
        for item, value in asked.values:
            rows = item.apply(rows, value, asked)
        if asked.typed.text:
            rows = self.found(rows, asked.typed.text, asked)
        return rows

    def behind(self, asked: Asked) -> QuerySet[Any]:
        """What the rows behind a number are looked for in: finished ones, too."""
        return self.within(asked)

    def page(self, asked: Asked) -> Page:
        """The page asked for."""
        return keyset_page(
            asked.rows, lambda: self.seen(asked), asked.order, down=asked.down,
            after=asked.after, before=asked.before, limit=self.size,
        )  # fmt: skip

    def total(self, asked: Asked) -> Total:
        """How many rows fit, from what is known or counted up to a limit."""
        n = asked.rows.order_by()[: COUNTED + 1].count()
        return Total(min(n, COUNTED), n <= COUNTED)

    def drawn(self, rows: list[Any], asked: Asked, columns: Iterable[Column]) -> list[Row]:
        """The rows of a page as cells."""
        facts = self.facts(rows, asked)
        shown = [(column, conditional_escape(column.label)) for column in columns]
        found = []
        for row in rows:
            cells = []
            for n, (column, label) in enumerate(shown):
                cell = column.draw(row, facts)
                cell = cell if isinstance(cell, Cell) else Cell(cell)
                cells.append(cell.drawn(label, number=column.number, main=n == 0))
            found.append(Row(str(row.pk), self.label_of(row), cells, self.href(row)))
        return found


def day(value: date | None) -> str:
    """A date as offices write it, empty where there is none."""
    return value.isoformat() if value else ""
