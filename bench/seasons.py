"""Household tiles by where households are today against the same by the registered place alone.

``python -m bench.seasons`` asks both statements of the same tiles in turns, in one run, with every
tenth household at a seasonal place. Then the tiles of another day, which come in two parts.
"""

from __future__ import annotations

import argparse
from datetime import date, timedelta

from django.db import connection

from accounts.models import User
from bench.floor import in_turns
from bench.tiles import raw, statements, tiles_around
from bench.town import HERE, Town, drop_connections, town
from lib.clock import today
from lib.tiles import Tile
from mapview.layers import household_tile

TODAY = b'COALESCE("households_household"."season_3857", "households_household"."location_3857")'
REGISTERED = b'"households_household"."location_3857"'
EITHER = b' OR "households_household"."season_point" IS NOT NULL'

PLACES = """
INSERT INTO households_householdplace (id, household_id, kind, months, point, source, located_on,
    during, void, version)
SELECT gen_random_uuid(), h.id, 'winter', ARRAY[1,2,3,4,5,6,7,8,9,10,11,12]::smallint[],
    ST_SetSRID(ST_MakePoint(ST_X(h.location) + 0.01, ST_Y(h.location)), 4326), 'file', %(on)s,
    daterange(%(from)s, NULL), false, 1
FROM (SELECT *, row_number() OVER (ORDER BY id) AS n FROM households_household) h
WHERE h.n %% 10 = 0 AND h.location IS NOT NULL
"""
FOLLOW = """
UPDATE households_household h SET season_point = p.point
FROM households_householdplace p WHERE p.household_id = h.id
"""


def main() -> None:
    ask = argparse.ArgumentParser(prog="python -m bench.seasons")
    ask.add_argument("--households", type=int, default=200_000)
    ask.add_argument("--keep", default="", help="database to make and keep, or to use again")
    ask.add_argument("--requests", type=int, default=200, help="of one block")
    ask.add_argument("--rounds", type=int, default=4)
    given = ask.parse_args()
    with town(given.households, keep=given.keep) as made:
        on = today()
        with connection.cursor() as cursor:
            cursor.execute(PLACES, {"on": on, "from": on - timedelta(days=200)})
            print(f"{cursor.rowcount} of {made.households} households at a seasonal place")
            cursor.execute(FOLLOW)
            cursor.execute("ANALYZE households_household, households_householdplace")
        for z in (14, 13):
            compare(made, made.users["county"], z, on, given)


def compare(made: Town, user: User, z: int, on: date, given: argparse.Namespace) -> None:
    """One zoom: today's statement, the one without seasons, and that of another day."""

    def draw(tile: Tile, day: date = on) -> bytes:
        return household_tile(user, tile, on=day, current=on).body

    tiles = [tile for tile in tiles_around(z, *HERE) if draw(tile)]
    here = statements(draw, tiles)
    alone = [sql.replace(TODAY, REGISTERED).replace(EITHER, b"") for sql in here]
    assert all(one != other for one, other in zip(here, alone, strict=True))
    then = statements(lambda tile: draw(tile, on - timedelta(days=1)), tiles)
    drop_connections()
    sides = {"registered": raw(made.url, alone), "today": raw(made.url, here),
             "another day": raw(made.url, then)}  # fmt: skip
    found = in_turns(sides, clients=1, requests=given.requests, rounds=given.rounds)
    for name, measured in found.items():
        print(f"  z{z} {name:12} {measured.line()}")
    ratio = found["today"].median / found["registered"].median
    print(f"  z{z} today / registered: {ratio:.2f}")


if __name__ == "__main__":
    main()
