"""`manage.py recount`: count every area again; with ``--check`` only compare."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from casework.recounting import kept_compare, recount_all
from lib.clock import today

SHOWN = 50


class Command(BaseCommand):
    help = "Count every area again, or compare what is kept with a fresh count."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="change nothing; exit with 1 at any difference"
        )

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        on = today()
        if not check:
            self.stdout.write(_("%(n)s areas counted again.") % {"n": recount_all(on=on)})
            return
        result = kept_compare(on=on)
        for kind, kept, fresh in result.differences[:SHOWN]:
            self.stdout.write(f"{kind}: {told(kept, fresh)}")
        # The same in every language: checks and timers look for this line.
        summary = f"{len(result.differences)} differences, {result.compared} rows compared"
        if result.differences:
            raise CommandError(summary, returncode=1)
        self.stdout.write(summary)


def told(kept: dict[str, Any] | None, fresh: dict[str, Any] | None) -> str:
    """One difference in a line: the columns that are not the same, kept → counted."""
    if kept is None or fresh is None:
        return f"{json.dumps(kept, ensure_ascii=False)} → {json.dumps(fresh, ensure_ascii=False)}"
    names = [name for name in fresh if kept[name] != fresh[name]]
    changes = ", ".join(f"{name} {kept[name]} → {fresh[name]}" for name in names)
    return f"{next(iter(fresh.values()))} {changes}"
