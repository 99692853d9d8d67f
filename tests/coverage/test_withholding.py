"""Small counts of needs are withheld, and no subtraction brings them back."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.report import coverage_report
from casework.withholding import MEASURES, SINGLE, SMALL, TIERS, withheld_cells
from grids.models import Area
from grids.paths import DEPTH
from lib.clock import today
from tests.coverage.equations import determined

Tree = dict[str, Any]


def counts_of(fangxin: int, guanzhu: int, zhongdian: int, **more: int) -> dict[str, int]:
    """The counts of a place; what is not said is nought."""
    in_scope = fangxin + guanzhu + zhongdian
    return {
        **dict.fromkeys(SINGLE, 0), "fangxin": fangxin, "guanzhu": guanzhu,
        "zhongdian": zhongdian, "in_scope": in_scope, "gap": in_scope, **more,
    }  # fmt: skip


@st.composite
def places(draw: st.DrawFn) -> dict[str, int]:
    """A place with a few households."""
    size = st.sampled_from([0, 0, 0, 1, 2, 3, 4, 5, 7, 30])
    row = counts_of(draw(size), draw(size), draw(size))
    row["gap"] = draw(st.integers(0, row["in_scope"]))
    row["gap_zhongdian"] = draw(st.integers(0, min(row["gap"], row["zhongdian"])))
    row["overdue"] = draw(st.integers(0, row["guanzhu"] + row["zhongdian"]))
    row["overdue_zhongdian"] = draw(st.integers(0, min(row["overdue"], row["zhongdian"])))
    return row


@st.composite
def trees(draw: st.DrawFn) -> tuple[dict[str, dict[str, int]], dict[str, list[str]]]:
    """Counts by key and families, parents first: up to three levels with own rests."""
    counts: dict[str, dict[str, int]] = {}
    families: dict[str, list[str]] = {"r": []}
    for a in range(draw(st.integers(1, 4))):
        families["r"].append(f"r{a}")
        families[f"r{a}"] = []
        for b in range(draw(st.integers(0, 3))):
            families[f"r{a}"].append(f"r{a}{b}")
            counts[f"r{a}{b}"] = draw(places())
        families[f"r{a}"].append(f"r{a}*")
        counts[f"r{a}*"] = draw(places())
    families["r"].append("r*")
    counts["r*"] = draw(places())
    for parent in sorted(families, key=len, reverse=True):
        rows = [counts[key] for key in families[parent]]
        counts[parent] = {name: sum(row[name] for row in rows) for name in counts_of(0, 0, 0)}
    return counts, families


def equations_of(
    families: dict[str, list[str]], keys: Any, hidden: dict[str, set[str]]
) -> list[dict[Any, int]]:
    """Every sum a reader knows of, with the cells that are not shown."""
    every = [
        {(key, m): 1 for key in [parent] if m in hidden.get(key, ())}
        | {(key, m): -1 for key in family if m in hidden.get(key, ())}
        for parent, family in families.items()
        for m in MEASURES
    ]
    return every + [{(key, t): 1 for t in TIERS if t in hidden.get(key, ())} for key in keys]


@settings(max_examples=300, deadline=None)
@given(trees())
def test_it_gives_nothing_away_in_a_tree(tree):
    counts, families = tree
    hidden = withheld_cells(counts, families)
    for key, row in counts.items():
        for measure in MEASURES:
            assert row[measure] not in SMALL or measure in hidden[key]
    assert determined(equations_of(families, counts, hidden)) == set()


@settings(max_examples=200, deadline=None)
@given(st.lists(places(), min_size=1, max_size=6), st.data())
def test_it_completes_a_response_in_which_cells_are_already_withheld(rows, data):
    counts = {str(number): row for number, row in enumerate(rows)}
    family = list(counts)
    counts["total"] = {name: sum(row[name] for row in rows) for name in rows[0]}
    bound = {key: counts[key]["in_scope"] and counts[key]["gap"] for key in family}
    some = [key for key in family if bound[key] and counts[key]["guanzhu"]]
    already = {key: {"overdue"} for key in data.draw(st.sets(st.sampled_from(some or ["0"])))}
    if len(some) < 2:
        already = {}
    families = {"total": family}
    hidden = withheld_cells(counts, families, already)
    assert all(names <= hidden[key] for key, names in already.items())
    assert determined(equations_of(families, counts, hidden)) == set()


def named(equation: dict[Any, int], total: str) -> dict[Any, int]:
    """An equation of one response with the area's own code in place of its total."""
    factors: Counter[Any] = Counter()
    for (key, measure), factor in equation.items():
        factors[total if key == "total" else key, measure] += factor
    return dict(factors)


