"""What can be written of a table as a file, in the form the importers read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, BinaryIO

from casework.models import Issue
from desk.tables.asked import Asked
from desk.tables.ledgers import activities_sheet, deeds_sheet
from grids.importing.exporting import areas_sheet, staff_sheet
from grids.models import Post
from grids.querysets import beneath
from households.importing.exporting import households_sheet, links_sheet
from lib.books import Sheet, book_write, csv_write

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
    """Posts with their holders; of people, the posts they hold, or held where they have none."""
    if asked.table.kind == "people":
        posts = Post.objects.filter(void=False)
        held = posts if asked.has("ended") else posts.in_force(asked.on)
        rows = held.filter(person__in=rows.order_by().values("pk"))
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
    "deeds": Export("帮扶", "P2", lambda rows, asked, needs: deeds_sheet(_managed(rows, asked))),
    "activities": Export(
        "活动", "P0", lambda rows, asked, needs: activities_sheet(_managed(rows, asked))
    ),
}  # fmt: skip


def write(out: BinaryIO, sheet: Sheet, *, plain: bool) -> int:
    """Write a sheet as CSV or as a workbook; how many rows there are."""
    return csv_write(out, sheet) if plain else book_write(out, [sheet])


def content_type(*, plain: bool) -> str:
    """What the browser is told the file is."""
    return "text/csv; charset=utf-8" if plain else XLSX


def file_name(key: str, asked_on: date, *, plain: bool) -> str:
    """The name of the file, with the day of its facts."""
    return f"{EXPORTS[key].file_name}_{asked_on:%Y%m%d}.{'csv' if plain else 'xlsx'}"
