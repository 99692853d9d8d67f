"""What each of the cast may see, worked out from the documents' table and the drawing alone.

Nothing here asks the program: rows come from ``tests/people.py``, ``tests/shapes.py`` and the
table, so that a wrong query cannot agree with itself.
"""

from __future__ import annotations

from tests.access.table import TABLE
from tests.people import CAST, HOUSEHOLDS, ISSUES, LINKS
from tests.shapes import AREAS

KIND_OF_ROLE = {
    "grid_head": "worker", "grid_worker": "worker", "unit_head": "head", "backup": "head",
    "cadre": "cadre", "party_secretary": "village_lead", "grid_office": "manager",
    "township_leader": "leader", "county_leader": "leader", "clerk": "department",
    "auditor": "auditor", "administrator": "administrator", "volunteer": "volunteer",
}  # fmt: skip
POST = {login: (KIND_OF_ROLE[role], place) for login, _n, role, place, _p in CAST if role and place}
EVERYONE = [login for login, *_rest in CAST]
PARENT = {key: parent for key, _level, _code, _name, _type, parent, _shape in AREAS}
AGREED = {"qian"}
#: Where the drawing puts households: the border point goes to the smaller code, and the only
#: unit of a grid takes all its households.
FILED = {
    **{key: filed for key, _head, filed, *_rest in HOUSEHOLDS},
    "sun": "U111", "li": "U121", "zhou": "U211", "zheng": "U211", "wei": "U311", "jiang": "U311",
}  # fmt: skip


def chain(area: str) -> list[str]:
    """The area and those above it."""
    return [area, *chain(PARENT[area])] if area else []


def cell(login: str, column: str) -> str:
    """The word of the table for one of the cast; people without a post have no row."""
    return TABLE[POST[login][0]][column] if login in POST else "no"


def within(login: str, column: str) -> set[str]:
    """Keys of the areas a column opens to somebody."""
    if cell(login, column) != "area":
        return set()
    return {area for area in PARENT if POST[login][1] in chain(area)}


def own(login: str, *, covering: bool = False) -> set[str]:
    """Households whose contact in force somebody is."""
    linked = {household for household, contact in LINKS if contact == login}
    return linked if login != "backup" or covering else set()


def households(login: str, *, covering: bool = False) -> set[str]:
    """Households whose name and address somebody may read."""
    seen = {key for key, area in FILED.items() if area in within(login, "household P2")}
    if cell(login, "own links").startswith("P2"):
        seen |= own(login, covering=covering)
    return seen


def needs(login: str, *, covering: bool = False) -> set[str]:
    """Households whose needs somebody may ask for."""
    seen = {key for key, area in FILED.items() if area in within(login, "needs P3")}
    words = cell(login, "own links").split(", ")
    if "P3" in words:
        seen |= own(login, covering=covering)
    elif "P3 if agreed" in words:
        seen |= own(login, covering=covering) & AGREED
    return seen


def manageable(login: str) -> set[str]:
    """Households somebody may change."""
    return {key for key, area in FILED.items() if area in within(login, "manage")}


def issues(login: str) -> set[str]:
    """Matters somebody may read."""
    seen = set()
    for key, _title, tied_to, department in ISSUES:
        public = tied_to in PARENT and tied_to in within(login, "counts")
        linked = cell(login, "own links") != "no" and tied_to in own(login)
        given = cell(login, "matters") == "department" and department == POST[login][1]
        if public or linked or given or tied_to in manageable(login):
            seen.add(key)
    return seen


def tied_to_matters(login: str) -> set[str]:
    """Households whose matters somebody may read."""
    return {tied for key, _t, tied, _d in ISSUES if key in issues(login) and tied in FILED}
