"""A draft of new boundaries: begun from the division of today, told to the editor, dropped."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

import numpy as np
import shapely
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from grids.importing.topology import Shape, family_faults, pieces
from grids.models import Area, Boundary
from grids.naming import account_names
from grids.querysets import beneath
from grids.services import require_manage
from lib.borders import Division, Plane, multi, polygons
from lib.clock import today
from lib.errors import Refusal
from planning.models import Barrier, Redraw, RedrawArea
from planning.redrawing.placing import Placed, households_placed
from planning.redrawing.steps import label_of, redraw_opened

Level = Area.Level
#: The level an outline of the draft is cut out of.
ABOVE = {"grid": Level.VILLAGE, "unit": Level.GRID}
LONGEST_NAME = 60
KM2_FROM = 100_000


def as_shapely(geom: Any) -> Any:
    """A geometry of the database for shapely, WGS 84."""
    return shapely.from_wkb(bytes(geom.wkb))


def as_geos(shape: Any) -> MultiPolygon:
    """A shape as the multipolygon the database keeps, WGS 84."""
    geom = GEOSGeometry(memoryview(shapely.to_wkb(multi(shape))), srid=4326)
    return cast(MultiPolygon, geom)


def families(redraw: Redraw) -> list[tuple[Area, Any]]:
    """Each area that is divided anew, with its outline of today (shapely, WGS 84), by code."""
    return outlined(redraw.villages, redraw.level)


def outlined(paths: Iterable[str], level: str) -> list[tuple[Area, Any]]:
    """The areas just above a level at or beneath paths that have an outline today."""
    on = today()
    parents = Area.objects.filter(beneath(paths), level=ABOVE[level]).in_force(on).with_code(on)
    shapes = dict(
        Boundary.objects.filter(area__in=parents, during__contains=on).values_list(
            "area_id", "geom"
        )
    )
    return [
        (parent, as_shapely(shapes[parent.pk]))
        for parent in parents.order_by("code", "path")
        if parent.pk in shapes
    ]


@transaction.atomic
def redraw_start(
    *, area: Area, villages: Iterable[Area], level: str, name: str = "", by: User
) -> Redraw:
    """Begin a draft from the division of today: grids of villages, or units of their grids.

    Neighbours get each other's vertices, and those a tenth of a metre apart become one. Gaps and
    overlaps that are there today are kept, so that the draft tells of them. For units, single
    grids may be given instead of villages.
    """
    require_manage(by, area.path)
    chosen = sorted({one.path: one for one in villages}.values(), key=lambda one: one.path)
    _check_chosen(area, chosen, level)
    if len(name.strip()) > LONGEST_NAME:
        raise Refusal(_("The name is too long; 60 characters at most."), field="name")
    redraw = Redraw.objects.create(
        area=area, path=area.path, villages=[one.path for one in chosen], level=level,
        name=name.strip(), by=by, changed_by=by,
    )  # fmt: skip
    for parent, outline in families(redraw):
        _copy(redraw, parent, outline)
    return redraw


def _check_chosen(area: Area, chosen: list[Area], level: str) -> None:
    if level not in ABOVE:
        raise Refusal(_("Choose whether grids or units are drawn."), field="level")
    if not chosen:
        raise Refusal(_("Choose at least one village."), field="villages")
    fitting = {Level.VILLAGE, ABOVE[level]}
    if any(not v.path.startswith(area.path) or v.level not in fitting for v in chosen):
        raise Refusal(_("Choose villages of this area from the list."), field="villages")
    with_outline = [parent.path for parent, _outline in outlined([v.path for v in chosen], level)]
    bare = [v.name for v in chosen if not any(path.startswith(v.path) for path in with_outline)]
    if bare:
        raise Refusal(
            _("%(names)s: there is no outline on the map yet. Import its boundary first.")
            % {"names": "、".join(bare)},
            field="villages",
        )


def _children(parent: Area, level: str) -> list[Area]:
    on = today()
    return list(
        Area.objects.filter(parent=parent, level=level).in_force(on).with_code(on).order_by("path")
    )


def _copy(redraw: Redraw, parent: Area, outline: Any) -> None:
    children = {child.pk: child for child in _children(parent, redraw.level)}
    drawn = Boundary.objects.filter(area__in=children, during__contains=today())
    shapes = {pk: as_shapely(geom) for pk, geom in drawn.values_list("area_id", "geom")}
    division = Division.of(outline, shapes, snap=True)
    RedrawArea.objects.bulk_create(
        RedrawArea(
            redraw=redraw, area=children[pk], parent=parent, name=children[pk].name,
            code=children[pk].code or "",  # type: ignore[attr-defined]
            grid_kind=children[pk].grid_kind, geom=as_geos(shape),
        )
        for pk, shape in division.shapes().items()
    )  # fmt: skip


@transaction.atomic
def redraw_drop(*, redraw: Redraw, version: int | None = None, by: User) -> Redraw:
    """Put a draft away that nobody wants; it stays readable and can no longer be changed."""
    redraw = redraw_opened(redraw=redraw, version=version, by=by)
    redraw.state = Redraw.State.DROPPED
    redraw.settled_by = by
    redraw.version += 1
    redraw.save(update_fields=["state", "settled_by", "version", "changed_at"])
    return redraw


def redraw_state(redraw: Redraw) -> dict[str, Any]:
    """What the editor shows: outlines, areas with their numbers, faults, barriers, steps.

    Coordinates are WGS 84 and exact: a vertex that areas share is the same numbers in each.
    """
    rows = redraw.areas.select_related("parent", "area")  # type: ignore[attr-defined]
    areas = sorted(rows, key=lambda row: (not row.code, row.code, row.name, str(row.pk)))
    placed = households_placed(redraw, on=today(), areas=areas)
    parents = families(redraw)
    return {
        "id": str(redraw.pk),
        "name": str(redraw),
        "level": redraw.level,
        "state": redraw.state,
        "version": redraw.version,
        "changed": _changed(redraw),
        "villages": [_family(redraw, parent, outline, areas) for parent, outline in parents],
        "areas": _rows(areas, placed),
        "unplaced": int(((placed.at < 0) & np.isfinite(placed.x)).sum()),
        "adrift": int(((placed.at < 0) & ~np.isfinite(placed.x)).sum()),
        "faults": [one for parent, outline in parents for one in _faults(parent, outline, areas)],
        "barriers": [_barrier(one) for one in Barrier.objects.of(redraw.villages).order_by("pk")],
        "undo": label_of(redraw.steps[-1]) if redraw.steps else None,
        "redo": label_of(redraw.ahead[-1]) if redraw.ahead else None,
    }  # fmt: skip


def _changed(redraw: Redraw) -> dict[str, str]:
    user = redraw.changed_by_id or redraw.by_id
    names = account_names([str(user)]) if user else {}
    return {"by": names.get(str(user), ""), "at": redraw.changed_at.isoformat()}


def _coordinates(shape: Any) -> list[Any]:
    """Polygons of rings of [lon, lat], the rings closed."""
    return [
        [shapely.get_coordinates(ring).tolist() for ring in [part.exterior, *part.interiors]]
        for part in polygons(shape)
    ]


def _family(redraw: Redraw, parent: Area, outline: Any, areas: list[RedrawArea]) -> dict[str, Any]:
    """An outline, its land that nobody has, and areas of today that have no outline yet."""
    mine = [as_shapely(area.geom) for area in areas if area.parent_id == parent.pk]
    open_land = [part for part, _size in pieces(outline - shapely.union_all(mine))]
    drawn = {area.area_id for area in areas}
    return {
        "id": str(parent.pk),
        "name": parent.name,
        "geometry": _coordinates(outline),
        "open": _coordinates(shapely.MultiPolygon(open_land)),
        "undrawn": [
            {"id": str(child.pk), "name": child.name}
            for child in _children(parent, redraw.level)
            if child.pk not in drawn and not child.boundaries.filter(  # type: ignore[attr-defined]
                during__contains=today()
            ).exists()
        ],
    }  # fmt: skip


def _rows(areas: list[RedrawArea], placed: Placed) -> list[dict[str, Any]]:
    counts = placed.counts()
    leaving = [0] * len(areas)
    for at, stays in zip(placed.at.tolist(), placed.stays.tolist(), strict=True):
        if at >= 0 and not stays:
            leaving[at] += 1
    shapes = [as_shapely(area.geom) for area in areas]
    return [
        {
            "key": str(area.pk),
            "village": str(area.parent_id),
            "area": str(area.area_id) if area.area_id else None,
            "name": area.name,
            "code": area.code,
            "kind": area.grid_kind,
            "locked": area.locked,
            "geometry": _coordinates(shapes[index]),
            "label": _label(shapes[index]),
            "compact": round(Plane.at(shapes[index]).compactness(shapes[index]), 2),
            "households": counts[index],
            "coming": leaving[index],
        }
        for index, area in enumerate(areas)
    ]


def _label(shape: Any) -> list[float]:
    """Where a name has most room."""
    largest = max(polygons(shape), key=lambda part: part.area)
    east, north = Plane.at(largest).east, Plane.at(largest).north
    flat = Plane.at(largest).flat(largest)
    circle = shapely.maximum_inscribed_circle(flat, tolerance=flat.length / 200)
    x, y = shapely.get_coordinates(circle)[0].tolist()
    return [x / east, y / north]


def _faults(parent: Area, outline: Any, areas: list[RedrawArea]) -> list[dict[str, Any]]:
    mine = [area for area in areas if area.parent_id == parent.pk]
    around = Shape("", parent.name, outline)
    shapes = [Shape(str(area.pk), area.name, as_shapely(area.geom)) for area in mine]
    found = [
        _fault(fault.kind, parent, fault.of, fault.lon, fault.lat, round(fault.size_m2))
        for fault in family_faults(shapes, around)
    ]
    for shape in shapes:
        parts = sorted(polygons(shape.outline), key=lambda part: part.area)
        if len(parts) > 1:
            at = shapely.point_on_surface(parts[0])
            found.append(_fault("parts", parent, (shape,), at.x, at.y, len(parts)))
    return found


def size_text(square_metres: float) -> str:
    """A piece of land in square metres, from a tenth of a square kilometre on in these."""
    if square_metres >= KM2_FROM:
        return _("%.2f km²") % (square_metres / 1_000_000)
    return _("%d m²") % square_metres


def _fault(
    kind: str, parent: Area, of: tuple[Shape, ...], lon: float, lat: float, size: int
) -> dict[str, Any]:
    """``size``: square metres; of a grid in parts their number."""
    names = {
        "one": of[0].name, "other": of[-1].name, "n": size, "size": size_text(size),
        "place": parent.name,
    }  # fmt: skip
    sentence = {
        "gap": _("%(size)s of %(place)s belong to no grid."),
        "overlap": _("%(one)s and %(other)s overlap by %(size)s."),
        "outside": _("%(one)s reaches %(size)s beyond %(place)s."),
        "parts": _("%(one)s lies in %(n)d parts that do not hang together."),
    }[kind]
    return {
        "kind": kind,
        "village": str(parent.pk),
        "keys": [shape.code for shape in of if shape.code],
        "lon": lon,
        "lat": lat,
        "sentence": sentence % names,
    }


def _barrier(barrier: Barrier) -> dict[str, Any]:
    return {
        "id": str(barrier.pk),
        "kind": barrier.kind,
        "label": barrier.get_kind_display(),
        "name": barrier.name,
        "geometry": [list(map(list, line)) for line in barrier.geom.coords],
    }
