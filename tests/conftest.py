"""Databases for the tests: one per process, copied from a migrated template."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from django.db import connections
from django.test import TransactionTestCase

from tests.database import create_database, drop_database, point_connections_at, reset_database
from tests.people import as_user, world  # noqa: F401 - fixtures for every test

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
        yield
    with django_db_blocker.unblock():
        drop_database(name)


def share_one_connection() -> None:
    """Let tiles read through the test's own transaction, else they would see none of its rows.

    Servers started by a test run in other threads and open the tile connection of the settings.
    """
    connections["tiles"] = connections["default"]


@pytest.fixture(scope="session")
def browser_path() -> str:
    """Chromium of the system: `./lianhu test` names it when it is not in the usual place."""
    return os.environ.get("CHROMIUM") or "/usr/bin/chromium"
