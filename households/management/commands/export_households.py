"""Write the households of an area into a workbook that imports again without a difference."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from grids.models import Area
from households.importing.exporting import households_workbook
from jobs.command import target_check
from jobs.kept import private_write
from lib.clock import today


class Command(BaseCommand):
    help = "Write the households of an area, with needs, into FILE.xlsx (coordinates WGS84)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.xlsx")
        parser.add_argument("--area", required=True, metavar="CODE")

    def handle(self, *args: Any, **options: Any) -> None:
        target_check(options["file"], ".xlsx")
        on = today()
        area = Area.objects.by_code(options["area"], on).first()
        if area is None:
            raise CommandError(_("No area here has the code %s.") % options["area"])
        data, count = households_workbook(area.path, on=on, needs=True)
        try:
            private_write(options["file"], data)
        except OSError as error:
            raise CommandError(_("The file cannot be written: %s.") % error.strerror) from None
        self.stdout.write(
            _("%(count)s households of %(area)s. Import with --crs wgs84.")
            % {"count": count, "area": area.name}
        )
