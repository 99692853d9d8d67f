"""Load areas of one level from a boundary file or a table. Dry unless told to write."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from grids.importing.area_report import plan_lines, plan_workbook
from grids.services import LEVELS
from jobs.imports import (
    BadRows,
    import_commit,
    import_drop,
    import_open,
    import_review,
)
from jobs.kept import private_write
from lib.clock import today
from lib.errors import Refusal


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
        chosen = {
            "level": options["level"], "crs": options["crs"] or "", "since": options["on"] or "",
            "exclude": options["exclude"].split(","),
            "mapping": dict(item.partition("=")[::2] for item in options["map"]),
        }  # fmt: skip
        refused: BadRows | None = None
        try:
            run = import_open(
                kind="areas", file=file, file_name=file.name, options=chosen, on=today()
            )
            try:
                if options["commit"]:
                    plan = import_commit(
                        run=run, good_rows_only=options["good_rows"], on=today()
                    ).plan
                else:
                    plan = import_review(run=run, on=today()).plan
            except BadRows as error:
                plan, refused = error.plan, error
            finally:
                run.refresh_from_db()
                if run.state == run.State.PREVIEW:
                    import_drop(run=run)
        except Refusal as error:
            raise CommandError(str(error)) from None
        found = plan.data[0]
        for line in plan_lines(found):
            self.stdout.write(line)
        if options["errors"]:
            private_write(Path(options["errors"]), plan_workbook(found))
        if refused is not None:
            raise CommandError(
                _("Nothing was written: %d errors. Mend them, or load the rest with --good-rows.")
                % len(found.errors)
            )
        if options["commit"]:
            self.stdout.write(_("Written. To take it back: manage.py undo_import %s") % run.pk)
        else:
            self.stdout.write(_("Nothing was written: --commit writes."))
