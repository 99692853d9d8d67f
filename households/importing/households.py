"""The import of households: a township's own list becomes rows, places and needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from accounts.keys import sealer
from households.attribution import Place
from households.forms import HOUSEHOLDS
from households.importing.base import HouseholdFile
from households.importing.diffs import Change, Differ, NeedKinds
from households.importing.matching import Known, Match, Roll, label
from households.importing.places import FILING_LEVELS, Places
from households.importing.points import Points, far_points, read_points
from households.importing.rows import Rows, read_rows
from households.importing.seasons import Clash, Seasons
from households.importing.writing import Fresh, changes_write, fresh_write
from households.models import Household, HouseholdPlace
from jobs.imports import Candidate, Doubt, Plan, Written
from jobs.undo import Created
from lib.errors import Refusal
from lib.families import fold_members
from lib.tabular import Table, read_table
from lib.values import CLEAR

FIELDS = (
    "serial", "head", "phone", "address", "size", "residence", "needs", "registered_on",
    "emergency", "emergency_phone",
)  # fmt: skip


@dataclass
class HouseholdsPlan:
    """What execute needs of a plan; positions are those of ``rows``."""

    rows: Rows
    points: Points
    seasons: Seasons
    settled: list[Place | None]
    kinds: NeedKinds
    differ: Differ
    fresh: list[int] = field(default_factory=list)
    changes: dict[int, Change] = field(default_factory=dict)
    doubts: dict[int, list[Known]] = field(default_factory=dict)
    defaulted: set[int] = field(default_factory=set)

    def row(self, i: int) -> dict[str, Any]:
        """A row as a difference is made of it."""
        lon = float(self.points.lon[i])
        known = np.isfinite(lon)
        filed = self.rows.filed[i]
        values = {name: self.rows.columns[name][i] for name in FIELDS}
        return values | {
            "place": None if i in self.defaulted else self.settled[i],
            "coded": self.rows.coded[i] and filed is not None and filed.level in FILING_LEVELS,
            "filed": filed.path if filed is not None else "",
            "lon": lon if known else None,
            "lat": float(self.points.lat[i]) if known else None,
            "cleared": i in self.points.cleared,
            "seasons": self.seasons.given(i),
        }

    def household(self, i: int, on: date) -> Fresh:
        """A row as a new household."""
        values: dict[str, Any] = {
            n: None if (v := self.rows.columns[n][i]) is CLEAR else v for n in FIELDS
        }
        place = self.settled[i]
        assert place is not None
        lon = float(self.points.lon[i])
        known = np.isfinite(lon)
        return Fresh(
            serial=values["serial"] or "", head=values["head"], phone=values["phone"],
            address=values["address"] or "", place=place,
            registered_on=values["registered_on"] or on, size=values["size"],
            residence=values["residence"] or Household.Residence.PRESENT,
            lon=lon if known else None, lat=float(self.points.lat[i]) if known else None,
            emergency=values["emergency"] or "", emergency_phone=values["emergency_phone"],
            needs=values["needs"] or (),
            places=self.seasons.fresh(i, since=values["registered_on"] or on),
        )  # fmt: skip


class HouseholdsImporter(HouseholdFile):
    """Options: crs (needed when there are coordinates), area (code of the village of rows with
    neither code nor point, or of the township the file is for), mapping."""

    kind = "households"
    form = HOUSEHOLDS

    def parse(self, file: Path, options: Mapping[str, Any], mapping: Mapping[str, str]) -> Table:
        table = read_table(file, HOUSEHOLDS, overrides=mapping)
        table.problems += fold_members(table)
        return table

    def plan(
        self, parsed: Any, options: Mapping[str, Any], *, path: str, by: Any, on: date
    ) -> Plan:
        places = Places(path, on=on)
        rows = read_rows(parsed, places, on=on)
        chosen = chosen_village(places, options)
        points = read_points(
            parsed, rows.columns, options.get("crs"), [p or chosen for p in rows.filed], places
        )
        rows.problems += points.problems
        rows.faulty |= points.faulty
        seasons = Seasons(rows, options.get("crs"), rows.filed, places)
        settled = places.settle_all(rows.filed, points.lon, points.lat)
        data = HouseholdsPlan(rows, points, seasons, settled, NeedKinds(), Differ(sealer(), on=on))
        self.bound(data, chosen)
        self.check_needs(data)
        rows.problems += far_points(parsed, points, settled, places)
        covered = covered_paths(data)
        roll = self.compare(data, path, on)
        vanished = [k for k in roll.households.values()
                    if k.id not in roll.taken and lies_in(k.path, covered)]  # fmt: skip
        pending = {k.id for found in data.doubts.values() for k in found}
        vanished = [k for k in vanished if k.id not in pending]
        return self.report(data, parsed, vanished)

    def bound(self, data: HouseholdsPlan, chosen: Place | None) -> None:
        """Rows with neither code nor point are filed under the village chosen for the file."""
        rows = data.rows
        for i, place in enumerate(data.settled):
            filed = rows.filed[i]
            above = filed.path if filed is not None and filed.level not in FILING_LEVELS else ""
            if place is not None and not place.path.startswith(above):
                rows.wrong(i, "x", _("The point lies outside the area the code names."))
                data.settled[i] = None
            elif place is None and chosen is not None and chosen.path.startswith(above):
                data.settled[i] = chosen
                data.defaulted.add(i)

    def check_needs(self, data: HouseholdsPlan) -> None:
        """Needs that this county does not use."""
        rows = data.rows
        for i, mentions in enumerate(rows.column("needs")):
            if not mentions or mentions is CLEAR:
                continue
            fault = data.kinds.fault(mentions)
            if fault:
                rows.wrong(i, "needs", fault)

    def compare(self, data: HouseholdsPlan, path: str, on: date) -> Roll:
        """Find each row's household, and what the row would change on it."""
        rows = data.rows
        for name in FIELDS:
            rows.column(name)
        keys = sealer()
        numbers = rows.columns["phone"]
        known_tails = iter(keys.tail_many([n for n in numbers if isinstance(n, str)]))
        tails = [next(known_tails) if isinstance(n, str) else None for n in numbers]
        good = [i for i in range(len(rows)) if i not in rows.faulty]
        villages = {p.path[:12] for i in good if (p := data.settled[i]) is not None}
        serials = [s for i in good if isinstance(s := rows.columns["serial"][i], str)]
        roll = Roll(path, villages, serials, on=on)
        matched: dict[int, Known] = {}
        numbered = [i for i in good if isinstance(rows.columns["serial"][i], str)]
        others = [i for i in good if not isinstance(rows.columns["serial"][i], str)]
        for i in (*numbered, *others):
            place = None if i in data.defaulted and i in numbered else data.settled[i]
            match = self.match(rows, i, place, tails[i], roll)
            if match.known is not None:
                matched[i] = match.known
            elif match.candidates:
                data.doubts[i] = match.candidates
            else:
                data.fresh.append(i)
        self.check_fresh(data)
        data.doubts = {i: found for i, found in data.doubts.items() if self.check_seasons(data, i)}
        for i in data.fresh:
            self.tell_hardship(rows, i, rows.columns["needs"][i])
        data.differ.load({k.id for k in matched.values()})
        for i, known in matched.items():
            if not data.seasons.check(i, has=partial(data.differ.places.has, known.id)):
                continue
            try:
                data.changes[i] = data.differ.change(known, data.row(i))
                self.tell_hardship(rows, i, data.changes[i].needs)
                self.tell_disputed(rows, i, data.changes[i])
            except Clash as clash:
                rows.wrong(i, clash.column, str(clash))
            except ValueError as error:
                rows.wrong(i, "area", str(error))
        return roll

    def tell_hardship(self, rows: Rows, i: int, mentions: Any) -> None:
        """A sudden hardship that begins with this file has no end in it."""
        if mentions and mentions is not CLEAR and any(m.code == "LINSHI" for m in mentions):
            rows.doubt(i, "needs", _("A sudden hardship needs an end date; it ends after 90 days."))

    def tell_disputed(self, rows: Rows, i: int, change: Change) -> None:
        """The number of persons a department's list gave stands; the roster's is told."""
        message = _("%(need)s: a department's list says %(kept)s persons, which stands; the file's "
                    "%(told)s is not taken over.")  # fmt: skip
        for need, kept, told in change.disputed:
            rows.doubt(i, "needs", message % {"need": need, "kept": kept, "told": told})

    def match(
        self, rows: Rows, i: int, place: Place | None, tail: bytes | None, roll: Roll
    ) -> Match:
        """The household on record of a row, if any."""

        def told(name: str) -> str:
            value = rows.columns[name][i]
            return value if isinstance(value, str) else ""

        return roll.match(
            serial=told("serial"), head=told("head"), path=place.path if place else "",
            tail=tail, address=told("address"),
        )  # fmt: skip

    def check_fresh(self, data: HouseholdsPlan) -> None:
        """A new household needs a head and a place."""
        rows, kept = data.rows, []
        for i in sorted(data.fresh):
            if not rows.columns["head"][i]:
                rows.wrong(i, "head", _("Enter the name of the head of household."))
            elif data.settled[i] is None:
                rows.wrong(
                    i, "area" if "area" in rows.table.columns else "",
                    _("Neither a code nor a point tells which village this household belongs to; "
                      "choose the village for the file."),
                )  # fmt: skip
            else:
                kept.append(i)
        data.fresh = [i for i in kept if self.check_seasons(data, i)]

    def check_seasons(self, data: HouseholdsPlan, i: int) -> bool:
        """Whether the seasonal places of a new household can stand beside each other."""
        try:
            data.seasons.fresh(i, since=date.max)
        except Clash as clash:
            data.rows.wrong(i, clash.column, str(clash))
            return False
        return data.seasons.check(i, has=lambda _kind: False)

    def report(self, data: HouseholdsPlan, table: Table, vanished: list[Known]) -> Plan:
        """The plan as the doors show it."""
        rows, points = data.rows, data.points
        notices = list(points.notices)
        if data.differ.kept_points:
            notices.append(
                _("%s points set on the map or on the spot are kept.") % data.differ.kept_points
            )
        if data.differ.unnamed_needs:
            notices.append(
                _("%s households have needs on record that the file does not name; they are kept.")
                % data.differ.unnamed_needs
            )
        changed = sum(1 for change in data.changes.values() if change)
        fresh_unlocated = sum(1 for i in data.fresh if not np.isfinite(points.lon[i]))
        in_grid = sum(
            1 for i in data.fresh if (p := data.settled[i]) is not None and len(p.path) > 12
        )
        order = {sheet.name: n for n, sheet in enumerate(table.sheets)}
        rows.problems.sort(key=lambda p: (order.get(p.sheet, 0), p.row))
        return Plan(
            table=table, problems=rows.problems, notices=notices, skipped=table.skipped,
            left_out=table.left_out, data=data,
            counts={
                "rows": len(rows), "new": len(data.fresh), "changed": changed,
                "unchanged": len(data.changes) - changed, "doubtful": len(data.doubts),
                "vanished": len(vanished), "unlocated": fresh_unlocated, "in_grid": in_grid,
            },
            doubtful=[
                Doubt(table.sheet[i], table.row[i], row_label(rows, i),
                      tuple(Candidate(str(k.id), label(k)) for k in found))
                for i, found in data.doubts.items()
            ],
            vanished=[Candidate(str(k.id), label(k)) for k in vanished],
            sample=[sample(data, i) for i in range(min(8, len(rows)))],
        )  # fmt: skip

    def execute(self, plan: Plan, *, decisions: Mapping[str, str], by: Any, on: date) -> Written:
        data: HouseholdsPlan = plan.data
        fresh, changes = list(data.fresh), dict(data.changes)
        decided = self.decide(plan, decisions)
        fresh += [i for i, choice in decided.items() if choice is None]
        merged = {i: k for i, k in decided.items() if k is not None}
        data.differ.load({k.id for k in merged.values()})
        for i, known in merged.items():
            try:
                changes[i] = data.differ.change(known, data.row(i))
            except ValueError as error:
                raise Refusal(f"{row_label(data.rows, i)}：{error}") from None
        written = [change for change in changes.values() if change]
        created = fresh_write([data.household(i, on) for i in fresh], data.kinds, on=on)
        created += changes_write(written, data.kinds, on=on)
        return Written(
            counts={
                "new": len(fresh), "changed": len(written),
                "doubtful": len(data.doubts) - len(decided),
            },
            created=created, root=Household, touched=[c.known.id for c in written],
        )  # fmt: skip

    def undoing(self, created: list[Created], context: str) -> None:
        """Nobody is today at a place that goes; the count finds where they are instead."""
        for rows in created:
            if rows.model is HouseholdPlace:
                for chunk in rows.chunks():
                    Household.objects.filter(places__in=chunk).update(season_point=None)

    def decide(self, plan: Plan, decisions: Mapping[str, str]) -> dict[int, Known | None]:
        """The doubtful rows somebody decided on: the household each is, or None for a new one."""
        data: HouseholdsPlan = plan.data
        taken: set[Any] = {c.known.id for c in data.changes.values()}
        result: dict[int, Known | None] = {}
        for i, found in data.doubts.items():
            key = f"{data.rows.table.sheet[i]}!{data.rows.table.row[i]}"
            choice = decisions.get(key) or decisions.get("*") or "skip"
            free = [k for k in found if k.id not in taken]
            if choice == "new":
                if data.settled[i] is not None:
                    result[i] = None
            elif choice != "skip":
                same = [k for k in free if choice in ("same", str(k.id))]
                if not same:
                    if choice != "same":
                        raise Refusal(
                            _("%s: this household is not one of those proposed, or two rows were "
                              "said to be it.") % key
                        )  # fmt: skip
                    continue
                if same[0].closed:
                    continue  # the same household: it was closed and stays so
                taken.add(same[0].id)
                result[i] = same[0]
        return result


