-- The one definition of coverage (家家见党员、户户有人联); docs/definitions.md says it in words.
-- Parameters: %(areas)s uuid[], the areas whose own households are counted; %(on)s date;
-- %(at)s timestamptz, the end of that day, of today the present moment.
-- Ends in two relations: household_fact (one row per open household) and area_fact (one row per
-- area, its own households only; parents are sums over the path prefix). The caller appends the
-- SELECT. A household is counted at its finest area, a person overloaded at the first path of
-- the posts it is overloaded in.
WITH scope_area AS MATERIALIZED (
    SELECT a.id, a.path, a.level, a.during
    FROM grids_area a
    WHERE a.id = ANY(%(areas)s::uuid[])
),
member AS MATERIALIZED (
    SELECT
        h.id AS household_id, a.id AS area_id, a.path, a.level,
        h.registered_on,
        CASE WHEN h.located_on IS NULL OR h.located_on <= %(on)s THEN h.location END AS location,
        h.phone_sealed IS NOT NULL AS with_phone,
        EXISTS (
            SELECT FROM households_exemption e
            WHERE e.household_id = h.id AND e.during @> %(on)s::date AND e.approved_on <= %(on)s
        ) AS excluded
    FROM scope_area a
    JOIN households_membership m ON m.area_id = a.id AND m.during @> %(on)s::date
    JOIN households_household h ON h.id = m.household_id AND h.during @> %(on)s::date
),
link_in_force AS MATERIALIZED (
    SELECT l.household_id, bool_or(p.party_member) AS party
    FROM member m
    JOIN households_link l ON l.household_id = m.household_id
        AND NOT l.void AND l.during @> %(on)s::date
    JOIN grids_role r ON r.code = l.role_id
    JOIN grids_post t ON t.id = l.post_id AND NOT t.void AND t.during @> %(on)s::date
    JOIN grids_person p ON p.id = t.person_id
    WHERE NOT r.is_backup OR EXISTS (
        SELECT FROM households_cover c WHERE c.link_id = l.id AND c.during @> %(on)s::date
    )
    GROUP BY l.household_id
),
need_in_force AS MATERIALIZED (
    SELECT n.household_id, n.clock_from, k.code, k.cadence, k.is_key, k.beside,
        k.first_within_days
    FROM member m
    JOIN households_need n ON n.household_id = m.household_id
        AND NOT n.void AND n.during @> %(on)s::date
    JOIN households_needkind k ON k.id = n.kind_id
),
need_that_counts AS MATERIALIZED (
    SELECT n.*
    FROM need_in_force n
    WHERE (n.cadence <> '' OR n.is_key) AND (
        n.beside = '{}' OR EXISTS (
            SELECT FROM need_in_force other
            WHERE other.household_id = n.household_id AND other.code = ANY(n.beside)
        )
    )
),
reached AS MATERIALIZED (
    SELECT c.household_id, max(c."on") AS reached_on,
        bool_or(
            c.made_by_party_member AND c.mode IN ('visit', 'came')
            AND c."on" > %(on)s::date - interval '12 months'
        ) AS party_met
    FROM member m
    JOIN casework_contact c ON c.household_id = m.household_id
        AND c.reached AND c."on" <= %(on)s
    GROUP BY c.household_id
),
need_state AS (
    SELECT n.household_id,
        bool_or(n.is_key) AS has_key,
        min(
            CASE
                WHEN n.first_within_days IS NOT NULL
                    AND (r.reached_on IS NULL OR r.reached_on < n.clock_from)
                    THEN n.clock_from + n.first_within_days
                WHEN n.cadence <> '' THEN (
                    greatest(r.reached_on, n.clock_from) + CASE n.cadence
                        WHEN 'weekly' THEN interval '7 days'
                        WHEN 'monthly' THEN interval '1 month'
                        ELSE interval '3 months'
                    END
                )::date
            END
        ) AS due_on
    FROM need_that_counts n
    LEFT JOIN reached r ON r.household_id = n.household_id
    GROUP BY n.household_id
),
-- Why a household has nobody: candidates are posts whose role may link, on the unit or an
-- ancestor up to the village, or of an organisation paired with one of these.
gap AS MATERIALIZED (
    SELECT m.*
    FROM member m
    LEFT JOIN link_in_force l ON l.household_id = m.household_id
    WHERE NOT m.excluded AND l.household_id IS NULL
),
gap_place AS MATERIALIZED (
    SELECT DISTINCT g.area_id, place.id AS place_id
    FROM (SELECT DISTINCT area_id, path FROM gap WHERE level IN ('grid', 'unit')) g
    JOIN grids_area place ON place.path IN (left(g.path, 12), left(g.path, 16), g.path)
),
candidate AS MATERIALIZED (
    SELECT g.area_id, t.person_id, t.role_id
    FROM gap_place g
    JOIN grids_post t ON t.area_id = g.place_id AND NOT t.void AND t.during @> %(on)s::date
    JOIN grids_role r ON r.code = t.role_id AND r.may_link
    UNION
    SELECT g.area_id, t.person_id, t.role_id
    FROM gap_place g
    JOIN grids_pairing p ON p.area_id = g.place_id AND p.during @> %(on)s::date
    JOIN grids_post t ON t.organisation_id = p.organisation_id
        AND NOT t.void AND t.during @> %(on)s::date
    JOIN grids_role r ON r.code = t.role_id AND r.may_link
),
holder AS MATERIALIZED (
    SELECT person_id FROM candidate
    UNION
    SELECT t.person_id
    FROM scope_area a
    JOIN grids_post t ON t.path = a.path AND NOT t.void AND t.during @> %(on)s::date
    JOIN grids_role r ON r.code = t.role_id AND (r.may_link OR r.is_backup)
),
-- Links in force per person and role; a backup's count while it covers.
load AS MATERIALIZED (
    SELECT t.person_id, l.role_id, count(*) AS links
    FROM holder
    JOIN grids_post t ON t.person_id = holder.person_id
        AND NOT t.void AND t.during @> %(on)s::date
    JOIN grids_role r ON r.code = t.role_id
    JOIN households_link l ON l.post_id = t.id AND NOT l.void AND l.during @> %(on)s::date
    WHERE NOT r.is_backup OR EXISTS (
        SELECT FROM households_cover c WHERE c.link_id = l.id AND c.during @> %(on)s::date
    )
    GROUP BY t.person_id, l.role_id
),
capacity AS MATERIALIZED (
    SELECT t.person_id, t.role_id, min(t.path) AS home,
        CASE WHEN bool_and(coalesce(t.max_links, r.max_links) IS NOT NULL)
            THEN max(coalesce(t.max_links, r.max_links)) END AS most,
        coalesce(max(load.links), 0) AS links
    FROM holder
    JOIN grids_post t ON t.person_id = holder.person_id
        AND NOT t.void AND t.during @> %(on)s::date
    JOIN grids_role r ON r.code = t.role_id AND (r.may_link OR r.is_backup)
    LEFT JOIN load ON load.person_id = t.person_id AND load.role_id = t.role_id
    GROUP BY t.person_id, t.role_id
),
candidate_state AS MATERIALIZED (
    SELECT c.area_id, bool_and(coalesce(k.links >= k.most, false)) AS all_full
    FROM candidate c
    JOIN capacity k ON k.person_id = c.person_id AND k.role_id = c.role_id
    GROUP BY c.area_id
),
-- The contact a household had last: gone with the post, or ended otherwise.
last_link AS MATERIALIZED (
    SELECT DISTINCT ON (g.household_id)
        g.household_id,
        least(upper(l.during), upper(t.during)) AS ended_on,
        coalesce(upper(t.during) <= coalesce(upper(l.during), 'infinity'), false)
            AS ended_with_post
    FROM gap g
    JOIN households_link l ON l.household_id = g.household_id AND NOT l.void
    JOIN grids_post t ON t.id = l.post_id AND NOT t.void
    JOIN grids_role r ON r.code = l.role_id AND NOT r.is_backup
    WHERE least(upper(l.during), upper(t.during)) <= %(on)s
    ORDER BY g.household_id, ended_on DESC, ended_with_post DESC
),
gap_reason AS MATERIALIZED (
    SELECT g.household_id,
        CASE
            WHEN g.level NOT IN ('grid', 'unit') THEN 'no_grid'
            WHEN EXISTS (
                SELECT FROM households_handover o
                WHERE o.household_id = g.household_id AND o.during @> %(on)s::date
            ) THEN 'handover'
            WHEN last.ended_with_post THEN 'left'
            WHEN c.area_id IS NULL THEN 'vacant'
            WHEN c.all_full THEN 'full'
            WHEN g.registered_on > %(on)s::date - 30 THEN 'new'
            ELSE 'unassigned'
        END AS reason,
        last.ended_on
    FROM gap g
    LEFT JOIN last_link last ON last.household_id = g.household_id
    LEFT JOIN candidate_state c ON c.area_id = g.area_id
),
household_fact AS MATERIALIZED (
    SELECT m.household_id, m.area_id, m.path, m.level, m.excluded, m.with_phone,
        m.location IS NULL AS unlocated,
        l.household_id IS NOT NULL AS linked,
        coalesce(l.party, false) AS party_linked,
        coalesce(r.party_met, false) AS party_met,
        coalesce(g.reason, '') AS reason,
        CASE WHEN g.reason = 'left' THEN g.ended_on END AS left_on,
        CASE WHEN s.has_key THEN 'zhongdian'
            WHEN s.household_id IS NOT NULL THEN 'guanzhu'
            ELSE 'fangxin' END AS tier,
        s.due_on,
        r.reached_on,
        EXISTS (
            SELECT FROM households_absence b
            WHERE b.household_id = m.household_id AND b.during @> %(on)s::date
        ) AS absent,
        v.reviewed_on,
        CASE
            WHEN m.location IS NULL THEN false
            WHEN m.level IN ('grid', 'unit')
                THEN coalesce(NOT public.st_covers(own.geom, m.location), false)
            ELSE NOT EXISTS (
                SELECT FROM grids_boundary b
                WHERE b.level = 'grid' AND b.during @> %(on)s::date
                    AND left(b.path, length(m.path)) = m.path
                    AND public.st_covers(b.geom, m.location)
            )
        END AS outside
    FROM member m
    LEFT JOIN link_in_force l ON l.household_id = m.household_id
    LEFT JOIN reached r ON r.household_id = m.household_id
    LEFT JOIN gap_reason g ON g.household_id = m.household_id
    LEFT JOIN need_state s ON s.household_id = m.household_id
    LEFT JOIN grids_boundary own ON own.level = 'grid' AND m.level IN ('grid', 'unit')
        AND own.path = left(m.path, 16) AND own.during @> %(on)s::date
    LEFT JOIN (
        SELECT w.household_id, max(w."on") AS reviewed_on
        FROM member
        JOIN households_review w ON w.household_id = member.household_id AND w."on" <= %(on)s
        GROUP BY w.household_id
    ) v ON v.household_id = m.household_id
),
household_sum AS (
    SELECT area_id,
        count(*) AS households,
        count(*) FILTER (WHERE excluded) AS excluded,
        count(*) FILTER (WHERE NOT excluded AND linked) AS linked,
        count(*) FILTER (WHERE NOT excluded AND party_linked) AS party_linked,
        count(*) FILTER (WHERE NOT excluded AND party_met) AS party_met,
        count(*) FILTER (WHERE reason = 'no_grid') AS gap_no_grid,
        count(*) FILTER (WHERE reason = 'handover') AS gap_handover,
        count(*) FILTER (WHERE reason = 'left') AS gap_left,
        count(*) FILTER (WHERE reason = 'vacant') AS gap_vacant,
        count(*) FILTER (WHERE reason = 'full') AS gap_full,
        count(*) FILTER (WHERE reason = 'new') AS gap_new,
        count(*) FILTER (WHERE reason = 'unassigned') AS gap_unassigned,
        max(left_on) AS left_on,
        count(*) FILTER (WHERE reason <> '' AND tier = 'zhongdian') AS gap_zhongdian,
        count(*) FILTER (WHERE NOT excluded AND absent) AS absent,
        max(reviewed_on) FILTER (WHERE NOT excluded) AS last_reviewed,
        count(*) FILTER (
            WHERE NOT excluded AND reviewed_on > %(on)s::date - interval '12 months'
        ) AS reviewed,
        count(*) FILTER (WHERE NOT excluded AND with_phone) AS with_phone,
        count(*) FILTER (WHERE NOT excluded AND tier = 'fangxin') AS fangxin,
        count(*) FILTER (WHERE NOT excluded AND tier = 'guanzhu') AS guanzhu,
        count(*) FILTER (WHERE NOT excluded AND tier = 'zhongdian') AS zhongdian,
        count(*) FILTER (WHERE NOT excluded AND due_on < %(on)s) AS overdue,
        count(*) FILTER (
            WHERE NOT excluded AND due_on < %(on)s AND tier = 'zhongdian'
        ) AS overdue_zhongdian,
        count(*) FILTER (WHERE NOT excluded AND unlocated) AS unlocated,
        count(*) FILTER (WHERE NOT excluded AND outside) AS outside
    FROM household_fact
    GROUP BY area_id
),
post_sum AS (
    SELECT a.id AS area_id,
        sum(r.required_count) AS required_posts,
        sum(greatest(r.required_count - held.people, 0)) AS vacancies
    FROM scope_area a
    JOIN grids_role r ON r.required_at = a.level
    CROSS JOIN LATERAL (
        SELECT count(DISTINCT t.person_id) AS people
        FROM grids_post t
        WHERE t.area_id = a.id AND t.role_id = r.code
            AND NOT t.void AND t.during @> %(on)s::date
    ) held
    WHERE a.during @> %(on)s::date
    GROUP BY a.id
),
overload_sum AS (
    SELECT home, count(*) AS overloaded
    FROM (
        SELECT person_id, min(home) AS home FROM capacity WHERE links > most GROUP BY person_id
    ) person
    GROUP BY home
),
-- A redraw files what is open, and what was given of late, under the area that took the place of
-- the old one; of a day before that it counts where it was filed then.
filed_issue AS (
    SELECT a.id AS area_id, r.id, r.registered_on, r.limit_at, r.limit_on
    FROM scope_area a
    JOIN casework_issue r ON r.path = a.path
    WHERE NOT EXISTS (
        SELECT FROM casework_pastfiling f WHERE f.issue_id = r.id AND f.until > %(on)s
    )
    UNION ALL
    SELECT a.id, r.id, r.registered_on, r.limit_at, r.limit_on
    FROM scope_area a
    JOIN casework_pastfiling f ON f.path = a.path AND f.until > %(on)s
    JOIN casework_issue r ON r.id = f.issue_id
    WHERE NOT EXISTS (
        SELECT FROM casework_pastfiling g
        WHERE g.issue_id = f.issue_id AND g.until > %(on)s AND g.until < f.until
    )
),
issue_sum AS (
    SELECT i.area_id,
        count(*) AS issues_open,
        count(*) FILTER (
            WHERE CASE WHEN i.limit_at IS NULL THEN i.limit_on < %(on)s
                ELSE i.limit_at < %(at)s END
        ) AS issues_overdue
    FROM filed_issue i
    CROSS JOIN LATERAL (
        SELECT coalesce(
            (
                SELECT e.after FROM casework_issuestep e
                WHERE e.issue_id = i.id AND e."on" <= %(on)s
                ORDER BY e."on" DESC, e.id DESC LIMIT 1
            ),
            'registered'
        ) AS after
    ) state
    WHERE i.registered_on <= %(on)s AND state.after NOT IN ('closed', 'declined', 'merged')
    GROUP BY i.area_id
),
filed_deed AS (
    SELECT a.id AS area_id, r.state, r."on"
    FROM scope_area a
    JOIN casework_deed r ON r.path = a.path
    WHERE NOT EXISTS (
        SELECT FROM casework_pastfiling f WHERE f.deed_id = r.id AND f.until > %(on)s
    )
    UNION ALL
    SELECT a.id, r.state, r."on"
    FROM scope_area a
    JOIN casework_pastfiling f ON f.path = a.path AND f.until > %(on)s
    JOIN casework_deed r ON r.id = f.deed_id
    WHERE NOT EXISTS (
        SELECT FROM casework_pastfiling g
        WHERE g.deed_id = f.deed_id AND g.until > %(on)s AND g.until < f.until
    )
),
-- What has reached people within a year: a deed on its way is not counted.
deed_sum AS (
    SELECT d.area_id, count(*) AS deeds
    FROM filed_deed d
    WHERE d.state IN ('granted', 'finished')
        AND d."on" <= %(on)s AND d."on" > %(on)s::date - interval '12 months'
    GROUP BY d.area_id
),
filed_activity AS (
    SELECT a.id AS area_id, r.sessions, r."on"
    FROM scope_area a
    JOIN casework_activity r ON r.path = a.path
    WHERE NOT EXISTS (
        SELECT FROM casework_pastfiling f WHERE f.activity_id = r.id AND f.until > %(on)s
    )
    UNION ALL
    SELECT a.id, r.sessions, r."on"
    FROM scope_area a
    JOIN casework_pastfiling f ON f.path = a.path AND f.until > %(on)s
    JOIN casework_activity r ON r.id = f.activity_id
    WHERE NOT EXISTS (
        SELECT FROM casework_pastfiling g
        WHERE g.activity_id = f.activity_id AND g.until > %(on)s AND g.until < f.until
    )
),
activity_sum AS (
    SELECT t.area_id, sum(t.sessions) AS activities
    FROM filed_activity t
    WHERE t."on" <= %(on)s AND t."on" > %(on)s::date - interval '12 months'
    GROUP BY t.area_id
),
area_fact AS (
    SELECT a.id AS area_id, a.path,
        coalesce(h.households, 0) AS households,
        coalesce(h.excluded, 0) AS excluded,
        coalesce(h.linked, 0) AS linked,
        coalesce(h.party_linked, 0) AS party_linked,
        coalesce(h.party_met, 0) AS party_met,
        coalesce(h.gap_no_grid, 0) AS gap_no_grid,
        coalesce(h.gap_handover, 0) AS gap_handover,
        coalesce(h.gap_left, 0) AS gap_left,
        coalesce(h.gap_vacant, 0) AS gap_vacant,
        coalesce(h.gap_full, 0) AS gap_full,
        coalesce(h.gap_new, 0) AS gap_new,
        coalesce(h.gap_unassigned, 0) AS gap_unassigned,
        h.left_on,
        coalesce(h.gap_zhongdian, 0) AS gap_zhongdian,
        coalesce(h.absent, 0) AS absent,
        h.last_reviewed,
        coalesce(h.reviewed, 0) AS reviewed,
        coalesce(h.with_phone, 0) AS with_phone,
        coalesce(h.fangxin, 0) AS fangxin,
        coalesce(h.guanzhu, 0) AS guanzhu,
        coalesce(h.zhongdian, 0) AS zhongdian,
        coalesce(h.overdue, 0) AS overdue,
        coalesce(h.overdue_zhongdian, 0) AS overdue_zhongdian,
        coalesce(h.unlocated, 0) AS unlocated,
        coalesce(h.outside, 0) AS outside,
        coalesce(p.required_posts, 0) AS required_posts,
        coalesce(p.vacancies, 0) AS vacancies,
        coalesce(o.overloaded, 0) AS overloaded,
        coalesce(i.issues_open, 0) AS issues_open,
        coalesce(i.issues_overdue, 0) AS issues_overdue,
        coalesce(e.deeds, 0) AS deeds,
        coalesce(t.activities, 0) AS activities
    FROM scope_area a
    LEFT JOIN household_sum h ON h.area_id = a.id
    LEFT JOIN post_sum p ON p.area_id = a.id
    LEFT JOIN overload_sum o ON o.home = a.path
    LEFT JOIN issue_sum i ON i.area_id = a.id
    LEFT JOIN deed_sum e ON e.area_id = a.id
    LEFT JOIN activity_sum t ON t.area_id = a.id
)
