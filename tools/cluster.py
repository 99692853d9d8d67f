"""The private PostgreSQL of this clone: made once, started on a socket and a free local port.

Data lie in var/pg, or, where the unprivileged user may not enter the clone, in
/var/lib/lianhu/<hash>. What is needed to reach it stands in var/cluster.json (mode 0600).
"""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import random
import secrets
import shutil
import socket
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import quote

from tools.base import VAR, fail, locked, make_var, path_hash, say, write_private
from tools.postgres import program, psql

RECORD = VAR / "cluster.json"
SUPER, OWNER, APP = "lianhu_super", "lianhu_owner", "lianhu_app"
EXTENSIONS = ("postgis", "btree_gist", "pg_trgm", "pg_stat_statements")
# Failing statements, their parameters and details would carry names and phones into the log.
CONFIG = """\
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0700
password_encryption = 'scram-sha-256'
max_connections = 100
shared_buffers = {buffers}MB
effective_cache_size = {cache}MB
work_mem = 16MB
maintenance_work_mem = 128MB
max_wal_size = 2GB
random_page_cost = 1.1
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
shared_preload_libraries = 'pg_stat_statements'
logging_collector = on
log_directory = 'log'
log_filename = 'postgresql-%a.log'
log_truncate_on_rotation = on
log_rotation_age = 1d
log_min_error_statement = 'panic'
log_error_verbosity = 'terse'
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
"""
HBA = """\
local all all scram-sha-256
host all all 127.0.0.1/32 scram-sha-256
"""
# What this process started, noted before it runs so that an interruption finds it.
STARTED: list[Cluster] = []


