"""Single files of packages: a folder with many builds of one library is not served as a whole."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage


class PackageFileFinder(BaseFinder):
    """Finds the files of ``PACKAGE_FILES``: address beneath the static folder → path on disk.

    A file keeps its own name, so the address ends with it.
    """

    def check(self, **kwargs: Any) -> list[Any]:
        """Packages may not be there yet."""
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """The file of an address; of ``find_all`` a list."""
        file = settings.PACKAGE_FILES.get(path)
        found = str(file) if file is not None and file.exists() else None
        return ([found] if found else []) if find_all else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[tuple[str, Any]]:
        """Each file with a storage of its folder."""
        for address, file in settings.PACKAGE_FILES.items():
            if file.exists():
                storage = FileSystemStorage(location=file.parent)
                storage.prefix = address.rpartition("/")[0]  # type: ignore[attr-defined]
                yield file.name, storage
