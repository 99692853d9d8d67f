"""The sealer of phone numbers, with the keys of this installation."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from lib.sealing import Sealer, SealError


@lru_cache(maxsize=4)
def _sealer(path: str, changed_ns: int) -> Sealer:
    return Sealer.from_file(path)


def sealer() -> Sealer:
    """The sealer for the key file in force; a rotated file is read anew."""
    path = Path(settings.SEALING_KEY_FILE)
    return _sealer(str(path), path.stat().st_mtime_ns)


def phone_of(sealed: bytes | memoryview | None) -> str:
    """The number of a sealed phone; empty where there is none or its key is gone."""
    try:
        return sealer().open(sealed) if sealed else ""
    except SealError:
        return ""
