"""The first page of every table, whole and with each single filter, against the plainest list.

``python -m bench.tables`` fills a county, opens each table as the office that manages all of it
(one township of that many households), and prints for each filter the time of all its SQL: the
page with its cells, and the number of rows. The floor is the first fifty households by their
index, selected as they are. It says which tables were read from end to end.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection, connections
from django.http import QueryDict

from accounts.models import User
from bench.questions import READ, nodes
from bench.town import QUIET, Town, town
from casework.models import Issue
from casework.recounting import recount_all
from desk.tables.asked import Typed, ask
from desk.tables.registry import TABLES
from desk.tables.table import Table
from grids.models import AreaDirty
from lib.clock import today

TIMES = 5
FLOOR = """
SELECT * FROM households_household WHERE path LIKE %s AND during @> %s::date
ORDER BY path, head_name, id LIMIT 50
"""
#: A third of the heads are near their limit, at it or over it.
LIMITS = """
UPDATE grids_post SET max_links = 40 + (random() * 6)::int
WHERE role_id = 'unit_head' AND random() < 0.3
"""
#: What the town of the other benches lacks: gaps in the list, and matters. %(on)s is today.
FILL = """
UPDATE households_household h SET
    phone_sealed = CASE WHEN r < 0.05 THEN NULL ELSE phone_sealed END,
    location = CASE WHEN r BETWEEN 0.05 AND 0.08 THEN NULL ELSE location END,
    outside = r BETWEEN 0.10 AND 0.11,
    residence = CASE WHEN r BETWEEN 0.20 AND 0.25 THEN 'away' ELSE residence END,
    registered_on = CASE WHEN r BETWEEN 0.30 AND 0.31 THEN %(on)s::date - 3 ELSE registered_on END,
    reviewed_on = CASE WHEN r < 0.90 THEN %(on)s::date - (r * 300)::int END
FROM (SELECT id, random() AS r FROM households_household) one WHERE one.id = h.id;
INSERT INTO households_exemption (household_id, reason, note, during, asked_by_id, approved_by_id,
    approved_on)
SELECT h.id, 'moved', '', daterange(%(on)s::date - 100, NULL), u.id, u.id, %(on)s::date - 90
FROM households_household h, (SELECT id FROM accounts_user LIMIT 1) u WHERE random() < 0.02;
INSERT INTO casework_issue (id, ticket, area_id, path, kind, subject, source, campaign, people,
    title, text, urgent, contact_way, state, result, registered_on, limit_on, version, agreement,
    answer, extended, on_spot, place, told_state)
SELECT gen_random_uuid(), '', m.area_id, h.path,
    (ARRAY['help', 'consult', 'complaint'])[1 + n %% 3],
    (ARRAY['utilities', 'traffic', 'housing'])[1 + n %% 3], 'visit', '', 1, '路灯不亮', '', false,
    '', CASE WHEN n %% 5 = 0 THEN 'accepted' ELSE 'closed' END, '', %(on)s::date - (n %% 700)::int,
    %(on)s::date - (n %% 700)::int + 10, 1, '', '', false, false, '', ''
