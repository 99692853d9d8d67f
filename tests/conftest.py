"""Databases for the tests: copied from a migrated template, for each process its own."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from django.db import connections
from django.test import TransactionTestCase

from tests.database import create_database, drop_database, point_connections_at, reset_database
from tests.keeping import KEEPER, has_real_transactions, world  # noqa: F401 - a fixture for all
from tests.people import as_user  # noqa: F401 - a fixture for every test

# Playwright's loop runs in the main thread, where Django would refuse plain database calls.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker) -> Iterator[None]:
    """Replace pytest-django's set-up, which migrates every database anew."""
    with django_db_blocker.unblock():
        name = create_database()
        point_connections_at(name)
        share_one_connection()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda self: reset_database())
        patch.setattr(TransactionTestCase, "databases", {"default", "tiles"})
        KEEPER.begin(name, django_db_blocker)
        yield
    with django_db_blocker.unblock():
        KEEPER.forget()
        drop_database(name)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Before anything asks the database: does this test run where the small world is kept?"""
    wanted = "world" in getattr(item, "fixturenames", ())
    KEEPER.turn(wanted and not has_real_transactions(item))


def share_one_connection() -> None:
    """Let tiles read through the test's own transaction, else they would see none of its rows.

    Servers started by a test run in other threads and open the tile connection of the settings.
    """
    connections["tiles"] = connections["default"]


@pytest.fixture(scope="session")
def browser_path() -> str:
    """Chromium of the system: `./lianhu test` names it when it is not in the usual place."""
    return os.environ.get("CHROMIUM") or "/usr/bin/chromium"
