-- Why households wait for somebody on a day: one row for each reason, in no order.
-- Follows WITH mine (id, tier, due_on, looked_after, calm): the households asked about; those not
-- looked after are asked only whether somebody must go at once, events and rules only of the calm.
-- Parameters: on, the day; until, the last day that counts as due; events, kinds of life events
-- that suggest a visit; codes of needs with a rule, and early, the latest day of contact or need
-- that may have brought such a rule up by until.
-- Columns: why, household_id, day, other, what; see casework/due.py.
SELECT 'urgent' AS why, m.id AS household_id, NULL::date AS day, NULL::date AS other, '' AS what
FROM mine m
CROSS JOIN LATERAL (
    SELECT count(*) AS made, bool_or(c.reached) AS reached
    FROM (
        SELECT t.reached FROM casework_contact t
        WHERE t.household_id = m.id AND t."on" <= %(on)s
        ORDER BY t."on" DESC, t.recorded_at DESC, t.id DESC LIMIT 2
    ) c
) last
WHERE m.tier <> 'fangxin' AND last.made = 2 AND NOT last.reached AND EXISTS (
    -- A need in force that asks for a contact every week, by itself or beside another.
    SELECT FROM households_need n
    JOIN households_needkind k ON k.id = n.kind_id AND k.cadence = 'weekly'
    WHERE n.household_id = m.id AND NOT n.void AND n.during @> %(on)s::date AND (
        k.beside = '{}' OR EXISTS (
            SELECT FROM households_need b JOIN households_needkind o ON o.id = b.kind_id
            WHERE b.household_id = m.id AND NOT b.void AND b.during @> %(on)s::date
                AND o.code = ANY (k.beside)
        )
    )
)
UNION ALL
SELECT 'cadence', m.id, m.due_on, NULL, ''
FROM mine m
WHERE m.looked_after AND m.tier <> 'fangxin' AND m.due_on <= %(until)s
UNION ALL
-- Nobody has come since; the event may be of today.
SELECT 'event', m.id, e."on", NULL, e.kind || ':' || e.id
FROM mine m JOIN casework_lifeevent e ON e.household_id = m.id
WHERE m.looked_after AND m.calm AND e.kind = ANY (%(events)s)
    AND e."on" <= %(on)s AND e.expires_on > %(on)s
    AND NOT EXISTS (
        SELECT FROM casework_contact c
        WHERE c.household_id = m.id AND c.reached AND c."on" > e."on" AND c."on" <= %(on)s
    )
UNION ALL
SELECT 'need', m.id, n.clock_from, l.reached_on, k.code
FROM mine m
JOIN households_need n ON n.household_id = m.id AND NOT n.void AND n.during @> %(on)s::date
JOIN households_needkind k ON k.id = n.kind_id
LEFT JOIN casework_lastcontact l ON l.household_id = m.id
WHERE m.looked_after AND m.calm AND k.code = ANY (%(codes)s) AND n.clock_from <= %(early)s
    AND (l.reached_on IS NULL OR l.reached_on <= %(early)s)
UNION ALL
-- A link in force without a card, where one of the role before had been printed.
SELECT DISTINCT 'card', m.id, NULL::date, NULL::date, ''
FROM mine m
JOIN households_link b ON b.household_id = m.id AND upper(b.during) <= %(on)s
JOIN casework_contactcard p ON p.link_id = b.id
JOIN households_link l ON l.household_id = m.id AND l.role_id = b.role_id
    AND NOT l.void AND l.during @> %(on)s::date
JOIN grids_post t ON t.id = l.post_id AND NOT t.void AND t.during @> %(on)s::date
JOIN grids_role r ON r.code = l.role_id
WHERE m.looked_after
    AND NOT EXISTS (SELECT FROM casework_contactcard c WHERE c.link_id = l.id)
    AND (NOT r.is_backup OR EXISTS (
        SELECT FROM households_cover v WHERE v.link_id = l.id AND v.during @> %(on)s::date
    ))
UNION ALL
SELECT 'aside', m.id, NULL, NULL, d.what
FROM mine m JOIN casework_dismissal d ON d.household_id = m.id
WHERE m.looked_after AND d."on" <= %(on)s AND d.until >= %(on)s
