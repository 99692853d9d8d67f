-- Whether the registered place of ``seen`` lay outside its grid on a day, as coverage.sql says;
-- the day thrice.
seen.place IS NOT NULL AND EXISTS (
    SELECT FROM households_membership m
    JOIN grids_area a ON a.id = m.area_id
    WHERE m.household_id = seen.id AND m.during @> %s::date
        AND CASE
            WHEN a.level IN ('grid', 'unit') THEN EXISTS (
                SELECT FROM grids_boundary own
                WHERE own.level = 'grid' AND own.path = left(a.path, 16)
                    AND own.during @> %s::date
                    AND NOT ST_Covers(own.geom, seen.place)
            )
            ELSE NOT EXISTS (
                SELECT FROM grids_boundary b
                WHERE b.level = 'grid' AND b.during @> %s::date
                    AND left(b.path, length(a.path)) = a.path
                    AND ST_Covers(b.geom, seen.place)
            )
        END
)
