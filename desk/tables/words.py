"""Words the tables share: why nobody is named, and whom the pages are for."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

SEES_AREAS = frozenset({"worker", "village_lead", "manager", "leader"})
SEES_HOUSEHOLDS = frozenset({"manager", "worker", "village_lead", "head", "cadre", "volunteer"})
SEES_MATTERS = SEES_AREAS | SEES_HOUSEHOLDS | {"department"}
#: Who writes down a matter that somebody brought.
REGISTERS = frozenset({"manager", "worker", "village_lead", "leader", "head", "cadre"})

REASONS = {
    "vacant": _("Nobody in post"),
    "full": _("Everybody at their limit"),
    "left": _("Contact left the post"),
    "handover": _("Handover not yet accepted"),
    "unassigned": _("Room left, nobody named"),
    "new": _("Newly registered"),
    "no_grid": _("In no grid"),
}


def plan_for(asked: Any) -> tuple[str, Any]:
    """The way from a table to a draft of contacts for its area, where that is managed."""
    area = asked.area if asked.area and asked.scope.manages(asked.area.path) else None
    query = f"?{urlencode({'area': getattr(area, 'code', '') or area.pk})}" if area else ""
    return reverse("plan-new") + query, _("Make a draft of contacts")
