"""Long lists, written by the worker: asked for, given up, made, fetched for a day.

Whoever asked may leave the page. The rights are asked again when the file is made, so that a post
that ended meanwhile gives no file; fetching it is logged like any export.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.http import Http404, QueryDict
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_tasks import task

from accounts.models import User
from desk.cardfiles import CARDS, cards_write
from desk.models import ExportJob
from desk.tables.asked import Asked, Typed, ask
from desk.tables.exports import EXPORTS, write
from desk.tables.registry import table_or_404
from grids.scope import scope_of
from lib.errors import Refusal

logger = logging.getLogger(__name__)
State = ExportJob.State
#: Files a person may have on their way at once.
MOST = 3
STEP = 2000
KEPT = timedelta(days=1)
#: Without a step for so long the worker was stopped amid it.
LOST = timedelta(hours=1)


class GivenUp(Exception):
    """Whoever asked for the file does not want it any more."""


def file_of(job: ExportJob) -> Path:
    """Where the file lies."""
    return Path(settings.UPLOAD_DIR) / f"{job.pk}-export"


def jobs_of(user: User) -> list[ExportJob]:
    """A person's own files of the last day, the newest first."""
    own = ExportJob.objects.filter(by=user, at__gt=timezone.now() - KEPT)
    return list(own.exclude(state=State.CANCELLED).select_related("by"))


def may_fetch(job: ExportJob) -> bool:
    """Whether the file is there, and the areas it may hold rows of are still open to who asked."""
    kept = job.state == State.READY and file_of(job).exists()
    open_now = _areas_of(job.by, job.what)
    return kept and all(path.startswith(open_now) for path in job.managed)


def _areas_of(user: User, what: str) -> tuple[str, ...]:
    """Paths of the areas whose rows a file may hold: cards are of households one may read."""
    scope = scope_of(user)
    return scope.households if what == CARDS else scope.manage


def export_order(
    *, asked: Asked, what: str, plain: bool, needs: bool, expected: int, where: str
) -> ExportJob:
    """Ask for a file of all rows that fit."""
    if not asked.scope.manage:
        raise Refusal(_("Nothing of this can be exported by you."))
    places_left(asked.user)
    job = ExportJob(
        by=asked.user, table=asked.table.kind, what=what, on=asked.on, query=asked.query(),
        typed=dict(asked.typed.fields()), language=translation.get_language() or "", plain=plain,
        needs=needs, reason=asked.typed.reason if needs else "", where=where, expected=expected,
        managed=list(asked.scope.manage),
    )  # fmt: skip
    return ordered(job)


def places_left(user: User) -> None:
    """Refusal where as many files are on their way as one person may have."""
    if ExportJob.objects.filter(by=user, state__in=ExportJob.UNFINISHED).count() >= MOST:
        raise Refusal(_("%s files of yours are being made; wait for one, or cancel it.") % MOST)


def ordered(job: ExportJob) -> ExportJob:
    """Keep what was asked for, and tell the worker."""
    with transaction.atomic():
        job.save()
        transaction.on_commit(partial(export_make.enqueue, str(job.pk)))
    return job


def cards_order(
    *, query: dict[str, object], expected: int, where: str, on: date, by: User
) -> ExportJob:
    """Ask for a file of contact cards; ``query`` as ``desk/cardfiles.py`` reads it."""
    managed = list(_areas_of(by, CARDS))
    if not managed:
        raise Refusal(_("Nothing of this can be exported by you."))
    places_left(by)
    return ordered(
        ExportJob(
            by=by, table=CARDS, what=CARDS, on=on, query=query, where=where, expected=expected,
            language=translation.get_language() or "", managed=managed,
        )
    )  # fmt: skip


def export_cancel(*, job: ExportJob, by: User) -> None:
    """Give a file up, or remove it before its day is over."""
    if job.by_id != by.pk:
        raise Refusal(_("Nothing of this can be exported by you."))
    _turn(job, State.CANCELLED)
    file_of(job).unlink(missing_ok=True)


def exports_forget(on: date) -> int:
    """Remove files and their rows after a day; what the worker lost is told as such."""
    now = timezone.now()
    lost = ExportJob.objects.filter(state__in=ExportJob.UNFINISHED, moved_at__lt=now - LOST)
    lost.update(state=State.FAILED, typed={})
    old = list(ExportJob.objects.filter(at__lt=now - KEPT))
    for job in old:
        file_of(job).unlink(missing_ok=True)
        job.delete()
    return len(old)


@task()
def export_make(key: str) -> None:
    """Write the file; called by the worker."""
    begun = ExportJob.objects.filter(pk=key, state=State.WAITING)
    if not begun.update(state=State.RUNNING, moved_at=timezone.now()):
        return
    job = ExportJob.objects.select_related("by").get(pk=key)
    try:
        with translation.override(job.language):
            _make(job)
    except GivenUp:
        file_of(job).unlink(missing_ok=True)
    except (Refusal, Http404) as refused:
        file_of(job).unlink(missing_ok=True)
        sentence = refused.sentence if isinstance(refused, Refusal) else ""
        _turn(job, State.FAILED, error=sentence[:200])
    except Exception:
        file_of(job).unlink(missing_ok=True)
        _turn(job, State.FAILED)
        logger.exception("export %s failed", job.pk)


def _make(job: ExportJob) -> None:
    if not job.by.is_active or not _areas_of(job.by, job.what):
        raise Refusal(_("Nothing of this can be exported by you."))
    if job.what == CARDS:
        _finish(job, lambda out: cards_write(job, out, step=partial(_stepped, job)))
        return
    asked = asked_again(job)
    sheet = EXPORTS[job.what].sheet(asked.table.rows(asked), asked, job.needs)
    sheet.rows = _counted(job, sheet.rows)
    _finish(job, lambda out: write(out, sheet, plain=job.plain))


def _finish(job: ExportJob, write_to: Callable[[BinaryIO], int]) -> None:
    """Write the file where only the server reads it, and say that it is ready."""
    path = file_of(job)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b") as out:
        rows = write_to(out)
    if not rows:
        raise Refusal(_("Nothing of this can be exported by you."))
    if not _turn(job, State.READY, rows=rows):
        raise GivenUp


def asked_again(job: ExportJob) -> Asked:
    """What was asked of the table, with the rights of now."""
    table = table_or_404(job.by, job.table)
    asked = ask(table, job.by, QueryDict(urlencode(job.query, doseq=True)), on=job.on)
    if asked.query() != job.query:
        raise Refusal(_("You may not see all of this any more."))
    sent = QueryDict(mutable=True)
    sent.update(job.typed)
    return asked.with_typed(Typed.of(sent))


def _counted(job: ExportJob, rows: Iterable[Sequence[str]]) -> Iterator[Sequence[str]]:
    """The rows; every so many the page is told how far it is, and whether to go on is asked."""
    for n, row in enumerate(rows, start=1):
        if n % STEP == 0:
            _stepped(job, n)
        yield row


def _stepped(job: ExportJob, n: int) -> None:
    running = ExportJob.objects.filter(pk=job.pk, state=State.RUNNING)
    if not running.update(rows=n, moved_at=timezone.now()):
        raise GivenUp


def _turn(job: ExportJob, state: str, **values: object) -> bool:
    """Another state; False where it was given up meanwhile. What was typed is forgotten."""
    gone = [State.CANCELLED] if state != State.CANCELLED else []
    found = ExportJob.objects.filter(pk=job.pk).exclude(state__in=gone)
    return bool(found.update(state=state, typed={}, moved_at=timezone.now(), **values))
