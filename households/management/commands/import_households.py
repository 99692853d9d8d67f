"""Load a list of households: xlsx, xls or CSV. Dry by default."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from jobs.command import ImportCommand


class Command(ImportCommand):
    help = "Load households from a workbook or CSV; nothing is written without --commit."
    kind = "households"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--crs", help="wgs84, cgcs2000, gcj02, bd09 or EPSG:4513 to 4554; needed for points"
        )
        parser.add_argument(
            "--doubtful", choices=("skip", "same", "new"), default="skip",
            help="rows that may be a household on record: leave out (default), the first one, new",
        )  # fmt: skip

    def options_of(self, arguments: dict[str, Any]) -> dict[str, Any]:
        return {**super().options_of(arguments), "crs": arguments["crs"] or ""}

    def decisions_of(self, arguments: dict[str, Any]) -> dict[str, str]:
        return {"*": arguments["doubtful"]}
