"""Put a redraw into force on its day, in one transaction; until then it can be taken back."""

from __future__ import annotations

import logging
from collections import defaultdict
from datetime import date
from typing import Any
from uuid import UUID

import pghistory
from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from casework.succeeding import (
    Records,
    Succession,
    holders_follow,
    records_follow,
    records_of,
)
from grids.boundaries import boundaries_set
from grids.importing.areas import to_geos
from grids.models import Area, Boundary, Post
from grids.querysets import beneath
from grids.services import require_manage
from grids.succeeding import (
    areas_begin,
    areas_end,
    cut_off,
    pairings_follow,
    posts_begin,
    posts_over,
)
from households.links import households_lock
from households.models import Household
from households.succeeding import (
    Refiled,
    handovers_follow,
    handovers_offer,
    links_break,
    links_follow,
    memberships_follow,
)
from lib.clock import today
from lib.errors import Outdated, Refusal
from planning.models import Redraw
from planning.redrawing.codes import Numbers
from planning.redrawing.faults import blocking, redraw_faults
from planning.redrawing.moving import Division, changed, division_of, moves_between, names_of
from planning.redrawing.people import Staffing, staffing_of

logger = logging.getLogger(__name__)
State = Redraw.State


def _locked(redraw: Redraw, by: User | None, version: int | None = None) -> Redraw:
    """The redraw as it stands, locked; Outdated where it was changed since ``version``."""
    fresh = Redraw.objects.select_for_update().get(pk=redraw.pk)
    require_manage(by, fresh.path)
    if version is not None and fresh.version != version:
        raise Outdated(
            _("Somebody else has changed this redraw in the meantime; look at it again."),
            row=fresh,
        )
    return fresh


def _settle(redraw: Redraw, **changes: Any) -> Redraw:
    for name, value in changes.items():
        setattr(redraw, name, value)
    redraw.version += 1
    redraw.save(update_fields=[*changes, "version", "changed_at"])
    return redraw


@transaction.atomic
def redraw_schedule(*, redraw: Redraw, on: date, by: User, version: int | None = None) -> Redraw:
    """Let a draft take force on a day; today means at once. Refused while there are faults."""
    redraw = _locked(redraw, by, version)
    if redraw.state not in (State.DRAFT, State.BLOCKED):
        raise Refusal(_("Only a draft can be given a day; this one is no draft any more."))
    if on < today():
        raise Refusal(_("Choose today or a later day."), field="on")
    refused = blocking(redraw_faults(redraw, on=on))
    if refused:
        raise Refusal(refused, field="on")
    redraw = _settle(redraw, state=State.SCHEDULED, on=on, settled_by=by, error="")
    return redraw_activate(redraw=redraw) if on == today() else redraw


@transaction.atomic
def redraw_unschedule(*, redraw: Redraw, by: User, version: int | None = None) -> Redraw:
    """Take the day back: a draft again, which can be drawn on."""
    redraw = _locked(redraw, by, version)
    if redraw.state not in (State.SCHEDULED, State.BLOCKED):
        raise Refusal(_("This redraw does not wait for a day; there is nothing to take back."))
    return _settle(redraw, state=State.DRAFT, on=None, settled_by=None, error="")


def redraws_turn(on: date) -> int:
    """Put into force what is due, also after a stop of some days; return how many.

    Where the world has brought up a fault meanwhile, the redraw is blocked and says so.
    """
    done = 0
    for redraw in Redraw.objects.due(on):
        try:
            with transaction.atomic():
                done += redraw_activate(redraw=redraw).state == State.ACTIVE
        except Refusal as refusal:
            logger.warning("redraw %s is blocked: %s", redraw.pk, refusal.sentence)
            waiting = Redraw.objects.filter(pk=redraw.pk, state=State.SCHEDULED)
            waiting.update(state=State.BLOCKED, error=refusal.sentence[:400])
    return done


@transaction.atomic
def redraw_activate(*, redraw: Redraw) -> Redraw:
    """Put a scheduled redraw into force as of its day. Refusal where a fault stands against it.

    Everything changes as of that day, however late this runs; earlier days answer as before.
    """
    with connection.cursor() as cursor:
        # The same lock as any change of boundaries: the division is worked out under it.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('lianhu.boundaries'))")
    redraw = Redraw.objects.select_for_update().get(pk=redraw.pk)
    if redraw.state != State.SCHEDULED or redraw.on is None or redraw.on > today():
        return redraw
    on, by = redraw.on, redraw.settled_by
    with pghistory.context(user=str(by.pk) if by else "", redraw=str(redraw.pk)):
        _lock_people(redraw)
        refused = blocking(redraw_faults(redraw, on=on))
        if refused:
            raise Refusal(refused)
        division = division_of(redraw, on=on)
        staffing = staffing_of(division)
        succession = succession_of(division, staffing)
        records = records_of(succession)
        areas = _areas_write(division)
        _people_write(division, staffing, areas)
        records_follow(records, areas=areas, on=on, current=today(), by=by)
        areas_end([(end.area, end.into) for end in division.endings], on=on)
        _outlines_write(division)
        handovers_offer(staffing.offers.items(), on=on)
        report = {
            "figures": figures_of(division, staffing, records),
            "matrix": matrix_of(division),
        }
        return _settle(redraw, state=State.ACTIVE, error="", report=report)


