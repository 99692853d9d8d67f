"""Which database a command works on, and how one is made, migrated, filled and replaced."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from config.basemap import base_map
from config.env import Env, database_from_url
from tools import cluster
from tools.base import ROOT, VAR, fail, file_hash, manage, marked, say, write_private
from tools.postgres import psql, with_name
from tools.prepare import PASSWORD_FILE

DEMO, OWN = "lianhu_demo", "lianhu"
URL_FILE = VAR / "database-url"
#: So many households are counted again in about two seconds; a reader may wait as long.
MANY = 20_000
#: Households, where everything is marked or was counted on another day than the one given.
WAITING = """
SELECT CASE WHEN EXISTS (
    SELECT FROM grids_areadirty d JOIN grids_area a USING (path) WHERE d.deep AND a.level = 'county'
) OR EXISTS (
    SELECT FROM casework_areametric WHERE computed_on <> '{on}'
) THEN (SELECT count(*) FROM households_household) ELSE 0 END
"""


def settings() -> Env:
    """The environment and .env, after every setting that is read later was understood."""
    env = Env(ROOT / ".env")
    env.refuse_bad_values()
    base_map(env)
    return env


@dataclass
class Target:
    """One database: `owner_url` migrates it, `app_url` serves it, `admin_url` makes others."""

    name: str
    owner_url: str
    app_url: str
    admin_url: str
    private: cluster.Cluster | None

    @property
    def owner_env(self) -> dict[str, str]:
        return {"DATABASE_URL": self.owner_url}

    @property
    def is_demo(self) -> bool:
        return self.private is not None and self.name == DEMO

    @property
    def stamp(self) -> Path:
        """File that remembers which migrations were found applied."""
        return VAR / f"migrated-{self.name}"

    def renamed(self, name: str) -> Target:
        """The same server and rights for another database."""
        owner_url, app_url = with_name(self.owner_url, name), with_name(self.app_url, name)
        return Target(name, owner_url, app_url, self.admin_url, self.private)

    def exists(self) -> bool:
        return (
            psql(self.admin_url, f"SELECT 1 FROM pg_database WHERE datname = '{self.name}'") == "1"
        )

    def create(self) -> None:
        """Create the database, empty, for the owner; one of that name must not exist."""
        owner = database_from_url(self.owner_url)["USER"]
        psql(self.admin_url, f'CREATE DATABASE "{self.name}" OWNER "{owner}"')
        if self.private:
            psql(
                self.admin_url,
                f'REVOKE ALL ON DATABASE "{self.name}" FROM PUBLIC;'
                f'GRANT CONNECT, TEMPORARY ON DATABASE "{self.name}" TO {cluster.APP};',
            )

    def drop(self) -> None:
        psql(self.admin_url, f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')

    def rename(self, name: str) -> None:
        """Give the database another name; whoever is connected to it is disconnected."""
        psql(
            self.admin_url,
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{self.name}';"
            f'ALTER DATABASE "{self.name}" RENAME TO "{name}"',
        )
        if self.stamp.exists():
            self.stamp.replace(self.renamed(name).stamp)

    def has_areas(self) -> bool:
        """Whether a county is in it already."""
        if psql(self.owner_url, "SELECT to_regclass('public.grids_area') IS NOT NULL") != "t":
            return False
        return psql(self.owner_url, "SELECT EXISTS (SELECT FROM public.grids_area)") == "t"

    def migration_mark(self) -> str:
        """A word that changes with the migrations in the clone or those in the database."""
        files = [ROOT / "requirements.txt", *sorted(ROOT.glob("*/migrations/*.py"))]
        applied = psql(self.owner_url, "SELECT to_regclass('django_migrations') IS NOT NULL")
        if applied == "t":
            applied = psql(
                self.owner_url,
                "SELECT oid, (SELECT string_agg(id::text, ',' ORDER BY id) FROM django_migrations)"
                " FROM pg_database WHERE datname = current_database()",
            )
        return file_hash(files, applied)

    def migrate(self) -> None:
        """Bring the tables up to date; a few milliseconds when nothing changed."""
        if marked(self.stamp, self.migration_mark()):
            return
        if manage("migrate", "--check", env=self.owner_env, quiet=True, check=False):
            say(f"Migrating {self.name}")
            manage("migrate", "--noinput", "-v", "0", env=self.owner_env)
        self.stamp.write_text(self.migration_mark(), "ascii")

    def count_waiting(self) -> None:
        """Count the county again where its first reader would have to wait long for it."""
        on = datetime.now(ZoneInfo("Asia/Shanghai")).date()
        households = int(psql(self.owner_url, WAITING.format(on=on)))
        if households >= MANY:
            say(f"Counting {households:,} households again; it takes a minute for every 500,000")
            manage("recount", env=self.owner_env)


def reach(env: Env, *, name: str = "", demo: bool = False) -> Target:
    """The database to work on; starts the private server unless DATABASE_URL names another.

    By default that is one's own county once `start-own` made it, the demo before.
    """
    url = env.text("DATABASE_URL").strip().removeprefix("DATABASE_URL=")
    if url:
        owner = env.text("OWNER_DATABASE_URL").strip() or url
        named = str(database_from_url(url)["NAME"])
        target = Target(named, owner, url, with_name(owner, "postgres"), None)
        return target.renamed(name) if name else target
    private = cluster.ensure()
    admin_url = private.url("postgres", cluster.SUPER, by_socket=True)
    app_url = private.url(OWN, cluster.APP, by_socket=True)
    own = Target(OWN, private.url(OWN), app_url, admin_url, private)
    default = own if own.exists() else own.renamed(DEMO)
    if not default.exists():
        default.create()
    # manage.py reads this file; the port in it may have changed with this start.
    text = default.owner_url + "\n"
    if not URL_FILE.exists() or URL_FILE.read_text("utf-8") != text:
        write_private(URL_FILE, text)
    if name and not re.fullmatch(r"[a-z_][a-z0-9_]{0,50}", name):
        fail(f"{name!r} is no name for a database: use small letters, digits and _")
    return own.renamed(name or DEMO) if name or demo else default


def replace(target: Target, fill: Callable[[Target], None], *, keep_old: bool) -> str:
    """Fill a new database aside and give it the name of `target` when all is in it.

    Interrupted at any point, the old one is still there. Returns the name under which the old
    one is kept, or an empty text.
    """
    fresh = target.renamed(f"{target.name}_new")
    fresh.drop()
    fresh.create()
    try:
        fill(fresh)
    except BaseException:
        fresh.drop()
        raise
    kept = ""
    if target.exists():
        kept = f"{target.name}_old_{datetime.now():%Y%m%d_%H%M%S}"
        target.rename(kept)
    fresh.rename(target.name)
    if kept and not keep_old:
        target.renamed(kept).drop()
        kept = ""
    return kept


def fill_demo(target: Target) -> None:
    """Migrate an empty database and load the demo town into it."""
    target.migrate()
    say("Loading the demo town; this takes about a minute")
    manage("load_demo", "--password-file", str(PASSWORD_FILE), env=target.owner_env)
    manage("load_demo_plans", "--verbosity", "0", env=target.owner_env)
    say("Writing the summaries of the last twelve weeks; this takes about twenty seconds")
    manage("snapshot", "--weeks", "12", "--verbosity", "0", env=target.owner_env)


def load_demo(target: Target) -> None:
    """(Re)load the demo: on the private server aside and at once, elsewhere in place."""
    if target.private:
        if target.name != DEMO:
            fail("Demo and real data never share a database")
        replace(target, fill_demo, keep_old=False)
    elif target.has_areas():
        fail("The database of DATABASE_URL holds a county already: the demo needs an empty one")
    else:
        fill_demo(target)
