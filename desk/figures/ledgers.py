"""Ledgers (台账) as offices hand them on: title, note, merged header, rows, and who filled it in.

Each is a view of records that are there anyway; nothing is typed for it. 困难群众 holds needs (P3):
for those who manage the area, with a reason, and logged.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import xlsxwriter
from django.http import FileResponse, Http404, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.gate import SignedInRequest, allow
from accounts.models import User
from accounts.reads import Read, note_read
from casework.models import Deed, Issue
from desk.tables.asked import Asked, Typed, ask
from desk.tables.exports import XLSX
from desk.tables.looking import ANY
from desk.tables.registry import TABLES
from desk.tables.saved import LEDGER_VIEWS, LedgerView
from grids.asked import asked_area, asked_level
from grids.models import Area
from grids.naming import area_labels, name_from_afar
from grids.scope import scope_of
from households.models import Need
from lib.clock import today
from lib.errors import Refusal

REASON = 200


@dataclass(frozen=True)
class Ledger:
    """A ledger: headers as (group, head), the group over several heads merged; class of its rows.

    Its rows are those of its view of a table, so that page and file hold the same.
    """

    view: LedgerView
    note: str
    heads: tuple[tuple[str, str], ...]
    rows: Callable[[Asked], Iterator[tuple[str, ...]]]
    p_class: str

    @property
    def key(self) -> str:
        """As its address names it."""
        return self.view.key

    @property
    def title(self) -> str:
        """As its file is called."""
        return self.view.name

    def asked(self, user: User, code: str, since: date, until: date, reason: str = "") -> Asked:
        """The question to its table, of an area and a period."""
        given = QueryDict(self.view.query(area=code, since=since, until=until))
        asked = ask(TABLES[self.view.table], user, given, on=today())
        if not self.view.looks:
            return asked
        return asked.with_typed(Typed(look=True, need=ANY, reason=reason))


def _places(rows: list[Any], path: Callable[[Any], str], on: date) -> dict[str, str]:
    return {key: label["name"] for key, label in
            area_labels({path(row) for row in rows}, on=on).items()}  # fmt: skip


def _issues(asked: Asked) -> Iterator[tuple[str, ...]]:
    rows = list(
        asked.table.rows(asked)
        .select_related("household", "department").order_by("registered_on", "pk")
    )  # fmt: skip
    places = _places(rows, lambda row: row.path, asked.on)
    for row in rows:
        yield (
            row.registered_on.isoformat(), str(Issue.Source(row.source).label),
            places[row.path], row.household.head_name if row.household else "公共场所",
            row.title, str(Issue.Kind(row.kind).label), str(Issue.Subject(row.subject).label),
            str(row.people), row.department.name if row.department else "",
            row.limit_on.isoformat(), str(Issue.State(row.state).label),
            str(Issue.Result(row.result).label) if row.result else "",
            row.finished_on.isoformat() if row.finished_on else "",
            str(Issue.Answer(row.answer).label) if row.answer else "",
        )  # fmt: skip


def _needing(asked: Asked) -> Iterator[tuple[str, ...]]:
    households = asked.table.rows(asked)
    needs: dict[Any, list[Need]] = {}
    found = Need.objects.filter(
        household__in=households.values("pk"), void=False, during__contains=asked.on
    )
    for need in found.select_related("kind", "household").order_by("household__path", "pk"):
        needs.setdefault(need.household_id, []).append(need)
    rows = [(held[0].household, held) for held in needs.values()]
    places = _places(rows, lambda row: row[0].path, asked.on)
    for household, held in rows:
        yield (
            places[household.path], household.serial, household.head_name, household.address,
            "" if household.size is None else str(household.size),
            str(household.get_tier_display()), "、".join(str(need.kind) for need in held),
            str(sum(need.persons for need in held)), min(n.during.lower for n in held).isoformat(),
            household.due_on.isoformat() if household.due_on else "",
        )  # fmt: skip


def _deeds(asked: Asked) -> Iterator[tuple[str, ...]]:
    rows = list(
        asked.table.rows(asked)
        .select_related("household", "organisation").order_by("on", "pk")
    )  # fmt: skip
    places = _places(rows, lambda row: row.path, asked.on)
    for row in rows:
        whom = row.household.head_name if row.household else (
            "过往群众" if row.passers_by else "本地")  # fmt: skip
        yield (
            row.on.isoformat(), places[row.path], whom, row.what,
            "" if row.quantity is None else f"{row.quantity.normalize():f}", row.unit,
            "" if row.amount is None else f"{row.amount:.2f}",
            str(Deed.Funds(row.funds).label) if row.funds else "",
            "" if row.people is None else str(row.people),
            row.organisation.name if row.organisation else "",
            str(Deed.State(row.state).label), row.result,
        )  # fmt: skip


def _activities(asked: Asked) -> Iterator[tuple[str, ...]]:
    rows = list(
        asked.table.rows(asked)
        .select_related("kind", "organisation").order_by("on", "pk")
    )  # fmt: skip
    places = _places(rows, lambda row: row.path, asked.on)
    for row in rows:
        yield (
            row.on.isoformat(), row.kind.label, row.title, places[row.path], row.place,
            str(row.sessions), "" if row.people is None else str(row.people),
            "" if row.quantity is None else f"{row.quantity.normalize():f}", row.unit,
            row.organisation.name if row.organisation else "",
        )  # fmt: skip


LEDGERS: dict[str, Ledger] = {one.key: one for one in (
    Ledger(LEDGER_VIEWS["issues"], "含期内登记的全部诉求；销号以群众确认为准。", (
        ("来源", "登记日期"), ("来源", "诉求来源"), ("对象", "区域"), ("对象", "诉求人或地点"),
        ("内容", "诉求事项"), ("内容", "类别"), ("内容", "事项分类"), ("内容", "涉及人数"),
        ("办理", "主办部门"), ("办理", "答复期限"), ("办理", "办理状态"), ("销号", "办理结果"),
        ("销号", "销号日期"), ("销号", "群众评价")), _issues, "P2"),
    Ledger(LEDGER_VIEWS["needing"], "含截至当日有需求的在册户；不得外传。", (
        ("住户", "区域"), ("住户", "户编号"), ("住户", "户主"), ("住户", "住址"), ("住户", "人口"),
        ("需求", "分类"), ("需求", "需求类别"), ("需求", "涉及人数"), ("需求", "最早起始日"),
        ("联系", "下次应联系日")), _needing, "P3"),
    Ledger(LEDGER_VIEWS["deeds"], "含期内的帮扶和项目；金额单位为元。", (
        ("对象", "日期"), ("对象", "区域"), ("对象", "帮扶对象"), ("内容", "帮扶事项"),
        ("内容", "数量"), ("内容", "单位"), ("资金", "金额（元）"), ("资金", "资金来源"),
        ("成效", "受益人数"), ("成效", "责任单位"), ("成效", "状态"), ("成效", "结果")),
        _deeds, "P2"),
    Ledger(LEDGER_VIEWS["activities"], "含期内开展的各类活动；参加人员只记人数。", (
        ("活动", "日期"), ("活动", "类别"), ("活动", "主题"), ("地点", "区域"), ("地点", "地点"),
        ("规模", "场次"), ("规模", "参加人次"), ("规模", "数量"), ("规模", "单位"),
        ("单位", "主办单位")), _activities, "P0"),
)}  # fmt: skip


def book_of(
    ledger: Ledger, asked: Asked, *, unit: str, since: date, until: date
) -> tuple[bytes, int]:
    """The workbook of a ledger and how many rows it has. Every cell is text."""
    out, n = io.BytesIO(), 0
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    last = len(ledger.heads)
    with xlsxwriter.Workbook(out, options) as book:
        title = book.add_format({"bold": True, "font_size": 16, "align": "center"})
        note = book.add_format({"font_color": "#59626c"})
        head = book.add_format({"bold": True, "align": "center", "border": 1, "text_wrap": True})
        cell = book.add_format({"border": 1, "num_format": "@", "text_wrap": True})
        sheet = book.add_worksheet(ledger.title)
        span = (f"{since.isoformat()} 至 {until.isoformat()}" if ledger.view.dated
                else f"截至 {until.isoformat()}")  # fmt: skip
        sheet.merge_range(0, 0, 0, last, f"{unit}{ledger.title}", title)
        sheet.merge_range(
            1, 0, 1, last, f"填报单位：{unit}　统计期：{span}　说明：{ledger.note}", note
        )
        sheet.merge_range(2, 0, 3, 0, "序号", head)
        begin = 1
        for column, (group, name) in enumerate(ledger.heads, start=1):
            sheet.write_string(3, column, name, head)
            ends = column == last or ledger.heads[column][0] != group
            if ends and begin == column:
                sheet.write_string(2, column, group, head)
            elif ends:
                sheet.merge_range(2, begin, 2, column, group, head)
            begin = column + 1 if ends else begin
        sheet.set_column(0, 0, 6)
        sheet.set_column(1, last, 15)
        sheet.freeze_panes(4, 0)
        for n, row in enumerate(ledger.rows(asked), start=1):
            sheet.write_number(3 + n, 0, n, cell)
            for column, text in enumerate(row, start=1):
                sheet.write_string(3 + n, column, text, cell)
        signs = f"填表人：　　　　　　审核人：　　　　　　填表日期：{today().isoformat()}"
        sheet.merge_range(5 + n, 0, 5 + n, last, signs)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(2, 3)
    return out.getvalue(), n


@allow("manager")
@require_GET
def home(request: SignedInRequest) -> HttpResponse:
    """The ledgers of an area, each as a file."""
    return show(request, request.GET.get("area", ""))


def show(request: SignedInRequest, code: str, *, error: str = "", tried: str = "") -> HttpResponse:
    """The page, with what was refused beside the ledger it was ``tried`` for."""
    on = today()
    area = _managed(request, code)
    first = on.replace(month=1, day=1)
    sent = request.POST
    context = {
        "ledgers": [(ledger, _table(ledger, area, first, on)) for ledger in LEDGERS.values()],
        "area": area, "name": name_from_afar(area), "any": ANY,
        "since": sent.get("since") or first.isoformat(),
        "until": sent.get("until") or on.isoformat(), "error": error, "tried": tried,
        "reason": sent.get("reason", ""), "code": _code(area), "places": places_within(area, on),
    }  # fmt: skip
    return render(request, "desk/figures/ledgers.html", context, status=400 if error else 200)


def _table(ledger: Ledger, area: Area, since: date, until: date) -> str:
    """The address of the table that holds the rows of a ledger."""
    words = ledger.view.query(area=_code(area), since=since, until=until)
    return f"{reverse('table', args=[ledger.view.table])}?{words}"


def places_within(area: Area, on: date) -> list[tuple[str, str]]:
    """Code and name of the areas one level beneath: the way down to their ledgers."""
    below = asked_level(None, area)
    found = Area.objects.in_force(on).with_code(on).filter(
        path__startswith=area.path, level=below
    ).exclude(pk=area.pk).order_by("path")  # fmt: skip
    return [(_code(place), place.name) for place in found]


@require_POST
@allow("manager")
def look(request: SignedInRequest, key: str) -> HttpResponse:
    """The table with exactly the rows the file would hold, of the area and the days given."""
    ledger = LEDGERS.get(key)
    if ledger is None or ledger.view.looks:
        raise Http404
    code = request.POST.get("area", "")
    area = _managed(request, code)
    try:
        since, until = _days(request.POST)
    except Refusal as refusal:
        return show(request, code, error=refusal.sentence, tried=key)
    return redirect(_table(ledger, area, since, until))


def _code(area: Area) -> str:
    return getattr(area, "code", None) or str(area.pk)


def _managed(request: SignedInRequest, code: str) -> Area:
    scope = scope_of(request.user)
    area = asked_area(request.user, code, on=today())
    if not scope.manages(area.path):
        raise Http404
    return area


@require_POST
@allow("manager")
def download(request: SignedInRequest, key: str) -> HttpResponseBase:
    """One ledger as a workbook; what it holds is noted before a byte leaves."""
    ledger = LEDGERS.get(key)
    if ledger is None:
        raise Http404
    code = request.POST.get("area", "")
    area = _managed(request, code)
    try:
        since, until = _days(request.POST)
        reason = request.POST.get("reason", "").strip()[:REASON]
        if ledger.p_class == "P3" and not reason:
            raise Refusal(_("Say why the needs are exported; the reason is recorded."))
    except Refusal as refusal:
        return show(request, code, error=refusal.sentence, tried=key)
    # When a household is due is known of today alone.
    until = until if ledger.view.dated else today()
    asked = ledger.asked(request.user, _code(area), since, until, reason)
    content, rows = book_of(ledger, asked, unit=area.name, since=since, until=until)
    if ledger.p_class != "P0":
        note_read(request, Read(f"ledger.{key}", area.path, rows, "P2"))
    if ledger.p_class == "P3":
        note_read(request, Read("export.needs", area.path, max(rows, 1), "P3", reason))
    return FileResponse(
        io.BytesIO(content), as_attachment=True, content_type=XLSX,
        filename=f"{area.name}{ledger.title}_{until:%Y%m%d}.xlsx",
    )  # fmt: skip


def _days(sent: QueryDict) -> tuple[date, date]:
    try:
        since = date.fromisoformat(sent.get("since", ""))
        until = date.fromisoformat(sent.get("until", ""))
    except ValueError:
        raise Refusal(_("Write the date as 2026-11-22.")) from None
    if since > until or until > today():
        raise Refusal(_("Choose a first day that is not after the last, and days up to today."))
    return since, until
