"""Whole pages as the server answers them, against the rows they show, read as they are.

``python -m bench.pages`` fills a county with matters, deeds, activities and summaries, signs in
whoever works with a page, and asks for it through the whole of the program: middleware, menus,
view, template. Beside the time on the clock stands how much of it was processor time of this
process, which says more on a busy machine, and how many statements were asked. The floor is one
statement that reads the rows the page is made of by their index, measured in the same run in turns.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client

from accounts.models import User
from bench.issues import furnish
from bench.tables import statements
from bench.today import FLOOR as DUE
from bench.today import manager_of
from bench.town import Town, town
from casework.coverage import refresh
from casework.due import AHEAD
from casework.models import Activity, Deed, Issue
from grids.models import Area, AreaCode, Role
from grids.services import organisation_create, person_create, post_start
from lib.clock import today
from reports.models import Snapshot
from reports.snapshots import snapshots_write

TIMES = 25
BACKEND = "django.contrib.auth.backends.ModelBackend"
#: Every generated unit gets its share; %(on)s is today, %(n)s how many for each.
DEEDS = """
INSERT INTO casework_deed (id, area_id, path, passers_by, what, subject, quantity, unit,
    approximate, amount, funds, state, people, "on", result, version)
SELECT gen_random_uuid(), a.id, a.path, false, '修缮路灯', 'utilities', 3, '盏', '', 500, 'own',
    'granted', 12, %(on)s::date - (n %% 700)::int, '', 1
FROM (SELECT id, path FROM grids_area WHERE level = 'unit') a, generate_series(1, %(n)s) n
"""
#: Half of them are for a household of the unit.
FOR_HOUSEHOLDS = """
UPDATE casework_deed d
SET household_id = h.keys[1 + abs(hashtext(d.id::text)) % cardinality(h.keys)]
FROM (SELECT path, array_agg(id) AS keys FROM households_household GROUP BY path) h
WHERE h.path = d.path AND hashtext(d.id::text) % 2 = 0
"""
ACTIVITIES = """
INSERT INTO casework_activity (id, kind_id, title, area_id, path, place, "on", sessions, people,
    unit, note, version)
SELECT gen_random_uuid(), (SELECT min(code) FROM casework_activitykind), '政策宣讲', a.id, a.path,
    '', %(on)s::date - (n %% 700)::int, 1, 30, '', '', 1
FROM (SELECT id, path FROM grids_area WHERE level = 'village') a, generate_series(1, %(n)s) n
"""
#: The summaries of the last twelve weeks, like today's; of grids none: no page of theirs is asked.
DAYS = """
INSERT INTO reports_snapshot (area_id, path, "on", "values", parts, written_at)
SELECT area_id, path, "on" - n, "values", parts, written_at
FROM reports_snapshot, generate_series(1, 84) n WHERE length(path) <= 8
"""
#: Every eighth matter of a county's first village lies with the department.
GIVEN = """
UPDATE casework_issue SET department_id = %(department)s, state = 'dispatched',
    dispatched_on = %(on)s, department_limit_on = %(on)s
