"""`./lianhu run`: the database, the job worker and the server, until Ctrl-C."""

from __future__ import annotations

import ctypes
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from config.env import Env
from tools.base import PYTHON, ROOT, Command, fail, say
from tools.certificate import certificate
from tools.cluster import port_is_free, stop_started
from tools.database import DEMO, Target, load_demo, reach
from tools.prepare import collect_static, demo_password, prepare, project_env

LOGINS = ("leader", "county", "manager", "worker", "head", "cadre", "clerk", "auditor", "admin")
PATIENCE = 20  # seconds for a child to end in order, and for the server to answer
PARENT_DEATH_SIGNAL = 1  # prctl's number of the option


@dataclass
class Children:
    """The processes this run started; it ends them and nothing else."""

    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, command: Command, env: Mapping[str, str]) -> None:
        """Start a child outside the terminal's group, so that only we pass Ctrl-C on to it."""
        self.running[name] = subprocess.Popen(
            command, cwd=ROOT, env=env, start_new_session=True, preexec_fn=die_with_parent
        )

    def ended(self) -> str | None:
        """Name of a child that is no longer alive."""
        return next((n for n, child in self.running.items() if child.poll() is not None), None)

    def stop(self) -> None:
        for child in self.running.values():
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + PATIENCE
        for name, child in self.running.items():
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                say(f"The {name} did not end by itself and is killed")
                child.kill()
                child.wait()


def die_with_parent() -> None:
    """In the child: end in order when the parent is killed, so that no process stays behind."""
    ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGTERM)


def run(env: Env, *, https: bool, demo: bool) -> None:
    """Prepare, then serve until a signal comes or the server ends."""
    port = env.port("PORT", 8000)
    host = env.text("HOST") or ("0.0.0.0" if https else "127.0.0.1")
    if not port_is_free(port, host):
        fail(f"Port {port} is taken by another program: choose one, PORT={port + 1} ./lianhu run")
    children = Children()
    try:
        prepare(private_database=not env.text("DATABASE_URL"))
        target = reach(env, demo=demo)
        shows_demo = fill(target)
        target.count_waiting()
        settings = project_env(DATABASE_URL=target.app_url)
        if https:
            settings["HTTPS"] = "1"
        collect_static(target.owner_env)
        manage_py = ROOT / "manage.py"
        children.start("worker", [PYTHON, manage_py, "work"], settings)
        children.start("server", server_command(host, port, https=https), settings)
        wait_for_server(children, host, port)
        announce(host, port, https=https, shows_demo=shows_demo)
        watch(children, [PYTHON, manage_py, "work"], settings)
    except KeyboardInterrupt:
        say("\nStopping")
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        children.stop()
        stop_started()


def fill(target: Target) -> bool:
    """Migrate, and load the demo where nothing is; True when what is shown is the demo."""
    if target.has_areas():
        target.migrate()
        return target.is_demo
    if target.private and target.name != DEMO:
        target.migrate()
        return False
    load_demo(target)
    return True


def server_command(host: str, port: int, *, https: bool) -> Command:
    """Granian with two processes; it writes no access log, so no address is ever written down."""
    command: Command = [PYTHON, "-m", "granian", "--interface", "wsgi"]
    command += ["--host", host, "--port", str(port), "--workers", "2", "--blocking-threads", "4"]
    command += ["--respawn-failed-workers", "--workers-kill-timeout", "10", "--no-ws"]
    command += ["--log-level", "warning"]
    if https:
        chain, key = certificate()
        command += ["--ssl-certificate", chain, "--ssl-keyfile", key]
        command += ["--ssl-protocol-min", "tls1.2"]
    return [*command, "config.wsgi:application"]


def wait_for_server(children: Children, host: str, port: int) -> None:
    """Return when the port answers; a child that ends before stops the run."""
    near = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    deadline = time.monotonic() + PATIENCE * 3
    while time.monotonic() < deadline:
        if name := children.ended():
            fail(f"The {name} ended at once; what it said stands above")
        try:
            socket.create_connection((near, port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    fail(f"The server does not answer on {near}:{port}")


def announce(host: str, port: int, *, https: bool, shows_demo: bool) -> None:
    """Print where to go and, for the demo, who can sign in."""
    scheme = "https" if https else "http"
    names = [socket.gethostname(), "127.0.0.1"] if host in ("0.0.0.0", "::") else [host]
    for name in names:
        say(f"  {scheme}://{f'[{name}]' if ':' in name else name}:{port}/")
    if shows_demo:
        say(f"Sign in as {', '.join(LOGINS)}; the password of each is {demo_password()}")
        say("What a resident sees behind a contact card: /c/demo/, without signing in")
    say("Ctrl-C stops it")


def watch(children: Children, worker: Command, env: Mapping[str, str]) -> None:
    """Stay until the server ends; a worker that fell over is started again after a while."""
    while True:
        time.sleep(0.5)
        if children.ended() == "worker":
            say("The job worker ended and is started again")
            time.sleep(5)
            children.start("worker", worker, env)
        elif children.ended():
            fail("The server ended; what it said stands above")
