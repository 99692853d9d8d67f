"""Imports: parse, plan, preview, execute, report, on one path for page and command.

An app registers an ``Importer`` for its kind of file. ``import_preview`` reads a file and writes
nothing but its run; ``import_commit`` plans again behind a lock, so that two imports wait for each
other, and writes in one transaction; ``import_undo`` takes a run back while nothing was built on
it. The right is checked inside, by the importer. Every function raises ``Refusal``.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

import pghistory
from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from jobs.fitting import kind_check
from jobs.kept import errors_file, private_write, stored_file
from jobs.models import ImportForm, ImportRun
from jobs.undo import (
    Created,
    Trace,
    created_check,
    related_check,
    related_counts,
    take_back,
    touched_lock,
)
from lib.errors import Refusal
from lib.headers import Form
from lib.marked import errors_workbook
from lib.sandbox import UnreadableFile
from lib.tabular import LeftOut, Problem, SkippedColumn, Table, read_table

#: Problems, doubts and vanished rows that a stored report lists at most; counts are complete.
LISTED = 500
SAMPLE = 8
MANY_NEW = 2000
LOCK = "SELECT pg_advisory_xact_lock(hashtext('lianhu.import'))"


@dataclass(frozen=True)
class Candidate:
    """A record a doubtful row may be the same as; ``label`` is for people (P2)."""

    id: str
    label: str


@dataclass(frozen=True)
class Doubt:
    """A row that somebody must decide on (疑似重复): the same as one of the candidates, or new."""

    sheet: str
    row: int
    label: str
    candidates: tuple[Candidate, ...]

    @property
    def key(self) -> str:
        """What decisions are filed under."""
        return f"{self.sheet}!{self.row}"


@dataclass
class Plan:
    """What a file would do. ``problems`` lie at sheet, row and column; ``notices`` concern the
    whole file. ``counts`` holds rows, new, changed, unchanged, doubtful, vanished, bad and what
    else the importer counts; ``data`` is the importer's own."""

    table: Table | None = None
    problems: list[Problem] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    skipped: list[SkippedColumn] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    doubtful: list[Doubt] = field(default_factory=list)
    vanished: list[Candidate] = field(default_factory=list)
    sample: list[dict[str, str]] = field(default_factory=list)
    data: Any = None

    @property
    def bad_rows(self) -> set[tuple[str, int]]:
        """Sheet and row of every row with an error."""
        return {(p.sheet, p.row) for p in self.problems if p.severity == "error"}

    def report(self) -> dict[str, Any]:
        """The plan as JSON for a preview; labels are P2 and leave with the preview."""
        table = self.table
        return {
            "counts": {**self.counts, "bad": len(self.bad_rows)},
            "problems": [asdict(p) for p in self.problems[:LISTED]],
            "problems_total": len(self.problems),
            "notices": self.notices,
            "skipped": [
                {"sheet": s.sheet, "column": s.column, "header": s.header, "reason": s.reason_text}
                for s in self.skipped
            ],
            "left_out": [{"sheet": s.sheet, "reason": s.reason_text} for s in self.left_out],
            "dropped": dict(Counter(d.reason for d in table.dropped)) if table else {},
            "columns": columns_of(table) if table else [],
            "fields": [f.name for f in table.form.fields] if table else [],
            "doubtful": [{**asdict(d), "key": d.key} for d in self.doubtful[:LISTED]],
            "vanished": [asdict(v) for v in self.vanished[:LISTED]],
            "sample": self.sample[:SAMPLE],
            "unlisted": {
                "problems": max(len(self.problems) - LISTED, 0),
                "doubtful": max(len(self.doubtful) - LISTED, 0),
                "vanished": max(len(self.vanished) - LISTED, 0),
            },
        }


@dataclass
class Written:
    """What was written: counts to add to the report, and the ids of new rows per model in the
    order of their creation; ``touched`` are the rows of ``root`` that were changed."""

    counts: dict[str, int] = field(default_factory=dict)
    created: list[Created] = field(default_factory=list)
    root: type[Model] | None = None
    touched: list[Any] = field(default_factory=list)


