"""What a change of a household marks to be counted again (``lib/marks.py``)."""

from __future__ import annotations

from grids.models import OF_PEOPLE

# The columns the coverage count writes itself must not mark anything again.
COUNTED = "path, during, registered_on, location, located_on, phone_sealed IS NULL"
HOUSEHOLD_UPDATE_MARKS = """
    SELECT o.path, false AS deep FROM old_rows o JOIN new_rows n ON n.id = o.id
    WHERE ({old}) IS DISTINCT FROM ({new})
    UNION ALL
    SELECT n.path, false FROM old_rows o JOIN new_rows n ON n.id = o.id
    WHERE ({old}) IS DISTINCT FROM ({new})
""".format(
    old=", ".join(f"o.{column}" for column in COUNTED.split(", ")),
    new=", ".join(f"n.{column}" for column in COUNTED.split(", ")),
)

OF_HOUSEHOLD = (
    "SELECT h.path, false AS deep FROM changed c"
    " JOIN households_household h ON h.id = c.household_id"
)

LINK_MARKS = (
    "SELECT h.path, false AS deep FROM changed c"
    " JOIN households_household h ON h.id = c.household_id"
    " UNION ALL "
    + OF_PEOPLE.format(
        people="SELECT t.person_id FROM changed c JOIN grids_post t ON t.id = c.post_id"
    )
)
