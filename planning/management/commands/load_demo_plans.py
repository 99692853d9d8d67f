"""Add drafts of contacts to a loaded demo."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lib.clock import today
from lib.errors import Refusal
from planning.demo import drafts_add


class Command(BaseCommand):
    help = "Add drafts of contacts to a loaded demo."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            drafts = drafts_add(on=today())
        except Refusal as refused:
            self.stdout.write(_("No draft was made: %s") % refused)
            return
        n = len(drafts)
        if options["verbosity"] > 0:
            self.stdout.write(ngettext("%(n)s draft made", "%(n)s drafts made", n) % {"n": n})
