"""Tiles through the server against the same SQL alone, in the same run.

``python -m bench.tiles`` starts the server as ``./lianhu run`` does on a free port of this
machine, asks a bounded number of times and stops it. The floor is the statement the view issues,
with the view's connection settings, by psycopg2 alone.
"""

from __future__ import annotations

import argparse
import http.client
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg2
from django.contrib.gis.geos import Point
from django.db import connections
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from bench.floor import Client, in_turns
from bench.town import HERE, Town, drop_connections, place_of, town
from config.env import database_from_url
from lib.clock import today
from lib.tiles import HALF, Tile
from mapview.layers import area_tile, household_tile
from tools.prepare import project_env
from tools.serve import server_command

TILES = 8  # neighbours asked in turn


def tiles_around(z: int, i: float, j: float) -> list[Tile]:
    """A row of tiles about a place of the lattice, none twice."""
    found: dict[Tile, None] = {}
    step = 2 * HALF / (1 << z)
    place: Any = Point(*place_of(i, j), srid=4326).transform(3857, clone=True)
    for n in range(TILES):
        x, y = place.x + n % 4 * step, place.y + n // 4 * step
        found[Tile(z, int((x + HALF) // step), int((HALF - y) // step))] = None
    return list(found)


def statements(draw: Callable[[Tile], bytes], tiles: list[Tile]) -> list[bytes]:
    """The SQL a view issues on the tile connection, with its parameters written in."""
    kept: list[bytes] = []

    def keep(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        cursor = context["cursor"].cursor
        kept.append(cursor.mogrify(sql, params))
        return execute(sql, params, many, context)

    connections["tiles"].ensure_connection()
    with connections["tiles"].execute_wrapper(keep):
        for tile in tiles:
            draw(tile)
    return kept


def raw(url: str, sql: list[bytes]) -> Client:
    """A client of the database alone."""
    entry = database_from_url(url)
    options = connections["tiles"].settings_dict["OPTIONS"]["options"]

    def connect() -> Callable[[int], int]:
        link = psycopg2.connect(
            dbname=entry["NAME"], user=entry["USER"], password=entry["PASSWORD"],
            host=entry["HOST"], port=entry["PORT"], options=options,
        )  # fmt: skip
        link.autocommit = True
        cursor = link.cursor()

        def call(turn: int) -> int:
            cursor.execute(sql[turn % len(sql)])
            return len(bytes(cursor.fetchone()[0]))

        return call

    return connect


def served(port: int, cookie: str, paths: list[str]) -> Client:
    """A client of the server, signed in, on one connection that stays open."""

    def connect() -> Callable[[int], int]:
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

        def call(turn: int) -> int:
            link.request("GET", paths[turn % len(paths)], headers={"Cookie": cookie})
            answer = link.getresponse()
            body = answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{answer.status} for {paths[turn % len(paths)]}")
            return len(body)

        return call

    return connect


def browser(user: User) -> Browser:
    """A signed-in client of Django alone; its cookie signs in at the server too."""
    signed_in = Browser()
    signed_in.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return signed_in


@contextmanager
def server(made: Town) -> Iterator[int]:
    """The server on a free port, until the block ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {**project_env(), "DATABASE_URL": made.url, "DEBUG": "0", "PYTHONWARNINGS": "ignore"}
    process = subprocess.Popen(server_command("127.0.0.1", port, https=False), env=env)
    try:
        for _attempt in range(300):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=30)


def queries(signed_in: Browser, path: str) -> int:
    """How many statements one request makes, after a first that opens the connections."""
    signed_in.get(path)
    with ExitStack() as stack:
        seen = [stack.enter_context(CaptureQueriesContext(connections[alias]))
                for alias in connections]  # fmt: skip
        signed_in.get(path)
        return sum(len(capture) for capture in seen)


def main() -> None:
    ask = argparse.ArgumentParser(prog="python -m bench.tiles")
    ask.add_argument("--households", type=int, default=200_000)
    ask.add_argument("--keep", default="", help="database to make and keep, or to use again")
    ask.add_argument("--requests", type=int, default=200, help="of one block")
    ask.add_argument("--rounds", type=int, default=4)
    ask.add_argument("--clients", type=int, nargs="*", default=[1, 4, 16])
    ask.add_argument("--users", nargs="*", default=["county", "township", "village"])
    given = ask.parse_args()
    with town(given.households, keep=given.keep) as made, server(made) as port:
        for login in given.users:
            measure(made, made.users[login], port, given)


def measure(made: Town, user: User, port: int, given: argparse.Namespace) -> None:
    """Both tiles for one person, about the place where the scope of the cast lies."""
    signed_in = browser(user)
    cookie = f"sessionid={signed_in.cookies['sessionid'].value}"
    on = today()
    kinds: tuple[tuple[str, int, Callable[[Tile], bytes]], ...] = (
        ("households", 14, lambda tile: household_tile(user, tile, on=on, current=on).body),
        ("areas", 12, lambda tile: area_tile(user, tile, level="grid", on=on)),
    )
    for kind, z, draw in kinds:
        tiles = [tile for tile in tiles_around(z, *HERE) if draw(tile)]
        paths = [f"/tiles/{kind}/{tile.z}/{tile.x}/{tile.y}.mvt" for tile in tiles]
        sql = statements(draw, tiles)
        sizes = [len(draw(tile)) for tile in tiles]
        count = queries(signed_in, paths[0])
        print(
            f"\n{kind} z{z}, {user.username}, {made.households} households: {count} queries a"
            f" request, tiles of {min(sizes)}-{max(sizes)} bytes"
        )
        drop_connections()
        sides = {"raw": raw(made.url, sql), "server": served(port, cookie, paths)}
        for clients in given.clients:
            found = in_turns(sides, clients=clients, requests=given.requests, rounds=given.rounds)
            for name, measured in found.items():
                print(f"  {clients:2} clients {name:6} {measured.line()}")
            plain, full = found["raw"], found["server"]
            print(
                f"  {clients:2} clients ratio: median {plain.median / full.median:.2f}, tenth"
                f" percentile {plain.quiet / full.quiet:.2f}, req/s {full.rate / plain.rate:.2f}"
            )


if __name__ == "__main__":
    main()
