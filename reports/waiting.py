"""Open matters by where they wait and by subject, and those that repeat: parts of a summary."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, Q

from casework.models import Issue
from grids.models import Post, Role
from grids.paths import path_length
from reports.sources import issues, overdue

#: Levels that have a summary; a unit's numbers are part of its grid's.
LEVELS = ("county", "township", "village", "grid")
#: Kinds of role that take up and settle matters where they are raised.
IN_GRIDS = (Role.Kind.WORKER, Role.Kind.VILLAGE_LEAD, Role.Kind.HEAD)
#: Kinds are compared with as many days before these.
GROWING_DAYS = 28


def parts_by_path(path: str, *, until: date, current: date) -> dict[str, dict[str, Any]]:
    """Of each area: ``departments`` and ``subjects`` as lists of name or key and counts.

    ``departments``: [name, id or "", open, overdue]; those not given to any stand under "".
    ``subjects``: [subject, open, overdue, registered in 28 days, in the 28 before, repeats].
    ``holders``: how many people hold a post that may link, and one in grids and villages.
    """
    rows = issues(path, until, current).order_by()
    recent, before = until - timedelta(days=GROWING_DAYS), until - timedelta(days=2 * GROWING_DAYS)
    still = ~Q(state_on__in=Issue.FINISHED)
    by_department: Any = rows.values("department", "department__name", filed=F("path")).annotate(
        open=Count("pk", filter=still), late=Count("pk", filter=overdue(until))
    )
    by_subject: Any = rows.values("subject", filed=F("path")).annotate(
        open=Count("pk", filter=still),
        late=Count("pk", filter=overdue(until)),
        recent=Count("pk", filter=Q(registered_on__gt=recent)),
        before=Count("pk", filter=Q(registered_on__gt=before, registered_on__lte=recent)),
        again=Count("pk", filter=Q(state_on="merged", registered_on__gt=recent)),
    )
    departments: dict[str, dict[Any, list[int]]] = defaultdict(dict)
    subjects: dict[str, dict[Any, list[int]]] = defaultdict(dict)
    for row in by_department:
        key = (row["department__name"] or "", str(row["department"] or ""))
        _add(departments, row["filed"], key, [row["open"], row["late"]])
    for row in by_subject:
        counts = [row[name] for name in ("open", "late", "recent", "before", "again")]
        _add(subjects, row["filed"], (row["subject"],), counts)
    people = holders_by_path(path, until=until)
    return {
        area: {
            "holders": {name: len(found) for name, found in people.get(area, {}).items()},
            "departments": _listed(departments.get(area, {})),
            "subjects": _listed(subjects.get(area, {})),
        }
        for area in {*departments, *subjects, *people}
    }


def holders_by_path(path: str, *, until: date) -> dict[str, dict[str, set[Any]]]:
    """Who holds a post that may link (``link``) and one in grids and villages (``grid``)."""
    found: dict[str, dict[str, set[Any]]] = defaultdict(lambda: {"link": set(), "grid": set()})
    held = Post.objects.in_force(until).filter(path__startswith=path, area__isnull=False)
    for filed, person, links, kind in held.values_list(
        "path", "person", "role__may_link", "role__kind"
    ):
        for length in map(path_length, LEVELS):
            if len(filed) >= length:
                if links:
                    found[filed[:length]]["link"].add(person)
                if kind in IN_GRIDS:
                    found[filed[:length]]["grid"].add(person)
    return found


def _add(found: Any, path: str, key: Any, counts: list[int]) -> None:
    if not any(counts):
        return
    for length in map(path_length, LEVELS):
        if len(path) >= length:
            known = found[path[:length]].setdefault(key, [0] * len(counts))
            for place, number in enumerate(counts):
                known[place] += number


def _listed(counts: dict[Any, list[int]]) -> list[list[Any]]:
    """Those with most that is open first."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1][0], item[0]))
    return [[*key, *numbers] for key, numbers in ordered]
