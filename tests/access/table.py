"""The table of docs/who-sees-what.md, read as the tests' own truth."""

from __future__ import annotations

from pathlib import Path

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "who-sees-what.md"
COLUMNS = [
    "counts", "small P3 counts", "household P2", "needs P3", "manage", "own links", "matters",
    "log", "configure",
]  # fmt: skip


def read_table() -> dict[str, dict[str, str]]:
    """Kind of role → column → word of the cell."""
    rows = [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in DOCUMENT.read_text("utf-8").splitlines()
        if line.startswith("|")
    ]
    head, _rule, *body = rows
    assert head == ["kind", *COLUMNS], "the header of the table changed"
    return {row[0]: dict(zip(COLUMNS, row[1:], strict=True)) for row in body}


TABLE = read_table()
