"""The awkward files of tests/files against what was written down beforehand."""

import json
from pathlib import Path

import numpy as np
import pytest
from shapely.geometry import box

from grids.forms import STAFF
from households.forms import HOUSEHOLDS, LINKS, NEEDS
from households.needcells import parse_needs_cell
from lib import datum
from lib.families import fold_members
from lib.rows import parse_table
from lib.tabular import read_table
from lib.values import CLEAR, Day

FILES = Path(__file__).parent.parent / "files"
NAMES = sorted(file.name for file in FILES.iterdir() if file.suffix in (".xlsx", ".xls", ".csv"))
FORMS = {"households": HOUSEHOLDS, "staff": STAFF, "links": LINKS, "needs": NEEDS}


def expected_of(name):
    return json.loads((FILES / name).with_suffix(".expected.json").read_text(encoding="utf-8"))


def written(value):
    """A parsed value as the expectations write it."""
    if value is CLEAR:
        return "—"
    if isinstance(value, Day):
        return value.day.isoformat() + ("~" if value.approximate else "")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(round(value, 6))
    if isinstance(value, list):
        return "、".join(
            " ".join(
                part
                for part in (
                    need.code,
                    need.variant,
                    str(need.type or ""),
                    f"x{need.persons}" if need.persons > 1 else "",
                )
                if part
            )
            for need in value
        )
    return str(value)


def read(name):
    expected = expected_of(name)
    table = read_table(FILES / name, FORMS[expected["kind"]])
    if expected.get("fold"):
        table.problems.extend(fold_members(table))
    return expected, table, parse_table(table, {"needs": parse_needs_cell})


def test_there_are_enough_of_them_and_each_is_explained():
    readme = (FILES / "README.md").read_text(encoding="utf-8")
    assert len(NAMES) >= 15
    assert all(f"| {name} |" in readme for name in NAMES)
    assert all((FILES / name).with_suffix(".expected.json").exists() for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_reader_finds_what_was_written_down(name):
    expected, table, parsed = read(name)
    rows = [
        {
            "sheet": table.sheet[i],
            "row": table.row[i],
            "values": {
                field: written(cells[i])
                for field, cells in parsed.columns.items()
                if cells[i] is not None
            },
        }
        for i in range(len(table))
    ]
    assert rows == expected["rows"]
    assert [[d.sheet, d.row, d.reason] for d in table.dropped] == expected["dropped"]
    assert [[s.sheet, s.column, s.header, s.reason] for s in table.skipped] == expected["skipped"]
    assert {item.sheet: item.reason for item in table.left_out} == expected["left_out"]
    problems = sorted([p.sheet, p.row, p.column] for p in parsed.problems)
    assert problems == sorted(expected["problems"])
    assert all(p.message for p in parsed.problems)


@pytest.mark.parametrize("name", [n for n in NAMES if "never" in expected_of(n)])
def test_what_is_never_read_is_nowhere_in_the_result(name):
    expected, table, parsed = read(name)
    everything = repr(table) + repr(parsed)
    assert [word for word in expected["never"] if word in everything] == []


def points(table, parsed):
    return tuple(
        np.array([np.nan if v is None else v for v in parsed.columns[field]]) for field in "xy"
    )


@pytest.mark.parametrize("name", [n for n in NAMES if "faults" in expected_of(n)])
def test_points_that_contradict_the_named_system_are_told(name):
    expected, table, parsed = read(name)
    faults = datum.position_faults(datum.parse_crs(expected["crs"]), *points(table, parsed))
    told = {str(row): fault for row, fault in zip(table.row, faults, strict=True) if fault}
    assert told == expected["faults"]


@pytest.mark.parametrize("name", [n for n in NAMES if "datum" in expected_of(n)])
def test_a_file_in_another_system_is_noticed(name):
    expected, table, parsed = read(name)
    hint = expected["datum"]
    fit = datum.guess_datum(
        *points(table, parsed),
        datum.parse_crs(hint["declared"]),
        datum.inside_of(box(*hint["inside"])),
    )
    assert fit is not None
    assert (fit.crs.name, fit.swapped) == (hint["guess"], hint["swapped"])
    if hint["shift_m"] is None:
        assert fit.shift_m is None
    else:
        least, most = hint["shift_m"]
        assert least < fit.shift_m < most
    assert datum.fit_text(fit, datum.parse_crs(hint["declared"]))
