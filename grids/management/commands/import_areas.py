"""Load areas of one level from a boundary file or a table. Dry unless told to write."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

import pghistory
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from grids.importing.area_report import plan_lines, plan_workbook
from grids.importing.areas import areas_import
from grids.services import LEVELS
from lib.clock import today
from lib.errors import Refusal
from lib.sandbox import UnreadableFile


class Command(BaseCommand):
    help = (
        "Load areas of one level: GeoJSON, GeoPackage, zipped Shapefile, or a table of code, name"
        " and type without outlines. Writes only with --commit."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file")
        parser.add_argument("--level", required=True, choices=LEVELS)
        parser.add_argument(
            "--crs", help="wgs84, cgcs2000, gcj02, bd09 or EPSG:4513 to 4554; not for a table"
        )
        parser.add_argument(
            "--exclude", default="", help="codes to leave out with all beneath them, by commas"
        )
        parser.add_argument(
            "--map", action="append", default=[], metavar="FIELD=PROPERTY",
            help="which property holds code, name, type, kind, county_name or town_name",
        )  # fmt: skip
        parser.add_argument("--on", metavar="DATE", help="in force from this day (default today)")
        parser.add_argument("--errors", metavar="FILE.xlsx", help="write what does not fit here")
        parser.add_argument("--good-rows", action="store_true", help="load the rows without error")
        parser.add_argument("--commit", action="store_true", help="write; else only look")

    def handle(self, *args: Any, **options: Any) -> None:
        file = Path(options["file"])
        try:
            on = date.fromisoformat(options["on"]) if options["on"] else today()
        except ValueError:
            raise CommandError(_("Write the day as 2024-09-04.")) from None
        mapping = dict(item.partition("=")[::2] for item in options["map"])
        try:
            with pghistory.context(reason="import_areas", file=file.name):
                plan = areas_import(
                    source=file, level=options["level"], crs=options["crs"], on=on,
                    exclude=options["exclude"].split(","), mapping=mapping,
                    commit=options["commit"], good_rows=options["good_rows"],
                    source_name=file.name,
                )  # fmt: skip
        except (UnreadableFile, Refusal, ValueError) as error:
            raise CommandError(str(error)) from None
        for line in plan_lines(plan):
            self.stdout.write(line)
        if options["errors"]:
            Path(options["errors"]).write_bytes(plan_workbook(plan))
        if not options["commit"]:
            self.stdout.write(_("Nothing was written: --commit writes."))
        elif plan.errors and not options["good_rows"]:
            raise CommandError(
                _("Nothing was written: %d errors. Mend them, or load the rest with --good-rows.")
                % len(plan.errors)
            )
        else:
            self.stdout.write(_("Written."))
