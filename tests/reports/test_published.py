"""The published totals of both fixtures by the registry, through events and contacts."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction

from fixtures.generate import HERE
from grids.models import Area
from lib.clock import today
from reports.answers import values
from reports.indicators import by_name

TALLY = date(2024, 12, 31)
#: What the programmes call otherwise than the registry, or what is of another kind.
CALLED = {"结对联系重点户": "linked_zhongdian"}
pytestmark = pytest.mark.django_db


def published(programme: str) -> dict[str, int]:
    with (HERE / "published_totals.csv").open(encoding="utf-8") as file:
        return {
            row["indicator"]: int(row["value"])
            for row in csv.DictReader(file) if row["programme"] == programme
        }  # fmt: skip


@pytest.fixture(scope="module")
def loaded(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:  # fmt: skip
    """The path of a fixture's county, loaded once for the tests that name it."""
    folder: Path = tmp_path_factory.mktemp("demo")
    (folder / "password").write_text("a password made at install\n", encoding="utf-8")
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_demo", fixture=request.param, password_file=folder / "password",
                     folder=folder / request.param, verbosity=0)  # fmt: skip
        yield Area.objects.get(level="county").path
        transaction.set_rollback(True)


def counted(names: dict[str, int], path: str) -> dict[str, Any]:
    """What the registry says of the year 2024, by the published names."""
    known = by_name()
    keys = {name: CALLED.get(name) or known[name].key for name in names}
    got = values(set(keys.values()), path, since=date(2024, 1, 1), until=TALLY, current=today())
    return {name: got[key].number for name, key in keys.items()}


@pytest.mark.parametrize("loaded", ["yindeer"], indirect=True, scope="module")
def test_the_totals_of_the_town_come_out_of_the_registry(loaded):
    told = published("音德尔镇 2024")
    assert counted(told, loaded) == told


@pytest.mark.parametrize("loaded", ["gaize"], indirect=True, scope="module")
def test_the_totals_of_the_county_come_out_of_the_registry(loaded):
    told = published("改则县 2024")
    assert counted(told, loaded) == told
    rate = values(["campaign:排查问题:rate"], loaded, since=date(2024, 1, 1), until=TALLY,
                  current=today())["campaign:排查问题:rate"]  # fmt: skip
    assert (rate.text, rate.denominator) == ("100%", 1180)
