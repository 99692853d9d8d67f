-- What each role lacks at and beneath a path on a day: vacancies as coverage.sql counts them.
-- Parameters: %(pattern)s, the path and a percent sign; %(on)s date.
WITH held AS MATERIALIZED (
    SELECT t.role_id, t.area_id, t.person_id
    FROM grids_post t
    WHERE t.path LIKE %(pattern)s AND NOT t.void AND t.during @> %(on)s::date
),
people AS (
    SELECT role_id, count(DISTINCT person_id) AS held FROM held GROUP BY role_id
),
at_area AS (
    SELECT role_id, area_id, count(DISTINCT person_id) AS people FROM held GROUP BY 1, 2
),
required AS (
    SELECT r.code, sum(r.required_count)::bigint AS required,
        sum(greatest(r.required_count - coalesce(t.people, 0), 0))::bigint AS vacant
    FROM grids_area a
    JOIN grids_role r ON r.required_at = a.level
    LEFT JOIN at_area t ON t.area_id = a.id AND t.role_id = r.code
    WHERE a.path LIKE %(pattern)s AND a.during @> %(on)s::date
    GROUP BY r.code
)
SELECT r.code AS role, coalesce(p.held, 0) AS held, coalesce(q.required, 0) AS required,
    coalesce(q.vacant, 0) AS vacant
FROM grids_role r
LEFT JOIN people p ON p.role_id = r.code
LEFT JOIN required q ON q.code = r.code
WHERE p.held IS NOT NULL OR q.required IS NOT NULL
ORDER BY r.kind, r.code
