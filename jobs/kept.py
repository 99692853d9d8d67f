"""Files of imports between two requests: kept privately, for some days at most."""

from __future__ import annotations

import os
import shutil
from datetime import date, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from jobs.models import ImportRun

KEEP_DAYS = 14


def stored_file(run: ImportRun) -> Path:
    """Where the file of a run lies until the run is finished."""
    return Path(settings.UPLOAD_DIR) / f"{run.pk}"


def errors_file(run: ImportRun) -> Path:
    """Where the marked workbook of a finished run lies for some days."""
    return Path(settings.UPLOAD_DIR) / f"{run.pk}-errors.xlsx"


def private_write(path: Path, data: bytes | Path) -> None:
    """Write a file that only this account may read."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        if isinstance(data, Path):
            with data.open("rb") as source:
                shutil.copyfileobj(source, out)
        else:
            out.write(data)


def old_previews_drop(on: date) -> int:
    """Forget previews nobody came back to, and marked workbooks, after two weeks; daily."""
    before = timezone.now() - timedelta(days=KEEP_DAYS)
    stale = ImportRun.objects.filter(state=ImportRun.State.PREVIEW, at__lt=before)
    dropped = 0
    for run in stale:
        stored_file(run).unlink(missing_ok=True)
        run.delete()
        dropped += 1
    for run in ImportRun.objects.filter(finished_at__lt=before):
        errors_file(run).unlink(missing_ok=True)
    return dropped
