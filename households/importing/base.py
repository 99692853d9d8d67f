"""What the imports of households, of their contacts and of their needs have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from grids.models import Area
from grids.scope import scope_of
from grids.services import require_manage
from households.importing.places import FILING_LEVELS
from jobs.imports import Importer
from lib.errors import Refusal
from lib.tabular import Problem, Table


class HouseholdFile(Importer):
    """A file whose rows are about households of one area."""

    def scope(self, options: Mapping[str, Any], *, by: Any, on: date) -> str:
        return import_scope(options, by=by, on=on)

    def require(self, by: Any, path: str) -> None:
        require_manage(by, path)


def import_scope(options: Mapping[str, Any], *, by: Any, on: date) -> str:
    """The path an import reads and writes in: the area named, if it is a township or county,
    else the one area the person manages (by None: the county). Refusal when it is not managed."""
    code = str(options.get("area") or "")
    area = Area.objects.by_code(code, on).first() if code else None
    if code and area is None:
        raise Refusal(_("No area here has the code %s.") % code[:20], field="area")
    if area is not None:
        require_manage(by, area.path)
        if area.level not in FILING_LEVELS:
            return area.path
    if by is None:
        counties = list(Area.objects.in_force(on).filter(level="county"))
        if area is not None:
            return area.path[:4]
        return counties[0].path if len(counties) == 1 else ""
    roots = scope_of(by).manage
    if area is not None:
        return next(root for root in roots if area.path.startswith(root))
    if len(roots) > 1:
        raise Refusal(_("Choose the area the file is for."), field="area")
    path = roots[0] if roots else ""
    require_manage(by, path)
    return path


@dataclass
class RowPlan:
    """Parsed rows while they are planned; ``faulty`` are the positions of those refused."""

    table: Table
    columns: dict[str, list[Any]]
    problems: list[Problem]
    faulty: set[int]
    on: date

    def cell(self, i: int, name: str) -> Any:
        """The parsed cell of a row; None where the file has no such column."""
        column = self.columns.get(name)
        return column[i] if column is not None else None

    def wrong(self, i: int, name: str, sentence: str) -> None:
        """Refuse a row because of a cell."""
        self.problems.append(self.table.problem(i, name, sentence))
        self.faulty.add(i)

    def doubt(self, i: int, name: str, sentence: str) -> None:
        """Remark on a cell; the row is loaded all the same."""
        self.problems.append(self.table.problem(i, name, sentence, "warning"))
