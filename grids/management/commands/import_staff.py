"""Load a staff file; on request print slips for the first sign-in."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from grids.accounts import slips_make
from grids.importing.slips import slips_pdf, slips_workbook
from jobs.command import ImportCommand, target_check
from jobs.imports import Preview
from jobs.kept import private_write


class Command(ImportCommand):
    help = "Load people and their posts. Writes only with --commit. 止 is the first day not held."
    kind = "staff"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--slips", type=Path, metavar="FILE.xlsx|FILE.pdf",
            help="with --commit: make accounts for those who sign in and have none, and write"
            " their one-time passwords here",
        )  # fmt: skip
        parser.add_argument(
            "--doubtful", choices=("new", "same", "skip"), default="skip",
            help="somebody of this name holds this post with another phone: a new person, the same"
            " one, or not loaded (default)",
        )  # fmt: skip

    def decisions_of(self, arguments: dict[str, Any]) -> dict[str, str]:
        return {"*": arguments["doubtful"]}

    def handle(self, *args: Any, **arguments: Any) -> None:
        slips: Path | None = arguments["slips"]
        if slips:
            target_check(slips, ".xlsx", ".pdf")
        if slips and not arguments["commit"]:
            raise CommandError(_("Slips are printed with --commit only."))
        super().handle(*args, **arguments)

    def run_import(self, run: Any, arguments: dict[str, Any], on: Any) -> Preview:
        done = super().run_import(run, arguments, on)
        if arguments["slips"]:
            posts = [held.post.pk for held in done.plan.data.named if held.post is not None]
            slips = slips_make(posts=posts, on=on)
            pdf = arguments["slips"].suffix.lower() == ".pdf"
            private_write(arguments["slips"], slips_pdf(slips) if pdf else slips_workbook(slips))
            self.stdout.write(
                _("%(n)d slips in %(file)s") % {"n": len(slips), "file": arguments["slips"]}
            )
        return done
