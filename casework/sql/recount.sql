-- Appended to coverage.sql: writes today's derived columns, the side table and the summary.
, stay AS MATERIALIZED (
    -- The seasonal place a household lives in: as HouseholdPlaceQuerySet.lived_in says.
    SELECT p.household_id, p.point
    FROM member m
    JOIN households_householdplace p ON p.household_id = m.household_id
        AND NOT p.void AND p.during @> %(on)s::date
        AND extract(month FROM %(on)s::date)::int2 = ANY(p.months)
),
household_locked AS MATERIALIZED (
    -- In the order of their keys, as every writer of several households locks them.
    SELECT h.id, s.point
    FROM households_household h
    JOIN household_fact f ON f.household_id = h.id
    LEFT JOIN stay s ON s.household_id = h.id
    WHERE (h.tier, h.due_on, h.gap_reason, h.outside, public.st_asewkb(h.season_point))
        IS DISTINCT FROM (f.tier, f.due_on, f.reason, f.outside, public.st_asewkb(s.point))
    ORDER BY h.id
    FOR NO KEY UPDATE OF h
),
household_written AS (
    UPDATE households_household h
    SET tier = f.tier, due_on = f.due_on, gap_reason = f.reason, outside = f.outside,
        season_point = k.point
    FROM household_locked k
    JOIN household_fact f ON f.household_id = k.id
    WHERE h.id = k.id
),
last_contact_written AS (
    INSERT INTO casework_lastcontact (household_id, reached_on)
    SELECT household_id, reached_on FROM reached
    ON CONFLICT (household_id) DO UPDATE SET reached_on = excluded.reached_on
    WHERE casework_lastcontact.reached_on <> excluded.reached_on
),
full_post AS MATERIALIZED (
    SELECT t.id AS post_id, t.path, k.links > k.most AS over
    FROM scope_area a
    JOIN grids_post t ON t.path = a.path AND NOT t.void AND t.during @> %(on)s::date
    JOIN capacity k ON k.person_id = t.person_id AND k.role_id = t.role_id AND k.links >= k.most
),
full_post_gone AS (
    DELETE FROM casework_fullpost c
    USING scope_area a
    WHERE c.path = a.path AND NOT EXISTS (SELECT FROM full_post f WHERE f.post_id = c.post_id)
),
full_post_written AS (
    INSERT INTO casework_fullpost (post_id, path, over)
    SELECT post_id, path, over FROM full_post
    ON CONFLICT (post_id) DO UPDATE SET path = excluded.path, over = excluded.over
    WHERE (casework_fullpost.path, casework_fullpost.over)
        IS DISTINCT FROM (excluded.path, excluded.over)
)
INSERT INTO casework_areametric AS m (
    computed_on, area_id, path, households, excluded, linked, party_linked, party_met,
    gap_no_grid, gap_handover, gap_left, gap_vacant, gap_full, gap_new, gap_unassigned,
    left_on, gap_zhongdian, absent, last_reviewed, reviewed, with_phone,
    fangxin, guanzhu, zhongdian, overdue, overdue_zhongdian, unlocated, outside,
    required_posts, vacancies, overloaded, issues_open, issues_overdue, deeds, activities
)
SELECT
    %(on)s, area_id, path, households, excluded, linked, party_linked, party_met,
    gap_no_grid, gap_handover, gap_left, gap_vacant, gap_full, gap_new, gap_unassigned,
    left_on, gap_zhongdian, absent, last_reviewed, reviewed, with_phone,
    fangxin, guanzhu, zhongdian, overdue, overdue_zhongdian, unlocated, outside,
    required_posts, vacancies, overloaded, issues_open, issues_overdue, deeds, activities
FROM area_fact
ON CONFLICT (area_id) DO UPDATE SET (
    computed_on, path, households, excluded, linked, party_linked, party_met,
    gap_no_grid, gap_handover, gap_left, gap_vacant, gap_full, gap_new, gap_unassigned,
    left_on, gap_zhongdian, absent, last_reviewed, reviewed, with_phone,
    fangxin, guanzhu, zhongdian, overdue, overdue_zhongdian, unlocated, outside,
    required_posts, vacancies, overloaded, issues_open, issues_overdue, deeds, activities
) = (
    excluded.computed_on, excluded.path, excluded.households, excluded.excluded,
    excluded.linked, excluded.party_linked, excluded.party_met,
    excluded.gap_no_grid, excluded.gap_handover, excluded.gap_left, excluded.gap_vacant,
    excluded.gap_full, excluded.gap_new, excluded.gap_unassigned,
    excluded.left_on, excluded.gap_zhongdian, excluded.absent, excluded.last_reviewed,
    excluded.reviewed, excluded.with_phone,
    excluded.fangxin, excluded.guanzhu, excluded.zhongdian, excluded.overdue,
    excluded.overdue_zhongdian, excluded.unlocated, excluded.outside,
    excluded.required_posts, excluded.vacancies, excluded.overloaded,
    excluded.issues_open, excluded.issues_overdue, excluded.deeds, excluded.activities
)
