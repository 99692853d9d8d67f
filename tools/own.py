"""`./lianhu start-own`: one's own county, in a database of its own."""

from __future__ import annotations

import argparse
import re
import sys

from config.env import Env
from tools.base import fail, manage, say
from tools.cluster import stop_started
from tools.database import OWN, Target, reach, replace
from tools.prepare import prepare

QUESTIONS = {
    "code": ("Code of the county (6 digits of the statistics office)", r"\d{6}(0{3}|0{6})?"),
    "name": ("Name of the county", r".*\S.*"),
    "township_code": ("Code of the first township (9 digits)", r"\d{9}(0{3})?"),
    "township_name": ("Name of the first township", r".*\S.*"),
    "admin": ("Login of the administrator", r"[\w.@+-]{2,150}"),
    "manager": ("Login of the township's grid office (乡镇网格办)", r"[\w.@+-]{2,150}"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    for name, (question, _) in QUESTIONS.items():
        parser.add_argument(f"--{name.replace('_', '-')}", metavar="TEXT", help=question)


def answers(given: argparse.Namespace) -> dict[str, str]:
    """What was given on the command line, and asked for at the terminal where it was not."""
    found: dict[str, str] = {}
    for name, (question, pattern) in QUESTIONS.items():
        answer = getattr(given, name)
        while answer is None or not re.fullmatch(pattern, answer.strip()):
            if answer is not None:
                say(f"{answer!r} does not fit")
            given_wrong = answer is not None and getattr(given, name) is not None
            if given_wrong or not sys.stdin.isatty():
                fail(f"--{name.replace('_', '-')} is needed: {question}")
            print(f"{question}: ", end="", file=sys.stderr, flush=True)
            answer = sys.stdin.readline().strip()
        found[name] = answer.strip()
    if not found["township_code"].startswith(found["code"][:6]):
        fail(f"Township {found['township_code']} does not lie in county {found['code']}")
    if found["admin"] == found["manager"]:
        fail("The administrator and the grid office need a login each")
    return found


def start_own(env: Env, given: argparse.Namespace) -> None:
    """Create the county, its first township and the two first logins; prints their passwords."""
    private = not env.text("DATABASE_URL")
    prepare(private_database=private)
    target = reach(env, name=OWN if private else "")
    try:
        if target.exists() and target.has_areas():
            fail(f"The database {target.name} holds a county already; ./lianhu run shows it")
        found = answers(given)
        arguments = [f"--{name.replace('_', '-')}={text}" for name, text in found.items()]

        def fill(fresh: Target) -> None:
            fresh.migrate()
            manage("start_county", *arguments, env=fresh.owner_env)

        if private:
            replace(target, fill, keep_old=False)
        else:
            fill(target)
        # From now on manage.py works on the county unless DATABASE_URL says otherwise.
        reach(env)
    finally:
        stop_started()
    say("./lianhu run shows your county from now on; ./lianhu run --demo shows the demo")
