"""Load the demo town (or the demo county) into an empty database, through the importers."""

from __future__ import annotations

import shutil
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from casework.demo import demo_load
from fixtures.generate import FIXTURES, generate
from grids.models import Area
from lib.clock import today
from lib.errors import Refusal


class Command(BaseCommand):
    help = "Load the demo town into an empty database; its files are made first, from a seed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--password-file", type=Path, required=True,
            help="the first line is the password of all demo logins",
        )  # fmt: skip
        parser.add_argument("--fixture", choices=sorted(FIXTURES), default="yindeer")
        parser.add_argument(
            "--folder", type=Path, help="where the files are made (default: var/demo/FIXTURE)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["fixture"]
        if Area.objects.exists():
            raise CommandError(_("The demo needs an empty database: this one holds areas already."))
        try:
            password = options["password_file"].read_text("utf-8").strip().partition("\n")[0]
        except OSError as error:
            raise CommandError(
                _("The password file cannot be read: %s.") % error.strerror
            ) from None
        if not password:
            raise CommandError(_("The first line of the password file must hold the password."))
        folder = options["folder"] or settings.VAR_DIR / "demo" / name
        shutil.rmtree(folder, ignore_errors=True)
        began = time.monotonic()
        on = today()
        generate(name, folder, today=on)
        self.tell(_("Files made in %s") % folder, began)
        try:
            for step in demo_load(name, folder=folder, password=password, today=on):
                self.tell(step, began)
        except Refusal as refused:
            raise CommandError(str(refused)) from None

    def tell(self, step: str, began: float) -> None:
        if self.verbosity > 0:
            self.stdout.write(f"{time.monotonic() - began:5.1f} s  {step}")

    def execute(self, *args: Any, **options: Any) -> str | None:
        self.verbosity = options["verbosity"]
        return super().execute(*args, **options)
