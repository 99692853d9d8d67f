"""The households behind a number: keyset pages of rows, never with a need, tier or due date."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.keys import phone_of
from accounts.models import User
from casework.coverage import SUMS, facts, facts_in, refresh, sums
from grids.models import Area
from grids.naming import area_labels
from grids.scope import scope_of
from households.models import Household, HouseholdPlace, Link, Membership
from households.querysets import HouseholdQuerySet
from jobs.changes import changes_of
from lib.clock import SHANGHAI
from lib.errors import Refusal
from planning.closing import Closer, why_nobody

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


#: Lists behind a number: by its name, who of the counted is in it on an earlier day.
BEHIND: dict[str, Callable[[dict[str, Any]], bool]] = {
    "excluded": lambda fact: fact["excluded"],
    "unlocated": lambda fact: fact["unlocated"] and not fact["excluded"],
    "outside": lambda fact: fact["outside"] and not fact["excluded"],
    "absent": lambda fact: fact["absent"] and not fact["excluded"],
}


def _counted(user: User, area: Area, number: str, *, on: date) -> int | None:
    """The length of today's list from the summary; None for who sees only some of the area."""
    if not any(area.path.startswith(root) for root in scope_of(user).households):
        return None
    row = sums(area.path, area.level, on=on, current=on).get(area.path)
    if row is None:
        return 0
    if number == "gap":
        return row["households"] - row["excluded"] - row["linked"]
    return row[number] if number in SUMS else 0


def _behind_today(rows: HouseholdQuerySet, number: str, *, on: date) -> HouseholdQuerySet:
    """Of today's households those that a number counts."""
    if number == "gap":
        return rows.exclude(gap_reason="")
    if number.startswith("gap_"):
        return rows.filter(gap_reason=number.removeprefix("gap_"))
    if number == "excluded":
        return rows.excluded_on(on)
    rows = rows.in_scope_on(on)
    if number == "absent":
        return rows.absent_on(on)
    return rows.filter(location=None) if number == "unlocated" else rows.filter(outside=True)


def _number(gap: bool, reason: str, behind: str) -> str:
    """The name of the number whose households are asked for; empty for all."""
    if behind and behind not in BEHIND:
        raise Refusal(_("Choose one of unlocated, outside, excluded, absent."), field="filter")
    return f"gap_{reason}" if reason else "gap" if gap else behind


def _facts_of(user: User, area: Area, *, on: date) -> list[dict[str, Any]]:
    """What was so on an earlier day, of the areas whose households the person may read."""
    if area.path:
        return facts(area.path, on=on)
    own = Household.objects.visible_to(user)
    held = Membership.objects.filter(household__in=own, during__contains=on)
    return facts_in(list(held.values_list("area", flat=True).distinct()), on=on)


def household_page(
    user: User, area: Area, *, gap: bool, reason: str, cursor: str, limit: int, on: date,
    current: date, behind: str = "",
) -> dict[str, Any]:  # fmt: skip
    """One page of the households of an area, or of those behind a number, area by area.

    In the order of the index by path and name: by name alone, the whole area is sorted for each
    page.
    """
    number = _number(gap, reason, behind)
    rows: Any = Household.objects.visible_to(user).open_on(on).filter(path__startswith=area.path)
    then: dict[UUID, dict[str, Any]] | None = None
    total = None
    if on == current:
        for path in [area.path] if area.path else scope_of(user).households:
            refresh(path, on=on)
        if number:
            rows = _behind_today(rows, number, on=on)
        total = _counted(user, area, number or "households", on=on)
    else:
        then = {fact["household_id"]: fact for fact in _facts_of(user, area, on=on)}
        if number:
            chosen = BEHIND.get(number) or (
                lambda fact: fact["reason"] and reason in ("", fact["reason"])
            )
            wanted = [key for key, fact in then.items() if chosen(fact)]
            rows = Household.objects.visible_to(user).filter(pk__in=wanted)
    if total is None:
        total = rows.count()
    if cursor:
        rows = rows.filter(_after(cursor))
    page = list(rows.order_by("path", "head_name", "id")[: limit + 1])
    more, page = len(page) > limit, page[:limit]
    return {
        "total": total,
        "next": _cursor(page[-1]) if more else None,
        "rows": describe(page, on=on, then=then),
    }


