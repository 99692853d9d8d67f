"""Areas on the import framework, so that the page and the command run the same code.

A manager loads villages, grids and units beneath the own area alone: every other row is an error
that reads the same whether or not there is such an area.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import CASCADE, Model
from django.utils.translation import gettext as _

from grids.importing.area_files import AREAS, AreaFile, Finding, read_area_file
from grids.importing.area_report import ORDER, kind_word
from grids.importing.areas import AreaPlan, areas_execute, areas_plan
from grids.importing.staff import staff_scope
from grids.models import Area, AreaCode, Boundary
from grids.services import LEVELS, require_manage
from jobs.imports import Candidate, Importer, Plan, Written
from jobs.undo import Created, event_models
from lib.errors import Refusal
from lib.tabular import Problem, SkippedColumn

#: Levels a manager loads; a county and its townships are set up by the administrator.
OFFERED = ("village", "grid", "unit")
#: Notices of one kind; a file of thousands of grids may hold thousands of slivers.
SHOWN = 40


class AreasImporter(Importer):
    """Villages, grids or units: a boundary file, or a table of codes and names.

    Options: level, crs (for a boundary file), since (ISO day they are in force from, else the
    day of the import), exclude (codes left out with all beneath them).
    """

    kind = "areas"
    form = AREAS

    def scope(self, options: Mapping[str, Any], *, by: Any, on: date) -> str:
        levels = LEVELS if by is None else OFFERED
        if options.get("level") not in levels:
            raise Refusal(_("Choose the level of the areas in the file."), field="level")
        day_of(options, on)
        return staff_scope(options, by=by, on=on)

    def require(self, by: Any, path: str) -> None:
        require_manage(by, path)

    def parse(self, file: Any, options: Mapping[str, Any], mapping: Mapping[str, str]) -> Any:
        return read_area_file(file, crs=options.get("crs") or None, mapping=mapping)

    def plan(
        self, parsed: AreaFile, options: Mapping[str, Any], *, path: str, by: Any, on: date
    ) -> Plan:
        data = areas_plan(
            file=parsed, level=str(options["level"]), on=day_of(options, on),
            exclude=options.get("exclude") or (), path=path, by=by,
        )  # fmt: skip
        plan = Plan(
            table=parsed.table,
            problems=problems_of(data),
            notices=notices_of(data),
            skipped=_skipped(parsed),
            left_out=parsed.table.left_out if parsed.table else [],
            vanished=[
                Candidate(f.code, f"{f.name} ({f.code})") for f in data.findings if f.kind == "note"
            ],
            data=(data, str(options.get("file_name") or "")),
        )
        new = {planned.code for planned in data.create}
        named = {area.pk for area, _changes in data.update}
        redrawn = {data.areas[code].pk for code in data.outlines if code not in new}
        places = {row.place for row in parsed.rows} | {f.place for f in parsed.findings if f.place}
        plan.counts = {
            "rows": len(places), "new": len(new), "changed": len(named | redrawn),
            "unchanged": data.unchanged, "vanished": len(plan.vanished),
        }  # fmt: skip
        plan.sample = [
            {_("Code"): planned.code, _("Name"): planned.name} for planned in data.create[:8]
        ]
        return plan

    def execute(self, plan: Plan, *, decisions: Mapping[str, str], by: Any, on: date) -> Written:
        data, file_name = plan.data
        areas, codes, boundaries = areas_execute(data, source=file_name)
        made: list[tuple[type[Model], list[Any]]] = [
            (Area, areas), (AreaCode, codes), (Boundary, boundaries),
        ]  # fmt: skip
        return Written(
            created=[Created(model, [row.pk for row in rows]) for model, rows in made if rows]
        )

    def undoing(self, created: list[Created], context: str) -> None:
        tracked = {events.pgh_tracked_model: events for events in event_models()}
        for model, events in tracked.items():
            if model is Area or not events.objects.filter(pgh_context=context).exists():
                continue
            if model is Boundary:
                raise Refusal(
                    _("This import replaced outlines on record and cannot be taken back; "
                      "load the earlier outlines instead.")
                )  # fmt: skip
            raise Refusal(
                _("Households or matters moved into these areas when they were loaded, so the "
                  "import cannot be taken back.")
            )  # fmt: skip
        # Pieces, tile outlines and counts are made of the rows and go with them.
        for rows in created:
            for relation in rows.model._meta.related_objects:
                model = relation.related_model
                if relation.on_delete is CASCADE and model not in tracked:
                    for chunk in rows.chunks():
                        found = model._base_manager.filter(**{f"{relation.field.name}__in": chunk})
                        found.delete()


def day_of(options: Mapping[str, Any], on: date) -> date:
    """The day the areas are in force from; Refusal when it is no day."""
    since = str(options.get("since") or "")
    try:
        return date.fromisoformat(since) if since else on
    except ValueError:
        raise Refusal(_("Write the day as 2024-09-04."), field="since") from None


def _skipped(file: AreaFile) -> list[SkippedColumn]:
    """Columns of a table, or properties of a map file, that are never read."""
    if file.table is not None:
        return file.table.skipped
    return [SkippedColumn("", "", name, reason) for name, reason in file.skipped_keys]


def problems_of(data: AreaPlan) -> list[Problem]:
    """What lies at a row: the sheet and its row, or the feature of a map file from 1."""
    found = []
    for finding in data.findings:
        if finding.kind != "error" and finding.place is None:
            continue
        sheet = finding.place.sheet if finding.place else ""
        row = finding.place.row if finding.place else 0
        at = ""
        if finding.kind == "error" and finding.lon is not None:
            at = f" [{finding.lon:.6f}, {finding.lat:.6f}]"
        found.append(
            Problem(
                sheet or (_("feature of the map") if row else ""), row, finding.column, "",
                f"{finding.name} {finding.code}".strip(), finding.message + at,
                "error" if finding.kind == "error" else "warning",
            )
        )  # fmt: skip
    return found


def notices_of(data: AreaPlan) -> list[str]:
    """What concerns the drawing as a whole: parents made, cuts, overlaps, gaps with place, m²."""
    lines: list[str] = []
    for kind in ORDER:
        found: list[Finding] = [
            f for f in data.findings if f.kind == kind and f.place is None
        ]  # fmt: skip
        if kind in ("error", "note") or not found:
            continue
        lines += [finding.message for finding in found[:SHOWN]]
        if len(found) > SHOWN:
            words = {"kind": kind_word(kind), "n": len(found) - SHOWN}
            lines.append(_("%(kind)s: %(n)d more, smaller or further on in the file.") % words)
    return lines
