"""Lists as files, in the form their importers read: for managers, logged before a byte leaves."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.gate import SignedInRequest, allow
from accounts.reads import Read, note_read
from casework.models import Issue
from desk.tables.actions import chosen_rows, keys_of
from desk.tables.asked import Asked
from desk.tables.views import asked_of, show
from grids.importing.exporting import areas_sheet, staff_sheet
from grids.models import Post
from grids.querysets import beneath
from households.importing.exporting import households_sheet, links_sheet
from lib.books import Sheet, book_write, csv_write
from lib.errors import Refusal

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ISSUES_HEADER = (
    "诉求", "类别", "事项", "区域", "涉及", "人数", "状态", "登记日期", "期限", "部门", "专项",
    "来源", "工单编号",
)  # fmt: skip


@dataclass(frozen=True)
class Export:
    """What can be written of a table: ``p_class`` is what the access log says of it."""

    file_name: str
    p_class: str
    sheet: Callable[[Any, Asked, bool], Sheet]


def _managed(rows: Any, asked: Asked) -> Any:
    return rows.filter(beneath(asked.scope.manage))


def _issues(rows: Any, asked: Asked) -> Sheet:
    return Sheet("诉求", ISSUES_HEADER, _issue_rows(_managed(rows, asked)))


def _issue_rows(rows: Any) -> Iterator[tuple[str, ...]]:
    found = rows.select_related("area", "household", "department").order_by("limit_on", "pk")
    for one in found.iterator(chunk_size=2000):
        yield (
            one.title, str(Issue.Kind(one.kind).label), str(Issue.Subject(one.subject).label),
            one.area.name, one.household.head_name if one.household else "公共场所",
            str(one.people), str(Issue.State(one.state).label), one.registered_on.isoformat(),
            one.limit_on.isoformat(), one.department.name if one.department else "",
            one.campaign, str(Issue.Source(one.source).label), one.ticket,
        )  # fmt: skip


def _staff(rows: Any, asked: Asked) -> Sheet:
    """Posts with their holders; of people, the posts they hold."""
    if asked.table.kind == "people":
        rows = Post.objects.in_force(asked.on).filter(person__in=rows.order_by().values("pk"))
    return staff_sheet(_managed(rows, asked), on=asked.on)


EXPORTS = {
    "households": Export(
        "户", "P2",
        lambda rows, asked, needs: households_sheet(
            rows.manageable_by(asked.user), on=asked.on, needs=needs),
    ),
    "links": Export(
        "结对", "P2",
        lambda rows, asked, needs: links_sheet(rows.manageable_by(asked.user), on=asked.on),
    ),
    "staff": Export("人员", "P1", lambda rows, asked, needs: _staff(rows, asked)),
    "areas": Export(
        "区域", "P0",
        lambda rows, asked, needs: areas_sheet(_managed(rows, asked), on=asked.on),
    ),
    "issues": Export("诉求", "P2", lambda rows, asked, needs: _issues(rows, asked)),
}  # fmt: skip


@require_POST
@allow("manager")
def export(request: SignedInRequest, kind: str) -> HttpResponseBase:
    """The rows chosen, or all that fit, as a file."""
    asked = asked_of(request, kind)
    try:
        return written(request, asked)
    except Refusal as refusal:
        return show(request, asked, error=refusal.sentence)


def written(request: SignedInRequest, asked: Asked) -> HttpResponseBase:
    """Write the file aside, note what it holds, then send it."""
    offered = [key for key, _label in asked.table.exports]
    key = request.POST.get("what", "")
    key = key if key in offered else offered[0]
    what = EXPORTS[key]
    needs = request.POST.get("needs") == "1" and key == "households"
    check(asked, needs=needs)
    rows = rows_to_write(request, asked)
    out = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    sheet = what.sheet(rows, asked, needs)
    plain = request.POST.get("format") == "csv"
    count = csv_write(out, sheet) if plain else book_write(out, [sheet])
    if not count:
        out.close()
        raise Refusal(_("Nothing of this can be exported by you."))
    where = asked.path or ",".join(asked.scope.manage)[:120]
    note_read(request, Read(f"export.{key}", where, count, what.p_class))
    if needs:
        note_read(request, Read("export.needs", where, count, "P3", asked.typed.reason))
    out.seek(0)
    name = f"{what.file_name}_{asked.on:%Y%m%d}.{'csv' if plain else 'xlsx'}"
    return FileResponse(
        out, as_attachment=True, filename=name,
        content_type="text/csv; charset=utf-8" if plain else XLSX,
    )  # fmt: skip


def check(asked: Asked, *, needs: bool) -> None:
    """Needs leave only when asked for with a reason; a list found by needs betrays them, too."""
    if needs and not asked.typed.reason:
        raise Refusal(_("Say why the needs are exported; the reason is recorded."), field="reason")
    if asked.typed.look and not needs:
        raise Refusal(
            _("This list was found by needs. Export it with the needs and a reason, or take that"
              " filter off.")
        )  # fmt: skip
    if asked.table.kind == "areas" and not asked.value("level"):
        raise Refusal(_("Choose a level first: a file of areas holds one level."))
    if asked.has("vacant") and asked.table.kind == "posts":
        raise Refusal(_("Vacant posts have no holder to export; take that filter off."))


def rows_to_write(request: SignedInRequest, asked: Asked) -> Any:
    """The rows ticked; without any, all that fit."""
    if keys_of(request) or request.POST.get("all") == "1":
        return chosen_rows(request, asked)
    return asked.table.rows(asked)
