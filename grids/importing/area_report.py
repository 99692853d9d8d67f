"""What an import of areas would do, as lines for the terminal and as a workbook to work on."""

from __future__ import annotations

import io
from collections import Counter

import xlsxwriter
from django.utils.translation import gettext as _

from grids.importing.areas import AreaPlan, level_word
from lib.marked import errors_workbook
from lib.tabular import Problem

#: Lines of one kind on the terminal; the workbook holds all.
SHOWN = 40
ORDER = ("error", "warning", "cut", "overlap", "gap", "outside", "note")


def kind_word(kind: str) -> str:
    """The heading of a kind of finding."""
    return {
        "error": _("Errors"),
        "warning": _("Warnings"),
        "cut": _("Cut out"),
        "overlap": _("Overlaps"),
        "gap": _("Land in no area"),
        "outside": _("Beyond the area above"),
        "note": _("Notes"),
    }[kind]


def plan_lines(plan: AreaPlan) -> list[str]:
    """The plan for the terminal."""
    lines = [
        _("Column “%(name)s” is not read: %(reason)s") % {"name": name, "reason": reason}
        for name, reason in plan.file.skipped
    ]
    for kind in ORDER:
        found = [finding for finding in plan.findings if finding.kind == kind]
        if not found:
            continue
        lines.append(f"{kind_word(kind)} ({len(found)})")
        for finding in found[:SHOWN]:
            where = str(finding.place) if finding.place else ""
            if finding.column:
                where += _(", column %s") % finding.column
            named = f"{finding.name} {finding.code}".strip() if finding.place else ""
            at = ""
            if kind == "error" and finding.lon is not None:
                at = f" [{finding.lon:.6f}, {finding.lat:.6f}]"
            head = "，".join(part for part in (where, named) if part)
            lines.append(f"  {head}: {finding.message}{at}" if head else f"  {finding.message}")
        if len(found) > SHOWN:
            lines.append("  " + _("… and %d more; --errors FILE.xlsx lists all.")
                         % (len(found) - SHOWN))  # fmt: skip
    created = Counter(new.level for new in plan.create)
    for level, count in created.items():
        lines.append(_("New %(level)s: %(n)d") % {"level": level_word(level), "n": count})
    lines.append(_("Changed name or type: %d") % len(plan.update))
    lines.append(_("New or changed outlines: %d") % len(plan.outlines))
    lines.append(_("Unchanged: %d") % plan.unchanged)
    if plan.left_out:
        lines.append(_("Left out by --exclude: %d") % len(plan.left_out))
    return lines


def plan_workbook(plan: AreaPlan) -> bytes:
    """The sheets that came with the faulty cells marked; of a map file a list of all findings."""
    if plan.file.table is not None:
        problems = [
            Problem(
                f.place.sheet, f.place.row, f.column, "", "", f.message,
                "error" if f.kind == "error" else "warning",
            )
            for f in plan.findings
            if f.place is not None
        ]  # fmt: skip
        return errors_workbook(plan.file.table, problems)
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(_("Findings"))
        bold = book.add_format({"bold": True})
        header = [_("Kind"), _("Where"), _("Code"), _("Name"), _("What is wrong"), _("Longitude"),
                  _("Latitude"), "m²"]  # fmt: skip
        sheet.write_row(0, 0, header, bold)
        sheet.freeze_panes(1, 0)
        sheet.set_column(4, 4, 70)
        ordered = sorted(plan.findings, key=lambda finding: ORDER.index(finding.kind))
        for number, finding in enumerate(ordered, start=1):
            cells = [kind_word(finding.kind), str(finding.place or ""), finding.code, finding.name,
                     finding.message]  # fmt: skip
            for column, cell in enumerate(cells):
                sheet.write_string(number, column, cell)
            for column, value in ((5, finding.lon), (6, finding.lat), (7, finding.size_m2)):
                if value is not None:
                    sheet.write_number(number, column, value)
    return out.getvalue()
