"""`manage.py snapshot`: write the daily summaries of today, or of days in the past."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from lib.clock import today
from reports.snapshots import days_of_weeks, snapshots_write


class Command(BaseCommand):
    help = "Write the daily summaries that dashboards read."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--on", metavar="DATE", help="the day, by default today")
        parser.add_argument("--days", type=int, default=1, help="so many days up to it")
        parser.add_argument("--every", type=int, default=1, help="only every so many days")
        parser.add_argument(
            "--weeks", type=int, default=0,
            help="instead the last day of each of so many weeks, as the charts show them",
        )  # fmt: skip

    def handle(self, *args: Any, days: int, every: int, weeks: int, **options: Any) -> None:
        current = today()
        try:
            on = date.fromisoformat(options["on"]) if options["on"] else current
        except ValueError:
            raise CommandError(_("Write the date as 2026-11-22.")) from None
        if on > current:
            raise CommandError(_("Choose a day up to today."))
        wanted = [on - timedelta(days=n) for n in reversed(range(0, max(days, 1), max(every, 1)))]
        for day in days_of_weeks(on, weeks) if weeks > 0 else wanted:
            n = snapshots_write(on=day, current=current)
            self.stdout.write(_("%(day)s: %(n)s areas") % {"day": day.isoformat(), "n": n})
