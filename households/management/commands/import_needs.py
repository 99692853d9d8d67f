"""Load a file of support needs, as a department lists them."""

from __future__ import annotations

from jobs.command import ImportCommand


class Command(ImportCommand):
    help = (
        "Load a file of support needs, as a department lists them."
        " Writes only with --commit. 止 is the first day it no longer holds."
    )
    kind = "needs"
