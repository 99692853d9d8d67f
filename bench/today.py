"""The list "today" of a grid manager, against one statement that finds the same households.

``python -m bench.today`` fills a county, gives somebody the post of a grid manager of one village,
and asks for the list. With 120,000 households a village has 300 of them; with more households in
the county than that the list must not take longer for the same number. The floor reads the
village's households that fall due within a week, as they are, by their index. Beside the time on
the clock stands the processor's, which says more on a busy machine.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from bench.floor import repeated
from bench.town import town
from casework.coverage import refresh
from casework.due import AHEAD, due_list
from grids.models import Area, Role
from grids.services import person_create, post_start
from lib.clock import today

TIMES = 20
FLOOR = """
SELECT * FROM households_household
WHERE path LIKE %s AND during @> %s::date AND tier <> 'fangxin' AND due_on <= %s
"""


def manager_of(village: Area) -> User:
    """Somebody who holds the post of a grid manager of a village."""
    user, fresh = User.objects.get_or_create(username=f"grid-manager-{village.path}")
    if not fresh:
        return user
    person = person_create(name="虚构人", user=user)
    began = today() - timedelta(days=300)
    post_start(person=person, role=Role.objects.get(pk="grid_head"), on=began, area=village)
    return user


def processor_time(ask: Callable[[], Any]) -> float:
    """The median milliseconds of processor time a call takes in this process."""
    times = []
    for _ in range(TIMES):
        begun = time.thread_time()
        ask()
        times.append(1000 * (time.thread_time() - begun))
    return statistics.median(times)


def main() -> None:
    """Fill, ask, print milliseconds, queries and the ratio to the floor."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--households", type=int, default=120_000)
    parser.add_argument("--keep", default="")
    given = parser.parse_args()
    with town(given.households, keep=given.keep) as made:
        on = today()
        village = Area.objects.filter(level="village").order_by("path")[150]
        key = manager_of(village).pk
        refresh(village.path, on=on)

        def ask() -> Any:
            # A request reads the user anew: nothing of the scope is remembered.
            return due_list(User.objects.get(pk=key), on=on)

        def floor() -> Any:
            with connection.cursor() as cursor:
                cursor.execute(FLOOR, [f"{village.path}%", on, on + AHEAD])
                return cursor.fetchall()

        with CaptureQueriesContext(connection) as queries:
            entries = ask()
        found = repeated({"today": ask, "floor": floor}, times=TIMES)
        milliseconds = {name: 1000 * min(one.seconds) for name, one in found.items()}
        print(
            f"{made.households} households, {len(entries)} entries, {len(queries)} statements,"
            f" n={TIMES}: today {milliseconds['today']:.1f} ms at best"
            f" ({processor_time(ask):.1f} ms of it in this process),"
            f" floor {milliseconds['floor']:.2f} ms,"
            f" ratio {milliseconds['today'] / milliseconds['floor']:.1f}"
        )


if __name__ == "__main__":
    main()
