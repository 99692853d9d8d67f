"""`manage.py indicators`: write docs/indicators.md from the registry; ``--check`` compares."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from reports.written import page


class Command(BaseCommand):
    help = "Write docs/indicators.md from the registry, or compare it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; fail if old")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        file = settings.BASE_DIR / "docs" / "indicators.md"
        if not check:
            file.write_text(page(), "utf-8")
        elif not file.exists() or file.read_text("utf-8") != page():
            raise CommandError(_("docs/indicators.md is old; run manage.py indicators."))
