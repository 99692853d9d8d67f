"""The households behind a number: keyset pages of rows, never with a need, tier or due date."""

from __future__ import annotations

import base64
import json
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from casework.coverage import facts, refresh
from grids.models import Area
from households.models import Household, Link
from lib.errors import Refusal
from mapview.finding import area_labels

PAGE = 50


def _cursor(row: Household) -> str:
    text = json.dumps([row.head_name, str(row.id)])
    return base64.urlsafe_b64encode(text.encode()).decode()


def _after(cursor: str) -> Q:
    try:
        name, key = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        return Q(head_name__gt=name) | Q(head_name=name, id__gt=UUID(key))
    except (ValueError, TypeError):
        raise Refusal(
            _("This page address is damaged; open the list again."), field="cursor"
        ) from None


def household_page(
    user: User, area: Area, *, gap: bool, reason: str, cursor: str, limit: int, on: date,
    current: date,
) -> dict[str, Any]:  # fmt: skip
    """One page of the households of an area, or of those nobody is named for."""
    rows: QuerySet[Household] = (
        Household.objects.visible_to(user).open_on(on).filter(path__startswith=area.path)
    )
    reasons: dict[UUID, str] = {}
    left_on: dict[UUID, date | None] = {}
    if on == current:
        refresh(area.path, on=on)
        if gap:
            rows = rows.exclude(gap_reason="")
        if reason:
            rows = rows.filter(gap_reason=reason)
    else:
        for fact in facts(area.path, on=on):
            if fact["reason"]:
                reasons[fact["household_id"]] = fact["reason"]
                left_on[fact["household_id"]] = fact["left_on"]
        if gap or reason:
            wanted = [key for key, value in reasons.items() if reason in ("", value)]
            rows = Household.objects.visible_to(user).filter(pk__in=wanted)
    total = rows.count()
    if cursor:
        rows = rows.filter(_after(cursor))
    page = list(rows.order_by("head_name", "id")[: limit + 1])
    more, page = len(page) > limit, page[:limit]
    return {
        "total": total,
        "next": _cursor(page[-1]) if more else None,
        "rows": describe(page, on=on, reasons=reasons if on != current else None, left_on=left_on),
    }


def describe(
    page: list[Household], *, on: date, reasons: dict[UUID, str] | None = None,
    left_on: dict[UUID, date | None] | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """Households as list rows with their contacts in force."""
    labels = area_labels({row.path for row in page}, on=on)
    links: dict[UUID, list[dict[str, Any]]] = {row.id: [] for row in page}
    for link in (
        Link.objects.in_force(on)
        .filter(household__in=page)
        .select_related("role", "post__person")
        .order_by("role_id")
    ):
        links[link.household_id].append(
            {
                "id": link.id,
                "role": link.role_id,
                "role_label": link.role.name,
                "person": link.post.person.name,
            }
        )
    rows = []
    for row in page:
        reason = row.gap_reason if reasons is None else reasons.get(row.id, "")
        rows.append(
            {
                "id": row.id,
                "serial": row.serial,
                "head": row.head_name,
                "address": row.address,
                "area": labels[row.path],
                "located": row.location is not None,
                "reason": reason or None,
                "reason_on": (left_on or {}).get(row.id),
                "links": links[row.id],
            }
        )
    return rows
