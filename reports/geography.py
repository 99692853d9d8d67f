"""How an area went across a redraw, on either geography.

``then``: the area as it was each day; before it began, the areas it took the place of, added up.
``now``: the households that are in it today, wherever they were filed each day. The two differ
wherever households changed, and neither may stand in for the other without saying so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from casework.coverage import areas_beneath, facts_in
from casework.models import Contact
from grids.models import Area
from grids.paths import path_length
from households.models import Membership
from lib.clock import now
from planning.models import Redraw
from reports.models import Snapshot
from reports.snapshots import WEEK, Week, by_weeks

THEN, NOW = "then", "now"
#: Whoever is replaced by what was replaced itself; further back nobody remembers the names.
GENERATIONS = 4
#: What is counted of today's households: the rest is filed by place, which has changed.
OF_HOUSEHOLDS = ("gap", "overdue", "linked_rate", "party_met_rate", "contacts")


@dataclass(frozen=True)
class Redrawn:
    """The last redraw an area was part of: its day, and the areas it took the place of."""

    on: date
    before: list[Area]


def redrawn(area: Area, *, on: date) -> Redrawn | None:
    """The redraw an area came through up to a day; None of a village and above, or without one."""
    if len(area.path) <= path_length("village"):
        return None
    rows = Redraw.objects.filter(
        state=Redraw.State.ACTIVE, on__lte=on, villages__overlap=[area.path[:12], area.path[:16]]
    )
    last = rows.order_by("-on").values_list("on", flat=True).first()
    if last is None:
        return None
    # One that goes on has a line of its own, whatever it took in.
    return Redrawn(last, predecessors(area) if area.during.lower >= last else [])


def predecessors(area: Area) -> list[Area]:
    """The areas that were replaced by an area, and by those in turn; newest first."""
    found: list[Area] = []
    level = [area]
    for _generation in range(GENERATIONS):
        level = list(Area.objects.filter(replaced_by__in=level).order_by("path"))
        if not level:
            break
        found += level
    return found


def weeks_then(area: Area, *, on: date, weeks: int) -> list[Week]:
    """The weeks of an area as it was; before its first day those of its predecessors together."""
    own = by_weeks(area.path, on=on, weeks=weeks)
    if len(area.path) <= path_length("village"):  # no redraw takes the place of these
        return own
    before = [by_weeks(one.path, on=on, weeks=weeks) for one in predecessors(area)]
    if not before:
        return own
    return [
        week
        if week.row is not None or week.first >= area.during.lower
        else Week(week.first, week.last, _together(beside))
        for week, *beside in zip(own, *before, strict=True)
    ]


def _together(weeks: list[Week]) -> Snapshot | None:
    """The summaries of several areas at the end of a week as one; None without any."""
    rows = [week.row for week in weeks if week.row is not None]
    if not rows:
        return None
    values: dict[str, Any] = {}
    for row in rows:
        for key, stored in row.values.items():
            number = Decimal(stored) if isinstance(stored, str) else stored
            values[key] = values.get(key, 0) + number
    kept = {key: str(n) if isinstance(n, Decimal) else n for key, n in values.items()}
    return Snapshot(on=max(row.on for row in rows), values=kept, written_at=now())


def weeks_now(area: Area, *, on: date, weeks: int) -> list[Week]:
    """The weeks of the households that are in an area on a day, closed ones left out.

    Counted from the base tables at the end of each week by the one coverage SQL.
    """
    members = set(
        Membership.objects.filter(area__path__startswith=area.path, during__contains=on)
        .filter(household__during__contains=on)
        .values_list("household", flat=True)
    )
    places = areas_beneath(area.path[: path_length("village")])
    found = []
    for week in by_weeks(area.path, on=on, weeks=weeks):
        facts = [f for f in facts_in(places, on=week.last) if f["household_id"] in members]
        counts = [fact for fact in facts if not fact["excluded"]]
        contacts = Contact.objects.filter(
            household__in=members, on__gte=week.first, on__lte=week.last
        )
        values = {
            "households": len(facts),
            "excluded": len(facts) - len(counts),
            "linked": sum(fact["linked"] for fact in counts),
            "party_met": sum(fact["party_met"] for fact in counts),
            "overdue": sum(
                fact["due_on"] is not None and fact["due_on"] < week.last for fact in counts
            ),
            f"contacts{WEEK}": contacts.count(),
        }
        row = Snapshot(on=week.last, values=values, written_at=now()) if facts else None
        found.append(Week(week.first, week.last, row))
    return found


def gap_of_members(area: Area, *, on: date, weeks: int) -> list[dict[str, Any]]:
    """Gap and linked rate at the end of each week of the households in an area on a day."""
    rows = []
    for week in weeks_now(area, on=on, weeks=weeks):
        values = week.row.values if week.row else {}
        in_scope = values.get("households", 0) - values.get("excluded", 0)
        rows.append(
            {
                "on": week.last,
                "gap": in_scope - values["linked"] if values else None,
                "linked_rate": values["linked"] / in_scope if in_scope else None,
            }
        )
    return rows