FROM (SELECT id, path, row_number() OVER () AS n FROM households_household) h
JOIN households_membership m ON m.household_id = h.id WHERE n %% 10 = 0;
"""


def furnish() -> None:
    """Give the town limits, counted, then gaps and matters, without marks."""
    with connection.cursor() as cursor:
        cursor.execute(LIMITS)
    recount_all(on=today())
    with connection.cursor() as cursor:
        for table_name in (*QUIET, "households_exemption", "casework_issue"):
            cursor.execute(f"ALTER TABLE {table_name} DISABLE TRIGGER USER")
        cursor.execute(FILL, {"on": today()})
        for table_name in (*QUIET, "households_exemption", "casework_issue"):
            cursor.execute(f"ALTER TABLE {table_name} ENABLE TRIGGER USER")
        AreaDirty.objects.all().delete()
        cursor.execute("VACUUM ANALYZE")


def statements(ask_it: Callable[[], Any]) -> list[str]:
    """Every SELECT that a call makes, with its values."""
    kept: list[str] = []

    def keep(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().startswith(("SELECT", "WITH", "(")):
            kept.append(context["cursor"].cursor.mogrify(sql, params).decode())
        return execute(sql, params, many, context)

    connections["default"].ensure_connection()
    with connections["default"].execute_wrapper(keep):
        ask_it()
    return kept


def measured(sql: list[str]) -> tuple[float, list[str]]:
    """The median milliseconds of all statements together, and tables read from end to end."""
    times = []
    with connection.cursor() as cursor:
        for _ in range(TIMES):
            begun = time.perf_counter()
            for statement in sql:
                cursor.execute(statement)
                cursor.fetchall()
            times.append(1000 * (time.perf_counter() - begun))
        scans = []
        for statement in sql:
            cursor.execute("EXPLAIN (FORMAT JSON) " + statement)
            answer = cursor.fetchone()[0]
            plan = (json.loads(answer) if isinstance(answer, str) else answer)[0]
            scans += [
                f"{node['Node Type']} {node.get('Index Name') or node.get('Relation Name')}"
                for node in nodes(plan["Plan"])
                if node["Node Type"] in READ
            ]
    return statistics.median(times), list(dict.fromkeys(scans))


def addresses(table: Table) -> Iterator[str]:
    """The table whole, by each order, and with each single filter (its first value)."""
    shell = ask(table, USER, QueryDict(), on=today())
    yield ""
    for order in table.orders[1:]:
        yield f"sort={order.key}"
        yield f"sort=-{order.key}"
    for flag in table.flags:
        yield f"filter={flag.key}"
    for item in table.filters:
        if item.day:
            yield f"{item.key}={shell.on.replace(year=shell.on.year - 1)}"
        for value, _label in list(item.choices(shell))[:3]:
            yield f"{item.key}={value}"


USER: User
LOOKS = {
    "needs: all": Typed(look=True),
    "needs: most need": Typed(look=True, tier="zhongdian"),
    "needs: overdue": Typed(look=True, overdue=True),
    "two characters": Typed(text="山川"),
    "end of the phone": Typed(text="4711"),
}


def compare(made: Town) -> None:
    """One line for each question: page and number, as ratios to the floor."""
    global USER
    USER = User.objects.get(pk=made.users["county"].pk)
    with connection.cursor() as cursor:
        floor, _scans = measured([cursor.mogrify(FLOOR, ["0000%", today()]).decode()])
    print(f"floor {floor:.2f} ms, {made.households} households, {Issue.objects.count()} matters")
    for table in TABLES.values():
        for address in addresses(table):
            report(table, address, Typed(), floor)
    for name, typed in LOOKS.items():
        report(TABLES["households"], "", typed, floor, name)


def report(table: Table, address: str, typed: Typed, floor: float, name: str = "") -> None:
    """Ask once to know the statements, then time them."""
    asked = ask(table, USER, QueryDict(address), on=today()).with_typed(typed)

    def page() -> None:
        table.drawn(table.page(asked).rows, asked, asked.columns)

    shown, scans = measured(statements(page))
    counted, _scans = measured(statements(lambda: table.total(asked)))
    whole = [scan for scan in scans if scan == "Seq Scan households_household"]
    print(
        f"{table.kind:10} {name or address:28} page {shown:7.1f} ms = {shown / floor:6.1f} x floor"
        f"   number {counted:7.1f} ms{'  << ' + ', '.join(whole) if whole else ''}"
    )


def main() -> None:
    given = argparse.ArgumentParser(prog="python -m bench.tables")
    given.add_argument("--households", type=int, default=300_000)
    given.add_argument("--keep", default="", help="database to make and keep, or to use again")
    options = given.parse_args()
    with town(options.households, keep=options.keep) as made:
        if not Issue.objects.exists():
            furnish()
        compare(made)


if __name__ == "__main__":
    main()