def _lock_people(redraw: Redraw) -> None:
    """Posts, then households, in the order everybody locks them in."""
    inside = beneath(redraw.villages)
    posts = Post.objects.select_for_update(no_key=True).filter(inside).order_by("pk")
    list(posts.values_list("pk"))
    households_lock(Household.objects.filter(inside).values_list("pk", flat=True))


def succession_of(division: Division, staffing: Staffing) -> Succession:
    """The division as casework asks for it."""
    return Succession(
        villages=tuple(division.redraw.villages),
        length=division.length,
        into=division.into,
        households={key: staffing.filed[key] for key in staffing.changed},
        at=division.at,
    )


def _areas_write(division: Division) -> dict[str, Area]:
    """Write new areas with their codes, and what changes of those that go on; all rows by path."""
    on = division.on
    conflict = _("A code of the new division was given away meanwhile; try again.")
    areas_begin([(c.area, c.code) for c in division.cells if c.new], on=on, conflict=conflict)
    numbers: dict[UUID, Numbers] = {}
    coded = []
    for unit, _shape in division.units:
        if unit.parent is None:
            raise TypeError("a unit lies beneath a grid")
        if unit.parent.pk not in numbers:
            numbers[unit.parent.pk] = Numbers(unit.parent, level=unit.level, on=on)
        coded.append((unit, numbers[unit.parent.pk].take()))
    areas_begin(coded, on=on, conflict=conflict)
    for cell in division.cells:
        name, kind = cell.drawn.name.strip(), cell.drawn.grid_kind
        if not cell.new and (cell.area.name, cell.area.grid_kind) != (name, kind):
            cell.area.name, cell.area.grid_kind = name, kind
            cell.area.save(update_fields=["name", "grid_kind"])
    rows = Area.objects.filter(beneath(division.redraw.villages))
    return {area.path: area for area in rows}


def _people_write(division: Division, staffing: Staffing, areas: dict[str, Area]) -> None:
    on = division.on
    memberships_follow(
        [Refiled(m.key, m.household, m.during, areas[m.to]) for m in changed(division)],
        on=on, current=today(),
    )  # fmt: skip
    posts_begin(staffing.following.values())
    links = links_follow(staffing.carried, on=on)
    links_break(staffing.broken, on=on)
    filed = {key: staffing.filed[key] for key in staffing.changed}
    handovers_follow(staffing.following, filed, staffing.reach, on=on)
    into = {end.area.pk: end.into for end in division.endings}
    pairings_follow(into, on=on)
    posts_over(staffing.ending, on=on)
    holders_follow(staffing.following, links, {end.area.path: end.into for end in division.endings})


def _outlines_write(division: Division) -> None:
    """New outlines of every area of the division, of those that go on as they are as well.

    Outlines for tiles are simplified with their siblings: one kept across the day would be drawn
    anew with the new ones, and the map of an earlier day would change.
    """
    outlines = [(cell.area, to_geos(cell.shape)) for cell in division.cells]
    outlines += [(unit, to_geos(shape)) for unit, shape in division.units if shape is not None]
    gone = [unit for unit, shape in division.staying if shape is None]
    outlines += [(unit, to_geos(shape)) for unit, shape in division.staying if shape is not None]
    cut_off(Boundary.objects.filter(area__in=gone), division.on)
    boundaries_set(outlines=outlines, on=division.on, source=_("redraw of grids"))


def matrix_of(division: Division) -> list[tuple[str, str, int]]:
    """How many households go from which area to which, by name, the most first."""
    names = names_of(division)
    return [
        (names.get(one, ""), names.get(other, ""), n)
        for (one, other), n in moves_between(division).most_common()
    ]


def figures_of(division: Division, staffing: Staffing, records: Records) -> dict[str, Any]:
    """The numbers of a redraw; kept with it once it is in force."""
    length = division.length
    today_all = [m for m in division.members if division.on in m.during]
    moved = [m for m in today_all if m.path[:length] != m.to[:length]]
    of_roles: dict[str, int] = defaultdict(int)
    for post in staffing.ending:
        of_roles["moved" if post.pk in staffing.following else "over"] += 1
    return {
        "households": len(today_all),
        "changed": len(moved),
        "unlocated": sum(not m.located for m in today_all),
        "unlocated_changed": sum(not m.located for m in moved),
        "in_none": sum(len(m.to) < length for m in today_all),
        "links_kept": len(staffing.carried),
        "links_broken": len(staffing.broken),
        "alone": len(staffing.alone),
        "offered": len(staffing.offers),
        "posts_moved": of_roles["moved"],
        "posts_over": of_roles["over"],
        "matters": len(records.issues),
        "deeds": len(records.deeds),
        "activities": len(records.activities),
        "messages": len(records.submissions),
        "tasks": len(records.tasks),
        "areas_before": len(division.today),
        "areas_after": len(division.cells),
        "areas_new": sum(cell.new for cell in division.cells),
        "areas_end": sum(len(end.area.path) == length for end in division.endings),
        "units_moved": len(division.units),
    }