@dataclass
class Cluster:
    """Where the private cluster lies and how to sign in; `user` runs the server process."""

    data: str
    user: str
    sockets: str
    port: int
    passwords: dict[str, str]

    @property
    def version(self) -> str:
        return self.command("cat", str(Path(self.data) / "PG_VERSION")).strip()

    def binary(self, name: str) -> str:
        """Path of a server program of the PostgreSQL version that made the data."""
        return str(program(name, int(self.version)))

    def command(self, *arguments: str, check: bool = True) -> str:
        """Run something as the unprivileged user, from a folder that everybody may enter."""
        return run_as(self.user, list(arguments), check=check).stdout

    def url(self, name: str, role: str = OWNER, *, by_socket: bool = False) -> str:
        """Address of a database for one of the roles, by TCP or (faster) by the socket."""
        password = quote(self.passwords[role], safe="")
        if by_socket:
            return f"postgres://{role}:{password}@:{self.port}/{name}?host={quote(self.sockets)}"
        return f"postgres://{role}:{password}@127.0.0.1:{self.port}/{name}"

    def sql(self, text: str, database: str = "postgres") -> str:
        """Run SQL as the superuser and return unaligned rows; an error stops the command."""
        return psql(self.url(database, SUPER, by_socket=True), text)

    def running(self) -> bool:
        """Whether the server process of exactly this data folder is alive."""
        status = [self.binary("pg_ctl"), "status", "-D", self.data]
        return run_as(self.user, status, check=False).returncode == 0

    def save(self) -> None:
        write_private(RECORD, json.dumps(asdict(self), indent=1) + "\n")

    def start(self) -> None:
        """Start the server; a port that somebody else took meanwhile is chosen anew."""
        if not port_is_free(self.port):
            self.port = free_port()
        self.sockets = socket_folder(self.user, self.sockets)
        self.save()
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
        config = CONFIG.format(
            port=self.port,
            sockets=self.sockets,
            buffers=min(512, total // 4),
            cache=max(256, total // 2),
        )
        self.write("lianhu.conf", config)
        say(f"Starting the private PostgreSQL on 127.0.0.1:{self.port}")
        STARTED[:] = [self]
        start = [self.binary("pg_ctl"), "start", "-D", self.data, "-w", "-t", "60", "-s"]
        log = str(Path(self.data) / "start.log")
        done = run_as(self.user, [*start, "-l", log], check=False, log=False)
        if done.returncode:
            tail = self.command("tail", "-n", "20", log, check=False)
            fail(f"The private PostgreSQL did not start:\n{tail}")

    def stop(self) -> None:
        say("Stopping the private PostgreSQL")
        stop = [self.binary("pg_ctl"), "stop", "-D", self.data, "-w", "-t", "60", "-s"]
        run_as(self.user, [*stop, "-m", "fast"], check=False)
        with contextlib.suppress(OSError):
            Path(self.sockets).rmdir()

    def write(self, name: str, text: str) -> None:
        """Write a file inside the data folder as the user who owns it."""
        target = str(Path(self.data) / name)
        run_as(self.user, ["sh", "-c", 'umask 077; cat > "$0"', target], text_in=text)


def run_as(
    user: str, command: list[str], *, check: bool = True, text_in: str = "", log: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run as `user` when we are root, else as ourselves, and collect what it prints.

    With `log` false nothing is collected: a server that stays would keep our pipe open.
    """
    entry = pwd.getpwnam(user)
    target = subprocess.PIPE if log else subprocess.DEVNULL
    other = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    done: subprocess.CompletedProcess[str] = subprocess.run(  # type: ignore[call-overload]
        command,
        input=text_in,
        text=True,
        stdout=target,
        stderr=target,
        cwd="/",
        env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8"},
        start_new_session=True,
        **(other if os.geteuid() == 0 else {}),
    )
    if check and done.returncode:
        fail(f"{Path(command[0]).name} did not succeed: {(done.stderr or '').strip()}")
    return done


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A free port below the range from which outgoing connections take theirs."""
    for port in random.sample(range(20000, 32000), 200):
        if port_is_free(port):
            return port
    fail("No free port between 20000 and 32000 was found on 127.0.0.1")


def server_user() -> str:
    """The account that runs the server: never root, which PostgreSQL refuses."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid()).pw_name
    names = {entry.pw_name for entry in pwd.getpwall()}
    for name in ("postgres", "nobody"):
        if name in names:
            return name
    fail("No unprivileged account was found: adduser --system lianhu, or run as yourself")


def may_enter(user: str, folder: Path) -> bool:
    return run_as(user, ["test", "-x", str(folder)], check=False).returncode == 0


def socket_folder(user: str, wanted: str) -> str:
    """A short folder of `user` alone: socket paths over 100 bytes fail, /tmp may be squatted."""
    uid = pwd.getpwnam(user).pw_uid
    folder = Path(wanted)
    while True:
        try:
            folder.mkdir(mode=0o700)
            if os.geteuid() != uid:
                os.chown(folder, uid, pwd.getpwuid(uid).pw_gid)
            return str(folder)
        except FileExistsError:
            found = folder.lstat()
            if found.st_uid == uid and folder.is_dir() and not folder.is_symlink():
                folder.chmod(0o700)
                return str(folder)
            folder = Path(f"/tmp/lianhu-{path_hash()}-{secrets.token_hex(3)}")


def data_folder(user: str) -> Path:
    """Where the data shall lie: var/pg, unless the user may not enter the clone."""
    if os.geteuid() != 0 or may_enter(user, VAR):
        return VAR / "pg"
    base = Path("/var/lib/lianhu")
    base.mkdir(mode=0o755, parents=True, exist_ok=True)
    return base / path_hash()


def install() -> Cluster:
    """Make the cluster: random passwords, two roles, extensions in the template database."""
    user = server_user()
    data = data_folder(user)
    if data.exists():
        fail(f"{data} exists but {RECORD} does not: move the folder away, then start again")
    fresh = data.with_name(data.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    entry = pwd.getpwnam(user)
    os.chown(fresh, entry.pw_uid, entry.pw_gid)
    passwords = {role: secrets.token_urlsafe(24) for role in (SUPER, OWNER, APP)}
    sockets = socket_folder(user, f"/tmp/lianhu-{path_hash()}")
    cluster = Cluster(str(fresh), user, sockets, free_port(), passwords)
    say(f"Making a private PostgreSQL in {data}")
    password_file = f"{sockets}/password"
    run_as(
        user,
        ["sh", "-c", 'umask 077; cat > "$0"', password_file],
        text_in=passwords[SUPER],
    )
    initdb = [str(program("initdb")), "-D", str(fresh), "-U", SUPER, "--pwfile", password_file]
    locale = ["--encoding=UTF8", "--locale=C", "--lc-ctype=C.UTF-8"]
    run_as(user, [*initdb, "--auth=scram-sha-256", *locale])
    run_as(user, ["rm", password_file])
    cluster.write("pg_hba.conf", HBA)
    config = cluster.command("cat", f"{fresh}/postgresql.conf")
    cluster.write("postgresql.conf", config + "\ninclude = 'lianhu.conf'\n")
    cluster.start()
    try:
        set_up_roles(cluster)
    finally:
        stop_started()
    fresh.rename(data)
    cluster.data = str(data)
    cluster.save()
    return cluster


def set_up_roles(cluster: Cluster) -> None:
    """Owner for migrations, app for everything else: rows only, no tables of its own."""
    cluster.sql(
        f"CREATE ROLE {OWNER} LOGIN CREATEDB PASSWORD '{cluster.passwords[OWNER]}';"
        f"CREATE ROLE {APP} LOGIN PASSWORD '{cluster.passwords[APP]}';"
    )
    grant = f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} GRANT"
    cluster.sql(
        "".join(f"CREATE EXTENSION {name};" for name in EXTENSIONS)
        + f"{grant} SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APP};"
        + f"{grant} USAGE, SELECT ON SEQUENCES TO {APP};",
        database="template1",
    )


def load() -> Cluster | None:
    """The cluster that was made for this clone, if any."""
    if not RECORD.exists():
        return None
    try:
        cluster = Cluster(**json.loads(RECORD.read_text("utf-8")))
    except PermissionError:
        fail(f"{RECORD} belongs to another user: run as the user who installed, or as root")
    if Path(cluster.data).name.endswith(".new"):
        # An earlier installation was interrupted before anything could be stored.
        if cluster.running():
            cluster.stop()
        return None
    if os.geteuid() != 0 and cluster.user != pwd.getpwuid(os.geteuid()).pw_name:
        fail(f"The private PostgreSQL belongs to {cluster.user}: run as root or as that user")
    return cluster


def ensure() -> Cluster:
    """Make the cluster if there is none and start it if it is not running."""
    make_var()
    with locked("cluster"):
        cluster = load() or install()
        if not cluster.running():
            cluster.start()
        return cluster


def stop_started() -> None:
    """Stop the server if this process started it, and leave one that ran before alone."""
    for cluster in STARTED:
        cluster.stop()
    STARTED.clear()
