"""The first page of 300,000 matters by state and area, against the plain statement.

``python -m bench.issues`` fills a town with matters in every state, opens the table of matters as
the office that manages all of it, for each state and for a township, a village and a grid, and
prints the time of all its SQL: the page with its cells, and the number of rows. The floor is the
fifty matters asked for, selected as they are, measured in the same run.
"""

from __future__ import annotations

import argparse
from functools import partial

from django.db import connection
from django.http import QueryDict

from accounts.models import User
from bench.tables import measured, statements
from bench.town import Town, town
from casework.models import Issue
from desk.tables.asked import Asked, ask
from desk.tables.issues import TABLE
from grids.models import Area, AreaCode
from lib.clock import today

#: One in ten is open, in all the states there are. %(on)s is today, %(n)s how many for each.
FILL = """
INSERT INTO casework_issue (id, ticket, area_id, path, kind, subject, source, campaign, people,
    title, text, urgent, contact_way, state, result, registered_on, limit_on, version, agreement,
    answer, extended, on_spot, place, told_state)
SELECT gen_random_uuid(), '', a.id, a.path,
    (ARRAY['help', 'consult', 'complaint'])[1 + n %% 3],
    (ARRAY['utilities', 'traffic', 'housing'])[1 + n %% 3], 'visit', '', 1, '路灯不亮', '', false,
    '', CASE WHEN n %% 10 > 0 THEN 'closed' ELSE (ARRAY['registered', 'accepted', 'dispatched',
    'received', 'in_progress', 'resolved', 'reopened', 'shelved'])[1 + (n / 10) %% 8] END, '',
    %(on)s::date - (n %% 700)::int, %(on)s::date - (n %% 700)::int + 10, 1, '', '', false, false,
    '', ''
FROM (SELECT id, path FROM grids_area WHERE level = 'unit') a, generate_series(1, %(n)s) n
"""
FLOOR = """
SELECT * FROM casework_issue WHERE path LIKE %s AND state = %s ORDER BY limit_on, id LIMIT 50
"""
STATES = ("registered", "shelved", "closed")


def furnish(matters: int) -> None:
    """Matters in every unit, without marks."""
    units = Area.objects.filter(level="unit").count()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE casework_issue DISABLE TRIGGER USER")
        cursor.execute(FILL, {"on": today(), "n": -(-matters // units)})
        cursor.execute("ALTER TABLE casework_issue ENABLE TRIGGER USER")
        cursor.execute("VACUUM ANALYZE casework_issue")


def draw(asked: Asked) -> None:
    """The first page with its cells."""
    TABLE.drawn(TABLE.page(asked).rows, asked, asked.columns)


def compare(made: Town) -> None:
    """One line for each area and state."""
    user = User.objects.get(pk=made.users["county"].pk)
    print(f"{Issue.objects.count()} matters")
    for level in ("township", "village", "grid"):
        area = Area.objects.filter(level=level).order_by("path").first()
        assert area is not None
        code = AreaCode.objects.get(area=area).code
        for state in STATES:
            with connection.cursor() as cursor:
                plain = cursor.mogrify(FLOOR, [f"{area.path}%", state]).decode()
            asked = ask(TABLE, user, QueryDict(f"area={code}&state={state}"), on=today())
            page = statements(partial(draw, asked))
            floor, _scans = measured([plain])
            shown, scans = measured(page)
            counted, _scans = measured(statements(partial(TABLE.total, asked)))
            print(
                f"{level:9} {state:11} page {shown:7.1f} ms = {shown / floor:6.1f} x floor"
                f" ({floor:.1f} ms, {len(page)} statements)   number {counted:7.1f} ms"
                f"   {scans[:2]}"
            )


def main() -> None:
    given = argparse.ArgumentParser(prog="python -m bench.issues")
    given.add_argument("--matters", type=int, default=300_000)
    given.add_argument("--keep", default="", help="database to make and keep, or to use again")
    options = given.parse_args()
    with town(5_000, keep=options.keep) as made:
        if not Issue.objects.exists():
            furnish(options.matters)
        compare(made)


if __name__ == "__main__":
    main()
