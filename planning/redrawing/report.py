"""What a redraw would change, told before it is put into force: numbers, posts, contacts, faults.

The same working-out is written on the day (``activating.py``), so that the report cannot promise
anything else. Households are named to those alone who may read them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count

from accounts.models import User
from casework.succeeding import records_of
from grids.models import Area, Post, Role
from households.models import Household
from planning.models import Redraw
from planning.redrawing.activating import figures_of, matrix_of, succession_of
from planning.redrawing.faults import RedrawFault, redraw_faults
from planning.redrawing.moving import Division, division_of, names_of
from planning.redrawing.people import Staffing, staffing_of


@dataclass(frozen=True)
class CellLine:
    """An area of the new division: households then and today (None: it is new), what it takes."""

    key: str
    name: str
    code: str
    new: bool
    before: int | None
    after: int
    takes: list[str]
    vacant: list[tuple[str, int]]
    crowded: list[tuple[str, int, int]]


@dataclass(frozen=True)
class EndLine:
    """An area that ends, how many households it has, and what its code is replaced by."""

    name: str
    code: str
    households: int
    into: str


@dataclass(frozen=True)
class PostLine:
    """A post whose area ends, and the area it goes on for; empty: it ends."""

    post: Post
    into: str
    links: int
    broken: int


@dataclass(frozen=True)
class HouseholdLine:
    """A household that changes: from where to where, whom it loses and who could take over."""

    household: Household
    old: str
    new: str
    located: bool
    loses: list[str]
    offered: str
    alone: bool


@dataclass
class RedrawReport:
    """The report of a redraw as of a day."""

    redraw: Redraw
    on: date
    division: Division
    staffing: Staffing
    figures: dict[str, Any]
    faults: list[RedrawFault]
    matrix: list[tuple[str, str, int]] = field(default_factory=list)
    cells: list[CellLine] = field(default_factory=list)
    endings: list[EndLine] = field(default_factory=list)
    posts: list[PostLine] = field(default_factory=list)

    @property
    def blocked(self) -> bool:
        """Whether a fault keeps it from being put into force."""
        return any(fault.blocks for fault in self.faults)


def redraw_report(redraw: Redraw, *, on: date) -> RedrawReport:
    """Work out what a redraw would change on a day; reads only."""
    division = division_of(redraw, on=on)
    staffing = staffing_of(division)
    records = records_of(succession_of(division, staffing))
    report = RedrawReport(
        redraw, on, division, staffing, figures_of(division, staffing, records),
        redraw_faults(redraw, on=on),
    )  # fmt: skip
    length = division.length
    report.matrix = matrix_of(division)
    today = [member for member in division.members if on in member.during]
    before = Counter(member.path[:length] for member in today)
    after = Counter(member.to[:length] for member in today)
    report.cells = _cells(division, staffing, before, after)
    codes = dict(
        Area.objects.with_code(on)
        .filter(pk__in=[end.area.pk for end in division.endings])
        .values_list("pk", "code")
    )
    report.endings = [
        EndLine(
            end.area.name, codes.get(end.area.pk) or "",
            before[end.area.path] if len(end.area.path) == length else 0,
            end.into.name if end.into else "",
        )
        for end in division.endings
    ]  # fmt: skip
    report.posts = _posts(staffing)
    return report


def _cells(
    division: Division, staffing: Staffing, before: Counter[str], after: Counter[str]
) -> list[CellLine]:
    held = _holders(division, staffing)
    required = list(Role.objects.filter(required_at=division.redraw.level).order_by("code"))
    lines = []
    for cell in sorted(division.cells, key=lambda c: (c.drawn.parent.path, c.code)):
        counts = {role: held[cell.path, role.pk] for role in required}
        lines.append(
            CellLine(
                key=str(cell.drawn.pk),
                name=cell.drawn.name.strip(),
                code=cell.code,
                new=cell.new,
                before=None if cell.new else before[cell.path],
                after=after[cell.path],
                takes=[
                    end.area.name
                    for end in division.endings
                    if end.into is not None
                    and end.into.path == cell.path
                    and len(end.area.path) == division.length
                ],
                vacant=[
                    (role.name, role.required_count - n)
                    for role, n in counts.items()
                    if n < role.required_count
                ],
                crowded=[
                    (role.name, n, role.required_count)
                    for role, n in counts.items()
                    if n > role.required_count
                ],
            )
        )
    return lines


def _holders(division: Division, staffing: Staffing) -> Counter[tuple[str, str]]:
    """How many people hold each role on each area of the new division from the day on."""
    held: dict[tuple[str, str], set[UUID]] = {}
    standing = [cell.area.pk for cell in division.cells if not cell.new]
    rows = Post.objects.in_force(division.on).filter(area__in=standing)
    for path, role, person in rows.values_list("path", "role", "person"):
        held.setdefault((path, role), set()).add(person)
    for post in staffing.following.values():
        held.setdefault((post.path, post.role_id), set()).add(post.person_id)
    return Counter({key: len(people) for key, people in held.items()})


def _posts(staffing: Staffing) -> list[PostLine]:
    kept = Counter(link.post_id for link, _post in staffing.carried)
    lost = Counter(link.post_id for link in staffing.broken)
    return [
        PostLine(
            post,
            str(staffing.following[post.pk].area) if post.pk in staffing.following else "",
            kept[post.pk],
            lost[post.pk],
        )
        for post in staffing.ending
    ]


#: Lists of households behind the numbers.
LISTS = ("changed", "alone", "unlocated")


def household_keys(report: RedrawReport, which: str) -> list[UUID]:
    """The households of one of ``LISTS``: that change, that lose their only contact, or that
    change without a pin, so that somebody should look at them."""
    length = report.division.length
    today = [m for m in report.division.members if report.on in m.during]
    if which == "alone":
        return list(report.staffing.alone)
    moved = [m for m in today if m.path[:length] != m.to[:length]]
    return [m.household for m in moved if which == "changed" or not m.located]


def household_lines(
    report: RedrawReport, user: User, which: str, *, start: int = 0, most: int = 50
) -> tuple[int, list[HouseholdLine]]:
    """How many of a list this person may read, and a page of them by place and name."""
    rows = Household.objects.visible_to(user).filter(pk__in=household_keys(report, which))
    total = rows.aggregate(n=Count("pk"))["n"]
    page = list(rows.order_by("path", "head_name", "pk")[start : start + most])
    names, length = names_of(report.division), report.division.length
    keys = {household.pk for household in page}
    member = {m.household: m for m in report.division.members if report.on in m.during}
    loses: dict[UUID, list[str]] = {}
    for link in report.staffing.broken:
        if link.household_id in keys:
            words = f"{link.post.person.name} · {link.role.name}"
            loses.setdefault(link.household_id, []).append(words)
    lines = []
    for household in page:
        at = member[household.pk]
        offer = report.staffing.offers.get(household.pk)
        lines.append(
            HouseholdLine(
                household, names.get(at.path[:length], ""), names.get(at.to[:length], ""),
                at.located, loses.get(household.pk, []),
                f"{offer.person.name} · {offer.role.name}" if offer else "",
                household.pk in report.staffing.alone,
            )
        )  # fmt: skip
    return total, lines
