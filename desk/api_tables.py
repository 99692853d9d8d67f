"""Finding an area by its name, for the chip over a table."""

from __future__ import annotations

from typing import Any

from ninja import Router, Schema
from pydantic import Field

from accounts.gate import SignedInRequest, allow
from desk.tables.words import SEES_AREAS
from grids.models import Area
from grids.naming import area_labels
from lib.clock import today

router = Router()
LIMIT = 20


class AreaText(Schema):
    """A name, or the beginning of a code; in the body, so that no address carries it."""

    q: str = Field(max_length=40)


@router.post("/tables/areas")
@allow(*SEES_AREAS)
def areas_named(request: SignedInRequest, body: AreaText) -> dict[str, Any]:
    """Areas one may see whose name holds a text, or whose code begins with it."""
    on, text = today(), body.q.strip()
    if not text:
        return {"rows": []}
    areas = Area.objects.visible_to(request.user).in_force(on).with_code(on)
    fits = {"code__startswith": text} if text.isdigit() else {"name__contains": text}
    found = list(areas.filter(**fits).order_by("path")[:LIMIT])
    labels = area_labels({area.path for area in found}, on=on)
    return {
        "rows": [
            {"area": area.code or str(area.pk), "name": labels[area.path]["name"]}  # type: ignore[attr-defined]
            for area in found
        ]
    }
