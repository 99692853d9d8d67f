"""`./lianhu run` counts again before it serves, where the first reader would wait long."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection

from casework.models import AreaMetric
from grids.models import Area, AreaDirty
from households.models import Household
from lib.clock import today
from tests.people import World
from tools import database
from tools.database import MANY, WAITING, Target


def waiting() -> int:
    """What the statement answers in the database of the tests."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING.format(on=today()))
        (households,) = cursor.fetchone()
    return int(households)


def test_nothing_waits_once_everything_is_counted(world: World) -> None:
    call_command("recount", verbosity=0)
    assert waiting() == 0


def test_all_wait_where_the_county_is_marked_and_not_where_one_grid_is(world: World) -> None:
    call_command("recount", verbosity=0)
    AreaDirty.objects.create(path=Area.objects.filter(level="grid")[0].path, deep=True)
    assert waiting() == 0
    AreaDirty.objects.create(path=Area.objects.get(level="county").path, deep=True)
    assert waiting() == Household.objects.count() > 0


def test_all_wait_on_the_day_after(world: World) -> None:
    call_command("recount", verbosity=0)
    AreaMetric.objects.update(computed_on=today() - timedelta(days=1))
    assert waiting() == Household.objects.count() > 0


@pytest.mark.parametrize(("households", "counts"), [(0, False), (MANY - 1, False), (MANY, True)])
def test_only_a_large_county_is_counted_before_it_is_served(
    households: int, counts: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[tuple[str, ...]] = []
    monkeypatch.setattr(database, "psql", lambda url, statement: str(households))
    monkeypatch.setattr(database, "manage", lambda *words, env: ran.append((*words, *env.values())))
    target = Target("county", "postgres://owner", "postgres://app", "postgres://admin", None)
    target.count_waiting()
    assert ran == ([("recount", "postgres://owner")] if counts else [])
