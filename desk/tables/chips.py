"""What stands over a table: chips for area and filters, heads to sort by, the columns to choose.

Every choice is an address; nothing here asks for a row.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from desk.tables.asked import Asked
from desk.tables.figures import FIGURE
from desk.tables.keyset import Order
from desk.tables.table import Column, Filter, Flag
from grids.models import Area
from grids.naming import name_from_afar
from grids.paths import KEY_LENGTH

#: Areas offered beneath the one shown; the others are found by their name.
CHILDREN = 60


@dataclass(frozen=True)
class Choice:
    """One thing to choose, and the address that chooses it."""

    label: Any
    href: str
    on: bool = False


@dataclass
class Chip:
    """A filter over the table: its label, what is chosen, what else there is, the way out."""

    key: str
    label: Any
    chosen: Any = ""
    choices: list[Choice] = field(default_factory=list)
    clear: str = ""
    #: For a filter that asks for a day: the rest of the state, as hidden fields of its form.
    fields: list[tuple[str, str]] | None = None


@dataclass(frozen=True)
class Head:
    """The head of a column, and how a click sorts."""

    column: Column
    href: str = ""
    sorted: str = ""


def flag_chips(asked: Asked) -> list[Choice]:
    """Filters that are on or off; a click turns one over."""
    on = [flag.key for flag in asked.flags]
    return [
        Choice(
            flag.label,
            asked.page(filter=[k for k in on if k != flag.key] if flag.key in on
                          else [*on, flag.key]),
            flag.key in on,
        )
        for flag in asked.table.flags
        if offers(flag, asked)
    ]  # fmt: skip


def value_chips(asked: Asked) -> list[Chip]:
    """Filters with a value."""
    chips = []
    for item in (*asked.table.filters, FIGURE):
        if not item.right(asked.scope):
            continue
        chip = Chip(item.key, item.label, clear=asked.page(**{item.key: None}))
        if item.day:
            chip.chosen = asked.value(item.key)
            chip.fields = other_fields(asked, item.key)
        for value, label in offered(item, asked):
            chosen = value == asked.value(item.key)
            chip.choices.append(Choice(label, asked.page(**{item.key: value}), chosen))
            if chosen:
                chip.chosen = label
        if chip.choices or item.day:
            chips.append(chip)
    return chips


def offers(flag: Flag, asked: Asked) -> bool:
    """Whether a flag is offered: it tells rows apart for this person, or an address named it."""
    return flag.right(asked.scope) and (asked.has(flag.key) or flag.useful(asked))


def offered(item: Filter, asked: Asked) -> list[tuple[str, Any]]:
    """The choices of a filter that tell rows apart, and the one that an address named."""
    known = list(item.choices(asked))
    if item.offered is None:
        return known
    kept = {value for value, _label in item.offered(asked)} | {asked.value(item.key)}
    return [(value, label) for value, label in known if value in kept]


def level_first(asked: Asked) -> list[Choice]:
    """The levels, where one must be chosen before there is a file: it holds areas of one level."""
    if asked.table.kind != "areas":
        return []
    return next((c.choices for c in value_chips(asked) if c.key == "level" and not c.chosen), [])


def area_chip(asked: Asked) -> Chip | None:
    """The area shown, the ones around it, and those beneath it."""
    if not asked.scope.areas:
        return None
    areas = Area.objects.visible_to(asked.user).in_force(asked.on).with_code(asked.on)
    chip = Chip("area", "", clear=asked.page(area=None))
    if asked.area is not None:
        path = asked.area.path
        above = [path[:n] for n in range(KEY_LENGTH, len(path) + 1, KEY_LENGTH)]
        chip.chosen = name_from_afar(asked.area)
        # The whole scope above is a row for each level: read with those beneath, told apart here.
        both = list(areas.filter(Q(path__in=above) | Q(parent=asked.area)))
        chip.choices = [
            Choice(area.name, asked.page(area=_word(area)), area.path == path)
            for area in sorted(both, key=lambda area: area.path) if area.path in above
        ]  # fmt: skip
        beneath = sorted(
            (area for area in both if area.path not in above),
            key=lambda area: (area.code is None, area.code or "", area.path),
        )[:CHILDREN]
    else:
        rows = areas.filter(parent__path__in=asked.scope.areas)
        beneath = list(rows.order_by("code", "path")[:CHILDREN])
    chip.choices += [Choice(area.name, asked.page(area=_word(area))) for area in beneath]
    return chip


def _word(area: Area) -> str:
    return getattr(area, "code", None) or str(area.pk)


def heads(asked: Asked, columns: tuple[Column, ...]) -> list[Head]:
    """The heads of the columns shown."""
    found = []
    for column in columns:
        order = next((o for o in asked.table.orders if o.key == column.sort), None)
        if order is None:
            found.append(Head(column))
            continue
        now = order == asked.order
        href = _sorted(asked, order, down=not asked.down if now else order.down)
        direction = ("descending" if asked.down else "ascending") if now else "none"
        found.append(Head(column, href, direction))
    return found


def _sorted(asked: Asked, order: Order, *, down: bool) -> str:
    """The address of the same rows in an order; the usual one is not named."""
    first = asked.table.orders[0]
    usual = (order, down) == (first, first.down)
    return asked.page(sort=None if usual else ("-" if down else "") + order.key)


def orders(asked: Asked) -> list[Choice]:
    """Every order in both directions, for where the heads of the columns are not shown."""
    return [
        Choice(
            (_("%s, descending") if down else _("%s, ascending")) % order.label,
            _sorted(asked, order, down=down), (order, down) == (asked.order, asked.down),
        )
        for order in asked.table.orders
        for down in (order.down, not order.down)
    ]  # fmt: skip


def all_rows(asked: Asked) -> str:
    """The address without any filter: area, order and columns stay."""
    return asked.page(filter=None, **{item.key: None for item, _value in asked.values})


def column_choices(asked: Asked) -> list[tuple[Column, bool]]:
    """Every column the person may see, and whether it is shown."""
    shown = {column.key for column in asked.columns}
    return [(column, column.key in shown) for column in asked.table.columns_for(asked.scope)]


def other_fields(asked: Asked, *but: str) -> list[tuple[str, str]]:
    """The state as hidden fields of a form that changes one of its words."""
    return [(k, v) for k, values in asked.query().items() if k not in but for v in values]
