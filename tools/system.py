"""Packages of the operating system: which are missing, and how they get in."""

from __future__ import annotations

import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from tools.base import fail, say

DATABASE = ("postgresql-postgis", "postgresql-postgis-scripts")
PROGRAM = (
    "libpango-1.0-0",
    "libpangoft2-1.0-0",
    "libpangocairo-1.0-0",
    "gettext",
    "fonts-noto-cjk",
)
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def installed(packages: list[str]) -> set[str]:
    """Those of the packages that dpkg calls installed."""
    query = ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", *packages]
    done = subprocess.run(query, capture_output=True, text=True)
    rows = (line.split() for line in done.stdout.splitlines())
    return {row[0] for row in rows if len(row) == 2 and row[1] == "installed"}


def runs(program: str) -> bool:
    """Whether a program is there and starts; a package of that name is not asked for then."""
    found = shutil.which(program)
    if not found:
        return False
    return subprocess.run([found, "--version"], capture_output=True).returncode == 0


def browser() -> str | None:
    """Path of a Chromium that starts, for the browser tests."""
    return next((shutil.which(name) for name in BROWSERS if runs(name)), None)


def wanted(*, private_database: bool, tests: bool) -> list[str]:
    """Packages this machine needs, whether or not they are there already."""
    packages = [*PROGRAM, *(DATABASE if private_database else ())]
    if not private_database and not all(map(runs, ("psql", "pg_dump", "pg_restore"))):
        packages.append("postgresql-client")
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        packages.append("python3-venv")
    # Debian's npm conflicts with nodejs packages from elsewhere: never where one runs.
    packages += [
        package for package, program in (("nodejs", "node"), ("npm", "npm")) if not runs(program)
    ]
    if tests and browser() is None:
        packages.append("chromium-browser" if distribution() == "ubuntu" else "chromium")
    return packages


def distribution() -> str:
    try:
        lines = Path("/etc/os-release").read_text("utf-8").splitlines()
    except OSError:
        return ""
    pairs = dict(line.split("=", 1) for line in lines if "=" in line)
    return pairs.get("ID", "").strip('"')


def install_missing(*, private_database: bool, tests: bool = False) -> None:
    """Install what is missing with apt-get, or print the exact line and stop."""
    packages = wanted(private_database=private_database, tests=tests)
    if not shutil.which("dpkg-query") or not shutil.which("apt-get"):
        fail(f"This is neither Debian nor Ubuntu: install what they call {' '.join(packages)}")
    missing = [name for name in packages if name not in installed(packages)]
    if not missing:
        return
    say(f"Missing system packages: {' '.join(missing)}")
    install = ["apt-get", "install", "-y", "--no-install-recommends", *missing]
    prefix = become_root()
    if prefix is None:
        line = f"apt-get update && {shlex.join(install)}"
        fail(f"They need an administrator. Let one run this line, then start again:\n  {line}")
    quiet = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive"]
    for step in (["apt-get", "update"], install):
        say(f"Running {shlex.join(step)}")
        done = subprocess.run([*quiet, *step], stdout=sys.stderr, stdin=subprocess.DEVNULL)
        if done.returncode and step is install:
            line = f"apt-get update && {shlex.join(install)}"
            fail(f"apt-get did not succeed. Run this line by hand, then start again:\n  {line}")


def become_root() -> list[str] | None:
    """The words to put before a command that needs root; None when there is no way."""
    if os.geteuid() == 0:
        return []
    if not shutil.which("sudo"):
        return None
    if subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0:
        return ["sudo", "-n"]
    if not sys.stdin.isatty():
        return None
    say("Your password is needed once, to install them")
    return ["sudo"] if subprocess.run(["sudo", "-v"]).returncode == 0 else None
