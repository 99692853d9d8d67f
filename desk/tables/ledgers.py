"""The ledgers of help given and of activities as files, with the headers offices use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from casework.models import Deed, Issue
from lib.books import Sheet

DEEDS_HEADER = (
    "帮扶内容", "事项", "区域", "对象", "数量", "单位", "约数", "金额（元）", "资金来源", "状态",
    "受益人数", "责任单位", "日期", "结果",
)  # fmt: skip
ACTIVITIES_HEADER = (
    "类别", "主题", "区域", "地点", "日期", "场次", "人数", "数量", "单位", "主办单位", "备注",
)  # fmt: skip
ABOUT = {"over": "余", "more": "多"}


def _number(value: Any) -> str:
    """A number as text without zeros behind the point; empty where there is none."""
    if value is None:
        return ""
    text = f"{value:.2f}"
    return text.rstrip("0").rstrip(".")


def deeds_sheet(rows: Any) -> Sheet:
    """Deeds, the latest first."""
    return Sheet("帮扶", DEEDS_HEADER, _deed_rows(rows))


def for_whom(deed: Deed) -> str:
    """Whom a deed was for, in the office's words."""
    if deed.household is not None:
        return deed.household.head_name
    return "过往群众" if deed.passers_by else "本区域"


def _deed_rows(rows: Any) -> Iterator[tuple[str, ...]]:
    found = rows.select_related("area", "household", "organisation").order_by("-on", "pk")
    for one in found.iterator(chunk_size=2000):
        yield (
            one.what, str(Issue.Subject(one.subject).label), one.area.name, for_whom(one),
            _number(one.quantity), one.unit, ABOUT.get(one.approximate, ""), _number(one.amount),
            str(Deed.Funds(one.funds).label) if one.funds else "",
            str(Deed.State(one.state).label), str(one.people or ""),
            one.organisation.name if one.organisation else "", one.on.isoformat(), one.result,
        )  # fmt: skip


def activities_sheet(rows: Any) -> Sheet:
    """Activities, the latest first."""
    return Sheet("活动", ACTIVITIES_HEADER, _activity_rows(rows))


def _activity_rows(rows: Any) -> Iterator[tuple[str, ...]]:
    found = rows.select_related("kind", "area", "organisation").order_by("-on", "pk")
    for one in found.iterator(chunk_size=2000):
        yield (
            str(one.kind), one.title, one.area.name, one.place, one.on.isoformat(),
            str(one.sessions), str(one.people or ""), _number(one.quantity), one.unit,
            one.organisation.name if one.organisation else "", one.note,
        )  # fmt: skip
