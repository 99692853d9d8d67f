"""Chinese is complete: every sentence of the sources is in the catalogues, none is doubtful."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

LEFT_OUT = shutil.ignore_patterns(
    ".git", "node_modules", "var", ".venv", "__pycache__", "tests", "bench", "*.mo"
)


@pytest.fixture(scope="module")
def catalogues(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sources with their catalogues brought up to date by makemessages."""
    copy = tmp_path_factory.mktemp("sources") / "project"
    shutil.copytree(settings.BASE_DIR, copy, ignore=LEFT_OUT)
    environment = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    for domain in ("django", "djangojs"):
        subprocess.run(
            [sys.executable, "-m", "django", "makemessages", "--locale", "zh_Hans",
             "--domain", domain, "--no-location", "--verbosity", "0"],
            cwd=copy, env=environment, check=True, capture_output=True, text=True,
        )  # fmt: skip
    return copy / "locale" / "zh_Hans" / "LC_MESSAGES"


def listed(file: Path, *options: str) -> list[str]:
    """The msgids msgattrib selects."""
    chosen = subprocess.run(
        ["msgattrib", "--no-wrap", *options, str(file)], check=True, capture_output=True, text=True
    ).stdout
    return [
        line for line in chosen.splitlines() if line.startswith("msgid ") and line != 'msgid ""'
    ]


@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_no_sentence_lacks_its_chinese(catalogues: Path, domain: str):
    file = catalogues / f"{domain}.po"
    assert listed(file, "--untranslated", "--no-obsolete") == []
    assert listed(file, "--only-fuzzy", "--no-obsolete") == []


@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_the_catalogue_compiles_and_its_placeholders_agree(catalogues: Path, domain: str):
    subprocess.run(
        ["msgfmt", "--check", "-o", "/dev/null", str(catalogues / f"{domain}.po")], check=True
    )
