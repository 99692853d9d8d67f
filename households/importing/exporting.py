"""A list of households that imports again without a difference: WGS 84, every cell text."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from uuid import UUID

import xlsxwriter

from accounts.keys import sealer
from grids.models import AreaCode
from households.models import Household, Need
from households.needcells import NeedMention, needs_text

Residence = Household.Residence
RESIDENCE = {
    Residence.PRESENT: "常住", Residence.SEASONAL: "季节性外出", Residence.AWAY: "常年外出",
}  # fmt: skip
#: The headers the importer knows best; the words of the files, not of the interface.
HEADER = (
    "户编号", "户主", "联系电话", "家庭住址", "区域编码", "经度", "纬度", "人口", "居住状态",
    "登记日期", "紧急联系人", "紧急联系人电话",
)  # fmt: skip
NEEDS_HEADER = "需求"


def households_workbook(path: str, *, on: date, needs: bool) -> tuple[bytes, int]:
    """The open households beneath a path as .xlsx, and how many they are.

    ``needs`` adds the column of needs (P3), for those who may read them. Who may export, and the
    entry in the access log, are the caller's.
    """
    out = io.BytesIO()
    count = 0
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
               "strings_to_numbers": False}  # fmt: skip
    with xlsxwriter.Workbook(out, options) as book:
        page = book.add_worksheet("户")
        page.set_column(0, len(HEADER), 16, book.add_format({"num_format": "@"}))
        page.freeze_panes(1, 0)
        header = (*HEADER, NEEDS_HEADER) if needs else HEADER
        for column, word in enumerate(header):
            page.write_string(0, column, word)
        for count, row in enumerate(rows(path, on=on, needs=needs), start=1):
            for column, cell in enumerate(row):
                if cell:
                    page.write_string(count, column, cell)
    return out.getvalue(), count


def rows(path: str, *, on: date, needs: bool) -> Iterator[tuple[str, ...]]:
    """The cells of every open household, in the order of places, names and numbers."""
    codes = dict(
        AreaCode.objects.filter(area__path__startswith=path, during__contains=on).values_list(
            "area__path", "code"
        )
    )
    wanted = needs_of(path, on) if needs else {}
    keys = sealer()
    found = Household.objects.open_on(on).filter(path__startswith=path)
    for h in found.order_by("path", "head_name", "serial", "pk").iterator(chunk_size=5000):
        yield (
            h.serial, h.head_name, keys.open(h.phone_sealed) if h.phone_sealed else "", h.address,
            code_of(h.path, codes), repr(h.location.x) if h.location else "",
            repr(h.location.y) if h.location else "", "" if h.size is None else str(h.size),
            RESIDENCE[Residence(h.residence)], h.registered_on.isoformat(), h.emergency_name,
            keys.open(h.emergency_phone_sealed) if h.emergency_phone_sealed else "",
            *([needs_text(wanted.get(h.pk, []))] if needs else []),
        )  # fmt: skip


def code_of(path: str, codes: dict[str, str]) -> str:
    """The code of the finest area of a path that carries one."""
    return next((codes[path[:n]] for n in range(len(path), 0, -4) if path[:n] in codes), "")


def needs_of(path: str, on: date) -> dict[UUID, list[NeedMention]]:
    """The needs in force of every household beneath a path."""
    found: dict[UUID, list[NeedMention]] = {}
    needs = Need.objects.filter(
        household__path__startswith=path, void=False, during__contains=on
    ).order_by("kind__position", "pk")
    for household, code, variant, subtype, persons in needs.values_list(
        "household_id", "kind__code", "kind__variant", "subtype", "persons"
    ):
        mention = NeedMention(code, variant, subtype, persons)
        found.setdefault(household, []).append(mention)
    return found
