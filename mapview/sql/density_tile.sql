-- Squares of the density surface beneath some paths: those finer than the tile shows are added up
-- to its cells, coarser ones lie beneath them. A sum of whole pieces never tells of fewer than 5.
-- `zoom` tells the size of the whole square, which the edge of a tile may cut.
WITH piece AS (
    SELECT least(c.zoom, %(zoom)s) AS zoom,
        c.x >> greatest(c.zoom - %(zoom)s, 0) AS x,
        c.y >> greatest(c.zoom - %(zoom)s, 0) AS y,
        c.households, c.zhongdian
    FROM casework_densitycell c
    WHERE c.path LIKE ANY(%(patterns)s)
),
square AS (
    SELECT zoom, x, y, sum(households)::bigint AS n, sum(zhongdian)::bigint AS k,
        40075016.685578488 / (1 << (zoom + 5)) AS side
    FROM piece
    GROUP BY zoom, x, y
),
drawn AS (
    SELECT square.*, ST_MakeEnvelope(
        -20037508.342789244 + x * side, 20037508.342789244 - (y + 1) * side,
        -20037508.342789244 + (x + 1) * side, 20037508.342789244 - y * side, 3857
    ) AS geom
    FROM square
    -- Neighbours that only touch are left to their own tile.
    WHERE -20037508.342789244 + (x + 0.999) * side > %(west)s
        AND -20037508.342789244 + (x + 0.001) * side < %(east)s
        AND 20037508.342789244 - (y + 0.001) * side > %(south)s
        AND 20037508.342789244 - (y + 0.999) * side < %(north)s
)
SELECT coalesce(ST_AsMVT(feature, 'density', 4096, 'geom'), '')
FROM (
    SELECT n, k, zoom, ST_AsMVTGeom(geom, ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 4096, 0, true) AS geom
    FROM drawn
    ORDER BY zoom, x, y
) feature
