"""Load an export of the hotline 12345."""

from __future__ import annotations

from jobs.command import ImportCommand


class Command(ImportCommand):
    help = (
        "Load an export of the hotline 12345. Writes only with --commit."
        " The same ticket number again updates the matter and makes no second one."
    )
    kind = "tickets"
