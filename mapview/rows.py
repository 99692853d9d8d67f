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
from casework.coverage import REASONS, facts, refresh, sums
from grids.models import Area
from grids.naming import area_labels
from grids.scope import scope_of
from households.models import Household, Link
from lib.errors import Refusal

PAGE = 50


def _cursor(row: Household) -> str:
    text = json.dumps([row.path, row.head_name, str(row.id)])
    return base64.urlsafe_b64encode(text.encode()).decode()


def _after(cursor: str) -> Q:
    """Rows behind the one a cursor names. The first condition is the range of the index."""
    try:
        path, name, key = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        further = Q(head_name__gt=name) | Q(head_name=name, id__gt=UUID(key))
        return Q(path__gte=path) & (Q(path__gt=path) | further)
    except (ValueError, TypeError, AttributeError):
        raise Refusal(
            _("This page address is damaged; open the list again."), field="cursor"
        ) from None


def _counted(user: User, area: Area, *, gap: bool, reason: str, on: date) -> int | None:
    """The length of today's list from the summary; None for who sees only some of the area."""
    if not any(area.path.startswith(root) for root in scope_of(user).households):
        return None
    row = sums(area.path, area.level, on=on, current=on).get(area.path)
    if row is None:
        return 0
    if reason:
        return row[f"gap_{reason}"] if reason in REASONS else 0
    return row["households"] - row["excluded"] - row["linked"] if gap else row["households"]


def household_page(
    user: User, area: Area, *, gap: bool, reason: str, cursor: str, limit: int, on: date,
    current: date,
) -> dict[str, Any]:  # fmt: skip
    """One page of the households of an area, or of those nobody is named for, area by area.

    In the order of the index by path and name: by name alone, the whole area is sorted for each
    page.
    """
    rows: QuerySet[Household] = (
        Household.objects.visible_to(user).open_on(on).filter(path__startswith=area.path)
    )
    reasons: dict[UUID, str] = {}
    left_on: dict[UUID, date | None] = {}
    if on == current:
        for path in [area.path] if area.path else scope_of(user).households:
            refresh(path, on=on)
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
    total = _counted(user, area, gap=gap, reason=reason, on=on) if on == current else None
    if total is None:
        total = rows.count()
    if cursor:
        rows = rows.filter(_after(cursor))
    page = list(rows.order_by("path", "head_name", "id")[: limit + 1])
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
