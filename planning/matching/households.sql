-- What the matching asks of households that have nobody, one row each, in the order of place and
-- key. Parameters: %(keys)s uuid[], %(on)s date. Needs are those in force (P3); ``waits`` is how
-- many days nobody reached it and nobody was its contact. The place is where the household is on
-- the day, by the season (households/places.py).
SELECT h.id, h.path, h.tier, h.language,
    public.st_x(place.point) AS lon, public.st_y(place.point) AS lat,
    coalesce(n.codes, '{}') AS needs,
    %(on)s::date - greatest(h.registered_on, l.ended_on, c.reached_on) AS waits
FROM households_household h
JOIN unnest(%(keys)s::uuid[]) wanted (id) ON wanted.id = h.id
CROSS JOIN LATERAL (SELECT {place} AS point) place
LEFT JOIN LATERAL (
    SELECT array_agg(DISTINCT k.code) AS codes
    FROM households_need n
    JOIN households_needkind k ON k.id = n.kind_id
    WHERE n.household_id = h.id AND NOT n.void AND n.during @> %(on)s::date
) n ON true
LEFT JOIN LATERAL (
    SELECT max(least(upper(l.during), upper(t.during))) AS ended_on
    FROM households_link l
    JOIN grids_post t ON t.id = l.post_id
    JOIN grids_role r ON r.code = l.role_id AND NOT r.is_backup
    WHERE l.household_id = h.id AND NOT l.void
        AND least(upper(l.during), upper(t.during)) <= %(on)s
) l ON true
LEFT JOIN LATERAL (
    SELECT max(c."on") AS reached_on
    FROM casework_contact c
    WHERE c.household_id = h.id AND c.reached AND c."on" <= %(on)s
) c ON true
ORDER BY h.path, h.id
