"""`./lianhu backup FILE` and `./lianhu restore FILE`: dump and sealing keys in one private file.

The dump alone would be of no use: phone numbers in it are sealed with the key.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import tarfile
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from config.env import Env
from tools.base import PYTHON, ROOT, VAR, Command, fail, output, say, write_private
from tools.cluster import stop_started
from tools.database import DEMO, OWN, Target, reach, replace
from tools.postgres import client_env, program, psql
from tools.prepare import SEALING_KEYS, prepare

DUMP, KEYS, ABOUT = "database.dump", "sealing-keys", "about.json"
FORMAT = 1
# One query per sealed column; each finds a value for every key (first 5 bytes) that sealed one.
SEALED = r"""
SELECT format('(SELECT DISTINCT ON (substr(%1$I, 1, 5)) encode(%1$I, ''hex'') FROM public.%2$I'
    || ' WHERE %1$I IS NOT NULL)', column_name, table_name)
FROM information_schema.columns
WHERE table_schema = 'public' AND data_type = 'bytea' AND column_name LIKE '%phone\_sealed'
"""
OPEN = """
import sys
from lib.sealing import Sealer
sealer = Sealer.from_file(sys.argv[1])
for line in sys.stdin:
    sealer.open(bytes.fromhex(line.strip()))
