"""What the process that opens files may not do."""

import io
import json
import subprocess
import sys
import zipfile

import pytest

from lib import sandbox
from lib.sandbox import Limits, UnreadableFile
from lib.tabular import read_workbook

OPTIONS = {"memory": 2**31, "seconds": 20, "unpacked": 2**30, "cells": 10**6, "writes": 0}


def in_worker(code):
    """What a piece of code prints after the worker has confined itself."""
    folder = str(sandbox._WORKER.parent)
    script = (
        f"import sys; sys.path.insert(0, {folder!r}); import sandbox_worker as w;"
        f"w.confine({json.dumps(OPTIONS)})\n{code}"
    )
    done = subprocess.run([sys.executable, "-I", "-c", script], stdout=subprocess.PIPE, text=True)
    return done.stdout.strip()


def test_it_has_no_network():
    assert in_worker(
        "import socket\n"
        "try: socket.socket(); print('open')\n"
        "except OSError: print('closed')"
    ) == "closed"  # fmt: skip


def test_it_cannot_write_files(tmp_path):
    file = tmp_path / "x"
    assert in_worker(
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"f = open({str(file)!r}, 'wb')\n"
        "try: f.write(b'1' * 9000); f.flush(); print('written')\n"
        "except OSError: print('refused')"
    ).startswith("refused")  # fmt: skip


def test_it_cannot_take_more_memory_than_allowed():
    assert in_worker(
        "try: bytearray(3 * 2**30); print('taken')\nexcept MemoryError: print('refused')"
    ) == "refused"  # fmt: skip


def csv_of(rows):
    return b"a,b\n" + b"1,2\n" * rows


def test_too_many_cells_and_too_many_bytes_are_refused():
    with pytest.raises(UnreadableFile) as caught:
        read_workbook(csv_of(1000), limits=Limits(cells=1000))
    assert caught.value.key == "too_many_cells"
    with pytest.raises(UnreadableFile) as caught:
        read_workbook(csv_of(1000), limits=Limits(file_bytes=1000))
    assert caught.value.key == "too_large"


def test_little_memory_gives_an_error_and_no_crash():
    with pytest.raises(UnreadableFile) as caught:
        read_workbook(csv_of(3_000_000), limits=Limits(memory_bytes=60 * 2**20))
    assert caught.value.key == "too_much"


def test_it_is_killed_when_time_is_over():
    with pytest.raises(UnreadableFile) as caught:
        read_workbook(csv_of(3_000_000), limits=Limits(seconds=0))
    assert caught.value.key in ("too_long", "too_much")


def test_an_archive_that_unpacks_to_too_much_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 5_000_000)
    with pytest.raises(UnreadableFile) as caught:
        read_workbook(out.getvalue(), limits=Limits(unpacked_bytes=1_000_000))
    assert caught.value.key == "bomb"


def test_an_archive_that_is_no_workbook_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("readme.txt", "x")
    with pytest.raises(UnreadableFile) as caught:
        read_workbook(out.getvalue())
    assert caught.value.key == "unknown"


def test_paths_bytes_and_open_files_are_read_alike(tmp_path):
    file = tmp_path / "a.csv"
    file.write_bytes(csv_of(2))
    expected = read_workbook(file)
    assert read_workbook(str(file)) == expected == read_workbook(csv_of(2))
    with file.open("rb") as opened:
        assert read_workbook(opened) == expected
    with pytest.raises(UnreadableFile) as caught:
        read_workbook(tmp_path / "absent.csv")
    assert caught.value.key == "missing"
