"""What does the map get? Area outlines, household points, cells of counts; nothing above P2."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from django.contrib.gis.geos import GEOSGeometry, Polygon
from django.db import connections
from django.db.models import Case, Exists, F, Func, OuterRef, Q, Sum, TextField, Value, When

from accounts.models import User
from casework.models import HouseholdCell, Issue
from casework.querysets import past_limit
from grids.boundaries import BANDS
from grids.models import Area, Boundary
from grids.querysets import beneath
from grids.scope import Scope, scope_of
from households.models import Household
from lib.geo import as_it_is, in_mercator
from lib.tiles import EXTENT, HALF, Drawn, Tile, envelope_sql, points_tile

AREA_TILE = (Path(__file__).parent / "sql" / "area_tile.sql").read_text("utf-8")
OUTSIDE_ON = (Path(__file__).parent / "sql" / "outside_on.sql").read_text("utf-8")
DENSITY_TILE = (Path(__file__).parent / "sql" / "density_tile.sql").read_text("utf-8")
#: Pins with name and code are longer than households.
MOST_PINS = 400
POINTS_FROM = 13
#: Cells of the pyramid a tile is wide: a cell of zoom z is a tile of zoom z + 5.
CELL_STEP = 5
CELL_ZOOMS = (5, 12)
VILLAGE_PATH = 12
#: Outlines of a tile that carry names; more are a texture, and their names would be its weight.
NAMED = 400


def level_at(z: int) -> str:
    """The level drawn at a zoom where none was chosen."""
    if z <= 7:
        return "county"
    if z <= 9:
        return "township"
    return "village" if z <= 11 else "grid"


def area_tile(user: User, tile: Tile, *, level: str, on: date) -> bytes:
    """Layers ``areas`` and ``labels`` of one level, within what the person may see.

    Of more than ``NAMED`` outlines in one tile: their ids alone, and no labels.
    """
    band = max(lowest for lowest, _tolerance in BANDS if lowest <= tile.z)
    west, south, east, north = tile.envelope()
    with connections["tiles"].cursor() as cursor:
        cursor.execute(
            AREA_TILE,
            {
                "z": tile.z, "x": tile.x, "y": tile.y, "on": on, "level": level, "band": band,
                "west": west, "south": south, "east": east, "north": north,
                "patterns": [f"{path}%" for path in scope_of(user).areas], "named": NAMED,
            },
        )  # fmt: skip
        return bytes(cursor.fetchone()[0])


def pin_tile(user: User, tile: Tile, *, on: date) -> bytes:
    """Layer ``pins``: units without an outline that stand at a place of their own.

    Layer ``pin_cells`` (n) in its place where they are too many.
    """
    outlines = Boundary.objects.filter(area=OuterRef("pk"), during__contains=on)
    rows = (
        Area.objects.visible_to(user).in_force(on).with_code(on)
        .filter(~Exists(outlines), Q(located_on=None) | Q(located_on__lte=on), level="unit")
        .filter(location__bboverlaps=_box(tile))
    )  # fmt: skip
    return points_tile(
        [(rows, in_mercator("location"))],
        columns=["id", "name", "code"],
        properties="seen.id, seen.name, seen.code",
        counts={"n": "true"},
        tile=tile,
        layer="pins",
        cells="pin_cells",
        most=MOST_PINS,
    ).body


def _box(tile: Tile) -> GEOSGeometry:
    """What a tile and its margin cover, in WGS 84."""
    box = Polygon.from_bbox(tile.envelope())
    box.srid = 3857
    return box.transform(4326, clone=True)


def shows_points(scope: Scope, z: int) -> bool:
    """Points from zoom 13; for whoever sees less than a village, whose cells would tell of
    others, at every zoom."""
    return z >= POINTS_FROM or not any(len(path) <= VILLAGE_PATH for path in scope.households)


def household_tile(
    user: User, tile: Tile, *, on: date, current: date, single: bool = True
) -> Drawn:
    """Layer ``households``: id, whether linked, whether its registered place is outside its grid,
    ``season`` where it is at a seasonal place on the day. Never a need.

    Layer ``cells`` in its place where they are too many, or not wanted ``single``. A day before
    today is asked of the base tables, as the coverage SQL asks them.
    """
    past = on != current
    rows = Household.objects.visible_to(user).open_on(on).with_linked_on(on, current=current)
    if past:
        rows = rows.with_registered(on).annotate(place=as_it_is("registered"))
    return points_tile(
        rows.placed_on(on, current=current),
        columns=["id", "linked", "outside", "at_season", *(["place"] if past else [])],
        properties="seen.id, seen.linked, nullif(seen.at_season, false) AS season,"
        f" {OUTSIDE_ON if past else 'seen.outside'} AS outside",
        values=[on] * OUTSIDE_ON.count("%s") if past else [],
        counts={"n": "true", "unlinked": "NOT seen.linked"},
        tile=tile,
        layer="households",
        single=single,
    )


def issue_tile(user: User, tile: Tile, *, on: date, current: date) -> Drawn:
    """Layer ``issues``: open matters at public places: id, kind, whether open or overdue.

    Layer ``issue_cells`` (n, overdue) in its place where they are too many.
    """
    rows = (
        Issue.objects.visible_to(user).at_public_places().open_on(on, current=current)
        .filter(point__bboverlaps=_box(tile))
    )  # fmt: skip
    late = Case(When(past_limit(on), then=True), default=False)
    return points_tile(
        [(rows.annotate(overdue=late), in_mercator("point"))],
        columns=["id", "kind", "overdue"],
        properties="seen.id, seen.kind,"
        " CASE WHEN seen.overdue THEN 'overdue' ELSE 'open' END AS state",
        counts={"n": "true", "overdue": "seen.overdue"},
        tile=tile,
        layer="issues",
        cells="issue_cells",
    )


def cell_tile(user: User, tile: Tile) -> bytes:
    """Layer ``cells``: located households and how many have no contact, 32 × 32 a tile."""
    zoom = min(max(tile.z, CELL_ZOOMS[0]), CELL_ZOOMS[1])
    shift = zoom - tile.z
    span = 1 << (CELL_STEP + shift)
    first_x, first_y = tile.x * span, tile.y * span
    side = 2 * HALF / (1 << (zoom + CELL_STEP))
    rows = (
        HouseholdCell.objects.filter(beneath(scope_of(user).households))
        .filter(Q(zoom=zoom, x__gte=first_x, x__lt=first_x + span))
        .filter(y__gte=first_y, y__lt=first_y + span)
        .values("x", "y")
        .annotate(
            n=Sum("households"),
            without=Sum("unlinked"),
            location_3857=Func(
                Value(-HALF + side / 2) + F("x") * Value(side),
                Value(HALF - side / 2) - F("y") * Value(side),
                template="ST_SetSRID(ST_MakePoint(%(expressions)s), 3857)",
                output_field=TextField(),
            ),
        )
    )
    inner, parameters = rows.query.sql_with_params()
    exact, exact_parameters = envelope_sql(tile, 0)
    with connections["tiles"].cursor() as cursor:
        cursor.execute(
            f"""
            SELECT ST_AsMVT(feature, 'cells', {EXTENT}, 'geom') FROM (
                SELECT cell.n, cell.without AS unlinked,
                    ST_AsMVTGeom(cell.location_3857, {exact}, {EXTENT}, 0, true) AS geom
                FROM ({inner}) cell
            ) feature
            """,
            [*exact_parameters, *parameters],
        )
        return bytes(cursor.fetchone()[0])


def density_tile(user: User, tile: Tile) -> bytes:
    """Layer ``density``: squares of at least 5 households, and how many have most need.

    Only where the person may read the needs.
    """
    zoom = min(max(tile.z, CELL_ZOOMS[0]), CELL_ZOOMS[1])
    west, south, east, north = tile.envelope(0)
    with connections["tiles"].cursor() as cursor:
        cursor.execute(
            DENSITY_TILE,
            {
                "z": tile.z, "x": tile.x, "y": tile.y, "zoom": zoom,
                "west": west, "south": south, "east": east, "north": north,
                "patterns": [f"{path}%" for path in scope_of(user).needs],
            },
        )  # fmt: skip
        return bytes(cursor.fetchone()[0])
