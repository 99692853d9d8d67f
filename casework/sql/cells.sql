-- The count pyramid of the villages whose areas were counted: 32 x 32 cells a tile, zoom 5 to 12.
WITH village AS MATERIALIZED (
    SELECT DISTINCT left(path, 12) AS path
    FROM grids_area
    WHERE id = ANY(%(areas)s::uuid[]) AND length(path) >= 12
),
fresh AS MATERIALIZED (
    SELECT v.path, z.zoom,
        floor(
            (public.st_x(h.location_3857) + 20037508.342789244)
            / (40075016.685578488 / (1 << (z.zoom + 5)))
        )::int AS x,
        floor(
            (20037508.342789244 - public.st_y(h.location_3857))
            / (40075016.685578488 / (1 << (z.zoom + 5)))
        )::int AS y,
        count(*) AS households,
        count(*) FILTER (WHERE h.gap_reason <> '') AS unlinked
    FROM village v
    -- A range: LIKE with a pattern of the other table would read every household.
    JOIN households_household h ON h.path >= v.path AND h.path < v.path || '~'
        AND h.during @> %(on)s::date AND h.location_3857 IS NOT NULL
    CROSS JOIN generate_series(5, 12) AS z (zoom)
    GROUP BY 1, 2, 3, 4
),
gone AS (
    DELETE FROM casework_householdcell c
    USING village v
    WHERE c.path = v.path AND NOT EXISTS (
        SELECT FROM fresh f
        WHERE f.path = c.path AND f.zoom = c.zoom AND f.x = c.x AND f.y = c.y
    )
)
INSERT INTO casework_householdcell AS c (path, zoom, x, y, households, unlinked)
SELECT path, zoom, x, y, households, unlinked FROM fresh
ON CONFLICT (zoom, path, x, y) DO UPDATE
SET households = excluded.households, unlinked = excluded.unlinked
WHERE (c.households, c.unlinked) <> (excluded.households, excluded.unlinked)
