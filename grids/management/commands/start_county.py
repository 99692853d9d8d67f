"""Set up one's own county in an empty database."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from grids.importing.county import county_start
from lib.clock import today
from lib.errors import Refusal


class Command(BaseCommand):
    help = "Create a county, its first township and the first two logins in an empty database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--code", required=True, help="6 digits of the county")
        parser.add_argument("--name", required=True)
        parser.add_argument("--township-code", required=True, help="9 digits of the township")
        parser.add_argument("--township-name", required=True)
        parser.add_argument("--admin", required=True, help="login of the administrator")
        parser.add_argument("--manager", required=True, help="login of the township grid office")
        parser.add_argument("--on", metavar="DATE", help="in force from this day (default today)")
        parser.add_argument(
            "--password-file", metavar="FILE",
            help="write the one-time passwords there, readable by you alone, not to the terminal",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            on = date.fromisoformat(options["on"]) if options["on"] else today()
        except ValueError:
            raise CommandError(_("Write the day as 2024-09-04.")) from None
        file = None
        if options["password_file"]:
            # Opened first: passwords that cannot be written down would be lost.
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
            try:
                file = os.fdopen(os.open(options["password_file"], flags, 0o600), "w")
            except OSError as error:
                raise CommandError(str(error)) from None
        try:
            logins = county_start(
                code=options["code"], name=options["name"],
                township_code=options["township_code"], township_name=options["township_name"],
                admin=options["admin"], manager=options["manager"], on=on,
            )  # fmt: skip
        except Refusal as refusal:
            raise CommandError(refusal.sentence) from None
        lines = [f"{login.area} {login.role}: {login.user.username}  {login.password}"
                 for login in logins]  # fmt: skip
        if file is not None:
            with file:
                file.write("\n".join(lines) + "\n")
            self.stdout.write(_("The one-time passwords are in %s.") % options["password_file"])
            return
        self.stdout.write(_("One-time passwords; each chooses a new one at the first sign-in:"))
        for line in lines:
            self.stdout.write("  " + line)