def test_it_withholds_one_to_four_and_a_second_tier():
    assert withheld_cells({"a": counts_of(20, 6, 3)}, {}) == {"a": {"guanzhu", "zhongdian"}}
    assert withheld_cells({"a": counts_of(20, 6, 5)}, {}) == {}
    assert withheld_cells({"a": counts_of(20, 0, 0)}, {}) == {}
    assert withheld_cells({"a": counts_of(2, 6, 7)}, {}) == {"a": set(TIERS)}


def test_it_withholds_the_smallest_sibling_with_a_single_small_count():
    counts = {
        "all": counts_of(90, 0, 0, overdue=32),
        "a": counts_of(30, 0, 0, overdue=2),
        "b": counts_of(30, 0, 0, overdue=20),
        "c": counts_of(30, 0, 0, overdue=10),
        "empty": counts_of(0, 0, 0),
    }
    hidden = withheld_cells(counts, {"all": ["a", "b", "c", "empty"]})
    assert hidden == {"a": {"overdue"}, "c": {"overdue"}}


@pytest.mark.django_db
def test_it_names_what_is_withheld_and_shows_it_to_those_who_may_read_needs(world):
    area = Area.objects.get(level="county")
    asked = {"area": area, "level": "village", "on": today(), "current": today()}
    open_rows = coverage_report(**asked, withhold=False)
    assert all(row["withheld"] == [] for row in open_rows["rows"])
    closed = coverage_report(**asked, withhold=True)
    row = closed["total"]
    assert {"tier.guanzhu", "tier.zhongdian"} <= set(row["withheld"])
    assert row["tier"]["zhongdian"] is None
    assert row["in_scope"] == open_rows["total"]["in_scope"]


def given_away(on: date) -> set[Any]:
    """Withheld cells that follow from one response, or from all of them together."""
    found: set[Any] = set()
    chosen: set[Any] = set()
    everywhere: list[dict[Any, int]] = []
    for area in Area.objects.in_force(on):
        for level in list(DEPTH)[list(DEPTH).index(area.level) :]:
            report = coverage_report(area=area, level=level, on=on, current=on, withhold=True)
            rows = {row["code"] or f"rest {area.path} {level}": row for row in report["rows"]}
            total = report["total"]
            if level == area.level:
                chosen |= {(total["code"], name) for name in total["withheld"]}
            within: list[dict[Any, int]] = []
            for field in (*SINGLE, *TIERS):
                name = f"tier.{field}" if field in TIERS else field
                within.append(
                    {("total", name): int(name in total["withheld"])}
                    | {(key, name): -int(name in row["withheld"]) for key, row in rows.items()}
                )
            for key, row in [("total", total), *rows.items()]:
                within.append({(key, f"tier.{t}"): int(row["tier"][t] is None) for t in TIERS})
            cells: Any = determined(within)
            found |= {(area.name, level, *cell) for cell in cells}
            everywhere += [named(equation, total["code"]) for equation in within]
    # The remainder of several places is protected within a response only, and with it the cells
    # a response withholds for its sake; those chosen on the tree are withheld in every response.
    return found | (determined(everywhere) & chosen)


@pytest.mark.django_db
def test_it_gives_nothing_away_in_a_response_or_across_the_levels(world):
    assert given_away(today()) == set()
