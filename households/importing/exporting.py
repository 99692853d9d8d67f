"""A list of households that imports again without a difference: WGS 84, every cell text."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from accounts.keys import sealer
from grids.importing.exporting import codes_on
from households.forms import SEASONS
from households.models import Household, HouseholdPlace, Link, Need
from households.needcells import NeedMention, needs_text
from lib.books import Sheet, book_write
from lib.months import months_written

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
#: Beside each kind of seasonal place: longitude, latitude, months.
SEASON_HEADER = tuple(
    f"{word}{end}" for word in SEASONS.values() for end in ("经度", "纬度", "月份")
)


#: Named contacts as their own importer reads them.
LINKS_HEADER = (
    "户编号", "户主", "家庭住址", "区域编码", "联系人", "联系人电话", "岗位", "起", "止",
)  # fmt: skip


def households_workbook(path: str, *, on: date, needs: bool) -> tuple[bytes, int]:
    """The open households beneath a path as .xlsx, and how many they are.

    ``needs`` adds the column of needs (P3), for those who may read them. Who may export, and the
    entry in the access log, are the caller's.
    """
    out = io.BytesIO()
    found = Household.objects.open_on(on).filter(path__startswith=path)
    count = book_write(out, [households_sheet(found, on=on, needs=needs)])
    return out.getvalue(), count


def households_sheet(found: QuerySet[Household], *, on: date, needs: bool) -> Sheet:
    """Some households as a sheet that imports again without a difference."""
    header = (*HEADER, *SEASON_HEADER, *([NEEDS_HEADER] if needs else []))
    return Sheet("户", header, rows(found, on=on, needs=needs))


def rows(found: QuerySet[Household], *, on: date, needs: bool) -> Iterator[tuple[str, ...]]:
    """The cells of every household, in the order of places, names and numbers."""
    codes = codes_on(on)
    wanted = needs_of(found, on) if needs else {}
    seasons = seasons_of(found, on)
    keys = sealer()
    ordered = found.order_by("path", "head_name", "serial", "pk")
    for h in ordered.iterator(chunk_size=5000):
        yield (
            h.serial, h.head_name, keys.open(h.phone_sealed) if h.phone_sealed else "", h.address,
            code_of(h.path, codes), repr(h.location.x) if h.location else "",
            repr(h.location.y) if h.location else "", "" if h.size is None else str(h.size),
            RESIDENCE[Residence(h.residence)], h.registered_on.isoformat(), h.emergency_name,
            keys.open(h.emergency_phone_sealed) if h.emergency_phone_sealed else "",
            *season_cells(seasons.get(h.pk, {})),
            *([needs_text(wanted.get(h.pk, []))] if needs else []),
        )  # fmt: skip


def links_sheet(found: QuerySet[Household], *, on: date) -> Sheet:
    """The named contacts of some households, as the importer of contacts reads them."""
    return Sheet("结对", LINKS_HEADER, link_rows(found, on=on))


def link_rows(found: QuerySet[Household], *, on: date) -> Iterator[tuple[str, ...]]:
    """The cells of every link that runs on a day."""
    codes, keys = codes_on(on), sealer()
    phones: dict[UUID, str] = {}
    links = Link.objects.filter(
        household__in=found.order_by().values("pk"), void=False, during__contains=on,
        post__void=False, post__during__contains=on,
    ).select_related("household", "post__person", "role")  # fmt: skip
    order = ("household__path", "household__head_name", "household_id", "role_id")
    for link in links.order_by(*order).iterator(chunk_size=5000):
        person, h = link.post.person, link.household
        if person.pk not in phones:
            phones[person.pk] = keys.open(person.phone_sealed) if person.phone_sealed else ""
        yield (
            h.serial, h.head_name, h.address, code_of(h.path, codes), person.name,
            phones[person.pk], link.role.label, link.during.lower.isoformat(),
            link.during.upper.isoformat() if link.during.upper else "",
        )  # fmt: skip


def code_of(path: str, codes: dict[str, str]) -> str:
    """The code of the finest area of a path that carries one."""
    return next((codes[path[:n]] for n in range(len(path), 0, -4) if path[:n] in codes), "")


def season_cells(places: dict[str, HouseholdPlace]) -> Iterator[str]:
    """The cells of the seasonal places of one household, those of ``SEASON_HEADER``."""
    for kind in SEASONS:
        if place := places.get(kind):
            yield from (repr(place.point.x), repr(place.point.y), months_written(place.months))
        else:
            yield from ("", "", "")


def seasons_of(found: QuerySet[Household], on: date) -> dict[UUID, dict[str, HouseholdPlace]]:
    """The seasonal places in force on a day, of each kind the first, as the importer reads it."""
    wanted: dict[UUID, dict[str, HouseholdPlace]] = {}
    places = HouseholdPlace.objects.filter(
        household__in=found.order_by().values("pk"), void=False, during__contains=on,
        kind__in=SEASONS,
    )  # fmt: skip
    for place in places.order_by("during", "pk"):
        wanted.setdefault(place.household_id, {}).setdefault(place.kind, place)
    return wanted


def needs_of(found: QuerySet[Household], on: date) -> dict[UUID, list[NeedMention]]:
    """The needs in force of some households; the type of a disability never leaves."""
    wanted: dict[UUID, list[NeedMention]] = {}
    needs = Need.objects.filter(
        household__in=found.order_by().values("pk"), void=False, during__contains=on
    ).order_by("kind__position", "pk")
    for household, code, variant, persons in needs.values_list(
        "household_id", "kind__code", "kind__variant", "persons"
    ):
        wanted.setdefault(household, []).append(NeedMention(code, variant, None, persons))
    return wanted
