"""Coverage as people ask for it: one row per area of a level, a remainder, and the total.

The rows are the same in the page, the API and the command. Everything is counted by
``casework.coverage``; nothing is counted here.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from casework.coverage import REASONS, linked_on, refresh, sums
from casework.withholding import MEASURES, TIERS, withheld_cells
from grids.models import Area, Boundary
from grids.paths import DEPTH, KEY_LENGTH, path_length
from lib.errors import Refusal

LEVELS = list(DEPTH)
#: The last row: households in no area of the asked level, as offices call it on every list.
REMAINDER_NAME = "未归网格"
RATES = ("linked", "party_linked", "party_met")
#: Counts that appear in a row as they are.
PLAIN = (
    "gap_zhongdian", "overdue_zhongdian", "absent", "last_reviewed", "reviewed", "with_phone",
    "overdue", "unlocated", "outside", "required_posts", "vacancies", "overloaded",
    "issues_open", "issues_overdue", "deeds", "activities", "left_on",
)  # fmt: skip
DATES = ("left_on", "last_reviewed")
#: A place is out of balance below this share of the mean, from so many households with a need.
FAR_BELOW = 0.5
COMPARED_FROM = 10

Sums = dict[str, Any]
SumsByPath = dict[str | None, Sums]


def coverage_report(
    *, area: Area, level: str, on: date, current: date, withhold: bool, root: str = ""
) -> dict[str, Any]:
    """Coverage of ``area`` on a day, one row per area of ``level`` at or beneath it.

    Rows are those of areas in force on that day, by code; the remainder row follows where
    anything in it is not zero, so that every level adds up to ``total``. Rates are shares from
    0 to 1, None where nothing is in scope. ``current`` is today. With ``withhold`` small counts
    of needs are None and named in ``withheld``, as one choice for all that lies beneath
    ``root``: the path of the outermost area the reader may see, by default the county's, so
    that it is the same choice in whatever the reader asks for. Refusal for a level
    above the area.
    """
    if level not in DEPTH or DEPTH[level] < DEPTH[area.level]:
        raise Refusal(_("Choose the level of the area itself or one below it."), field="level")
    top = (root or area.path[:KEY_LENGTH]) if withhold else area.path
    if on == current:
        refresh(top, on=on)

    @cache
    def summed(path: str, level: str) -> SumsByPath:
        # Marks beneath the top were just counted; no sum is asked for twice.
        return sums(path, level, on=on, current=current, refreshed=True)

    found = summed(area.path, level)
    shown = list(
        Area.objects.in_force(on)
        .with_code(on)
        .filter(path__startswith=area.path, level=level)
        .order_by("path")
    )
    shown.sort(key=lambda a: (a.code is None, a.code or "", a.path))
    paths = {place.path for place in shown}
    nothing = added([])
    rest = added([row for path, row in found.items() if path not in paths])
    total = added(found.values())
    counted = {place.path: found.get(place.path, nothing) for place in shown}
    hidden: dict[str, set[str]] = {}
    if withhold:
        tree = _withheld_beneath(top, area=area, level=level, summed=summed)
        inside = {"rest": rest, **counted}
        chosen = {
            **tree,
            "total": tree.get(area.path, set()),
            "rest": _withheld_in_rest(tree, area.path, paths, level),
        }
        hidden = withheld_cells(
            {key: _needs_of(row) for key, row in {"total": total, **inside}.items()},
            {"total": list(inside)},
            chosen,
        )
    here = Area.objects.with_code(on).get(pk=area.pk)
    outlines = square_kilometres([here, *shown], on=on)
    rows = [
        {**_named(place, outlines), **_columns(counted[place.path], hidden.get(place.path, set()))}
        for place in shown
    ]
    if any(rest.values()):
        remainder = {
            "id": None, "code": None, "name": REMAINDER_NAME, "level": level, "type": "",
            "km2": None,
        }  # fmt: skip
        rows.append({**remainder, **_columns(rest, hidden.get("rest", set()))})
    whole = {**_named(here, outlines), **_columns(total, hidden.get("total", set()))}
    mark_imbalance(rows, whole)
    return {"on": on, "level": level, "total": whole, "rows": rows}


def gap_a_month_ago(area: Area, *, on: date) -> dict[str, Any] | None:
    """The gap of an area on the same day a month earlier (the last where there is none).

    None where the area was not in force then, or had no household on record.
    """
    year, month = (on.year, on.month - 1) if on.month > 1 else (on.year - 1, 12)
    before = date(year, month, min(on.day, calendar.monthrange(year, month)[1]))
    if before not in area.during:
        return None
    row = linked_on(area.path, on=before)
    if row["households"] == 0:
        return None
    return {"gap": _gap(row), "on": before}


def gap_by_weeks(area: Area, *, on: date, weeks: int) -> list[dict[str, Any]]:
    """Gap and linked rate of an area on a day and on the same day of the weeks before it.

    Oldest first. Both are None where the area was not in force or had no household on record.
    """
    rows = []
    for day in (on - timedelta(weeks=back) for back in reversed(range(weeks))):
        row = linked_on(area.path, on=day) if day in area.during else {"households": 0}
        in_scope = row["households"] - row.get("excluded", 0)
        rows.append(
            {
                "on": day,
                "gap": _gap(row) if row["households"] else None,
                "linked_rate": row["linked"] / in_scope if in_scope else None,
            }
        )
    return rows


def added(rows: Iterable[Sums]) -> Sums:
    """Sums of sums; of the dates the latest."""
    total: Sums = {}
    for name in SUM_NAMES:
        total[name] = 0
    for name in DATES:
        total[name] = None
    for row in rows:
        for name in SUM_NAMES:
            total[name] += row[name]
        for name in DATES:
            total[name] = max(filter(None, (total[name], row[name])), default=None)
    return total


SUM_NAMES = (
    "households", "excluded", *RATES, *(f"gap_{reason}" for reason in REASONS), *TIERS,
    *(name for name in PLAIN if name not in DATES),
)  # fmt: skip


def _named(area: Area, outlines: Mapping[UUID, float]) -> dict[str, Any]:
    return {
        "id": area.pk,
        "code": getattr(area, "code", None),
        "name": area.name,
        "level": area.level,
        "type": area.type_label,
        "km2": outlines.get(area.pk),
    }


def square_kilometres(areas: Iterable[Area], *, on: date) -> dict[UUID, float]:
    """How large the outlines of areas are on a day; areas without an outline are absent."""
    drawn = Boundary.objects.filter(area__in=areas, during__contains=on)
    return {area: round(size, 3) for area, size in drawn.values_list("area_id", "km2")}


def _gap(row: Sums) -> int:
    return row["households"] - row["excluded"] - row["linked"]


def _columns(row: Sums, hidden: set[str]) -> dict[str, Any]:
    """The measures of a row in the words of the interface, withheld ones None and named."""
    in_scope = row["households"] - row["excluded"]
    columns: dict[str, Any] = {
        "households": row["households"],
        "in_scope": in_scope,
        "excluded": row["excluded"],
    }
    for name in RATES:
        columns[name] = row[name]
        columns[f"{name}_rate"] = row[name] / in_scope if in_scope else None
    columns["gap"] = _gap(row)
    columns["gap_reasons"] = {reason: row[f"gap_{reason}"] for reason in REASONS}
    for name in PLAIN:
        columns[name] = None if name in hidden else row[name]
    columns["tier"] = {tier: None if tier in hidden else row[tier] for tier in TIERS}
    columns |= _help_columns(row, hidden)
    columns["withheld"] = [f"tier.{m}" if m in TIERS else m for m in MEASURES if m in hidden]
    return columns


def _help_columns(row: Sums, hidden: set[str]) -> dict[str, Any]:
    """Households with a need, and deeds of a year for each hundred of them.

    Both are withheld together with the tiers they are the sum of.
    """
    needing = None if hidden & {"guanzhu", "zhongdian"} else row["guanzhu"] + row["zhongdian"]
    return {
        "needing": needing,
        "help_per_100": row["deeds"] / needing * 100 if needing else None,
        "imbalance": False,
    }


def mark_imbalance(rows: list[dict[str, Any]], total: Mapping[str, Any]) -> None:
    """Mark places (失衡点) where far less is given than the need would have it.

    Less than ``FAR_BELOW`` of what the whole area gives for each hundred households with a need;
    of places with at least ``COMPARED_FROM`` such households, as one deed more or less moves the
    others from one end to the other. Nothing is marked where the sum itself is withheld.
    """
    mean = total["help_per_100"]
    for row in rows if mean else ():
        enough = row["needing"] is not None and row["needing"] >= COMPARED_FROM
        row["imbalance"] = bool(row["id"] and enough and row["help_per_100"] < mean * FAR_BELOW)


def _needs_of(row: Sums) -> dict[str, int]:
    """The counts that withholding looks at."""
    return {
        **{measure: row[measure] for measure in MEASURES},
        "in_scope": row["households"] - row["excluded"],
        "gap": _gap(row),
    }


# What is withheld is chosen once for everything beneath the root --------------------------


def _withheld_beneath(
    top: str, *, area: Area, level: str, summed: Callable[[str, str], SumsByPath]
) -> dict[str, set[str]]:
    """Withheld cells of ``area`` and of what lies beneath it down to ``level``, by path.

    Chosen from the root down: of the areas above only the families on the way are looked at.
    What is filed at a parent itself is a child of its own, with the key of ``own_of``.
    """
    depth = len(top) // KEY_LENGTH
    steps = LEVELS[depth : LEVELS.index(level) + 1]
    # The sums of a level add up to those of the top.
    found = summed(top, steps[0] if steps else LEVELS[depth - 1])
    counts = {top: _needs_of(added(found.values()))}
    families: dict[str, list[str]] = {}
    for step in steps:
        parent_length = path_length(step) - KEY_LENGTH
        # Down to the area only its own ancestors' children count, then everything beneath it.
        above = area.path[:parent_length]
        children: dict[str, list[str]] = {
            path: [] for path in counts if len(path) == parent_length and path.startswith(above)
        }
        for path, row in summed(above, step).items():
            if path is not None:
                counts[path] = _needs_of(row)
                children[path[:parent_length]].append(path)
        for parent, family in children.items():
            counts[own_of(parent)] = {
                name: value - sum(counts[path][name] for path in family)
                for name, value in counts[parent].items()
            }
            families[parent] = [*family, own_of(parent)]
    return withheld_cells(counts, families)


def own_of(path: str) -> str:
    """The key of what is filed at an area itself, beside the areas beneath it."""
    return f"{path}*"


def _withheld_in_rest(
    tree: dict[str, set[str]], root: str, shown: set[str], level: str
) -> set[str]:
    """What is withheld in any part of the remainder: own rests above the level, ended areas."""
    return set().union(
        *(
            names
            for path, names in tree.items()
            if path.startswith(root)
            and (path.endswith("*") or (len(path) == path_length(level) and path not in shown))
        )
    )
