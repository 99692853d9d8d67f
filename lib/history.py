"""Change history: the row as it was before each update or delete, by triggers of a library.

Old rows rather than new ones: together with the table they are the whole history, and a bulk
load writes nothing twice. Only inside an act (``jobs/acts.py``) is a new row noted too, so that
the act can be taken back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pghistory
import pgtrigger
from django.contrib.gis.db.models import GeometryField
from django.db.models import Field, Model

#: Set for the transaction while an act runs: the key of the act.
ACT_SETTING = "lianhu.act"
IN_AN_ACT = pgtrigger.Condition(f"coalesce(current_setting('{ACT_SETTING}', true), '') <> ''")

#: Set for the transaction in which something is taken back: rows that nobody may change or remove
#: go with the whole they were made in, and stay in the history.
TAKING_BACK_SETTING = "lianhu.taking_back"
UNLESS_TAKEN_BACK = pgtrigger.Condition(
    f"coalesce(current_setting('{TAKING_BACK_SETTING}', true), '') = ''"
)


def tracked(exclude: list[str] | None = None) -> Callable[[type[Model]], type[Model]]:
    """Keep the history of a model; ``exclude`` names derived fields."""

    def track(model: type[Model]) -> type[Model]:
        update: dict[str, Any] = {}
        options: dict[str, Any] = {}
        if exclude:
            options["exclude"] = exclude
            update["condition"] = pgtrigger.Condition(_differs(model, exclude))
        return pghistory.track(
            pghistory.InsertEvent(condition=IN_AN_ACT),
            pghistory.UpdateEvent(row=pghistory.Old, **update),
            pghistory.DeleteEvent(row=pghistory.Old),
            **options,
        )(model)

    return track


def _differs(model: type[Model], exclude: list[str]) -> str:
    """Whether a column that counts has changed.

    Geometry is compared by its bytes: its own operator lies in the schema public, which the
    empty search path of a restored dump does not find.
    """
    return " OR ".join(
        f"{_compared('OLD', field)} IS DISTINCT FROM {_compared('NEW', field)}"
        for field in model._meta.concrete_fields
        if field.name not in exclude
    )


def _compared(row: str, field: Field) -> str:
    column = f'{row}."{field.column}"'
    return f"public.st_asewkb({column})" if isinstance(field, GeometryField) else column