def chosen_village(places: Places, options: Mapping[str, Any]) -> Place | None:
    """The village (or grid) chosen for rows with neither code nor point, if one was."""
    code = str(options.get("area") or "")
    place = places.place_of_code(code) if code else None
    return place if place is not None and place.level in FILING_LEVELS else None


def covered_paths(data: HouseholdsPlan) -> set[str]:
    """The areas a file speaks of: those its codes name, and the grids its points lie in."""
    covered: set[str] = set()
    for i, place in enumerate(data.settled):
        if place is None or i in data.rows.faulty:
            continue
        filed = data.rows.filed[i]
        coded = filed is not None and filed.level in FILING_LEVELS
        covered.add(filed.path if coded and filed is not None else place.path[:16])
    return covered


def lies_in(path: str, covered: set[str]) -> bool:
    """Whether a path lies in one of the areas, which are villages, grids or units."""
    return path[:12] in covered or path[:16] in covered or path in covered


def row_label(rows: Rows, i: int) -> str:
    """A row for people: number, head, address."""
    cells = (rows.columns[name][i] for name in ("serial", "head", "address"))
    return " ".join(cell for cell in cells if isinstance(cell, str))


def sample(data: HouseholdsPlan, i: int) -> dict[str, str]:
    """A row of the preview as it would be stored: where it is filed, no needs."""
    place, rows = data.settled[i], data.rows
    cells = {
        name: str(value) if (value := rows.columns[name][i]) not in (None, CLEAR) else ""
        for name in ("serial", "head", "address", "size", "registered_on")
    }
    return {
        "sheet": rows.table.sheet[i],
        "row": str(rows.table.row[i]),
        **cells,
        "area": place.name if place else "",
        "code": place.code if place else "",
    }
