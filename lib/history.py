"""Change history: the row as it was before each update or delete, by triggers of a library.

Old rows rather than new ones: together with the table they are the whole history, and a bulk
load writes nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pghistory
import pgtrigger
from django.db.models import Model


def tracked(exclude: list[str] | None = None) -> Callable[[type[Model]], type[Model]]:
    """Keep the history of a model; ``exclude`` names derived fields."""

    def track(model: type[Model]) -> type[Model]:
        update: dict[str, Any] = {}
        if exclude:
            update["condition"] = pgtrigger.Condition(_differs(model, exclude))
        return pghistory.track(
            pghistory.UpdateEvent(row=pghistory.Old, **update),
            pghistory.DeleteEvent(row=pghistory.Old),
            **({"exclude": exclude} if exclude else {}),
        )(model)

    return track


def _differs(model: type[Model], exclude: list[str]) -> str:
    """Whether a column that counts has changed, compared as stored.

    ``*<>`` on records lies in pg_catalog. Comparing a geometry by its own operator could not be restored
    from a dump, whose search path is empty.
    """
    columns = [f.column for f in model._meta.concrete_fields if f.name not in exclude]
    old, new = (", ".join(f'{row}."{column}"' for column in columns) for row in ("OLD", "NEW"))
    return f"ROW({old})::record *<> ROW({new})::record"
