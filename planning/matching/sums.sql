-- What a draft comes to: one row per grid (households in no grid: at their village) and one, with
-- path null, of all. Parameters: %(draft)s uuid, %(length)s of the path of a grid.
SELECT left(l.path, %(length)s) AS path,
    count(*) AS households,
    count(l.post_id) AS matched,
    count(*) - count(l.post_id) AS short,
    count(DISTINCT (t.person_id, t.role_id)) FILTER (WHERE l.post_id IS NOT NULL) AS people,
    count(*) FILTER (WHERE p.party_member) AS by_members,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY l.metres) AS metres
FROM planning_matchline l
LEFT JOIN grids_post t ON t.id = l.post_id
LEFT JOIN grids_person p ON p.id = t.person_id
WHERE l.draft_id = %(draft)s
GROUP BY GROUPING SETS ((left(l.path, %(length)s)), ())
ORDER BY 1
