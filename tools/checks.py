"""`./lianhu test` runs every check of the project; `./lianhu check` looks at an installation."""

from __future__ import annotations

import os
import shutil
import subprocess
import time

from config.env import Env
from tools import cluster
from tools.archive import key_file, verify_keys
from tools.base import PYTHON, ROOT, VAR, Stop, fail, say
from tools.cluster import SUPER, stop_started
from tools.database import Target, reach
from tools.postgres import psql
from tools.prepare import prepare, project_env
from tools.system import browser

SLOWEST = """
SELECT round(mean_exec_time)::text || ' ms on average, ' || calls || ' times: '
    || left(regexp_replace(query, '\\s+', ' ', 'g'), 160)
FROM pg_stat_statements JOIN pg_database d ON d.oid = dbid
WHERE d.datname = current_database() AND calls > 3 AND mean_exec_time > 200
ORDER BY mean_exec_time DESC LIMIT 5
"""


def python(*arguments: str) -> list[str]:
    return [str(PYTHON), *arguments]


def commands() -> dict[str, list[str]]:
    """Every check with its command; the longest and most telling one comes last."""
    lint_imports = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"
    scripts = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("tests/js/*.test.js"))
    return {
        "ruff": python("-m", "ruff", "check", "."),
        "ruff format": python("-m", "ruff", "format", "--check", "."),
        "mypy": python("-m", "mypy", "."),
        "import-linter": python("-c", lint_imports),
        "migrations": python("manage.py", "makemigrations", "--check", "--dry-run"),
        "JavaScript": [shutil.which("node") or "node", "--test", *scripts],
        "pytest": python("-m", "pytest", "-n", "2", "--dist", "worksteal"),
    }


def test(env: Env, wanted: list[str]) -> int:
    """Run all checks (or those named), whatever the others say, and return an exit status."""
    unknown = set(wanted) - set(commands())
    if unknown:
        fail(f"No check is called {', '.join(unknown)}; there are: {', '.join(commands())}")
    prepare(private_database=not env.text("DATABASE_URL"), tests=True)
    target = reach(env)
    results: list[tuple[str, bool, float]] = []
    closing = ""
    try:
        settings = project_env(DATABASE_URL=target.owner_url, CHROMIUM=browser() or "")
        for name, command in commands().items():
            if wanted and name not in wanted:
                continue
            print(f"\n── {name}", flush=True)
            begun = time.monotonic()
            good, last = stream(command, settings)
            results.append((name, good, time.monotonic() - begun))
            closing = last if name == "pytest" else closing
    finally:
        stop_started()
    print("\n── Summary")
    for name, good, seconds in results:
        print(f"{'ok    ' if good else 'FAILED'} {name} ({seconds:.0f} s)")
    if closing:
        print(closing)
    return 0 if all(good for _, good, _ in results) else 1


def stream(command: list[str], env: dict[str, str]) -> tuple[bool, str]:
    """Run a check, pass its output on as it comes, and return success and its last line."""
    last = ""
    try:
        child = subprocess.Popen(
            command,
            cwd=ROOT,
            env=env,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
    except OSError as error:
        print(error)
        return False, str(error)
    with child:
        assert child.stdout is not None
        for line in child.stdout:
            print(line, end="", flush=True)
            last = line.strip() or last
    return child.returncode == 0, last


def check(env: Env, *, demo: bool) -> int:
    """Say what is in order with this installation and what is not; 1 when something is not."""
    prepare(private_database=not env.text("DATABASE_URL"))
    target = reach(env, demo=demo)
    faults = 0
    try:
        for name, answer in findings(target, env):
            faults += not answer.startswith("ok")
            print(f"{name}: {answer}", flush=True)
    finally:
        stop_started()
    return 1 if faults else 0


def findings(target: Target, env: Env) -> list[tuple[str, str]]:
    """Pairs of what was looked at and what was found; a good finding starts with "ok"."""
    found = [("Database", f"ok, {target.name}")]
    ctype = psql(
        target.owner_url, "SELECT datctype FROM pg_database WHERE datname = current_database()"
    )
    told = f"ok, {ctype}"
    if ctype in ("C", "POSIX"):
        told = f"{ctype}: Chinese search finds nothing. Make the database with LC_CTYPE C.UTF-8"
    found.append(("Character classes", told))
    have = psql(target.owner_url, "SELECT extname FROM pg_extension").split()
    lacking = [name for name in ("postgis", "btree_gist", "pg_trgm") if name not in have]
    told = f"{', '.join(lacking)} missing: CREATE EXTENSION as superuser" if lacking else "ok"
    found.append(("Extensions", told))
    for name, arguments in {
        "Settings": ["check", "--fail-level", "ERROR"],
        "Migrations": ["migrate", "--check"],
        "Counts": ["recount", "--check"],
        "Access log": ["verify_log"],
    }.items():
        done = subprocess.run(
            python("manage.py", *arguments),
            cwd=ROOT,
            env=project_env(**target.owner_env),
            text=True,
            capture_output=True,
        )
        said = (done.stdout + done.stderr).strip()[-500:]
        told = "ok" if done.returncode == 0 else said or "not up to date: ./lianhu run mends it"
        found.append((name, told))
    try:
        verify_keys(target, key_file(env))
        told = "ok"
    except Stop as stop:
        told = str(stop)
    found.append(("Sealed phone numbers", told))
    free = shutil.disk_usage(target.private.data if os.geteuid() == 0 and target.private else VAR)
    room = f"{free.free / 2**30:.1f} GiB free"
    found.append(("Disk", f"ok, {room}" if free.free > 2**30 else f"only {room}"))
    found.append(("Slow queries", slow_queries(target)))
    return found


def slow_queries(target: Target) -> str:
    """The statements that took longest on average, their values left out by PostgreSQL."""
    url = target.owner_url
    if target.private:
        url = target.private.url(target.name, SUPER, by_socket=True)
    known = psql(url, "SELECT count(*) FROM pg_extension WHERE extname = 'pg_stat_statements'")
    if known != "1":
        return "ok, but not known: the extension pg_stat_statements is not in this database"
    rows = psql(url, SLOWEST)
    return f"ok, but slow on average are\n{rows}" if rows else "ok, none above 200 ms on average"


def stop_cluster() -> None:
    """Stop the private server that an earlier command left running."""
    found = cluster.load()
    if found and found.running():
        found.stop()
    else:
        say("No private PostgreSQL is running")
