"""Load a file of named contacts."""

from __future__ import annotations

from jobs.command import ImportCommand


class Command(ImportCommand):
    help = (
        "Load a file of named contacts."
        " Writes only with --commit. 止 is the first day it no longer holds."
    )
    kind = "links"
