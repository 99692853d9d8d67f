"""The editor's doors: a draft as it stands, its households as points, and each step on it.

Every step names the version it was made from. 409 with the new state where somebody else was
faster; 400 with a sentence where it cannot be done. Coordinates are WGS 84, exact to 1e-8 degree.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import Field

from accounts.gate import SignedInRequest, allow
from accounts.reads import Read, note_read
from grids.models import Area
from grids.querysets import beneath
from households.models import Household
from lib.bordermoves import Moves
from lib.clock import today
from lib.errors import Outdated
from lib.geo import latitude_of, longitude_of
from planning.models import Barrier, Redraw
from planning.redrawing import editing, steps
from planning.redrawing.barriers import barrier_add, barrier_remove
from planning.redrawing.board import Told
from planning.redrawing.drafts import families, redraw_state
from planning.redrawing.proposing import redraw_propose, redraw_quality

router = Router()
MOST_POINTS = 5_000

Lon = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Lat = Annotated[float, Field(ge=-85, le=85, allow_inf_nan=False)]
Place = tuple[Lon, Lat]
Line = Annotated[list[Place], Field(max_length=MOST_POINTS)]
Metres = Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]


class Draw(Schema):
    """An outline becomes a grid; ``area`` is one of today that gets its first outline."""

    verb: Literal["draw"]
    outline: Line
    name: str = Field("", max_length=200)
    area: UUID | None = None
    reach_m: Metres = 2.0


class Split(Schema):
    """A line cuts a grid."""

    verb: Literal["split"]
    line: Line
    key: UUID | None = None
    reach_m: Metres = 2.0


class Merge(Schema):
    """Neighbours become one."""

    verb: Literal["merge"]
    keys: list[UUID] = Field(max_length=500)


class Move(Schema):
    """Vertices of borders: inserted (between two), moved (from, to), taken out."""

    verb: Literal["move"]
    village: UUID
    inserts: list[tuple[Place, Place, Place]] = Field([], max_length=MOST_POINTS)
    moves: list[tuple[Place, Place]] = Field([], max_length=MOST_POINTS)
    removes: Line = []
    reach_m: Metres = 20.0


class Give(Schema):
    """Land at a place goes to a grid; without ``key`` it becomes one."""

    verb: Literal["give"]
    at: Place
    key: UUID | None = None


class Rename(Schema):
    verb: Literal["rename"]
    key: UUID
    name: str = Field(max_length=200)


class Kind(Schema):
    verb: Literal["kind"]
    key: UUID
    kind: str = Field(max_length=20)


class Lock(Schema):
    verb: Literal["lock"]
    key: UUID
    locked: bool


class Propose(Schema):
    """Grids of a village proposed: so many, or of so many households, else of the usual size."""

    verb: Literal["propose"]
    village: UUID
    k: int | None = Field(None, ge=-1_000_000, le=1_000_000)
    size: int | None = Field(None, ge=-1_000_000, le=1_000_000)
    tolerance: float | None = Field(None, allow_inf_nan=False)
    seed: int = Field(0, ge=0, le=2**31 - 1)


class Back(Schema):
    """Take back the last step, or do it again."""

    verb: Literal["undo", "redo"]


Change = Draw | Split | Merge | Move | Give | Rename | Kind | Lock | Propose | Back


class Step(Schema):
    """A change of a draft and the version it was made from."""

    version: int
    change: Change = Field(discriminator="verb")


class NewBarrier(Schema):
    """A road, river or railway."""

    kind: str = Field(max_length=20)
    name: str = Field("", max_length=200)
    line: Line


def _managed(request: SignedInRequest, key: UUID) -> Redraw:
    return get_object_or_404(Redraw.objects.manageable_by(request.user), pk=key)


@router.get("/redraws/{key}")
@allow("manager", "leader")
def redraw_shown(request: SignedInRequest, key: UUID) -> dict[str, Any]:
    """A draft as it stands: areas and counts, no households."""
    redraw = get_object_or_404(Redraw.objects.visible_to(request.user), pk=key)
    return _state(redraw, request)


def _state(redraw: Redraw, request: SignedInRequest) -> dict[str, Any]:
    """The state with how good the division of each village is, for whoever asks."""
    villages = [parent for parent, _outline in families(redraw)]
    found = [redraw_quality(redraw, village, by=request.user) for village in villages]
    return {**redraw_state(redraw), "quality": found}


@router.get("/redraws/{key}/households")
@allow("manager")
def redraw_households(request: SignedInRequest, key: UUID) -> dict[str, Any]:
    """Where the households of its villages stand, as points without names."""
    redraw = _managed(request, key)
    points = list(
        Household.objects.visible_to(request.user)
        .filter(beneath(redraw.villages), location__isnull=False)
        .open_on(today())
        .annotate(lon=longitude_of(), lat=latitude_of())
        .values_list("lon", "lat")
    )
    note_read(request, Read("redraw.households", redraw.path, len(points), "P2"))
    return {"points": points}


@router.post("/redraws/{key}/steps")
@allow("manager")
def redraw_step(request: SignedInRequest, key: UUID, body: Step) -> Any:
    """Make one change; the answer is the new state, what was changed and what to know of it."""
    redraw = _managed(request, key)
    try:
        told = _change(redraw, body, request)
    except Outdated as outdated:
        state = _state(outdated.row, request)
        sentence = _("%(name)s has changed this draft at the same time; it is shown as it is now.")
        error = sentence % {"name": state["changed"]["by"]}
        return JsonResponse({"error": error, "state": state}, status=409)
    return {"state": _state(told.redraw, request), "keys": told.keys, "told": told.sentences}


def _change(redraw: Redraw, body: Step, request: SignedInRequest) -> Told:
    common: dict[str, Any] = {"redraw": redraw, "version": body.version, "by": request.user}
    change = body.change
    if isinstance(change, Back):
        back = steps.redraw_undo if change.verb == "undo" else steps.redraw_redo
        return Told(back(**common))
    if isinstance(change, Propose):
        asked = change.model_dump(include={"k", "size", "tolerance", "seed"})
        village = _area_of_today(change.village, request)
        proposal = redraw_propose(village=village, **asked, **common)
        return Told(proposal.redraw, [], proposal.notices)
    if isinstance(change, Draw):
        return editing.area_draw(
            outline=change.outline, name=change.name, reach_m=change.reach_m,
            area=_area_of_today(change.area, request), **common,
        )  # fmt: skip
    if isinstance(change, Split):
        key = str(change.key) if change.key else None
        return editing.area_split(line=change.line, key=key, reach_m=change.reach_m, **common)
    if isinstance(change, Merge):
        return editing.areas_merge(keys=[str(key) for key in change.keys], **common)
    if isinstance(change, Move):
        moves = Moves(change.inserts, change.moves, change.removes)
        return editing.borders_move(
            village=change.village, change=moves, reach_m=change.reach_m, **common
        )
    if isinstance(change, Give):
        key = str(change.key) if change.key else None
        return editing.land_give(at=change.at, key=key, **common)
    if isinstance(change, Rename):
        return editing.area_rename(key=str(change.key), name=change.name, **common)
    if isinstance(change, Kind):
        return editing.area_kind(key=str(change.key), kind=change.kind, **common)
    return editing.area_lock(key=str(change.key), locked=change.locked, **common)


def _area_of_today(key: UUID | None, request: SignedInRequest) -> Any:
    if key is None:
        return None
    return get_object_or_404(Area.objects.visible_to(request.user), pk=key)


@router.post("/redraws/{key}/barriers")
@allow("manager")
def redraw_barrier(request: SignedInRequest, key: UUID, body: NewBarrier) -> dict[str, Any]:
    """Keep a road, river or railway drawn on the map."""
    redraw = _managed(request, key)
    barrier_add(redraw=redraw, kind=body.kind, line=body.line, name=body.name, by=request.user)
    return {"state": _state(redraw, request)}


@router.delete("/redraws/{key}/barriers/{barrier}")
@allow("manager")
def redraw_barrier_remove(request: SignedInRequest, key: UUID, barrier: UUID) -> dict[str, Any]:
    """Take a road, river or railway away."""
    redraw = _managed(request, key)
    found = Barrier.objects.of(redraw.villages).filter(pk=barrier).first()
    if found is None:
        raise Http404
    barrier_remove(barrier=found, by=request.user)
    return {"state": _state(redraw, request)}
