"""Two thousand dated changes by several writers; the count must agree with the plain oracle.

Reproduce a failure with ``TOWN_SEED=<printed seed>``; ``TOWN_WRITERS=1`` makes the order of the
changes the same as well.
"""

from __future__ import annotations

import os
import random
import threading
import traceback
from collections import Counter
from datetime import date, datetime, time, timedelta
from time import sleep
from typing import Any

import pytest
from django.db import connection, connections

from casework.coverage import refresh
from casework.duties import turn_of_day
from casework.models import HouseholdCell
from casework.recounting import kept_compare, recount_all
from casework.report import coverage_report
from grids.models import Area
from grids.paths import DEPTH
from households.models import Household
from lib.clock import SHANGHAI
from tests.coverage.oracle import COUNTS, REASONS, TIERS, World
from tests.coverage.test_withholding import given_away
from tests.coverage.town import BEGIN, CURRENT, Writer, town_build

SEED = int(os.environ.get("TOWN_SEED", "20260430"))
WRITERS = int(os.environ.get("TOWN_WRITERS", "8"))
CHANGES = 2000
DATES = 20
LEVELS = list(DEPTH)


def flat(row: dict[str, Any]) -> dict[str, Any]:
    """A row of the report in the names of the oracle."""
    return {
        **{name: row[name] for name in (*COUNTS, "left_on", "last_reviewed")},
        **{f"{name}_rate": row[f"{name}_rate"] for name in ("linked", "party_linked", "party_met")},
        **{f"reason.{reason}": row["gap_reasons"][reason] for reason in REASONS},
        **{f"tier.{tier}": row["tier"][tier] for tier in TIERS},
    }


def differences(world: World, on: date, current: date) -> list[str]:
    """Where report and oracle disagree on a day: every area of every level asked of its parents."""
    told = []
    found = world.count(on)
    roots = [
        a for a in world.areas if a.level in ("county", "township", "village") and on in a.during
    ]
    for root in roots:
        for level in LEVELS[LEVELS.index(root.level) :]:
            report = coverage_report(area=root, level=level, on=on, current=current, withhold=False)
            counted = {row["code"] or "rest": flat(row) for row in report["rows"]}
            counted["total"] = flat(report["total"])
            expected = world.rows(found, root.path, level, on)
            for code in counted.keys() | expected.keys():
                ours, theirs = counted.get(code, {}), expected.get(code, {})
                for name in ours.keys() | theirs.keys():
                    if ours.get(name) != theirs.get(name):
                        told.append(
                            f"{on} {root.name} {level} {code} {name}:"
                            f" counted {ours.get(name)}, by the words {theirs.get(name)}"
                        )
    return told


def derived_differences(world: World, on: date) -> list[str]:
    """Where today's columns on the household and the cells disagree with the oracle."""
    told = []
    loads, limits = world.loads(on), world.limits(on)
    cells: Counter[tuple[str, str]] = Counter()
    for household in Household.objects.all():
        facts = world.facts(household, on, loads, limits)
        if facts is None:
            continue
        outside = "outside" in facts.counted
        expected: tuple[Any, ...] = (facts.path, facts.reason, outside, facts.tier, facts.due)
        kept: tuple[Any, ...] = (
            household.path, household.gap_reason, household.outside, household.tier,
            household.due_on,
        )  # fmt: skip
        if "excluded" in facts.counted:
            expected, kept = expected[:2], kept[:2]
        if kept != expected:
            told.append(f"{household} kept {kept}, by the words {expected}")
        if household.location:
            cells["households", facts.path[:12]] += 1
            cells["unlinked", facts.path[:12]] += bool(facts.reason)
    for zoom in (5, 9, 12):
        counted: Counter[tuple[str, str]] = Counter()
        for cell in HouseholdCell.objects.filter(zoom=zoom):
            counted["households", cell.path] += cell.households
            counted["unlinked", cell.path] += cell.unlinked
        if +counted != +cells:
            told.append(f"cells of zoom {zoom}: {+counted} instead of {+cells}")
    return told


def write_all(seed: int) -> list[Writer]:
    """Let the writers work at once while a reader keeps counting what was marked."""
    shared: list[Any] = []
    first = Writer(f"{seed}·", shared)
    while len(shared) < 8:
        first.register()
    writers = [Writer(f"{seed}{n}", list(shared)) for n in range(WRITERS)]
    errors: list[str] = []
    working = threading.Event()
    working.set()

    def alone(work: Any) -> None:
        try:
            work()
        except BaseException:
            errors.append(traceback.format_exc())
        finally:
            connections.close_all()

    def read() -> None:
        paths = list(Area.objects.order_by("path").values_list("path", flat=True))
        chance = random.Random(seed)
        while working.is_set():
            refresh(chance.choice(paths), on=CURRENT)
            sleep(0.05)

    reader = threading.Thread(target=alone, args=[read])
    threads = [
        threading.Thread(target=alone, args=[lambda w=writer: w.run(CHANGES // WRITERS)])
        for writer in writers
    ]
    for thread in (reader, *threads):
        thread.start()
    for thread in threads:
        thread.join()
    writers[0].make_up(sum((writer.done for writer in writers), Counter()))
    working.clear()
    reader.join()
    assert not errors, "\n".join(errors)
    return writers


@pytest.mark.django_db(transaction=True)
def test_it_counts_as_the_words_say(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("lib.clock.now", lambda: datetime.combine(CURRENT, time(12), SHANGHAI))
    print(f"TOWN_SEED={SEED} TOWN_WRITERS={WRITERS}")
    town_build()
    writers = write_all(SEED)
    done = sum((writer.done for writer in writers), Counter())
    assert done.total() >= CHANGES
    assert min(done.values()) > 0 and len(done) == len(writers[0].changes), done
    chance = random.Random(SEED)
    span = (CURRENT - BEGIN).days + 40
    dates = {CURRENT, *(BEGIN + timedelta(days=chance.randrange(span)) for _ in range(DATES - 1))}
    world = World()
    told = [line for on in sorted(dates) for line in differences(world, on, CURRENT)]
    assert told == []
    met = {name for on in dates for _path, name, value in world.count(on) if value}
    assert met >= {*COUNTS, *(f"reason.{r}" for r in REASONS), *(f"tier.{t}" for t in TIERS)}
    assert_kept(CURRENT)
    assert given_away(CURRENT) == set()
    for after in (CURRENT + timedelta(days=1), CURRENT + timedelta(days=32)):
        turn_of_day(after)
        assert differences(World(), after, after) == []
        assert_kept(after)
    recount_all(on=CURRENT)
    assert differences(World(), CURRENT, CURRENT) == []


def assert_kept(on: date) -> None:
    """The kept rows are what a fresh count and the oracle find."""
    assert derived_differences(World(), on) == []
    comparison = kept_compare(on=on)
    assert comparison.compared > 500
    assert comparison.differences == []
    assert connection.in_atomic_block is False