def _links_of(page: list[Household], *, on: date) -> Any:
    return (
        Link.objects.in_force(on)
        .filter(household__in=page)
        .select_related("role", "post__person")
        .order_by("role_id")
    )


def describe(
    page: list[Household], *, on: date, then: dict[UUID, dict[str, Any]] | None = None
) -> list[dict[str, Any]]:
    """Households as list rows with their contacts in force; ``then``: facts of an earlier day."""
    labels = area_labels({row.path for row in page}, on=on)
    links: dict[UUID, list[dict[str, Any]]] = {row.id: [] for row in page}
    for link in _links_of(page, on=on):
        links[link.household_id].append(
            {
                "id": link.id,
                "role": link.role_id,
                "role_label": link.role.name,
                "person": link.post.person.name,
            }
        )
    reasons = None if then is None else {key: fact["reason"] for key, fact in then.items()}
    whys = why_nobody(page, on=on, reasons=reasons)
    rows = []
    for row in page:
        why = whys.get(row.id)
        reason = row.gap_reason if reasons is None else reasons.get(row.id)
        rows.append(
            {
                "id": row.id,
                "serial": row.serial,
                "head": row.head_name,
                "address": row.address,
                "area": labels[row.path],
                "located": row.location is not None,
                "reason": reason or None,
                "reason_on": why.since if why and why.reason == "left" else None,
                "why": why.words if why else None,
                "links": links[row.id],
            }
        )
    return rows


def placed_on(household: Household) -> date | None:
    """The day a household was put where it stands now; None where it stands nowhere.

    ``located_on`` is the first day it was anywhere. A move that was taken back left no trace in
    where it stands, so the day before it counts again.
    """
    here = household.location
    for change in changes_of(household) if here else ():
        before, after = change.fields.get("location", (None, None))
        if before == here:
            break  # it stood here before anything was changed
        if after == here:
            return change.at.astimezone(SHANGHAI).date()
    return household.located_on if here else None


def household_card(user: User, household: Household, *, on: date) -> dict[str, Any]:
    """One household with the phones of its contacts (staff, P1), and what one may do there.

    ``lon`` and ``lat`` are where it is on the day: at the seasonal place told by ``season``, else
    where it is registered.
    """
    stay = household.places.lived_in(on).first()
    manages = scope_of(user).manages(household.path)
    return {
        "id": household.id,
        "head": household.head_name,
        "serial": household.serial,
        "address": household.address,
        "area": area_labels({household.path}, on=on)[household.path],
        **(_at_registered(household) if stay is None else _at_season(stay, on=on)),
        "version": household.version,
        "outside": household.outside,
        "links": [
            {
                "person": link.post.person.name,
                "role_label": link.role.name,
                "phone": phone_of(link.post.person.phone_sealed),
            }
            for link in _links_of([household], on=on)
        ],
        "why": _why(household, manages=manages, on=on),
        "can": {"locate": manages, "link": manages},
    }


def _at_registered(household: Household) -> dict[str, Any]:
    longitude, latitude = household.location.coords if household.location else (None, None)
    return {
        "lon": longitude,
        "lat": latitude,
        "source": household.location_source,
        "source_label": household.get_location_source_display(),
        "accuracy_m": household.location_accuracy_m,
        "placed_on": placed_on(household),
        "season": None,
    }


def _at_season(stay: HouseholdPlace, *, on: date) -> dict[str, Any]:
    longitude, latitude = stay.point.coords
    return {
        "lon": longitude,
        "lat": latitude,
        "source": stay.source,
        "source_label": stay.get_source_display(),
        "accuracy_m": stay.accuracy_m,
        "placed_on": stay.located_on,
        "season": {
            "label": stay.get_kind_display(),
            "months": stay.months_said,
            "until": stay.stays_until(on),
        },
    }


def _why(household: Household, *, manages: bool, on: date) -> dict[str, Any] | None:
    """Why nobody is named, and what closes that, for who manages the household."""
    why = why_nobody([household], on=on).get(household.pk)
    if why is None:
        return None
    actions = Closer([household]).actions(why, household) if manages else []
    return {
        "words": why.words,
        "actions": [{"label": action.label, "href": action.href} for action in actions],
    }
