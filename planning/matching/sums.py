"""The numbers of a draft, which name nobody: what a leader sees and approves."""

from __future__ import annotations

from math import ceil
from pathlib import Path
from statistics import median_low
from typing import Any

from django.utils.translation import gettext as _

from casework.coverage import sums as coverage_sums
from grids.models import Area, Role
from lib.clock import today
from planning.matching.inputs import Inputs, rows_of_query
from planning.matching.options import Options
from planning.matching.solving import Holders, holders_of, lowered
from planning.models import MatchDraft

SQL = (Path(__file__).parent / "sums.sql").read_text("utf-8")
GRID = 16
#: Where neither a role nor the draft has a limit: a unit of mutual help is at most so large.
USUAL = 60


def sums_begin(draft: MatchDraft, inputs: Inputs, options: Options, wanting: int) -> None:
    """The numbers that stay while lines are changed by hand: of each grid the role that serves it
    and its usual limit, how it stands before, and why there may be nobody."""
    holders = holders_of(inputs, options)
    draft.sums = {
        "before": _before(draft),
        "said": _why_nobody(inputs, holders),
        "wanting": wanting,
        "grids": [
            {"path": path, "role": role, "limit": limit}
            for path, (role, limit) in _served_by(inputs, holders, options).items()
        ],
    }


def sums_keep(draft: MatchDraft) -> None:
    """Count the lines as they are now into ``draft.sums``; the caller saves."""
    kept = {row["path"]: row for row in draft.sums.get("grids", ())}
    rows = rows_of_query(SQL, {"draft": draft.pk, "length": GRID})
    whole = next(row for row in rows if row["path"] is None)
    grids = [row for row in rows if row["path"] is not None]
    names = dict(
        Area.objects.filter(path__in=[row["path"] for row in grids]).values_list("path", "name")
    )
    listed = []
    for row in grids:
        role, limit = (kept.get(row["path"], {}).get(key) for key in ("role", "limit"))
        listed.append(
            {
                "path": row["path"], "name": names.get(row["path"], ""),
                "households": row["households"], "matched": row["matched"], "short": row["short"],
                "more_people": ceil(row["short"] / (limit or USUAL)), "role": role,
                "limit": limit or USUAL,
            }
        )  # fmt: skip
    before = draft.sums.get("before", {})
    draft.sums = {
        **draft.sums,
        "households": whole["households"], "matched": whole["matched"], "short": whole["short"],
        "people": whole["people"],
        "metres": None if whole["metres"] is None else round(whole["metres"]),
        "more_people": sum(row["more_people"] for row in listed),
        "after": {
            **before,
            "linked": before.get("linked", 0) + whole["matched"],
            "party_linked": before.get("party_linked", 0) + whole["by_members"],
            "gap": before.get("gap", 0) - whole["matched"],
        },
        "grids": listed,
    }  # fmt: skip


def draft_said(draft: MatchDraft) -> str:
    """In a sentence what came out where somebody has to act; empty where all are matched."""
    numbers = draft.sums
    if not numbers.get("short"):
        return ""
    if numbers.get("said") == "nobody":
        return _("Nobody in post here may be a household's contact. Fill the posts first.")
    if numbers.get("said") == "full":
        return _("Everyone in post here has as many households as the limit allows. Raise a limit"
                 " or appoint more people.")  # fmt: skip
    return _("There is nobody left for %(short)d households; %(more)d more people are needed.") % {
        "short": numbers["short"], "more": numbers["more_people"],
    }  # fmt: skip


def _before(draft: MatchDraft) -> dict[str, int]:
    area = draft.area
    row = coverage_sums(area.path, area.level, on=draft.on, current=today()).get(area.path)
    if row is None:
        return {}
    in_scope = row["households"] - row["excluded"]
    return {
        "in_scope": in_scope, "linked": row["linked"], "party_linked": row["party_linked"],
        "gap": in_scope - row["linked"],
    }  # fmt: skip


def _why_nobody(inputs: Inputs, holders: Holders) -> str:
    if not inputs.candidates:
        return "nobody"
    return "" if holders.room().any() else "full"


def _served_by(
    inputs: Inputs, holders: Holders, options: Options
) -> dict[str, tuple[str, int]]:  # fmt: skip
    """Of each grid the role that carries most there, and what one holder of it usually takes."""
    grids = {home.path[:GRID] for home in inputs.homes}
    found: dict[str, dict[str, dict[Any, int]]] = {path: {} for path in grids}
    above: dict[str, list[str]] = {}
    for path in grids:
        for place in {path[:12], path}:
            above.setdefault(place, []).append(path)
    for one in inputs.candidates:
        n = holders.position[one.person_id, one.role]
        most = holders.most[n]
        for path in above.get(one.place[:GRID], ()):
            found[path].setdefault(one.role, {})[one.person_id] = USUAL if most is None else most
    usual = _usual(options)
    served = {}
    for path, roles in found.items():
        if not roles:
            served[path] = usual
            continue
        role = max(sorted(roles), key=lambda code: sum(roles[code].values()))
        served[path] = (role, max(median_low(roles[role].values()), 1))
    return served


def _usual(options: Options) -> tuple[str, int]:
    """The role to fill where nobody is in post: one that is required at a unit or grid first."""
    roles = Role.objects.filter(may_link=True)
    if options.roles:
        roles = roles.filter(pk__in=options.roles)
    limits = {
        role: lowered(role.max_links, options.limits.get(role.code)) or USUAL for role in roles
    }
    near = (Area.Level.UNIT, Area.Level.GRID)
    role = max(
        sorted(limits, key=lambda one: one.code),
        key=lambda one: (one.required_at in near, limits[one]),
    )
    return role.code, limits[role]
