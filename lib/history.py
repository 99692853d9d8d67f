"""Change history: the row as it was before each update or delete, by triggers of a library.

Old rows rather than new ones: together with the table they are the whole history, and a bulk
load writes nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pghistory


def tracked(exclude: list[str] | None = None) -> Callable[[type], type]:
    """Keep the history of a model; ``exclude`` names derived fields."""
    options: dict[str, Any] = {"exclude": exclude} if exclude else {}
    return pghistory.track(
        pghistory.UpdateEvent(row=pghistory.Old),
        pghistory.DeleteEvent(row=pghistory.Old),
        **options,
    )
