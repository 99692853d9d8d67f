"""Prefix paths: what lies beneath what is a question of how its path begins."""

from __future__ import annotations

from typing import Any

from django.db import models

KEY_LENGTH = 4
#: Depth of a level in the tree; a path has KEY_LENGTH characters for each step.
DEPTH = {"county": 1, "township": 2, "village": 3, "grid": 4, "unit": 5}


def at_and_above(path: str) -> list[str]:
    """A path and those it lies beneath, coarsest first."""
    return [path[:length] for length in range(KEY_LENGTH, len(path) + 1, KEY_LENGTH)]


def path_length(level: str) -> int:
    """Characters of a path at ``level``."""
    return DEPTH[level] * KEY_LENGTH


class PathField(models.CharField):
    """A prefix path: byte order (COLLATE "C"), so that a prefix question is an index range."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 40)
        kwargs.setdefault("db_collation", "C")
        super().__init__(*args, **kwargs)
