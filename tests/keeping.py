"""The small world, built once in a database of its own for all tests of a process.

Building it takes about half a second, and most tests begin with it. A test that asks for
``world`` therefore runs in the transaction it would have anyway, but in a database where the
world is committed already. Every other test, and one whose transactions are real ones, runs in
the empty database: it would see the world, or take it from the others.
"""

from __future__ import annotations

import pickle
import time
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction

from lib.clock import today
from tests.database import create_database, drop_database, point_connections_at
from tests.people import World, build_world

#: Seconds after which the world is built anew: its matters are said to have come in just now.
FRESH = 240
REAL_TRANSACTIONS = {"transactional_db", "django_db_reset_sequences", "live_server"}


@dataclass
class Kept:
    """A world in its database: the day and the moment (monotonic, s) it was built, and a copy."""

    name: str
    on: date
    built: float
    copy: bytes

    def is_fresh(self) -> bool:
        return self.on == today() and time.monotonic() - self.built < FRESH


class Keeper:
    """Points the connections at the database that the next test is to run in."""

    def __init__(self) -> None:
        self.empty: str | None = None
        self.kept: Kept | None = None
        self.blocker: Any = None
        self.wanted = False
        self.pointed_at: str | None = None

    def begin(self, empty: str, blocker: Any) -> None:
        """From now on there are databases: the empty one, to which connections already point."""
        self.empty = self.pointed_at = empty
        self.blocker = blocker
        self.turn(self.wanted)

    def turn(self, wanted: bool) -> None:
        """Let the next test run with the kept world, or without it."""
        self.wanted = wanted
        if self.empty is None:
            return
        if wanted and not (self.kept and self.kept.is_fresh()):
            self.build()
        name = self.kept.name if wanted and self.kept else self.empty
        if name != self.pointed_at:
            assert not connection.in_atomic_block, "a fixture of a wider scope holds a transaction"
            point_connections_at(name)
            self.pointed_at = name

    def build(self) -> None:
        """Build the world of today in a fresh copy of the migrated database."""
        assert not connection.in_atomic_block, "a fixture of a wider scope holds a transaction"
        with self.blocker.unblock():
            self.forget()
            name = self.pointed_at = create_database("world")
            point_connections_at(name)
            with transaction.atomic():
                world = build_world(today())
            self.kept = Kept(name, world.on, time.monotonic(), pickle.dumps(world))

    def forget(self) -> None:
        """Drop the kept world; the connections then point nowhere."""
        if self.kept:
            drop_database(self.kept.name)
            self.kept = self.pointed_at = None

    def world(self) -> World:
        """The kept world for one test, which may change it as it likes."""
        assert self.kept and self.pointed_at == self.kept.name, "this test has no kept world"
        assert self.kept.on == today(), "the clock was set before the world was asked for"
        world: World = pickle.loads(self.kept.copy)
        return world


KEEPER = Keeper()


def has_real_transactions(item: pytest.Item) -> bool:
    """Whether a test commits, so that its tables are emptied behind it."""
    marker = item.get_closest_marker("django_db")
    fixtures = set(getattr(item, "fixturenames", ()))
    return bool(marker and marker.kwargs.get("transaction")) or bool(fixtures & REAL_TRANSACTIONS)


@pytest.fixture
def world(request: pytest.FixtureRequest, db: None) -> World:
    """The small world as of today."""
    if has_real_transactions(request.node):
        return build_world(today())
    return KEEPER.world()
