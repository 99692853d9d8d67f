"""A plain dump of the schema restores with nothing but PostgreSQL's own tools.

An empty search path is what pg_restore works under: a constraint or trigger that names a
function or compares a geometry without its schema would fail here.
"""

import subprocess
from pathlib import Path

import psycopg2
import pytest
from django.db import connection

from tools.archive import made_already
from tools.postgres import program

TRIGGERS = "SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal"


def run(tool: str, *arguments: str | Path) -> str:
    """One of PostgreSQL's tools on the server of the tests."""
    settings = connection.settings_dict
    environment = {
        "PGHOST": settings["HOST"], "PGPORT": str(settings["PORT"]), "PGUSER": settings["USER"],
        "PGPASSWORD": settings["PASSWORD"], "PATH": "/usr/bin:/bin",
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        version = int(cursor.fetchone()[0]) // 10000
    done = subprocess.run(
        [program(tool, version), *arguments], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.django_db
def test_a_plain_dump_restores_with_all_its_triggers(tmp_path: Path) -> None:
    # No name of the test databases: those left over are dropped when a process starts.
    name = f"restored_{connection.settings_dict['NAME']}"
    dump, contents = tmp_path / "dump", tmp_path / "contents"
    run(
        "pg_dump",
        "-Fc",
        "--schema-only",
        "-n",
        "public",
        "-f",
        dump,
        connection.settings_dict["NAME"],
    )
    entries = run("pg_restore", "-l", dump).splitlines()
    contents.write_text("\n".join(entry for entry in entries if not made_already(entry)))
    run("createdb", name)
    try:
        run("pg_restore", "--exit-on-error", "--no-owner", "-L", contents, "-d", name, dump)
        parameters = {**connection.get_connection_params(), "dbname": name}
        parameters.pop("cursor_factory", None)
        restored = psycopg2.connect(**parameters)
        with restored, restored.cursor() as cursor, connection.cursor() as here:
            cursor.execute(TRIGGERS)
            here.execute(TRIGGERS)
            assert cursor.fetchone() == here.fetchone()
        restored.close()
    finally:
        run("dropdb", name)
