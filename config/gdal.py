"""Where GDAL and GEOS come from: the wheels of pyogrio and shapely, not the system.

The wheels carry newer libraries than Debian (whose GDAL 3.6 cannot block file and network
access) and need no system package. ``GDAL_DATA`` and ``PROJ_DATA`` must be set before first use.
"""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path


def _package(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise RuntimeError(f"the Python package {name} is missing: run ./lianhu run")
    return Path(spec.origin).parent


def _library(folder: Path, pattern: str) -> str:
    found = sorted(folder.glob(pattern))
    if not found:
        raise RuntimeError(f"no {pattern} in {folder}: reinstall the Python packages")
    return str(found[0])


def locate() -> tuple[str, str]:
    """Return the paths of the GDAL and the GEOS C library and set their data folders."""
    pyogrio, shapely = _package("pyogrio"), _package("shapely")
    os.environ.setdefault("GDAL_DATA", str(pyogrio / "gdal_data"))
    os.environ.setdefault("PROJ_DATA", str(pyogrio / "proj_data"))
    return (
        _library(pyogrio.parent / "pyogrio.libs", "libgdal*.so*"),
        _library(shapely.parent / "shapely.libs", "libgeos_c*.so*"),
    )
