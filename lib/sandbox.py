"""Uploaded files are opened in a process of their own: no network, little memory, little time.

The worker (`sandbox_worker.py`) gets the file on its standard input and answers with one JSON value
a line; nothing it sends is executed. It dies with its limits, and the caller hears a clear error.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

_WORKER = Path(__file__).with_name("sandbox_worker.py")
Source = str | os.PathLike[str] | bytes | BinaryIO


@dataclass(frozen=True)
class Limits:
    """Bounds of one reading: bytes of the file, bytes unpacked, bytes of memory, seconds, cells."""

    file_bytes: int = 200 * 2**20
    unpacked_bytes: int = 2 * 2**30
    memory_bytes: int = 4 * 2**30
    seconds: int = 180
    cells: int = 60_000_000
    #: Bytes of one scratch file; reading needs none.
    writes: int = 0


class UnreadableFile(ValueError):
    """The file could not be read; the text says why and what to do, `key` is for tests."""

    def __init__(self, key: str, detail: str = "") -> None:
        self.key = key
        self.detail = detail
        super().__init__(_sentence(key, detail))


def run(task: str, source: Source, *, limits: Limits | None = None) -> Iterator[Any]:
    """Yield what the worker's task ('table', 'geo', 'photo') reads from a path, bytes, open file.

    Raises UnreadableFile for empty, encrypted, broken, oversized and unknown files, and when the
    worker exceeds its limits.
    """
    limits = limits or Limits()
    with _as_file(source) as file:
        size = os.fstat(file.fileno()).st_size
        if size == 0:
            raise UnreadableFile("empty")
        if size > limits.file_bytes:
            raise UnreadableFile("too_large", str(limits.file_bytes // 2**20))
        yield from _converse(task, file, limits)


def _converse(task: str, file: BinaryIO, limits: Limits) -> Iterator[Any]:
    environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"}
    if task == "geo":
        environment["GDAL_SKIP"] = _other_drivers()
    options = json.dumps(
        {
            "memory": limits.memory_bytes,
            "seconds": limits.seconds,
            "unpacked": limits.unpacked_bytes,
            "cells": limits.cells,
            "writes": limits.writes,
        }
    )
    worker = subprocess.Popen(
        [sys.executable, "-I", str(_WORKER), task, options],
        stdin=file,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        cwd="/",
        close_fds=True,
    )
    expired = threading.Event()

    def kill() -> None:
        expired.set()
        worker.kill()

    timer = threading.Timer(limits.seconds, kill)
    timer.daemon = True
    timer.start()
    complete = False
    try:
        assert worker.stdout is not None
        for line in worker.stdout:
            value = json.loads(line, object_hook=_restore)
            if isinstance(value, Refusal):
                raise UnreadableFile(value.key, value.detail)
            if value is True:
                complete = True
                break
            yield value
    except json.JSONDecodeError:
        pass
    finally:
        timer.cancel()
        worker.kill()
        worker.wait()
        if worker.stdout is not None:
            worker.stdout.close()
    if not complete:
        raise UnreadableFile("too_long" if expired.is_set() else "too_much")


@dataclass(frozen=True)
class Refusal:
    """The worker's answer to a file it does not read."""

    key: str
    detail: str


def _restore(value: dict[str, Any]) -> Any:
    from datetime import date, datetime, time, timedelta

    if "$d" in value:
        return date.fromisoformat(value["$d"])
    if "$dt" in value:
        return datetime.fromisoformat(value["$dt"])
    if "$t" in value:
        return time.fromisoformat(value["$t"])
    if "$s" in value:
        return timedelta(seconds=value["$s"])
    if "$error" in value:
        return Refusal(str(value["$error"]), str(value.get("detail", "")))
    return value


class _as_file:
    """An open binary file for a path, bytes or file; closes only what it opened itself."""

    def __init__(self, source: Source) -> None:
        self.own = True
        self.file: BinaryIO
        if isinstance(source, bytes):
            self.file = self._copy([source])
        elif isinstance(source, (str, os.PathLike)):
            try:
                self.file = Path(source).open("rb")  # noqa: SIM115
            except OSError as error:
                raise UnreadableFile("missing", str(error.strerror)) from None
        else:
            source.seek(0)
            self.file = self._copy(iter(lambda: source.read(2**20), b""))

    @staticmethod
    def _copy(chunks: Any) -> BinaryIO:
        file = tempfile.TemporaryFile()  # noqa: SIM115
        for chunk in chunks:
            file.write(chunk)
        file.flush()
        file.seek(0)
        return file  # type: ignore[return-value]

    def __enter__(self) -> BinaryIO:
        return self.file

    def __exit__(self, *_exc: object) -> None:
        self.file.close()


@lru_cache(maxsize=1)
def _other_drivers() -> str:
    """All GDAL drivers but the three that are read, as GDAL_SKIP wants them."""
    from pyogrio import list_drivers

    return ",".join(name for name in list_drivers() if name not in DRIVERS)


DRIVERS = ("GPKG", "GeoJSON", "ESRI Shapefile")


def _sentence(key: str, detail: str) -> str:
    sentences = {
        "missing": _("The file cannot be opened: %s."),
        "empty": _("The file is empty."),
        "too_large": _("The file is larger than %s MB. Split it by township."),
        "encrypted": _(
            "The workbook is protected by a password. Remove the password and save it again."
        ),
        "html": _(
            "This is a web page saved with the ending of a workbook. "
            "Open it in Excel or WPS and save it as .xlsx."
        ),
        "broken": _("The file is damaged or cut off. Open it in Excel or WPS and save it again."),
        "unknown": _("This kind of file is not read. Send .xlsx, .xls or .csv."),
        "encoding": _("The text file is neither UTF-8 nor GB18030. Save it as UTF-8 CSV."),
        "bomb": _("Unpacked, the file would be unusually large; it is not opened."),
        "too_many_cells": _("The file has too many cells. Delete empty rows and columns."),
        "too_long": _("Reading took too long and was stopped. Split the file."),
        "too_much": _("The file is damaged, or needs more memory than allowed. Split it."),
        "geo_unknown": _(
            "This kind of file is not read. Send GeoJSON, GeoPackage or a zipped Shapefile."
        ),
        "geo_broken": _("The file is damaged or cut off. Export it again."),
        "geo_layers": _("The file holds several layers (%s). Save the one to load by itself."),
        "geo_path": _("The archive holds a path that leads outside it; it is not opened."),
        "geo_no_shapefile": _("The archive holds no .shp with its .shx and .dbf."),
        "geo_no_features": _("The file holds no features."),
        "geo_no_geometry": _("Feature %s has no geometry."),
        "geo_not_finite": _("Feature %s has a coordinate that is no number."),
    }
    sentence = sentences.get(key, sentences["broken"])
    return sentence % detail if "%s" in sentence else sentence
