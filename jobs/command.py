"""The command-line door of an import: dry by default, ``--commit`` writes."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jobs.imports import (
    BadRows,
    Plan,
    Preview,
    import_commit,
    import_drop,
    import_open,
    import_review,
    problem_lines,
)
from jobs.kept import private_write
from lib.clock import today
from lib.errors import Refusal
from lib.marked import errors_workbook

SHOWN = 50
#: What the counts of a report are called; a count that is missing here keeps its key.
COUNTS = {
    "rows": gettext_lazy("rows"), "new": gettext_lazy("new"), "changed": gettext_lazy("changed"),
    "unchanged": gettext_lazy("unchanged"), "doubtful": gettext_lazy("possibly the same"),
    "vanished": gettext_lazy("no longer in the file"), "bad": gettext_lazy("with errors"),
    "unlocated": gettext_lazy("new, without a location"), "in_grid": gettext_lazy("new, in a grid"),
    "confirmed": gettext_lazy("numbers confirmed"), "ended": gettext_lazy("ended"),
    "people_new": gettext_lazy("new people"),
    "people_changed": gettext_lazy("changed people"),
    "organisations_new": gettext_lazy("new organisations"),
    "pairings_new": gettext_lazy("new pairings"),
}  # fmt: skip


def counts_text(counts: dict[str, int]) -> str:
    """The counts of a report in one line, in words; a stored report has lost their order."""
    names = [*(name for name in COUNTS if name in counts), *sorted(counts.keys() - COUNTS.keys())]
    words = ({"name": COUNTS.get(name, name), "n": counts[name]} for name in names)
    return _("; ").join(_("%(name)s %(n)s") % each for each in words)


def target_check(path: Path, *suffixes: str) -> None:
    """Refuse a file to be written whose ending is another, or whose folder does not exist."""
    if path.suffix.lower() not in suffixes:
        words = {"file": path, "endings": _(" or ").join(suffixes)}
        raise CommandError(_("“%(file)s”: the file must end in %(endings)s.") % words)
    if not path.parent.is_dir():
        raise CommandError(_("There is no folder “%s”; check the path.") % path.parent)


def unknown_columns(report: dict[str, Any]) -> list[str]:
    """A line for each header that no field took, with the sheets it stands in."""
    found: dict[tuple[str, str], list[str]] = {}
    for column in report["columns"]:
        if not (column["field"] or column["skipped"] or column["note"]):
            found.setdefault((column["column"], column["header"]), []).append(column["sheet"])
    return [
        _("Not known, not read: column %(column)s “%(header)s” of %(sheets)s; --map can name it.")
        % {"column": column, "header": header, "sheets": "、".join(sheets)}
        for (column, header), sheets in found.items()
    ]


class ImportCommand(BaseCommand):
    """Subclasses name ``kind``, and add arguments and the options made of them."""

    kind: ClassVar[str]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--commit", action="store_true", help="write; without it nothing is")
        parser.add_argument(
            "--good-rows", action="store_true", help="load the good rows although others are bad"
        )
        parser.add_argument(
            "--errors", type=Path, metavar="FILE.xlsx", help="hand back the file with errors marked"
        )
        parser.add_argument(
            "--map", action="append", default=[], metavar="FIELD=HEADER",
            help="read a field from the column with this header or letter",
        )  # fmt: skip
        parser.add_argument("--area", metavar="CODE", help="the area the file is for")

    def options_of(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Options of the import from the arguments of the command."""
        mapping = {}
        for pair in arguments["map"]:
            name, sign, header = pair.partition("=")
            if not sign:
                raise CommandError(_("Write --map as FIELD=HEADER, not “%s”.") % pair)
            mapping[name.strip()] = header.strip()
        return {"mapping": mapping, "area": arguments["area"] or ""}

    def decisions_of(self, arguments: dict[str, Any]) -> dict[str, str]:
        """What becomes of doubtful rows."""
        return {}

    def handle(self, *args: Any, **arguments: Any) -> None:
        on = today()
        file: Path = arguments["file"]
        if arguments["errors"]:
            target_check(arguments["errors"], ".xlsx")
        try:
            run = import_open(
                kind=self.kind, file=file, file_name=file.name,
                options=self.options_of(arguments), on=on,
            )  # fmt: skip
            try:
                done = self.run_import(run, arguments, on)
            except BadRows as refused:
                self.tell(refused.plan, refused.plan.report(), arguments)
                raise
            finally:
                run.refresh_from_db()
                if run.state == run.State.PREVIEW:
                    import_drop(run=run)
        except Refusal as refused:
            raise CommandError(str(refused)) from None
        self.tell(done.plan, done.run.report, arguments)
        if arguments["commit"]:
            self.stdout.write(_("Written. To take it back: manage.py undo_import %s") % done.run.pk)
        else:
            self.stdout.write(_("Nothing was written; add --commit to write."))

    def run_import(self, run: Any, arguments: dict[str, Any], on: Any) -> Preview:
        """Plan, and write where asked to."""
        if not arguments["commit"]:
            return import_review(run=run, on=on)
        return import_commit(
            run=run, good_rows_only=arguments["good_rows"],
            decisions=self.decisions_of(arguments), on=on,
        )  # fmt: skip

    def tell(self, plan: Plan, report: dict[str, Any], arguments: dict[str, Any]) -> None:
        """Print the report, and hand back the marked workbook where asked for."""
        self.lines([counts_text(report["counts"])])
        self.lines(plan.notices)
        self.lines(
            _("Not read: %(sheet)s, column %(column)s “%(header)s”. %(reason)s") % skipped
            for skipped in report["skipped"]
        )
        self.lines(_("Not read: sheet %(sheet)s. %(reason)s") % left for left in report["left_out"])
        self.lines(unknown_columns(report))
        self.lines(problem_lines(plan.problems[:SHOWN]))
        self.more(len(plan.problems))
        for doubt in plan.doubtful[:SHOWN]:
            others = _("; ").join(c.label for c in doubt.candidates)
            self.lines([
                _("Perhaps the same (%(key)s): %(label)s and %(others)s")
                % {"key": doubt.key, "label": doubt.label, "others": others}
            ])  # fmt: skip
        self.more(len(plan.doubtful))
        for gone in plan.vanished[:SHOWN]:
            self.lines([_("No longer in the file: %s") % gone.label])
        self.more(len(plan.vanished))
        if arguments["errors"] and plan.table is not None:
            private_write(arguments["errors"], errors_workbook(plan.table, plan.problems))
            self.lines([_("Marked workbook: %s") % arguments["errors"]])

    def more(self, count: int) -> None:
        """Say how many of a list were not printed."""
        if count > SHOWN:
            self.lines([_("… and %d more that are not listed.") % (count - SHOWN)])

    def lines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.stdout.write(line)
