-- Outlines of one level in force on a day, within the paths a person may see; labels beside them.
-- Of more than %(named)s in one tile no name could be placed: they carry their id alone.
WITH outline AS MATERIALIZED (
    SELECT a.id::text AS id, c.code, a.name, a.type_label AS type, a.level, o.geom, o.label
    FROM grids_boundaryoutline o
    JOIN grids_boundary b ON b.id = o.boundary_id AND b.during @> %(on)s::date
    JOIN grids_area a ON a.id = b.area_id
    LEFT JOIN grids_areacode c ON c.area_id = a.id AND c.during @> %(on)s::date
    WHERE o.level = %(level)s AND o.band = %(band)s
        AND o.geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 3857)
        AND b.path LIKE ANY(%(patterns)s)
),
named AS (
    SELECT count(*) <= %(named)s AS few FROM outline
),
tile AS (
    SELECT ST_TileEnvelope(%(z)s, %(x)s, %(y)s) AS geom
)
SELECT coalesce(
    (
        SELECT ST_AsMVT(feature, 'areas', 4096, 'geom')
        FROM (
            SELECT outline.id,
                CASE WHEN few THEN code END AS code, CASE WHEN few THEN name END AS name,
                CASE WHEN few THEN type END AS type, CASE WHEN few THEN level END AS level,
                ST_AsMVTGeom(outline.geom, tile.geom, 4096, 64, true) AS geom
            FROM outline CROSS JOIN tile CROSS JOIN named
        ) feature
    ),
    ''
) || coalesce(
    (
        SELECT ST_AsMVT(feature, 'labels', 4096, 'geom')
        FROM (
            SELECT outline.id, code, name, type, level,
                ST_AsMVTGeom(outline.label, tile.geom, 4096, 0, true) AS geom
            FROM outline CROSS JOIN tile CROSS JOIN named
            WHERE few AND outline.label && tile.geom
        ) feature
    ),
    ''
)
