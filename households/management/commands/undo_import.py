"""Take an import back while nothing was built on it; without an id, list the latest ones."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from jobs.command import counts_text
from jobs.imports import import_undo
from jobs.models import ImportRun
from lib.errors import Refusal


class Command(BaseCommand):
    help = "Take an import back while nothing was built on it; without an id, list the latest."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("run", nargs="?")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["run"] is None:
            runs = ImportRun.objects.exclude(state=ImportRun.State.PREVIEW)
            for run in runs.order_by("-at")[:20]:
                counts = counts_text(run.report.get("counts", {}))
                self.stdout.write(
                    f"{run.pk} {run.at:%Y-%m-%d %H:%M} {run.kind} {run.get_state_display()}"
                    f" {run.file_name}" + (_(" (%s)") % counts if counts else "")
                )
            return
        try:
            chosen = ImportRun.objects.filter(pk=UUID(options["run"])).first()
        except ValueError:
            chosen = None
        if chosen is None:
            raise CommandError(
                _("There is no import with this id. Without an id the latest imports are listed.")
            )
        try:
            import_undo(run=chosen)
        except Refusal as refused:
            raise CommandError(str(refused)) from None
        self.stdout.write(_("Taken back."))
