"""Staff and areas as files that their importers read again without a difference."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db.models import QuerySet

from accounts.keys import sealer
from grids.appointing import APPOINTED
from grids.importing.staff_rows import BACKGROUNDS, SELECTED_BY
from grids.models import Area, AreaCode, Post
from lib.books import Sheet

#: The headers the importers know best; the words of the files, not of the interface.
STAFF_HEADER = (
    "姓名", "联系电话", "岗位", "区域编码", "单位", "起", "止", "来源", "产生方式", "特长",
    "党员", "上限",
)  # fmt: skip
AREAS_HEADER = ("区域编码", "名称", "类型", "网格类型", "旗县", "苏木镇街道")
GRID_KIND = {Area.GridKind.GENERAL: "综合", Area.GridKind.DEDICATED: "专属"}


def staff_sheet(found: QuerySet[Post], *, on: date) -> Sheet:
    """Some posts with their holders. Those only an administrator gives are left out."""
    return Sheet("人员", STAFF_HEADER, _staff_rows(found.exclude(role__kind__in=APPOINTED), on))


def _staff_rows(found: QuerySet[Post], on: date) -> Iterator[tuple[str, ...]]:
    codes, keys = codes_on(on), sealer()
    backgrounds = {str(value): word for word, value in reversed(BACKGROUNDS.items())}
    chosen = {str(value): word for word, value in reversed(SELECTED_BY.items())}
    posts = found.select_related("person__organisation", "role", "area", "organisation")
    for post in posts.order_by("path", "role_id", "person__name", "pk").iterator(chunk_size=2000):
        person = post.person
        unit = post.organisation or person.organisation
        yield (
            person.name, keys.open(person.phone_sealed) if person.phone_sealed else "",
            post.role.label, codes.get(post.path) or post.area.name if post.area else "",
            unit.name if unit else "", post.during.lower.isoformat(),
            post.during.upper.isoformat() if post.during.upper else "",
            backgrounds.get(post.background, ""), chosen.get(post.selected_by, ""),
            "、".join(person.skills), "是" if person.party_member else "否",
            "" if post.max_links is None else str(post.max_links),
        )  # fmt: skip


def areas_sheet(found: QuerySet[Area], *, on: date) -> Sheet:
    """Areas of one level, as the table of codes that the importer reads."""
    return Sheet("区域", AREAS_HEADER, _area_rows(found, on))


def _area_rows(found: QuerySet[Area], on: date) -> Iterator[tuple[str, ...]]:
    codes = codes_on(on)
    names = dict(Area.objects.in_force(on).filter(level__in=("county", "township"))
                 .values_list("path", "name"))  # fmt: skip
    for area in found.order_by("path").iterator(chunk_size=2000):
        if area.path not in codes:
            continue  # the importer knows areas by their code alone
        kind = GRID_KIND[Area.GridKind(area.grid_kind)] if area.grid_kind else ""
        yield (
            codes[area.path], area.name, area.type_label, kind, names.get(area.path[:4], ""),
            names.get(area.path[:8], "") if len(area.path) > 4 else "",
        )  # fmt: skip


def codes_on(on: date) -> dict[str, str]:
    """The codes of a day by path."""
    codes = AreaCode.objects.filter(during__contains=on)
    return dict(codes.values_list("area__path", "code"))
