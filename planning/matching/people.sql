-- Who could be the contact of households filed at places: one row for each post and each place it
-- reaches households from, as the reasons of the gap define candidates (casework/sql/coverage.sql):
-- posts whose role may link, on the unit or an ancestor up to the village, or of an organisation
-- paired with one of these. Parameters: %(places)s text[], paths of villages, grids, units;
-- %(roles)s text[]; %(on)s date.
-- ``links`` and ``most`` are of the person in the role, as households/links.py counts them. ``lon``
-- and ``lat`` are where the contact stands: nobody's own address is kept. Of a unit its pin, else
-- the middle of the households linked already, else a point within the area of the post.
WITH reaching AS MATERIALIZED (
    SELECT t.id, a.path AS place
    FROM grids_area a
    JOIN grids_post t ON t.area_id = a.id
    WHERE a.path = ANY(%(places)s) AND t.role_id = ANY(%(roles)s)
        AND NOT t.void AND t.during @> %(on)s::date
    UNION
    SELECT t.id, a.path
    FROM grids_area a
    JOIN grids_pairing p ON p.area_id = a.id AND p.during @> %(on)s::date
    JOIN grids_post t ON t.organisation_id = p.organisation_id
    WHERE a.path = ANY(%(places)s) AND t.role_id = ANY(%(roles)s)
        AND NOT t.void AND t.during @> %(on)s::date
),
candidate AS MATERIALIZED (
    SELECT DISTINCT t.id, t.person_id, t.role_id, t.area_id
    FROM reaching r JOIN grids_post t ON t.id = r.id
),
capacity AS MATERIALIZED (
    SELECT t.person_id, t.role_id,
        CASE WHEN bool_and(coalesce(t.max_links, o.max_links) IS NOT NULL)
            THEN max(coalesce(t.max_links, o.max_links)) END AS most,
        coalesce(sum(l.links), 0)::int AS links
    FROM (SELECT DISTINCT person_id, role_id FROM candidate) c
    JOIN grids_post t ON t.person_id = c.person_id AND t.role_id = c.role_id
        AND NOT t.void AND t.during @> %(on)s::date
    JOIN grids_role o ON o.code = t.role_id
    LEFT JOIN LATERAL (
        SELECT count(*) AS links FROM households_link l
        WHERE l.post_id = t.id AND NOT l.void AND l.during @> %(on)s::date
    ) l ON true
    GROUP BY t.person_id, t.role_id
),
middle AS MATERIALIZED (
    SELECT c.id,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY public.st_x(h.location)) AS lon,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY public.st_y(h.location)) AS lat
    FROM candidate c
    JOIN households_link l ON l.post_id = c.id AND NOT l.void AND l.during @> %(on)s::date
    JOIN households_household h ON h.id = l.household_id AND h.location IS NOT NULL
    GROUP BY c.id
),
-- Of an area without an outline the point within the nearest one above it that has one.
inner_point AS MATERIALIZED (
    SELECT a.id, (
        SELECT public.st_pointonsurface(b.geom)
        FROM grids_boundary b
        WHERE b.path IN (a.path, left(a.path, 16), left(a.path, 12))
            AND b.during @> %(on)s::date
        ORDER BY b.path DESC LIMIT 1
    ) AS geom
    FROM (SELECT DISTINCT area_id FROM candidate) c
    JOIN grids_area a ON a.id = c.area_id
)
SELECT t.id, r.place, t.person_id, t.role_id AS role, p.skills, k.links, k.most,
    coalesce(public.st_x(a.location), m.lon, public.st_x(i.geom)) AS lon,
    coalesce(public.st_y(a.location), m.lat, public.st_y(i.geom)) AS lat
FROM reaching r
JOIN candidate t ON t.id = r.id
JOIN grids_person p ON p.id = t.person_id
JOIN capacity k ON k.person_id = t.person_id AND k.role_id = t.role_id
LEFT JOIN grids_area a ON a.id = t.area_id
LEFT JOIN middle m ON m.id = t.id
LEFT JOIN inner_point i ON i.id = t.area_id
ORDER BY r.place, t.role_id, p.name, t.id
