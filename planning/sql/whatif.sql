-- What the question "what if" begins with; appended to casework/sql/coverage.sql, whose relations
-- it reads, so that there is no second definition. Parameters beside those of that file:
-- %(path)s, the area asked about. One row, one column of JSON.
, waiting AS (
    SELECT o.household_id, o.to_post_id
    FROM gap g
    JOIN households_handover o ON o.household_id = g.household_id
        AND o.during @> %(on)s::date AND o.state = 'proposed' AND o.begins <= %(on)s
),
-- Places from the village down that a household here may lie in, and those it lies beneath.
place_here AS (
    SELECT a.id FROM scope_area a WHERE length(a.path) >= 12
    UNION
    SELECT a.id FROM grids_area a
    WHERE length(a.path) BETWEEN 12 AND length(%(path)s)
        AND a.path = left(%(path)s, length(a.path))
),
near AS MATERIALIZED (
    SELECT t.person_id
    FROM grids_post t
    WHERE NOT t.void AND t.during @> %(on)s::date AND (
        left(t.path, length(%(path)s)) = %(path)s
        OR t.area_id IN (SELECT id FROM place_here)
        OR t.organisation_id IN (
            SELECT p.organisation_id FROM grids_pairing p
            WHERE p.area_id IN (SELECT id FROM place_here) AND p.during @> %(on)s::date
        )
    )
    UNION
    SELECT t.person_id FROM waiting w JOIN grids_post t ON t.id = w.to_post_id
),
post_here AS (
    SELECT t.id, t.person_id AS person, t.role_id AS role, t.path AS home, a.path AS area,
        (
            SELECT coalesce(json_agg(pa.path), '[]')
            FROM grids_pairing p
            JOIN grids_area pa ON pa.id = p.area_id
            WHERE p.organisation_id = t.organisation_id AND p.during @> %(on)s::date
        ) AS paired,
        coalesce(t.max_links, r.max_links) AS most, r.may_link, r.is_backup,
        upper(t.during) AS until, person.party_member AS party
    FROM near
    JOIN grids_post t ON t.person_id = near.person_id
        AND NOT t.void AND t.during @> %(on)s::date
    JOIN grids_role r ON r.code = t.role_id AND (r.may_link OR r.is_backup)
    JOIN grids_person person ON person.id = t.person_id
    LEFT JOIN grids_area a ON a.id = t.area_id
),
load_here AS (
    SELECT t.person AS person, l.role_id AS role, count(*) AS links
    FROM post_here t
    JOIN households_link l ON l.post_id = t.id AND NOT l.void AND l.during @> %(on)s::date
    WHERE NOT t.is_backup OR EXISTS (
        SELECT FROM households_cover c WHERE c.link_id = l.id AND c.during @> %(on)s::date
    )
    GROUP BY 1, 2
),
-- Links still to come or running without effect: nobody else is named in their role meanwhile.
taken AS (
    SELECT l.household_id,
        json_agg(json_build_array(l.role_id, lower(l.during)) ORDER BY l.role_id, l.during) AS roles
    FROM gap g
    JOIN households_link l ON l.household_id = g.household_id AND NOT l.void
        AND (upper_inf(l.during) OR upper(l.during) > %(on)s)
    GROUP BY l.household_id
),
gap_here AS (
    SELECT g.household_id, g.path, w.to_post_id AS to_post,
        EXISTS (
            SELECT FROM households_handover o
            WHERE o.household_id = g.household_id AND o.during @> %(on)s::date
        ) AS handover,
        coalesce(last.ended_with_post, false) AS "left",
        g.registered_on > %(on)s::date - 30 AS new,
        CASE WHEN s.has_key THEN 2 WHEN s.household_id IS NOT NULL THEN 1 ELSE 0 END AS urgency,
        coalesce(x.roles::text, '[]') AS taken,
        g.level NOT IN ('grid', 'unit') AND x.household_id IS NULL AND NOT EXISTS (
            SELECT FROM households_membership m
            WHERE m.household_id = g.household_id AND lower(m.during) > %(on)s
        ) AS movable
    FROM gap g
    LEFT JOIN waiting w ON w.household_id = g.household_id
    LEFT JOIN last_link last ON last.household_id = g.household_id
    LEFT JOIN need_state s ON s.household_id = g.household_id
    LEFT JOIN taken x ON x.household_id = g.household_id
),
required_here AS (
    SELECT a.id AS area, a.path, r.code AS role, r.required_count AS required,
        (
            SELECT count(DISTINCT t.person_id)
            FROM grids_post t
            WHERE t.area_id = a.id AND t.role_id = r.code
                AND NOT t.void AND t.during @> %(on)s::date
        ) AS people
    FROM scope_area a
    JOIN grids_role r ON r.required_at = a.level
    WHERE a.during @> %(on)s::date
)
SELECT json_build_object(
    'posts', (SELECT coalesce(json_agg(p ORDER BY p.id), '[]') FROM post_here p),
    'loads', (SELECT coalesce(json_agg(l), '[]') FROM load_here l),
    'gap', (SELECT coalesce(json_agg(g ORDER BY g.household_id), '[]') FROM gap_here g),
    'required', (SELECT coalesce(json_agg(q ORDER BY q.path, q.role), '[]') FROM required_here q)
)
