"""What the panel of an area tells of emergency lists: one open there, or that one may be opened."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse

from accounts.models import User
from casework.emergency import may_open
from casework.models import EmergencyList
from grids.models import Area


def emergency_of(area: Area, *, by: User, at: datetime) -> dict[str, Any]:
    """The list in force for an area or one above it, and whether one may open one there.

    Who reads no part of the list is led to who opened it and why, as the notices do.
    """
    told = EmergencyList.objects.visible_to(by).covering(area.path).open_at(at)
    running = told.order_by("-path").first()
    if running is None:
        return {"running": None, "may_open": may_open(area, by=by)}
    reads = EmergencyList.objects.readable_by(by).contains(running)
    return {
        "running": {
            "kind_label": running.get_kind_display(),
            "closes_at": running.closes_at,
            "reads": reads,
            "url": reverse("emergency", args=[running.pk]) if reads else reverse("emergency-home"),
        },
        "may_open": False,
    }
