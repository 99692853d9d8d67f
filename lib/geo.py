"""Spatial SQL functions for queryset verbs. Metres come from geography, never from degrees."""

from __future__ import annotations

from math import cos, radians

from django.contrib.gis.db.models import PointField
from django.contrib.gis.geos import Point, Polygon
from django.db.models import F, FloatField, Func, GeneratedField, TextField, Value


def mercator_copy(column: str) -> GeneratedField:
    """A point column once more in EPSG:3857, stored; null where it cannot be drawn there."""
    return GeneratedField(
        expression=Func(
            F(column),
            template=(
                "CASE WHEN public.st_x(%(expressions)s) BETWEEN -180 AND 180"
                " AND public.st_y(%(expressions)s) BETWEEN -85 AND 85"
                " THEN public.st_transform(%(expressions)s, 3857) END"
            ),
            output_field=PointField(srid=3857),
        ),
        output_field=PointField(srid=3857, null=True, spatial_index=False),
        db_persist=True,
    )


def mercator_point(longitude: float, latitude: float) -> Func:
    """A WGS 84 point as EPSG:3857: the literal is transformed, never the column."""
    return Func(
        Value(longitude),
        Value(latitude),
        template="ST_Transform(ST_SetSRID(ST_MakePoint(%(expressions)s), 4326), 3857)",
        output_field=TextField(),
    )


def as_it_is(column: str) -> Func:
    """A geometry column for SQL around a queryset, which would read it as bytes."""
    return Func(F(column), template="%(expressions)s", output_field=TextField())


def in_mercator(column: str) -> Func:
    """A column as EPSG:3857, to draw rows that were already found by the column itself."""
    return Func(F(column), template="ST_Transform(%(expressions)s, 3857)", output_field=TextField())


def _geography(longitude: float, latitude: float) -> Func:
    return Func(
        Value(longitude),
        Value(latitude),
        template="ST_SetSRID(ST_MakePoint(%(expressions)s), 4326)::geography",
        output_field=TextField(),
    )


def nearness(column: str, longitude: float, latitude: float) -> Func:
    """Order by this to get the nearest first through the index of an EPSG:3857 column.

    Mercator is conformal: near a point its order of distances is the order on the ground.
    """
    return Func(
        F(column),
        mercator_point(longitude, latitude),
        template="(%(expressions)s)",
        arg_joiner=" <-> ",
        output_field=FloatField(),
    )


def metres_from(column: str, longitude: float, latitude: float) -> Func:
    """Distance in metres from a WGS 84 point to a column of such points."""
    return Func(
        Func(F(column), template="%(expressions)s::geography", output_field=TextField()),
        _geography(longitude, latitude),
        function="ST_Distance",
        output_field=FloatField(),
    )


def bearing_from(column: str, longitude: float, latitude: float) -> Func:
    """Degrees clockwise from north in which a column of points lies, seen from a WGS 84 point."""
    return Func(
        _geography(longitude, latitude),
        Func(F(column), template="%(expressions)s::geography", output_field=TextField()),
        template="degrees(ST_Azimuth(%(expressions)s))",
        output_field=FloatField(),
    )


def longitude_of(column: str = "location") -> Func:
    """X of a point column."""
    return Func(F(column), function="ST_X", output_field=FloatField())


def latitude_of(column: str = "location") -> Func:
    """Y of a point column."""
    return Func(F(column), function="ST_Y", output_field=FloatField())


def box_around(longitude: float, latitude: float, metres: float) -> Polygon:
    """A square in EPSG:3857 that holds everything within a distance of a WGS 84 point."""
    middle = Point(longitude, latitude, srid=4326)
    middle.transform(3857)
    reach = 1.01 * metres / cos(radians(latitude))
    box = Polygon.from_bbox(
        (middle.x - reach, middle.y - reach, middle.x + reach, middle.y + reach)
    )
    box.srid = 3857
    return box