class Importer(ABC):
    """One kind of file. Subclasses say whom it is for, and how to plan and write it."""

    kind: ClassVar[str]
    form: ClassVar[Form | None] = None

    @abstractmethod
    def scope(self, options: Mapping[str, Any], *, by: Any, on: date) -> str:
        """The path the file is loaded for; Refusal when ``by`` does not manage it."""

    @abstractmethod
    def require(self, by: Any, path: str) -> None:
        """Refuse who does not manage ``path``."""

    def parse(self, file: Path, options: Mapping[str, Any], mapping: Mapping[str, str]) -> Any:
        """The file as the importer reads it: a ``Table`` of its form unless overridden."""
        assert self.form is not None
        return read_table(file, self.form, overrides=mapping)

    @abstractmethod
    def plan(
        self, parsed: Any, options: Mapping[str, Any], *, path: str, by: Any, on: date
    ) -> Plan:
        """What the parsed file would do; reads the database and writes nothing."""

    @abstractmethod
    def execute(self, plan: Plan, *, decisions: Mapping[str, str], by: Any, on: date) -> Written:
        """Write the good rows of a plan inside the caller's transaction."""

    def undoing(self, created: list[Created], context: str) -> None:  # noqa: B027 (optional)
        """Called first in an undo: Refusal where a run of this kind cannot be taken back, else
        remove what is derived from the rows it made."""

    def taking_back(self) -> AbstractContextManager[None]:
        """Entered while a run is taken back: what guards rows of this kind else lets them go."""
        return nullcontext()


#: Kind → dotted path of its importer; apps add theirs in ``ready``.
IMPORTERS: dict[str, str] = {}


def importer_of(kind: str) -> Importer:
    """The importer of a kind of file; Refusal for an unknown one."""
    if kind not in IMPORTERS:
        raise Refusal(_("There is no import of this kind."), field="kind")
    return import_string(IMPORTERS[kind])()


def columns_of(table: Table) -> list[dict[str, str]]:
    """Every column with a header: where it stands and which field it is read as."""
    return [
        {
            "sheet": sheet.name,
            "column": column.letter,
            "header": column.header,
            "field": column.field or "",
            "skipped": column.skipped or "",
            "note": column.note,
        }
        for sheet in table.sheets
        for column in sheet.columns
        if column.header
    ]


# The file and its columns


def headers_digest(table: Table) -> str:
    """The same for every file with the same header rows."""
    headers = [(column.letter, column.header) for s in table.sheets for column in s.columns]
    return hashlib.sha256(repr(headers).encode()).hexdigest()


def parse_file(
    importer: Importer, run: ImportRun, *, remembered: bool = True
) -> tuple[Any, dict[str, str]]:
    """The parsed file and the mapping it was read with: the given one, else the remembered."""
    mapping = dict(run.options.get("mapping") or {})
    file = stored_file(run)
    if importer.form is None or mapping or not remembered:
        return read(importer, file, run.options, mapping), mapping
    forms = ImportForm.objects.filter(kind=run.kind, path=run.path)
    try:
        parsed = importer.parse(file, run.options, {})
    except UnreadableFile as error:
        raise Refusal(str(error), field="file") from None
    except ValueError as error:
        for form in forms.order_by("-pk")[:3]:
            try:
                return importer.parse(file, run.options, form.mapping), form.mapping
            except ValueError:
                continue
        raise Refusal(str(error), field="file") from None
    if isinstance(parsed, Table):
        known = forms.filter(headers_digest=headers_digest(parsed)).first()
        if known:
            return read(importer, file, run.options, known.mapping), known.mapping
    kind_check(parsed, run.kind, IMPORTERS)
    return parsed, {}


def read(
    importer: Importer, file: Path, options: Mapping[str, Any], mapping: Mapping[str, str]
) -> Any:
    """Parse a file; what cannot be read is a refusal."""
    try:
        return importer.parse(file, options, mapping)
    except ValueError as error:  # UnreadableFile is one
        raise Refusal(str(error), field="file") from None


# What the doors call


@dataclass
class Preview:
    """A run and what its file would do, or did."""

    run: ImportRun
    plan: Plan


