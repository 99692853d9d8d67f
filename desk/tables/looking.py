"""Filters that look at needs (P3): asked for by a POST, logged with the reason, never kept."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from desk.tables.asked import Asked
from desk.tables.table import Cell, Column, day
from grids.querysets import beneath
from households.models import Household, Need, NeedKind
from lib.errors import Refusal

#: Whatever need a household has.
ANY = "any"
TIERS = (Household.Tier.ZHONGDIAN, Household.Tier.GUANZHU, Household.Tier.FANGXIN)


def may_look(asked: Asked) -> bool:
    """Whether the person reads the needs of all the households asked for."""
    if asked.table.kind != "households" or not asked.scope.needs:
        return False
    return asked.area is None or asked.scope.sees_all_counts_of(asked.path)


def looked_at(rows: QuerySet[Household], asked: Asked) -> QuerySet[Household]:
    """Of these, the households whose needs may be read and fit what is looked for."""
    typed = asked.typed
    if not may_look(asked):
        raise Refusal(_("The needs of this area are not open to you."))
    rows = rows.filter(beneath(asked.scope.needs))
    if typed.tier in TIERS:
        rows = rows.filter(tier=typed.tier)
        if typed.tier != Household.Tier.FANGXIN:
            rows = rows.exclude(tier=Household.Tier.FANGXIN)
    if typed.overdue:
        # Whoever is due has a need with a cadence, and so a tier that the index lists.
        rows = rows.filter(due_on__lt=asked.on).exclude(tier=Household.Tier.FANGXIN)
    needs = Need.objects.filter(household=OuterRef("pk"), void=False, during__contains=asked.on)
    if typed.need == ANY:
        rows = rows.filter(Exists(needs))
    elif typed.need.isdecimal() and len(typed.need) < 10:
        rows = rows.filter(Exists(needs.filter(kind=int(typed.need))))
    return rows


def kinds() -> list[tuple[str, str]]:
    """The county's kinds of need: never the type of a disability."""
    return [(str(kind.pk), str(kind)) for kind in NeedKind.objects.all()]


def needs_by_household(rows: list[Household], asked: Asked) -> dict[Any, list[str]]:
    """The needs in force of the households of a page, in words without a type."""
    found: dict[Any, list[str]] = {row.pk: [] for row in rows}
    needs = Need.objects.filter(household__in=rows, void=False, during__contains=asked.on)
    for need in needs.select_related("kind").order_by("kind__position", "pk"):
        found[need.household_id].append(str(need.kind))
    return found


def columns(needs: dict[Any, list[str]]) -> tuple[Column, ...]:
    """Tier, due date and needs, beside the chosen columns while needs are looked at."""
    return (
        Column("tier", gettext_lazy("Tier"), "P3", lambda row, facts: row.get_tier_display()),
        Column("needs", gettext_lazy("Needs"), "P3",
               lambda row, facts: Cell("、".join(needs[row.pk]))),
        Column("due", gettext_lazy("Due by"), "P3", lambda row, facts: day(row.due_on)),
    )  # fmt: skip
