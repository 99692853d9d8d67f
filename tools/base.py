"""Places, messages and small helpers shared by the commands of `./lianhu`."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
# Never the scripts in .venv/bin: their first line breaks when the path holds a space.
PYTHON = ROOT / ".venv" / "bin" / "python"


Command = list[str | Path]


class Stop(Exception):
    """Ends the command with this sentence, which says what to do."""


def say(text: str) -> None:
    """Tell the person at the terminal; stdout is kept for what other programs read."""
    print(text, file=sys.stderr, flush=True)


def fail(text: str) -> NoReturn:
    raise Stop(text)


def path_hash() -> str:
    """Eight characters that tell this clone from any other on the machine."""
    return hashlib.sha256(os.fsencode(ROOT)).hexdigest()[:8]


def make_var() -> None:
    """Create var/, which the unprivileged database user must be able to pass through."""
    VAR.mkdir(exist_ok=True)
    if VAR.stat().st_uid == os.geteuid():
        VAR.chmod(0o755)


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Let one process at a time through, so that two starts at once do not collide."""
    make_var()
    with (VAR / f"{name}.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, never leaving half of it."""
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    part.replace(path)


def file_hash(paths: Sequence[Path], *extra: str) -> str:
    """Hash the contents of files and some words, to see whether a step must be repeated."""
    digest = hashlib.sha256("\0".join(extra).encode())
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def marked(path: Path, mark: str) -> bool:
    """Whether a step left this word behind when it was done last."""
    return path.exists() and path.read_text("ascii", "replace") == mark


def output(command: Sequence[str | Path], **more: object) -> str:
    """Run quietly and return what was printed; an unsuccessful run raises CalledProcessError."""
    return subprocess.run(  # type: ignore[call-overload,no-any-return]
        command, check=True, text=True, stdout=subprocess.PIPE, **more
    ).stdout.strip()


def manage(
    *arguments: str, env: Mapping[str, str] | None = None, quiet: bool = False, check: bool = True
) -> int:
    """Run a command of manage.py with the settings in `env`; its output goes to stderr."""
    target = subprocess.DEVNULL if quiet else sys.stderr
    done = subprocess.run(
        [PYTHON, ROOT / "manage.py", *arguments],
        cwd=ROOT,
        env={**os.environ, **(env or {})},
        stdout=target,
        stderr=target,
    )
    if check and done.returncode:
        fail(f"manage.py {arguments[0]} did not succeed; what it said stands above")
    return done.returncode
