"""Test databases copied from a migrated template, and a quick reset for transactional tests.

Migrating takes many seconds, copying a template less than one. The template's name carries a
hash of everything that shapes it, so that it is built once per state of the migrations.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
import psycopg2.errors
from django.core.management import call_command
from django.db import connection, connections, transaction

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE, RUN = "lianhu_test_template_", "lianhu_test_run_"
LOCK = 7_140_223  # any number: one process at a time builds the template
KEPT = ("django_migrations", "spatial_ref_sys")


def template_name() -> str:
    """Name of the template for the files as they are now."""
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    patterns = ("*/migrations/*.py", "*/sql/*.sql", "*/apps.py")
    for path in sorted(p for pattern in patterns for p in ROOT.glob(pattern)):
        digest.update(path.as_posix().encode() + path.read_bytes())
    return TEMPLATE + digest.hexdigest()[:12]


@contextmanager
def maintenance() -> Iterator[Any]:
    """A cursor outside transactions on the server's `postgres` database, as the owner."""
    parameters = {**connection.get_connection_params(), "dbname": "postgres"}
    parameters.pop("cursor_factory", None)
    link = psycopg2.connect(**parameters)
    link.autocommit = True
    try:
        yield link.cursor()
    finally:
        link.close()


def point_connections_at(name: str) -> None:
    """Let every alias speak to this database from now on, in this and in later threads."""
    for alias in connections:
        connections[alias].close()
        connections.settings[alias]["NAME"] = name
        connections[alias].settings_dict["NAME"] = name


def create_database(kind: str = "") -> str:
    """Make a database of this process and return its name; the template is built if needed.

    ``kind`` (letters) tells apart several databases of one process.
    """
    name, template = f"{RUN}{os.getpid()}{kind}", template_name()
    with maintenance() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'lianhu_test_%'")
        found = {row[0] for row in cursor.fetchall()}
        for stale in found - {template}:
            if is_stale(stale):
                drop(cursor, stale)
        if template not in found:
            build_template(cursor, template)
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        cursor.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
    return name


def is_stale(name: str) -> bool:
    """Whether a test database is an old template or belongs to a process that is gone."""
    owner = re.fullmatch(RUN + r"(\d+)[a-z]*", name)
    return owner is None or not Path(f"/proc/{owner[1]}").exists()


def build_template(cursor: Any, template: str) -> None:
    """Migrate a fresh database and keep a copy of the rows that migrations put into it."""
    building = f"{template}_new"
    cursor.execute(f'CREATE DATABASE "{building}"')
    point_connections_at(building)
    call_command("migrate", verbosity=0, interactive=False)
    with connection.cursor() as inside:
        inside.execute("CREATE SCHEMA seed")
        for table in filled_tables():
            inside.execute(f'CREATE TABLE seed."{table}" AS TABLE public."{table}"')
    connection.close()
    cursor.execute(f'ALTER DATABASE "{building}" RENAME TO "{template}"')


def drop_database(name: str) -> None:
    for alias in connections:
        connections[alias].close()
    with maintenance() as cursor:
        drop(cursor, name)


def drop(cursor: Any, name: str) -> None:
    """Drop a database, and end who is still connected where nobody went by themselves.

    Without force first: that sends autovacuum away and waits for it, while force asks for the
    right to end its process, which an ordinary role does not have.
    """
    try:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
    except psycopg2.errors.ObjectInUse:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def filled_tables() -> list[str]:
    """Tables that hold rows, without those that never change in a test."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> ALL(%s)",
            [list(KEPT)],
        )
        tables = [row[0] for row in cursor.fetchall()]
        if not tables:
            return []
        one = "SELECT '{0}' WHERE EXISTS (SELECT FROM public.\"{0}\")"
        cursor.execute(" UNION ALL ".join(one.format(table) for table in tables))
        return [row[0] for row in cursor.fetchall()]


def reset_database() -> None:
    """Empty every table and put the migrations' own rows back, as after `migrate`.

    Stands in for Django's flush, which is slow and would leave those rows out. Triggers of the
    tables are off meanwhile: some record changes, some forbid them.
    """
    filled = filled_tables()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'seed'")
        seeds = [row[0] for row in cursor.fetchall()]
        # Emptying users empties the access log with them, and that refuses it even when empty.
        cursor.execute(
            "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE NOT t.tgisinternal AND t.tgtype & 32 > 0"
        )
        guarded = [row[0] for row in cursor.fetchall()]
        touched = [f'public."{name}"' for name in sorted({*filled, *seeds, *guarded})]
        if not touched:
            return
        for name in touched:
            cursor.execute(f"ALTER TABLE {name} DISABLE TRIGGER USER")
        cursor.execute(f"TRUNCATE {', '.join(touched)} RESTART IDENTITY CASCADE")
        for table in seeds:
            put_back(cursor, table)
        # Deferred foreign keys would still be pending and forbid the next change of the table.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for name in touched:
            cursor.execute(f"ALTER TABLE {name} ENABLE TRIGGER USER")


def put_back(cursor: Any, table: str) -> None:
    """Copy one table's rows from the seed and let its sequence go on behind them."""
    cursor.execute(
        "SELECT column_name, is_identity = 'YES' FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER'",
        [table],
    )
    found = cursor.fetchall()
    columns = ", ".join(f'"{name}"' for name, _ in found)
    cursor.execute(f'INSERT INTO public."{table}" ({columns}) SELECT {columns} FROM seed."{table}"')
    for name in (name for name, numbered in found if numbered):
        sequence = f"pg_get_serial_sequence('public.\"{table}\"', '{name}')"
        cursor.execute(f'SELECT setval({sequence}, max("{name}")) FROM public."{table}"')
