"""The commands of `./lianhu`."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parent.parent)

from config.env import BadSetting  # noqa: E402
from tools import archive, checks, own, serve  # noqa: E402
from tools.base import Stop, say  # noqa: E402
from tools.cluster import stop_started  # noqa: E402
from tools.database import load_demo, reach, settings  # noqa: E402
from tools.prepare import demo_password, prepare  # noqa: E402

COMMANDS = {
    "run": "show the demo town, or your own county once start-own made it",
    "test": "run every check",
    "demo": "load the demo town anew",
    "start-own": "set up your own county in a database of its own",
    "prepare": "only fetch and build what the other commands need",
    "db": "start only the private database and print its DATABASE_URL",
    "backup": "write the database and its sealing keys to one file",
    "restore": "put such a file back",
    "check": "look at this installation: settings, counts, keys, access log, slow queries",
    "help": "print this list",
}
NOTES = """\
PORT (8000), HOST, DATABASE_URL, SECRET_KEY and DEBUG come from the environment or from .env.
After `./lianhu db`, .venv/bin/python manage.py works; `... manage.py help` lists its commands.
`./lianhu COMMAND --help` lists the options of a command.
"""


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(prog="./lianhu", add_help=False)
    commands = found.add_subparsers(dest="command", metavar="COMMAND")
    parts = {name: commands.add_parser(name, description=told) for name, told in COMMANDS.items()}
    parts["run"].add_argument(
        "--https",
        action="store_true",
        help="serve the office network with a certificate of its own",
    )
    for name in ("run", "backup", "restore", "check"):
        parts[name].add_argument(
            "--demo", action="store_true", help="the demo town even when there is a county"
        )
    parts["test"].add_argument("check", nargs="*", help="run only these checks")
    parts["db"].add_argument("name", nargs="?", default="", help="make and migrate this database")
    parts["db"].add_argument("--stop", action="store_true", help="stop the private database")
    for name in ("backup", "restore"):
        parts[name].add_argument("file", type=Path)
    parts["restore"].add_argument(
        "--replace", action="store_true", help="keep the county that is there under another name"
    )
    own.add_arguments(parts["start-own"])
    return found


def usage() -> None:
    print("Lianhu 联户: every household has a named contact.\n")
    for name, told in COMMANDS.items():
        print(f"  ./lianhu {name:<10} {told}")
    print(f"\n{NOTES}", end="")


def db(given: argparse.Namespace) -> None:
    """Start the private server and leave it running; stdout gets the one line to read."""
    env = settings()
    if given.stop:
        checks.stop_cluster()
        return
    if env.text("DATABASE_URL"):
        raise Stop("DATABASE_URL names another database; without it this starts the private one")
    prepare(private_database=True)
    target = reach(env, name=given.name)
    if given.name and not target.exists():
        target.create()
    if given.name:
        target.migrate()
    print(f"DATABASE_URL={target.owner_url}")


def demo() -> None:
    env = settings()
    prepare(private_database=not env.text("DATABASE_URL"))
    target = reach(env, demo=True)
    try:
        load_demo(target)
    finally:
        stop_started()
    say(f"The demo is loaded; its password is {demo_password()}")


def interrupt(number: int, frame: object) -> None:
    """End a closed terminal and a polite kill like Ctrl-C: in order, stopping what was started."""
    raise KeyboardInterrupt


def main() -> int:
    given = parser().parse_args()
    # Also for Ctrl-C itself: a script that starts us with & has it ignored.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    if given.command in (None, "help"):
        usage()
    elif given.command == "run":
        serve.run(settings(), https=given.https, demo=given.demo)
    elif given.command == "test":
        return checks.test(settings(), given.check)
    elif given.command == "prepare":
        prepare(private_database=not settings().text("DATABASE_URL"))
    elif given.command == "demo":
        demo()
    elif given.command == "db":
        db(given)
    elif given.command == "start-own":
        own.start_own(settings(), given)
    elif given.command == "backup":
        archive.backup(settings(), given.file, demo=given.demo)
    elif given.command == "restore":
        archive.restore(settings(), given.file, demo=given.demo, replacing=given.replace)
    elif given.command == "check":
        return checks.check(settings(), demo=given.demo)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Stop, BadSetting) as stop:
        say(f"lianhu: {stop}")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except subprocess.CalledProcessError as error:
        say(f"lianhu: {error}")
        sys.exit(1)
    except BrokenPipeError:
        os._exit(0)
