"""Which indexes the search, the lists and the tiles use, and how long each question takes.

``python -m bench.questions`` asks as people of different reach, explains every statement that
reads households, and says where one was read from end to end. It then compares the summary with a
count from the base tables, and counts one marked unit again.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from django.db import connections

from accounts.models import User
from bench.floor import Measured, repeated
from bench.tiles import tiles_around
from bench.town import HERE, Town, place_of, town
from casework.coverage import ROLL_UP, SQL, SUMS, areas_beneath, asked, refresh, sums
from grids.asked import asked_area
from grids.models import AreaDirty
from grids.scope import scope_of
from households.models import Household
from lib.clock import today
from mapview.finding import nearest, search
from mapview.layers import cell_tile, household_tile
from mapview.rows import household_page

READ = ("Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Index Scan")
TIMES = 5


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", []):
        yield from nodes(inner)


def explained(ask: Callable[[], Any]) -> list[tuple[float, list[str]]]:
    """Milliseconds and scans of tables of every statement that ``ask`` makes about households."""
    kept: list[tuple[str, str]] = []

    def keep(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "households_household" in sql:
            mogrified = context["cursor"].cursor.mogrify(sql, params)
            kept.append((context["connection"].alias, mogrified.decode()))
        return execute(sql, params, many, context)

    for alias in connections:
        connections[alias].ensure_connection()
    with connections["default"].execute_wrapper(keep), connections["tiles"].execute_wrapper(keep):
        ask()
    found = []
    for alias, sql in kept:
        with connections[alias].cursor() as cursor:
            times = []
            for _ in range(TIMES):
                cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + sql)
                answer = cursor.fetchone()[0]
                plan = (json.loads(answer) if isinstance(answer, str) else answer)[0]
                times.append(plan["Execution Time"] + plan["Planning Time"])
        scans = [
            f"{node['Node Type']} {node.get('Index Name') or node.get('Relation Name')}"
            for node in nodes(plan["Plan"])
            if node["Node Type"] in READ
        ]
        found.append((sorted(times)[TIMES // 2], scans))
    return found


def report(who: str, what: str, ask: Callable[[], Any]) -> None:
    """One line for each statement about households."""
    for milliseconds, scans in explained(ask):
        whole = "  << READS ALL HOUSEHOLDS" * ("Seq Scan households_household" in scans)
        print(f"{who:9} {what:24} {milliseconds:9.2f} ms  {', '.join(dict.fromkeys(scans))}{whole}")


def ask_all(made: Town) -> None:
    """Every verb of search, list and tile, as people of different reach."""
    sample = Household.objects.filter(path__startswith="000000070010").order_by("id")[0]
    for login in ("county", "township", "village", "grid", "head"):
        user = User.objects.get(pk=made.users[login].pk)
        for what, question in questions(user, sample).items():
            report(login, what, question)


def questions(user: User, sample: Household) -> dict[str, Callable[[], Any]]:
    """What one person asks, by name."""
    on = today()
    asked: dict[str, Callable[[], Any]] = {
        what: partial(search, user, text, on=on)
        for what, text in {
            "two characters": sample.head_name[:2],
            "three characters": sample.head_name,
            "one character": sample.head_name[:1],
            "address": sample.address[-5:],
            "initials": sample.initials,
            "phone tail": "0001",
            "own number": sample.serial,
            "no such name": "无此人",
        }.items()
    }
    asked["nearest"] = partial(nearest, user, *place_of(*HERE), limit=20, on=on)
    asked["household tile z14"] = partial(
        household_tile, user, tiles_around(14, *HERE)[0], on=on, current=on
    )
    if scope_of(user).areas:
        here = asked_area(user, None, on=on)
        page = partial(household_page, user, here, reason="", limit=50, on=on, current=on)
        asked["list"] = partial(page, gap=False, cursor="")
        after = page(gap=False, cursor="")["next"]
        asked["list, second page"] = partial(page, gap=False, cursor=after or "")
        asked["list of the gap"] = partial(page, gap=True, cursor="")
    return asked


def counts(made: Town) -> None:
    """The summary against the base tables for a township, and one marked unit counted again."""
    on = today()
    user = made.users["township"]
    here = asked_area(user, None, on=on)
    columns = ", ".join(f"sum({name}) AS {name}" for name in SUMS)
    base = ROLL_UP.format(columns=columns, source=f"{SQL} SELECT * FROM area_fact")

    def from_base() -> None:
        with connections["default"].cursor() as cursor:
            cursor.execute(base, {**asked(areas_beneath(here.path), on), "length": 16})
            cursor.fetchall()

    def from_summary() -> None:
        sums(here.path, "grid", on=on, current=on)

    found = repeated({"base": from_base, "summary": from_summary}, times=TIMES)
    compare(f"coverage of {here.name} by grid", found, "base", "summary")

    unit = Household.objects.filter(path__startswith=here.path).order_by("path")[0].path

    def recount_marked() -> None:
        AreaDirty.objects.create(path=unit, deep=False)
        refresh(here.path, on=on)

    found = repeated({"nothing marked": lambda: refresh(here.path, on=on),
                      "one unit marked": recount_marked}, times=TIMES)  # fmt: skip
    compare("count again", found, "one unit marked", "nothing marked")


def compare(what: str, found: dict[str, Measured], slow: str, fast: str) -> None:
    print(f"\n{what}")
    for name, measured in found.items():
        print(f"  {name:16} {measured.line()}")
    print(f"  ratio {slow} / {fast}: {found[slow].median / found[fast].median:.1f}")


def cells(made: Town) -> None:
    """A tile of counts at low zooms, whose cost must not follow the number of households."""
    user = made.users["county"]
    for z in (6, 9, 12):
        tile = tiles_around(z, *HERE)[0]
        found = repeated({"cells": partial(cell_tile, user, tile)}, times=TIMES)
        print(f"tile of counts z{z:<2} {found['cells'].line()}")


def main() -> None:
    ask = argparse.ArgumentParser(prog="python -m bench.questions")
    ask.add_argument("--households", type=int, default=200_000)
    ask.add_argument("--keep", default="", help="database to make and keep, or to use again")
    given = ask.parse_args()
    with town(given.households, keep=given.keep) as made:
        ask_all(made)
        counts(made)
        cells(made)


if __name__ == "__main__":
    main()
