"""The tables there are, and who may open which."""

from __future__ import annotations

from django.http import Http404

from accounts.models import User
from desk.tables.activities import TABLE as ACTIVITIES
from desk.tables.areas import TABLE as AREAS
from desk.tables.behind import TABLES as BEHIND
from desk.tables.deeds import TABLE as DEEDS
from desk.tables.households import TABLE as HOUSEHOLDS
from desk.tables.issues import TABLE as ISSUES
from desk.tables.people import TABLE as PEOPLE
from desk.tables.posts import TABLE as POSTS
from desk.tables.table import Table
from grids.scope import scope_of

TABLES: dict[str, Table] = {
    t.kind: t for t in (HOUSEHOLDS, PEOPLE, POSTS, AREAS, ISSUES, DEEDS, ACTIVITIES, *BEHIND)
}


def tables_of(user: User) -> list[Table]:
    """The tables a person may open."""
    kinds = scope_of(user).kinds
    return [table for table in TABLES.values() if kinds & table.who and table.listed]


def table_or_404(user: User, kind: str) -> Table:
    """The table, where the person may open it."""
    table = TABLES.get(kind)
    if table is None or not scope_of(user).kinds & table.who:
        raise Http404
    return table