"""


def key_file(env: Env) -> Path:
    return Path(env.text("SEALING_KEY_FILE", str(SEALING_KEYS)))


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def backup(env: Env, file: Path, *, demo: bool) -> None:
    """Write the database and its keys to `file` (mode 0600), which must not exist yet."""
    if file.exists():
        fail(f"{file} exists already: name a new file")
    if not file.absolute().parent.is_dir():
        fail(f"{file.absolute().parent} is no folder")
    prepare(private_database=not env.text("DATABASE_URL"))
    target = reach(env, demo=demo)
    part = file.with_name(f".{file.name}.part")
    try:
        if not target.has_areas():
            fail(f"{target.name} is empty: there is nothing to back up")
        keys = key_file(env)
        verify_keys(target, keys)
        with tempfile.TemporaryDirectory(dir=VAR) as scratch:
            dump = Path(scratch) / DUMP
            pg_dump(target, dump)
            about = Path(scratch) / ABOUT
            text = {
                "format": FORMAT,
                "database": target.name,
                "demo": target.is_demo,
                "made": datetime.now(UTC).isoformat(timespec="seconds"),
                "sha256": {DUMP: digest(dump), KEYS: digest(keys)},
            }
            about.write_text(json.dumps(text, indent=1) + "\n", "utf-8")
            part.unlink(missing_ok=True)
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as raw, tarfile.open(fileobj=raw, mode="w") as tar:
                for path, name in ((about, ABOUT), (keys, KEYS), (dump, DUMP)):
                    tar.add(path, name)
                raw.flush()
                os.fsync(raw.fileno())
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
        stop_started()
    size = file.stat().st_size / 2**20
    say(f"{target.name} and its sealing keys are in {file} ({size:.1f} MiB)")
    say("Keep it where only those may read it who may read every phone number")


def pg_dump(target: Target, file: Path) -> None:
    version = int(target.private.version) if target.private else None
    command: Command = [
        program("pg_dump", version),
        "-Fc",
        "--no-owner",
        "--no-privileges",
        "-f",
        file,
    ]
    done = subprocess.run(command, env=client_env(target.owner_url), capture_output=True, text=True)
    if done.returncode:
        fail(f"pg_dump did not succeed: {done.stderr.strip()}")


def unpack(file: Path, folder: Path) -> dict[str, object]:
    """Take the three files out of a backup and check that they arrived whole."""
    try:
        with tarfile.open(file) as tar:
            for name in (ABOUT, KEYS, DUMP):
                source = tar.extractfile(name)
                assert source is not None
                with (folder / name).open("wb") as to:
                    while block := source.read(2**20):
                        to.write(block)
    except (OSError, tarfile.TarError, KeyError, AssertionError) as error:
        fail(f"{file} is no backup of ./lianhu backup ({error})")
    about: dict[str, object] = json.loads((folder / ABOUT).read_text("utf-8"))
    if about.get("format") != FORMAT:
        fail(f"{file} was written by a newer program: update this one first")
    sums = about["sha256"]
    assert isinstance(sums, dict)
    for name in (DUMP, KEYS):
        if sums[name] != digest(folder / name):
            fail(f"{file} is damaged: {name} is not what was written. Take another copy")
    return about


def restore(env: Env, file: Path, *, demo: bool, replacing: bool) -> None:
    """Put a backup into one's own county's database (or the demo's), aside first."""
    prepare(private_database=not env.text("DATABASE_URL"))
    # On a machine without a county of its own yet, a restore makes one.
    target = reach(env, name="" if env.text("DATABASE_URL") else DEMO if demo else OWN)
    try:
        with tempfile.TemporaryDirectory(dir=VAR) as scratch:
            about = unpack(file, Path(scratch))
            if target.private and bool(about["demo"]) != (target.name == DEMO):
                told = "the demo: add --demo" if about["demo"] else "real data: leave out --demo"
                fail(f"{file} holds {told}. Demo and real data never share a database")
            refuse_if_used(target, replacing)
            keys = merged_keys(key_file(env), Path(scratch) / KEYS)
            trial = Path(scratch) / "keys-to-be"
            write_private(trial, keys)

            def fill(fresh: Target) -> None:
                pg_restore(fresh, Path(scratch) / DUMP)
                fresh.migrate()
                verify_keys(fresh, trial)

            kept = replace(target, fill, keep_old=target.exists() and target.has_areas())
            write_private(key_file(env), keys)
            reach(env)  # from now on manage.py works on what was restored
    finally:
        stop_started()
    say(f"{file} of {about['made']} is restored into {target.name}")
    if kept:
        say(f"What was there before is kept as the database {kept}")


def refuse_if_used(target: Target, replacing: bool) -> None:
    """Never overwrite a county, or pull a database away under a running server, by accident."""
    if not target.exists():
        return
    if target.has_areas() and not replacing:
        fail(f"{target.name} holds a county: add --replace, which keeps it under another name")
    asked = f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{target.name}'"
    if psql(target.admin_url, asked) != "0":
        fail(f"{target.name} is in use: stop ./lianhu run first")


def merged_keys(own: Path, restored: Path) -> str:
    """The restored keys first, then those that other databases here still need; one a line."""
    lines = [
        line.strip()
        for path in (restored, own)
        if path.exists()
        for line in path.read_text("ascii").splitlines()
    ]
    return "\n".join(dict.fromkeys(key for key in lines if key and key[0] != "#")) + "\n"


def pg_restore(fresh: Target, dump: Path) -> None:
    """Fill an empty database as its owner; the extensions are in it from its template."""
    version = int(fresh.private.version) if fresh.private else None
    tool, listing = program("pg_restore", version), dump.with_name("contents")
    entries = output([tool, "-l", dump]).splitlines()
    listing.write_text("\n".join(e for e in entries if not made_already(e)) + "\n", "utf-8")
    command: Command = [
        tool, "--exit-on-error", "--no-owner", "--no-privileges", "-L", listing,
        "-d", fresh.name, dump,
    ]  # fmt: skip
    environment = client_env(fresh.owner_url)
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        fail(f"The backup could not be restored: {done.stderr.strip()[:1500]}")
    psql(fresh.owner_url, "ANALYZE")


def made_already(entry: str) -> bool:
    """Whether a line of the dump's contents belongs to an extension, or is the schema itself."""
    words = entry.partition(";")[2].split()[2:]
    starts = (["EXTENSION"], ["COMMENT", "-"], ["SCHEMA", "-"])
    table_of_postgis = words[:4] == ["TABLE", "DATA", "public", "spatial_ref_sys"]
    return table_of_postgis or any(words[: len(start)] == start for start in starts)


def verify_keys(target: Target, keys: Path) -> None:
    """Open one phone number per key that sealed any, so that a missing key is found now."""
    queries = psql(target.owner_url, SEALED)
    found = psql(target.owner_url, "\nUNION ALL\n".join(queries.splitlines())) if queries else ""
    opened = subprocess.run(
        [PYTHON, "-c", OPEN, keys], cwd=ROOT, input=found, text=True, stderr=subprocess.PIPE
    )
    if opened.returncode:
        told = (opened.stderr.strip().splitlines() or [""])[-1]
        fail(f"{keys} does not open the phone numbers in {target.name}: {told}")
