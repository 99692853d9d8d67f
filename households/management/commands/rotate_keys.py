"""Seal all phone numbers with the newest key; ``--new`` puts a new one first beforehand."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from households.resealing import numbers_reseal
from lib.sealing import SealError, generate_key


class Command(BaseCommand):
    help = (
        "Seal all phone numbers with the first key of the key file. With --new a new key is put"
        " first; older keys stay until you delete their lines."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--new", action="store_true", help="make a new key first")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(settings.SEALING_KEY_FILE)
        if options["new"]:
            key_prepend(path)
        try:
            counts = numbers_reseal()
        except SealError as error:
            raise CommandError(str(error)) from None
        for name, count in counts.items():
            self.stdout.write(f"{name}: {count}")
        self.stdout.write(
            _("All numbers are sealed with the newest key. Delete the older lines of %s when no "
              "backup needs them.") % path
        )  # fmt: skip


def key_prepend(path: Path) -> None:
    """Put a new key at the top of the key file, in one step so that it is never half written."""
    try:
        old = path.read_text("ascii")
        fresh = path.with_name(path.name + ".new")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            out.write(f"{generate_key()}\n{old}")
        os.chown(fresh, path.stat().st_uid, path.stat().st_gid)
        fresh.replace(path)
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from None
