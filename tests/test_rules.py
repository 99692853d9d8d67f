"""Rules of the whole project that no single test would notice."""

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
OURS = (
    "accounts", "casework", "config", "desk", "grids", "households", "jobs", "lib", "mapview",
    "planning", "reports", "residents",
)  # fmt: skip
#: The database and the server's clock know the wrong day for eight hours of every day.
FORBIDDEN = {
    ".sql": re.compile(r"\bcurrent_date\b|\bnow\(\)\s*::\s*date|\blocaltimestamp\b", re.IGNORECASE),
    ".py": re.compile(r"\bcurrent_date\b|now\(\)\s*::\s*date|\bdate\.today\(\)|\bTruncDate\b"),
}
FILES = [
    path
    for folder in OURS
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in FORBIDDEN and "migrations" not in path.parts
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_today_is_the_day_in_shanghai_and_is_passed_on(path: Path):
    found = FORBIDDEN[path.suffix].findall(path.read_text("utf-8"))
    assert found == []


def test_the_rule_can_fail():
    assert FORBIDDEN[".sql"].search("WHERE during @> Current_Date")
    assert FORBIDDEN[".py"].search("on = date.today()")
