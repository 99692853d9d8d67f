"""What the demo shows of planning: drafts of contacts that wait to be looked through."""

from __future__ import annotations

from datetime import date

from accounts.models import User
from grids.models import Area
from grids.scope import scope_of
from planning.matching.drafts import draft_order, line_accept, line_pin
from planning.models import MatchDraft, MatchLine

#: The login of the grid office in every demo (``casework/demo.py``).
OFFICE = "manager"


def drafts_add(*, on: date) -> list[MatchDraft]:
    """Two drafts of the demo's township, to compare: the usual one, and one with lower limits.

    Of the usual one a pair is pinned and another accepted. None where the demo has no grid office.
    """
    office = User.objects.filter(username=OFFICE).first()
    roots = scope_of(office).manage if office else ()
    if office is None or not roots:
        return []
    area = Area.objects.get(path=roots[0])
    lower = draft_order(
        area=area,
        on=on,
        name="联户长每人不超50户",
        options={"limits": {"unit_head": 50}},
        by=office,
    )
    usual = draft_order(area=area, on=on, name="全镇统筹", by=office)
    paired = MatchLine.objects.filter(draft=usual, post__isnull=False).order_by("path", "pk")
    for line in paired[:1]:
        line_pin(line=line, on=on, by=office)
    for line in paired[1:3]:
        line_accept(line=line, by=office)
    return [lower, usual]
