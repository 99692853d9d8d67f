"""Pages that follow a row instead of counting from the start: the thousandth is as quick as the
first. A page is named by the key of a row alone, so that no name stands in an address."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from lib.errors import Refusal


@dataclass(frozen=True)
class Order:
    """A way to sort: columns, all in one direction, then the key. ``empty`` ones may be NULL and
    come first; ``down`` is the direction one expects at first."""

    key: str
    label: Any
    fields: tuple[str, ...]
    empty: frozenset[str] = frozenset()
    down: bool = False

    def names(self) -> tuple[str, ...]:
        """Every column that decides, the key last."""
        return (*self.fields, "pk")


@dataclass
class Page:
    """Rows of one page and the keys that name the pages beside it (None: there is none)."""

    rows: list[Any] = field(default_factory=list)
    after: str | None = None
    before: str | None = None


def ordering(order: Order, *, down: bool) -> list[Any]:
    """The ORDER BY: empty values first on the way up, last on the way down."""
    terms: list[Any] = []
    for name in order.names():
        empty = True if name in order.empty else None
        term = F(name)
        terms.append(term.desc(nulls_last=empty) if down else term.asc(nulls_first=empty))
    return terms


def behind(order: Order, values: Sequence[Any], *, down: bool) -> Q:
    """Rows that come after one with these values. The first condition is the range of an index."""
    condition: Q | None = None
    for name, value in reversed(list(zip(order.names(), values, strict=True))):
        further, same = _beyond(name, value, down=down, empty=name in order.empty)
        condition = further if condition is None else further | (same & condition)
    assert condition is not None
    first, value = order.names()[0], values[0]
    if value is None or (down and first in order.empty):
        return condition
    return Q(**{f"{first}__{'lte' if down else 'gte'}": value}) & condition


def _beyond(name: str, value: Any, *, down: bool, empty: bool) -> tuple[Q, Q]:
    """Rows whose column is further than a value, and rows where it is the same."""
    if value is None:
        further = Q(pk__in=[]) if down else Q(**{f"{name}__isnull": False})
        return further, Q(**{f"{name}__isnull": True})
    further = Q(**{f"{name}__{'lt' if down else 'gt'}": value})
    if down and empty:
        further |= Q(**{f"{name}__isnull": True})
    return further, Q(**{name: value})


def keyset_page(
    rows: QuerySet[Any], anchors: Callable[[], QuerySet[Any]], order: Order, *, down: bool,
    after: str = "", before: str = "", limit: int,
) -> Page:  # fmt: skip
    """A page of ``rows`` behind (or in front of) the row of ``anchors`` that a key names;
    these are asked only where one does."""
    back = bool(before) and not after
    direction = down != back
    if after or before:
        found = anchors().filter(pk=after or before).values_list(*order.names()).first()
        if found is None:
            raise Refusal(_("This list has changed since; it is shown from its beginning."))
        rows = rows.filter(behind(order, found, down=direction))
    fetched = list(rows.order_by(*ordering(order, down=direction))[: limit + 1])
    more, shown = len(fetched) > limit, fetched[:limit]
    if back:
        shown.reverse()
    if not shown:
        return Page()
    first, last = str(shown[0].pk), str(shown[-1].pk)
    has_after, has_before = (True, more) if back else (more, bool(after))
    return Page(shown, last if has_after else None, first if has_before else None)