def import_open(
    *, kind: str, file: Path, file_name: str, options: Mapping[str, Any] | None = None,
    by: Any = None, on: date,
) -> ImportRun:  # fmt: skip
    """Take a file in: check the right, keep a copy until the run is committed or dropped.

    ``options`` is JSON: crs, area (a code), mapping {field: header} and what the kind reads.
    """
    importer = importer_of(kind)
    chosen = {**(options or {}), "file_name": file_name[-200:]}
    path = importer.scope(chosen, by=by, on=on)
    run = ImportRun.objects.create(
        kind=kind, file_name=file_name[-200:], path=path, by=by, options=chosen
    )
    try:
        private_write(stored_file(run), file)
    except OSError as error:
        stored_file(run).unlink(missing_ok=True)
        run.delete()
        if isinstance(error, FileNotFoundError):
            sentence = _("There is no file “%s”; check the path.") % file
        else:
            sentence = _("The file cannot be opened: %s.") % error.strerror
        raise Refusal(sentence, field="file") from None
    return run


def import_preview(
    *, kind: str, file: Path, file_name: str, options: Mapping[str, Any] | None = None,
    by: Any = None, on: date,
) -> Preview:  # fmt: skip
    """Read a file and say what it would do; nothing is written but the run itself."""
    run = import_open(kind=kind, file=file, file_name=file_name, options=options, by=by, on=on)
    try:
        return import_review(run=run, by=by, on=on)
    except Refusal:
        import_drop(run=run, by=by)
        raise


def import_review(
    *, run: ImportRun, options: Mapping[str, Any] | None = None, by: Any = None, on: date
) -> Preview:
    """Plan the file of a run again, with other options where given (mapping, crs, area)."""
    importer = importer_of(run.kind)
    require_preview(importer, run, by)
    if options is not None:
        chosen = {**run.options, **options}
        run.path = importer.scope(chosen, by=by, on=on)
        run.options = chosen
    parsed, used = parse_file(importer, run)
    plan = importer.plan(parsed, run.options, path=run.path, by=by, on=on)
    run.report = {**plan.report(), "mapping": used}
    run.save(update_fields=["options", "path", "report"])
    return Preview(run, plan)


def require_preview(importer: Importer, run: ImportRun, by: Any) -> None:
    """Refuse who does not manage the run's area, and a run that is finished."""
    importer.require(by, run.path)
    if run.state != ImportRun.State.PREVIEW:
        raise Refusal(_("This import is finished; upload the file again."))
    if not stored_file(run).exists():
        raise Refusal(_("The file of this import is no longer kept; upload it again."))


@contextmanager
def recorded(run: ImportRun, by: Any) -> Iterator[Any]:
    """Let the change history name who imported what; COPY writes no context by itself."""
    with pghistory.context(
        user=str(by.pk) if by else None, reason=f"import {run.kind}", run=str(run.pk)
    ) as context:
        yield context.id
        # The library's variables last as long as the transaction; what else happens in it is not
        # the import's doing.
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('pghistory.context_id', '', true)")


def import_commit(
    *, run: ImportRun, good_rows_only: bool = False,
    decisions: Mapping[str, str] | None = None, by: Any = None, on: date,
) -> Preview:  # fmt: skip
    """Write a run in one transaction; other imports wait. Refused when rows have errors, unless
    only the good rows are asked for.

    ``decisions`` maps the key of a doubt to "new", "skip", "same" (the first candidate) or a
    candidate's id; "*" decides all others; what nobody decided is not loaded.
    """
    importer = importer_of(run.kind)
    require_preview(importer, run, by)
    parsed, used = parse_file(importer, run)
    marked: bytes | None = None
    with transaction.atomic(), recorded(run, by) as context:
        with connection.cursor() as cursor:
            cursor.execute(LOCK)
        fresh = ImportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
        require_preview(importer, fresh, by)
        plan = importer.plan(parsed, run.options, path=run.path, by=by, on=on)
        bad = len(plan.bad_rows)
        if bad and not good_rows_only:
            raise BadRows(plan)
        written = importer.execute(plan, decisions=decisions or {}, by=by, on=on)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        if plan.problems and plan.table is not None:
            marked = errors_workbook(plan.table, plan.problems, faulty_only=True)
        plan.counts |= written.counts
        run.report = finished_report(plan.report() | {"mapping": used})
        run.undo = {
            "created": [c.packed() for c in written.created],
            "root": written.root._meta.label if written.root else "",
            "touched": [str(pk) for pk in written.touched],
            "related": related_counts(written.root, written.touched),
            "context": str(context),
        }
        run.state, run.finished_at = ImportRun.State.DONE, timezone.now()
        run.save()
        remember(run, parsed, used)
    stored_file(run).unlink(missing_ok=True)
    if marked is not None:
        private_write(errors_file(run), marked)
    if plan.counts.get("new", 0) >= MANY_NEW:
        # Without statistics the first count of a fresh county takes minutes instead of seconds.
        # A role that does not own the tables passes over them; autovacuum follows within a minute.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return Preview(run, plan)


