"""PostgreSQL's own programs, called without a password on the command line."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from config.env import database_from_url
from tools.base import fail

FOLDERS = Path("/usr/lib/postgresql")
OLDEST = 15


def program(name: str, version: int | None = None) -> Path:
    """Path of a program: of exactly this version, or else of the newest that is installed."""
    found = {
        int(path.parent.parent.name): path
        for path in FOLDERS.glob(f"*/bin/{name}")
        if path.parent.parent.name.isdigit()
    }
    if version is not None and version not in found:
        fail(
            f"The private database was made by PostgreSQL {version}, whose {name} is not "
            f"installed: apt-get install postgresql-{version}-postgis-3"
        )
    if version is not None:
        return found[version]
    if found and max(found) >= OLDEST:
        return found[max(found)]
    other = shutil.which(name)
    if other is None or found:
        fail(
            f"{name} of PostgreSQL {OLDEST} or newer is needed: apt-get install postgresql-postgis"
        )
    return Path(other)


def client_env(url: str) -> dict[str, str]:
    """Variables by which psql, pg_dump and pg_restore reach the database of this URL."""
    entry = database_from_url(url)
    env = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD"}
    env.update({key: str(entry[name]) for key, name in names.items() if entry[name]})
    options = entry.get("OPTIONS", {})
    assert isinstance(options, dict)
    known = {"sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT"}
    env.update({known[key]: value for key, value in options.items() if key in known})
    return {**env, "PGDATABASE": str(entry["NAME"])}


def psql(url: str, text: str) -> str:
    """Run SQL given on stdin and return unaligned rows; an error stops the command."""
    done = subprocess.run(
        [program("psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"],
        input=text,
        text=True,
        capture_output=True,
        env=client_env(url),
        cwd="/",
    )
    if done.returncode:
        fail(f"The database refused: {done.stderr.strip()}")
    return done.stdout.strip()


def with_name(url: str, name: str) -> str:
    """The same address for another database of the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
