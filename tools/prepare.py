"""Everything a start needs besides the database: packages, secrets, translations, static files.

Each step leaves a mark of what it worked on and is passed over while that is unchanged.
"""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Mapping

from tools.base import (
    PYTHON,
    ROOT,
    VAR,
    Command,
    fail,
    file_hash,
    locked,
    make_var,
    manage,
    marked,
    say,
    write_private,
)
from tools.system import install_missing

PASSWORD_FILE = VAR / "demo-password"
SEALING_KEYS = VAR / "sealing-keys"
# Without letters and digits that are taken for one another when read aloud.
READABLE = "abcdefghjkmnpqrstuvwxyz23456789"


def prepare(*, private_database: bool, tests: bool = False) -> None:
    """Bring the machine and the clone to the point where manage.py runs."""
    install_missing(private_database=private_database, tests=tests)
    make_var()
    with locked("prepare"):
        python_packages()
        front_end_packages()
        make_secrets()
        compile_messages()


def python_packages() -> None:
    """Create .venv and install requirements.txt when either is new."""
    requirements = ROOT / "requirements.txt"
    stamp = ROOT / ".venv" / "installed"
    mark = file_hash([requirements], str(sys.version_info[:2]))
    works = PYTHON.exists() and (
        subprocess.run([PYTHON, "-c", "import pip"], capture_output=True).returncode == 0
    )
    if works and marked(stamp, mark):
        return
    if not works:
        say("Creating .venv")
        done = subprocess.run(
            [sys.executable, "-m", "venv", "--clear", PYTHON.parent.parent], stdout=sys.stderr
        )
        if done.returncode:
            fail("python3 -m venv did not succeed; what it said stands above")
    say("Installing the Python packages of requirements.txt")
    pip: Command = [PYTHON, "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    done = subprocess.run([*pip, "-r", requirements], stdout=sys.stderr, cwd=ROOT)
    if done.returncode:
        fail("pip did not succeed: is a package index reachable? Then start again")
    stamp.write_text(mark, "ascii")


def front_end_packages() -> None:
    """Fetch the packages of package-lock.json into node_modules when it changed."""
    stamp = ROOT / "node_modules" / ".installed"
    mark = file_hash([ROOT / "package-lock.json"])
    if marked(stamp, mark):
        return
    say("Fetching the front-end packages")
    npm = shutil.which("npm")
    if npm is None:
        fail("npm is not on PATH: install Node.js with npm, then start again")
    done = subprocess.run([npm, "ci", "--ignore-scripts"], cwd=ROOT, stdout=sys.stderr)
    if done.returncode:
        fail("npm ci did not succeed: is a package registry reachable? Then start again")
    stamp.write_text(mark, "ascii")


def make_secrets() -> None:
    """Make what must differ on every machine, once: signing key, sealing key, demo password."""
    groups = ("".join(secrets.choice(READABLE) for _ in range(4)) for _ in range(3))
    made = {
        VAR / "secret-key": secrets.token_urlsafe(48),
        SEALING_KEYS: base64.b64encode(secrets.token_bytes(32)).decode("ascii"),
        PASSWORD_FILE: "-".join(groups),
    }
    for path, text in made.items():
        if not path.exists():
            write_private(path, text + "\n")


def compile_messages() -> None:
    """Compile the translations whose source is newer, without starting Django."""
    for source in sorted((ROOT / "locale").glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        part = target.with_suffix(".part")
        done = subprocess.run(["msgfmt", "--check-format", "-o", part, source], stdout=sys.stderr)
        if done.returncode:
            fail(f"{source.relative_to(ROOT)} cannot be compiled; what msgfmt said stands above")
        part.replace(target)


def static_mark() -> str:
    """A word that changes when any static file does, from sizes and times, not contents."""
    digest = hashlib.sha256(
        file_hash([ROOT / "package-lock.json", ROOT / "requirements.txt"]).encode()
    )
    folders = [ROOT / "static", *(f for f in ROOT.glob("*/static") if f.parent != VAR)]
    for path in sorted(p for folder in folders for p in folder.rglob("*") if p.is_file()):
        found = path.stat()
        digest.update(f"{path.relative_to(ROOT)}:{found.st_size}:{found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def collect_static(env: Mapping[str, str]) -> None:
    """Collect and compress the static files when one of them changed."""
    stamp, mark = VAR / "static.stamp", static_mark()
    if (VAR / "static").exists() and marked(stamp, mark):
        return
    say("Collecting the static files")
    manage("collectstatic", "--noinput", "--clear", "-v", "0", env=env)
    stamp.write_text(mark, "ascii")


def demo_password() -> str:
    return PASSWORD_FILE.read_text("ascii").strip()


def project_env(**settings: str) -> dict[str, str]:
    """The environment of a child: ours and these settings, output in UTF-8 whatever the locale."""
    return {**os.environ, "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1", **settings}
