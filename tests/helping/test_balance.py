"""Help beside need: the same numbers and marks in page and map, withheld at the source."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client

from casework.activities import activity_record
from casework.deeds import deed_change, deed_record, deed_remove
from casework.models import ActivityKind, AreaMetric
from casework.recounting import kept_compare
from casework.report import coverage_report, mark_imbalance
from tests.people import World
from tests.shapes import CODES

SignIn = Callable[..., Client]
pytestmark = pytest.mark.django_db


def rows(world: World, *, withhold: bool = False) -> dict[str, dict[str, Any]]:
    """The villages of the first township by code."""
    report = coverage_report(area=world.areas["T1"], level="village", on=world.on,
                             current=world.on, withhold=withhold)  # fmt: skip
    return {row["code"] or "rest": row for row in report["rows"]}


def give(world: World, **given: Any) -> Any:
    values = {"what": "修路", "on": world.on, "current": world.on, **given}
    return deed_record(**{"area": world.areas["V1"], **values})


def test_what_reached_people_within_a_year_is_counted_for_its_place(world: World) -> None:
    bureau = world.organisations["bureau"]
    give(world)
    give(world, household=world.households["zhao"])
    give(world, on=world.on - timedelta(days=364))
    give(world, on=world.on - timedelta(days=367))
    give(world, state="applied")
    give(world, state="finished", organisation=bureau, result="通车")
    last = give(world, state="under_way", organisation=bureau, area=world.areas["V2"])
    training = ActivityKind.objects.get(code="training")
    activity_record(kind=training, title="培训", area=world.areas["V1"], on=world.on,
                    current=world.on, sessions=3)  # fmt: skip
    first = rows(world)[CODES["V1"]]
    assert (first["deeds"], first["activities"]) == (4, 3)
    # zhao DUJU, qian DABING, li DIBAO, feng SHIYE
    assert (first["needing"], first["help_per_100"]) == (4, 100.0)
    assert rows(world)[CODES["V2"]]["deeds"] == 0
    deed_change(deed=last, values={"state": "finished", "result": "建成"}, current=world.on,
                by=None, version=1)  # fmt: skip
    assert rows(world)[CODES["V2"]]["deeds"] == 1
    deed_remove(deed=last, by=None)
    assert rows(world)[CODES["V2"]]["deeds"] == 0
    assert kept_compare(on=world.on).differences == []
    assert AreaMetric.objects.get(area=world.areas["V1"]).deeds == 3


def test_who_sees_counts_only_learns_neither_the_need_nor_the_help_for_it(world: World) -> None:
    give(world)
    withheld = rows(world, withhold=True)[CODES["V1"]]
    assert (withheld["needing"], withheld["help_per_100"]) == (None, None)
    assert withheld["deeds"] == 1 and not withheld["imbalance"]


def place(code: str, needing: int | None, deeds: int) -> dict[str, Any]:
    share = deeds / needing * 100 if needing else None
    return {"id": code, "code": code, "needing": needing, "help_per_100": share,
            "imbalance": False}  # fmt: skip


def test_marked_is_less_than_half_of_the_mean_of_enough_households() -> None:
    """Mean 20: half of it is 10."""
    found = [place("much", 50, 20), place("half", 100, 10), place("less", 100, 9),
             place("few", 9, 0), place("none", 40, 0), place("unknown", None, 0),
             {**place("rest", 50, 0), "id": None}]  # fmt: skip
    mark_imbalance(found, {"help_per_100": 20.0})
    assert {row["code"] for row in found if row["imbalance"]} == {"less", "none"}
    again = [place("less", 100, 9)]
    mark_imbalance(again, {"help_per_100": None})
    assert not again[0]["imbalance"]


def test_page_and_map_say_the_same(
    world: World, as_user: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("casework.report.COMPARED_FROM", 1)
    for _n in range(8):
        give(world, household=world.households["zhao"])
    give(world, area=world.areas["V2"])
    monkeypatch.setattr("casework.report.FAR_BELOW", 0.8)
    client = as_user("manager")
    page = client.get("/balance/").content.decode()
    told = client.get(f"/api/v1/coverage?area={CODES['T1']}&level=village").json()
    marked = [row["name"] for row in told["rows"] if row["imbalance"]]
    assert marked == ["甲二嘎查"]
    assert page.count('class="behind"') == 1 and "有 1 处帮扶明显少于需求" in page
    first = page.index("甲二嘎查", page.index("<tbody>"))
    assert first < page.index("甲一村", page.index("<tbody>"))
    kept = as_user("leader").get("/balance/").content.decode()
    assert "数量较小，不予显示" in kept and 'class="behind"' not in kept
    assert as_user("leader").get(f"/balance/?area={CODES['T2']}").status_code == 404
    assert as_user("head").get("/balance/").status_code == 404


def test_large_sums_have_separators():
    row = {
        "in_scope": 12345,
        "needing": 1234,
        "deeds": 1000,
        "help_per_100": 81.03,
        "activities": 999,
    }
    cells = render_to_string("desk/helping/balance_cells.html", {"row": row})
    assert re.findall(r">([\d,.]+)<", cells) == ["12,345", "1,234", "1,000", "81.0", "999"]
