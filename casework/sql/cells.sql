-- The count pyramid of the villages whose areas were counted: 32 x 32 cells a tile, zoom 5 to 12;
-- and their density surface, in pieces of at least five households. Each household counts where it
-- is on that day, at its seasonal place or where it is registered; the village stays its own.
WITH RECURSIVE village AS MATERIALIZED (
    SELECT DISTINCT left(path, 12) AS path
    FROM grids_area
    WHERE id = ANY(%(areas)s::uuid[]) AND length(path) >= 12
),
located AS MATERIALIZED (
    SELECT v.path, left(h.path, 16) AS grid_path, z.zoom,
        floor(
            (public.st_x(here.point) + 20037508.342789244)
            / (40075016.685578488 / (1 << (z.zoom + 5)))
        )::int AS x,
        floor(
            (20037508.342789244 - public.st_y(here.point))
            / (40075016.685578488 / (1 << (z.zoom + 5)))
        )::int AS y,
        count(*) AS households,
        count(*) FILTER (WHERE h.gap_reason <> '') AS unlinked,
        count(*) FILTER (WHERE e.household_id IS NULL) AS in_scope,
        count(*) FILTER (WHERE e.household_id IS NULL AND h.tier = 'zhongdian') AS zhongdian
    FROM village v
    -- A range: LIKE with a pattern of the other table would read every household.
    JOIN households_household h ON h.path >= v.path AND h.path < v.path || '~'
        AND h.during @> %(on)s::date
    CROSS JOIN LATERAL (SELECT coalesce(h.season_3857, h.location_3857) AS point) here
    LEFT JOIN households_exemption e ON e.household_id = h.id
        AND e.during @> %(on)s::date AND e.approved_on <= %(on)s
    CROSS JOIN generate_series(5, 12) AS z (zoom)
    WHERE here.point IS NOT NULL
    GROUP BY 1, 2, 3, 4, 5
),
fresh AS MATERIALIZED (
    SELECT path, zoom, x, y, sum(households)::int AS households, sum(unlinked)::int AS unlinked
    FROM located
    GROUP BY 1, 2, 3, 4
),
gone AS (
    DELETE FROM casework_householdcell c
    USING village v
    WHERE c.path = v.path AND NOT EXISTS (
        SELECT FROM fresh f
        WHERE f.path = c.path AND f.zoom = c.zoom AND f.x = c.x AND f.y = c.y
    )
),
-- From the finest cells up: one of fewer than five households is added to the cell it lies in,
-- with the others there that are too small; what is still too small at zoom 5 is not shown.
pool (path, zoom, x, y, households, zhongdian) AS (
    SELECT grid_path, zoom, x, y, in_scope, zhongdian
    FROM located
    WHERE zoom = 12 AND in_scope > 0
    UNION
    SELECT path, zoom - 1, x >> 1, y >> 1, (sum(households) OVER cell)::bigint,
        (sum(zhongdian) OVER cell)::bigint
    FROM pool
    WHERE households < 5 AND zoom > 5
    WINDOW cell AS (PARTITION BY path, x >> 1, y >> 1)
),
piece AS MATERIALIZED (
    SELECT * FROM pool WHERE households >= 5
),
piece_gone AS (
    DELETE FROM casework_densitycell c
    USING village v
    WHERE c.path >= v.path AND c.path < v.path || '~' AND NOT EXISTS (
        SELECT FROM piece p
        WHERE p.path = c.path AND p.zoom = c.zoom AND p.x = c.x AND p.y = c.y
    )
),
piece_written AS (
    INSERT INTO casework_densitycell AS c (path, zoom, x, y, households, zhongdian)
    SELECT path, zoom, x, y, households, zhongdian FROM piece
    ON CONFLICT (path, zoom, x, y) DO UPDATE
    SET households = excluded.households, zhongdian = excluded.zhongdian
    WHERE (c.households, c.zhongdian) <> (excluded.households, excluded.zhongdian)
)
INSERT INTO casework_householdcell AS c (path, zoom, x, y, households, unlinked)
SELECT path, zoom, x, y, households, unlinked FROM fresh
ON CONFLICT (zoom, path, x, y) DO UPDATE
SET households = excluded.households, unlinked = excluded.unlinked
WHERE (c.households, c.unlinked) <> (excluded.households, excluded.unlinked)
