"""Words the tables share: why nobody is named, and whom the pages are for."""

from __future__ import annotations

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
