"""What is asked of a table. The address holds area, filters, order and columns; a text that was
typed, and whatever looks at needs, comes in the body of a POST and is kept nowhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse

from accounts.models import User
from desk.tables.figures import FIGURE
from desk.tables.keyset import Order
from desk.tables.table import Column, Filter, Flag, Table
from grids.asked import asked_area
from grids.models import Area
from grids.scope import Scope, scope_of

TEXT, REASON = 60, 200


@dataclass(frozen=True)
class Typed:
    """What came in the body: a text to look for, and a look at needs with its reason."""

    text: str = ""
    look: bool = False
    need: str = ""
    tier: str = ""
    overdue: bool = False
    reason: str = ""

    @classmethod
    def of(cls, sent: QueryDict) -> Typed:
        """From the fields of a form."""
        return cls(
            text=sent.get("q", "").strip()[:TEXT],
            look=sent.get("look") == "1",
            need=sent.get("need", "")[:8],
            tier=sent.get("tier", "")[:12],
            overdue=sent.get("overdue") == "1",
            reason=sent.get("reason", "").strip()[:REASON],
        )

    def fields(self) -> list[tuple[str, str]]:
        """As hidden fields of the next form; nothing where nothing was typed."""
        found = [("q", self.text), ("need", self.need), ("tier", self.tier),
                 ("reason", self.reason), ("look", "1" if self.look else ""),
                 ("overdue", "1" if self.overdue else "")]  # fmt: skip
        return [(name, value) for name, value in found if value]


@dataclass(frozen=True)
class Asked:
    """One question to a table by one person on one day."""

    table: Table
    user: User
    scope: Scope
    on: date
    area: Area | None
    flags: tuple[Flag, ...]
    values: tuple[tuple[Filter, str], ...]
    order: Order
    down: bool
    columns: tuple[Column, ...]
    chosen: bool = False
    after: str = ""
    before: str = ""
    typed: Typed = field(default_factory=Typed)

    def has(self, flag: str) -> bool:
        """Whether a flag is on."""
        return any(item.key == flag for item in self.flags)

    def value(self, key: str) -> str:
        """The value of a filter; empty where it is not set."""
        return next((value for item, value in self.values if item.key == key), "")

    @cached_property
    def rows(self) -> QuerySet[Any]:
        """The rows that fit, in no order yet: counted, added up and shown by the same question."""
        return self.table.rows(self)

    @cached_property
    def _made(self) -> dict[str, Any]:
        return {}

    def once(self, key: str, make: Callable[[], Any]) -> Any:
        """What several parts of the page need of this question, made by the first that asks."""
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]

    @property
    def path(self) -> str:
        """The path of the area asked for; empty for everything one may see."""
        return self.area.path if self.area else ""

    @property
    def narrowed(self) -> bool:
        """Whether anything but the area decides which rows there are."""
        return bool(self.flags or self.values or self.typed.text or self.typed.look)

    def query(self) -> dict[str, list[str]]:
        """The state as the address and a saved view keep it: never what was typed."""
        return dict(self._query)

    # A page writes some 75 addresses of itself: what they share is made once.
    @cached_property
    def _query(self) -> dict[str, list[str]]:
        state: dict[str, list[str]] = {}
        if self.area is not None:
            state["area"] = [getattr(self.area, "code", None) or str(self.area.pk)]
        if self.flags:
            state["filter"] = [flag.key for flag in self.flags]
        for item, value in self.values:
            state[item.key] = [value]
        if (self.order, self.down) != (self.table.orders[0], self.table.orders[0].down):
            state["sort"] = [("-" if self.down else "") + self.order.key]
        if self.chosen:
            state["columns"] = [column.key for column in self.columns]
        return state

    def address(self, **changes: Any) -> str:
        """The query part of the address with some of it changed; None takes a word out."""
        state: dict[str, Any] = self.query()
        for key, value in changes.items():
            if value is None or value == []:
                state.pop(key, None)
            else:
                state[key] = value if isinstance(value, list) else [value]
        return "?" + urlencode([(key, item) for key in state for item in state[key]])

    def page(self, **changes: Any) -> str:
        """The whole address: what is refused elsewhere shows the table, too."""
        return self._here + self.address(**changes).rstrip("?")

    @cached_property
    def _here(self) -> str:
        return reverse("table", args=[self.table.kind])

    def with_typed(self, typed: Typed) -> Asked:
        """The same with what came in the body."""
        return replace(self, typed=typed)


def ask(table: Table, user: User, given: QueryDict, *, on: date) -> Asked:
    """Read an address. Unknown words are passed over: an old link still opens something."""
    scope = scope_of(user)
    code = given.get("area", "")
    area = asked_area(user, code, on=on) if code and scope.areas else None
    shell = Asked(
        table=table, user=user, scope=scope, on=on, area=area, flags=(), values=(),
        order=table.orders[0], down=table.orders[0].down, columns=(),
    )  # fmt: skip
    words = _words(given, "filter")
    flags = tuple(f for f in table.flags if f.key in words and f.right(scope))
    values = tuple(
        (item, given.get(item.key, ""))
        for item in (*table.filters, FIGURE)
        if given.get(item.key) and item.right(scope)
        and item.takes(given.get(item.key, ""), shell)
    )  # fmt: skip
    sort = given.get("sort", "")
    order = next((o for o in table.orders if o.key == sort.lstrip("-")), table.orders[0])
    named = order.key == sort.lstrip("-")
    mine = table.columns_for(scope)
    wanted = _words(given, "columns")
    columns = tuple(column for column in mine if column.key in wanted)
    on_now = {flag.key for flag in flags} | {item.key for item, _value in values}
    return replace(
        shell,
        flags=flags, values=values, order=order,
        down=sort.startswith("-") if named else order.down,
        columns=columns or tuple(c for c in mine if c.shown or on_now & c.shown_with),
        chosen=bool(columns),
        after=_key(given.get("after", ""), numbered=table.numbered),
        before=_key(given.get("before", ""), numbered=table.numbered),
    )  # fmt: skip


def _words(given: QueryDict, name: str) -> list[str]:
    return [word for item in given.getlist(name) for word in item.split(",") if word]


def _key(text: str, *, numbered: bool) -> str:
    """The key of a row as an address writes it; anything else is none."""
    if numbered:
        return text if re.fullmatch(r"[0-9]{1,18}", text) else ""
    head, dot, rest = text.partition(".")
    try:
        return str(UUID(head)) + dot + rest[:30]
    except ValueError:
        return ""