class BadRows(Refusal):
    """Rows with errors, and nobody asked to load the good ones alone; ``plan`` lists them."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        super().__init__(
            _("%(bad)s rows have errors, so nothing was loaded. Mend them, or load the good rows.")
            % {"bad": len(plan.bad_rows)}
        )


def finished_report(report: dict[str, Any]) -> dict[str, Any]:
    """The report without the cells and names a preview showed."""
    return {
        **report,
        "problems": [{**p, "value": ""} for p in report["problems"]],
        "doubtful": [{"key": d["key"], "candidates": [c["id"] for c in d["candidates"]]}
                     for d in report["doubtful"]],
        "vanished": [v["id"] for v in report["vanished"]],
        "sample": [],
    }  # fmt: skip


def remember(run: ImportRun, parsed: Any, mapping: Mapping[str, str]) -> None:
    """Keep a mapping somebody made for the next file with the same headers."""
    if mapping and isinstance(parsed, Table):
        ImportForm.objects.update_or_create(
            kind=run.kind, headers_digest=headers_digest(parsed), path=run.path,
            defaults={"mapping": dict(mapping)},
        )  # fmt: skip


def import_drop(*, run: ImportRun, by: Any = None) -> None:
    """Forget a preview and its file."""
    importer_of(run.kind).require(by, run.path)
    if run.state != ImportRun.State.PREVIEW:
        raise Refusal(_("This import is finished; it can only be taken back."))
    stored_file(run).unlink(missing_ok=True)
    run.delete()


def import_errors(*, run: ImportRun, faulty_only: bool = False, by: Any = None, on: date) -> bytes:
    """The sender's workbook (.xlsx) with the faulty cells marked; kept some days after a commit."""
    importer = importer_of(run.kind)
    importer.require(by, run.path)
    if run.state != ImportRun.State.PREVIEW:
        if not errors_file(run).exists():
            raise Refusal(_("The marked workbook is no longer kept."))
        return errors_file(run).read_bytes()
    parsed, _used = parse_file(importer, run)
    plan = importer.plan(parsed, run.options, path=run.path, by=by, on=on)
    if plan.table is None:
        raise Refusal(_("A map file is not handed back; its errors are listed."))
    return errors_workbook(plan.table, plan.problems, faulty_only=faulty_only)


def import_undo(*, run: ImportRun, by: Any = None) -> ImportRun:
    """Take a run back: what it made is removed, what it changed gets its earlier values.

    Refused as soon as anything was built on it.
    """
    importer = importer_of(run.kind)
    importer.require(by, run.path)
    with transaction.atomic(), recorded(run, by), importer.taking_back():
        with connection.cursor() as cursor:
            cursor.execute(LOCK)
        run = ImportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
        if run.state != ImportRun.State.DONE:
            raise Refusal(_("Only an import that was written can be taken back."))
        created = [Created.unpacked(c) for c in run.undo["created"]]
        importer.undoing(created, run.undo["context"])
        trace = Trace(run.undo["context"])
        touched_lock(trace)
        created_check(created, trace)
        root = apps.get_model(run.undo["root"]) if run.undo["root"] else None
        related_check(root, run.undo["touched"], run.undo["related"])
        take_back(created, trace)
        run.state, run.undo = ImportRun.State.UNDONE, {}
        run.save(update_fields=["state", "undo"])
    errors_file(run).unlink(missing_ok=True)
    return run


def problem_lines(problems: Iterable[Problem]) -> Iterator[str]:
    """Problems as lines of text: sheet, cell, sentence."""
    for item in problems:
        place = f"{item.sheet} {item.column}{item.row}"
        yield _("%(place)s: %(message)s") % {"place": place, "message": item.message}
