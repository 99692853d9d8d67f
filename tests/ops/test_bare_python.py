"""`./lianhu` runs before any package is installed: with the standard library alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def test_it_starts_without_any_package():
    # -S leaves out what pip installed, as on the first run of a fresh clone.
    run = subprocess.run(
        [sys.executable, "-S", "tools/__main__.py", "help"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert "start-own" in run.stdout
