"""Two drafts beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from planning.matching.inputs import rows_of_query
from planning.models import MatchDraft

SQL = """
SELECT coalesce(a.household_id, b.household_id) AS household, a.post_id AS one, b.post_id AS other
FROM (SELECT household_id, post_id FROM planning_matchline WHERE draft_id = %(one)s) a
FULL JOIN (SELECT household_id, post_id FROM planning_matchline WHERE draft_id = %(other)s) b
    ON b.household_id = a.household_id
ORDER BY 1
"""


@dataclass(frozen=True)
class Comparison:
    """What two drafts have in common: the numbers of both, and households with different posts.

    ``different`` holds household, post in the one, post in the other (None: nobody, or not in it);
    it names households and is for who manages them alone, by ``MatchLine.visible_to``.
    """

    one: dict[str, Any]
    other: dict[str, Any]
    same: int
    different: Sequence[tuple[UUID, UUID | None, UUID | None]]

    @property
    def only_one(self) -> int:
        """Households that have somebody in the one alone."""
        return sum(a is not None and b is None for _h, a, b in self.different)

    @property
    def only_other(self) -> int:
        """Households that have somebody in the other alone."""
        return sum(a is None and b is not None for _h, a, b in self.different)


def draft_compare(one: MatchDraft, other: MatchDraft) -> Comparison:
    """What differs between two drafts; whoever asks has found both by ``visible_to``."""
    rows = [
        (row["household"], row["one"], row["other"])
        for row in rows_of_query(SQL, {"one": one.pk, "other": other.pk})
    ]
    different = [row for row in rows if row[1] != row[2]]
    return Comparison(one.sums, other.sums, len(rows) - len(different), different)