WHERE state <> 'closed' AND path LIKE %(path)s
"""
MATTERS = """
SELECT * FROM casework_issue WHERE path LIKE %s AND state = %s ORDER BY limit_on LIMIT 50
"""
OF_DEPARTMENT = """
SELECT * FROM casework_issue WHERE department_id = %s AND state = 'dispatched'
ORDER BY department_limit_on LIMIT 50
"""
DONE = 'SELECT * FROM {} WHERE path LIKE %s ORDER BY "on" DESC LIMIT 50'
SUMMARIES = """
SELECT * FROM reports_snapshot WHERE path = %s AND "on" > %s
"""


@dataclass(frozen=True)
class Page:
    """An address, who asks for it, and the statement of its floor."""

    name: str
    user: User
    address: str
    floor: str
    values: list[Any] = field(default_factory=list)


def clerk_of(made: Town, on: date) -> User:
    """A clerk of a department that has matters of one township to handle."""
    user, fresh = User.objects.get_or_create(username="clerk")
    if not fresh:
        return user
    county = Area.objects.get(level="county")
    department = organisation_create(name="虚构水务局", kind="department", area=county)
    person = person_create(name="虚构人", user=user)
    began = on - timedelta(days=300)
    post_start(person=person, role=Role.objects.get(pk="clerk"), on=began, organisation=department)
    township = Area.objects.filter(level="township").order_by("path")[3]
    with connection.cursor() as cursor:
        cursor.execute(GIVEN, {"department": department.pk, "on": on, "path": f"{township.path}%"})
    return user


def prepare(made: Town, on: date) -> None:
    """Matters, deeds, activities and summaries, without marks."""
    if not Issue.objects.exists():
        furnish(300_000)
    if Snapshot.objects.exists():
        return
    units = Area.objects.filter(level="unit").count()
    with connection.cursor() as cursor:
        for model, sql, n in ((Deed, DEEDS, -(-300_000 // units)), (Activity, ACTIVITIES, 100)):
            table = model._meta.db_table
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(sql, {"on": on, "n": n})
            if model is Deed:
                cursor.execute(FOR_HOUSEHOLDS)
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    refresh(Area.objects.get(level="county").path, on=on)
    snapshots_write(on=on, current=on)
    with connection.cursor() as cursor:
        cursor.execute(DAYS)
    clerk_of(made, on)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def pages(made: Town, on: date) -> list[Page]:
    """What is asked, of whom."""
    county = Area.objects.get(level="county")
    township = Area.objects.filter(level="township").order_by("path")[7]
    code = AreaCode.objects.get(area=township).code
    village = Area.objects.filter(level="village").order_by("path")[150]
    office, clerk = made.users["county"], clerk_of(made, on)
    refresh(village.path, on=on)
    like = f"{township.path}%"
    department = clerk.person.posts.get().organisation_id
    return [
        Page("today", manager_of(village), "/today/", DUE, [f"{village.path}%", on, on + AHEAD]),
        Page("inbox", clerk, "/matters/", OF_DEPARTMENT, [department]),
        Page("matters", office, f"/tables/issues/?area={code}&state=accepted", MATTERS,
             [like, "accepted"]),
        Page("deeds", office, f"/tables/deeds/?area={code}", DONE.format("casework_deed"), [like]),
        Page("activities", office, f"/tables/activities/?area={code}",
             DONE.format("casework_activity"), [like]),
        Page("dashboard", office, "/dashboard/", SUMMARIES,
             [county.path, on - timedelta(weeks=12)]),
        Page("wall", office, "/wall/", SUMMARIES, [county.path, on - timedelta(weeks=12)]),
    ]  # fmt: skip


def signed_in(page: Page) -> Callable[[], None]:
    """A call that asks for the page as its reader and says so where it is not answered."""
    client = Client()
    client.force_login(page.user, backend=BACKEND)

    def ask() -> None:
        response = client.get(page.address)
        if response.status_code != 200:
            raise RuntimeError(f"{page.address}: {response.status_code}")

    return ask


def report(page: Page) -> None:
    """Ask for a page and for its floor in turns, and print how they compare."""
    ask = signed_in(page)
    ask()
    asked = len(statements(ask))
    clock, processor, floor = [], [], []
    for _ in range(TIMES):
        begun, used = time.perf_counter(), time.thread_time()
        ask()
        processor.append(1000 * (time.thread_time() - used))
        clock.append(1000 * (time.perf_counter() - begun))
        begun = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute(page.floor, page.values)
            if not cursor.fetchall():
                raise RuntimeError(f"{page.address}: no row to show, nothing is measured")
        floor.append(1000 * (time.perf_counter() - begun))
    best = min(clock)
    print(
        f"{page.name:11} {best:6.1f} ms at best, {statistics.median(clock):6.1f} at the median"
        f" (processor {min(processor):5.1f}, {statistics.median(processor):5.1f}),"
        f" {asked:3} statements, floor {min(floor):5.2f} ms,"
        f" ratio {best / min(floor):6.1f}"
    )


def main() -> None:
    """Fill, ask, print."""
    given = argparse.ArgumentParser(prog="python -m bench.pages")
    given.add_argument("--households", type=int, default=120_000)
    given.add_argument("--keep", default="", help="database to make and keep, or to use again")
    given.add_argument("--page", default="", help="only this one")
    options = given.parse_args()
    settings.ALLOWED_HOSTS = ["*"]
    with town(options.households, keep=options.keep) as made:
        on = today()
        prepare(made, on)
        print(f"{made.households} households, {Issue.objects.count()} matters, n={TIMES}")
        for page in pages(made, on):
            if options.page in ("", page.name):
                report(page)


if __name__ == "__main__":
    main()
