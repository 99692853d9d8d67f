"""Steps of a draft: kept before each change, taken back and done again, by whoever comes.

``steps`` holds the division before each change, the last one whole; in each earlier one an area
that did not change until the next is its key alone, so that fifty steps cost little more than
what they changed. ``ahead`` holds in the same way what was taken back.
"""

from __future__ import annotations

from typing import Any, cast

from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from grids.services import require_manage
from lib.clock import now
from lib.errors import Outdated, Refusal
from planning.models import Redraw, RedrawArea

MOST_STEPS = 50
LABELS = {
    "draw": gettext_lazy("drawing a grid"),
    "split": gettext_lazy("the split"),
    "merge": gettext_lazy("the merging"),
    "move": gettext_lazy("moving a border"),
    "give": gettext_lazy("giving land away"),
    "rename": gettext_lazy("the new name"),
    "kind": gettext_lazy("the kind of grid"),
    "lock": gettext_lazy("locking"),
    "unlock": gettext_lazy("unlocking"),
    "propose": gettext_lazy("the proposal"),
    "import": gettext_lazy("the import"),
}
Record = dict[str, Any]
Step = dict[str, Any]


def redraw_opened(*, redraw: Redraw, version: int | None, by: User | None) -> Redraw:
    """The draft, locked until the transaction ends, for somebody who may change it.

    ``version`` is what was looked at: Outdated where somebody has changed it since.
    """
    redraw = Redraw.objects.select_for_update().get(pk=redraw.pk)
    require_manage(by, redraw.path)
    if redraw.state != Redraw.State.DRAFT:
        raise Refusal(_("Only a draft can be changed; make this one a draft again, or a new one."))
    if version is not None and redraw.version != version:
        raise Outdated(
            _("Somebody else has changed this draft in the meantime; what they did is shown now."),
            row=redraw,
        )
    return redraw


def step_keep(redraw: Redraw, *, label: str = "", by: User | None = None) -> None:
    """Keep the division as it is, before a change; call it in the transaction of the change.

    ``label`` is one of LABELS: what is about to be done. What was taken back before can no longer
    be done again.
    """
    redraw.steps = _pushed(redraw.steps, _now(redraw, label, by))
    redraw.ahead = []
    _touch(redraw, by)


@transaction.atomic
def redraw_undo(*, redraw: Redraw, version: int | None = None, by: User) -> Redraw:
    """Take back the last change."""
    redraw = redraw_opened(redraw=redraw, version=version, by=by)
    if not redraw.steps:
        raise Refusal(_("There is nothing to take back."))
    redraw.steps, step = _popped(redraw.steps)
    redraw.ahead = _pushed(redraw.ahead, _now(redraw, step["label"], by))
    _restore(redraw, step["areas"])
    _touch(redraw, by)
    return redraw


@transaction.atomic
def redraw_redo(*, redraw: Redraw, version: int | None = None, by: User) -> Redraw:
    """Do again what was taken back last."""
    redraw = redraw_opened(redraw=redraw, version=version, by=by)
    if not redraw.ahead:
        raise Refusal(_("There is nothing to do again."))
    redraw.ahead, step = _popped(redraw.ahead)
    redraw.steps = _pushed(redraw.steps, _now(redraw, step["label"], by))
    _restore(redraw, step["areas"])
    _touch(redraw, by)
    return redraw


def label_of(step: Step) -> str:
    """What a step did, in words."""
    return str(LABELS.get(step["label"], step["label"] or _("the last change")))


def _touch(redraw: Redraw, by: User | None) -> None:
    redraw.version += 1
    redraw.changed_by = by
    redraw.save(update_fields=["steps", "ahead", "version", "changed_by", "changed_at"])


def _now(redraw: Redraw, label: str, by: User | None) -> Step:
    return {
        "label": label,
        "by": str(by.pk) if by else "",
        "at": now().isoformat(timespec="seconds"),
        "areas": [
            _record(area)
            for area in redraw.areas.order_by("pk").prefetch_related("replaces")  # type: ignore[attr-defined]
        ],
    }


def _record(area: RedrawArea) -> Record:
    return {
        "id": str(area.pk),
        "area": str(area.area_id) if area.area_id else None,
        "parent": str(area.parent_id),
        "name": area.name,
        "code": area.code,
        "grid_kind": area.grid_kind,
        "locked": area.locked,
        "replaces": sorted(str(one.pk) for one in area.replaces.all()),
        "geom": area.geom.hex.decode(),
    }


def _pushed(steps: list[Step], step: Step) -> list[Step]:
    steps = list(steps)
    if steps:
        fresh = {record["id"]: record for record in step["areas"]}
        last = steps[-1]
        thin = [
            record["id"] if fresh.get(record["id"]) == record else record
            for record in last["areas"]
        ]
        steps[-1] = {**last, "areas": thin}
    return [*steps, step][-MOST_STEPS:]


def _popped(steps: list[Step]) -> tuple[list[Step], Step]:
    *rest, step = steps
    if rest:
        known = {record["id"]: record for record in step["areas"]}
        last = rest[-1]
        whole = [known[r] if isinstance(r, str) else r for r in last["areas"]]
        rest[-1] = {**last, "areas": whole}
    return rest, step


def _restore(redraw: Redraw, records: list[Record]) -> None:
    present = {str(area.pk): area for area in redraw.areas.prefetch_related("replaces")}  # type: ignore[attr-defined]
    same = {key for key, area in present.items() if _record(area) in records}
    # All that changed goes first: two areas may have exchanged what only one may be.
    RedrawArea.objects.filter(pk__in=set(present) - same).delete()
    for record in records:
        if record["id"] in same:
            continue
        geom = cast(MultiPolygon, GEOSGeometry(record["geom"], srid=4326))
        area = RedrawArea.objects.create(
            pk=record["id"], redraw=redraw, area_id=record["area"], parent_id=record["parent"],
            name=record["name"], code=record["code"], grid_kind=record["grid_kind"],
            locked=record["locked"], geom=geom,
        )  # fmt: skip
        area.replaces.set(record["replaces"])
