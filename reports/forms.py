"""An office's own monthly form: its cells name indicators, and it comes back filled.

``{{受理诉求}}`` or ``{{受理诉求|本月}}`` is the month, ``{{受理诉求|累计}}`` the running total, and
a third part names a place beneath, ``{{受理诉求|本月|东风村}}``. ``{{填报人}}``, ``{{审核人}}``,
``{{单位}}``, ``{{日期}}`` and ``{{月份}}`` are words. A form without any ``{{ }}`` may name
indicators plainly: the month's number then goes into the empty cell to the right.
"""

from __future__ import annotations

import base64
import json
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from grids.models import Area
from grids.scope import scope_of
from grids.services import require_manage
from lib import sandbox
from lib.clock import now
from lib.errors import Refusal, refused_in_conflict
from lib.sandbox import Limits, UnreadableFile
from lib.sheets import read_workbook
from reports.answers import values
from reports.indicators import by_name, registry
from reports.measures import Indicator, Value
from reports.models import Form
from reports.sources import month_of

MARK = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")
WORDS = ("填报人", "审核人", "单位", "日期", "月份")
MONTH, TOTAL = "本月", "累计"
#: A form is small; what is larger is a list.
LIMITS = Limits(file_bytes=5 * 2**20, unpacked_bytes=100 * 2**20, seconds=30, cells=500_000,
                writes=64 * 2**20)  # fmt: skip
MOST = 3000


@dataclass(frozen=True)
class Place:
    """A mark in a cell: ``word`` for words, else the indicator's key, its span, the area's id."""

    sheet: str
    cell: str
    mark: str
    key: str = ""
    total: bool = False
    area: str = ""
    word: str = ""

    def kept(self) -> dict[str, Any]:
        """As it is kept with the form."""
        return {name: value for name, value in self.__dict__.items() if value}


@dataclass(frozen=True)
class Filled:
    """A place with its value for a month, and the days it is of."""

    place: Place
    area: Area
    since: date
    until: date
    value: Value | None
    text: str


@dataclass(frozen=True)
class Unknown:
    """What no indicator is called, and where it stands."""

    sheet: str
    cell: str
    text: str
    why: str


def cell_name(row: int, column: int) -> str:
    """Row and column from 0 as a spreadsheet writes them."""
    letters, n = "", column + 1
    while n:
        n, rest = divmod(n - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def places_in(file: bytes, area: Area, *, on: date) -> tuple[list[dict[str, Any]], list[Unknown]]:
    """The cells to fill, and marks that name nothing. Raises Refusal for a file that is no form."""
    try:
        book = read_workbook(file, limits=LIMITS)
    except UnreadableFile as error:
        raise Refusal(str(error), field="file") from None
    if not file.startswith(b"PK"):
        raise Refusal(_("Save the form as .xlsx; only such a file can be filled."), field="file")
    if b"vbaProject.bin" in file:
        raise Refusal(_("The workbook holds macros. Save it as .xlsx without them."), field="file")
    names = by_name()
    beneath = {
        place.name: str(place.pk)
        for place in Area.objects.in_force(on).filter(path__startswith=area.path).order_by("-path")
    }
    found: list[Place] = []
    plain: list[Place] = []
    unknown: list[Unknown] = []
    for sheet in book.sheets:
        for r, row in enumerate(sheet.rows):
            for c, text in enumerate(row):
                if not isinstance(text, str) or not text.strip():
                    continue
                at = cell_name(r, c)
                for mark in MARK.finditer(text):
                    place = _place(sheet.name, at, mark, names, beneath)
                    (found if isinstance(place, Place) else unknown).append(place)  # type: ignore[arg-type]
                one = names.get(text.strip())
                if one is not None and (len(row) <= c + 1 or row[c + 1] in ("", None)):
                    plain.append(Place(sheet.name, cell_name(r, c + 1), "", one.key))
    chosen = found if found or unknown else plain
    if not chosen and not unknown:
        raise Refusal(_("No cell names an indicator. Write for example {{受理诉求|本月}}."),
                      field="file")  # fmt: skip
    if len(chosen) > MOST:
        raise Refusal(_("The form has more than %s cells to fill.") % MOST, field="file")
    return [place.kept() for place in chosen], unknown


def _place(
    sheet: str, at: str, mark: re.Match[str], names: Mapping[str, Indicator],
    beneath: Mapping[str, str],
) -> Place | Unknown:  # fmt: skip
    name, *more = [part.strip() for part in re.split(r"[|｜]", mark[1])]
    if name in WORDS and not more:
        return Place(sheet, at, mark[0], word=name)
    one = names.get(name)
    if one is None:
        return Unknown(sheet, at, mark[0], _("no indicator is called so"))
    span, where = MONTH, ""
    for part in more:
        if part in (MONTH, TOTAL):
            span = part
        elif part in beneath:
            where = beneath[part]
        else:
            return Unknown(sheet, at, mark[0], _("“%s” is neither a span nor a place here") % part)
    return Place(sheet, at, mark[0], one.key, span == TOTAL, where)


@transaction.atomic
def form_keep(
    *, area: Area, name: str, file: bytes, on: date, by: User, unit: str = "",
    filled_by: str = "", checked_by: str = "", total_since: date | None = None,
) -> Form:  # fmt: skip
    """Keep a form of an area one manages; Refusal where it names what there is not."""
    require_manage(by, area.path)
    name = name.strip()
    if not name:
        raise Refusal(_("Give the form a name."), field="name")
    if total_since is not None and total_since > on:
        raise Refusal(_("The running total begins on a day up to today."), field="total_since")
    cells, unknown = places_in(file, area, on=on)
    if unknown:
        listed = "；".join(f"{u.sheet} {u.cell} {u.text}（{u.why}）" for u in unknown[:20])
        raise Refusal(_("These cells name nothing: %s") % listed, field="file")
    with refused_in_conflict(_("There is already a form “%s” here.") % name):
        return Form.objects.create(
            area=area, path=area.path, name=name[:60], file=file, cells=cells,
            total_since=total_since, filled_by=filled_by.strip()[:20],
            checked_by=checked_by.strip()[:20], unit=unit.strip()[:60], made_by=by,
        )  # fmt: skip


def form_remove(*, form: Form, by: User) -> None:
    """Out of the list; what was filled stays with who has it."""
    require_manage(by, form.path)
    form.removed_at = now()
    form.save(update_fields=["removed_at"])


def forms_of(user: User) -> Any:
    """Forms of the areas a person manages."""
    from grids.querysets import beneath

    kept = Form.objects.filter(beneath(scope_of(user).manage), removed_at=None)
    return kept.select_related("area").defer("file")


def filled(form: Form, *, month: date, current: date) -> list[Filled]:
    """Every place of a form with its value for the month of a day, up to today."""
    first, last = month_of(month)
    until = min(last, current)
    begin = form.total_since or first.replace(month=1)
    named = {form.area_id, *(cell["area"] for cell in form.cells if "area" in cell)}
    found_areas = Area.objects.with_code(until).filter(pk__in=named)
    areas = {str(place.pk): place for place in found_areas}
    places = [Place(**{"mark": "", **cell}) for cell in form.cells]
    wanted: dict[tuple[str, bool], set[str]] = defaultdict(set)
    known = registry()
    for place in places:
        if place.key in known:
            wanted[place.area or str(form.area_id), place.total].add(place.key)
    found = {
        (area, total): values(
            keys, areas[area].path, since=begin if total else first, until=until, current=current
        )
        for (area, total), keys in wanted.items()
    }
    rows = []
    for place in places:
        area = place.area or str(form.area_id)
        value = found.get((area, place.total), {}).get(place.key)
        text = value.text if value else _word(form, place.word, month=first, until=until)
        since = begin if place.total else first
        rows.append(Filled(place, areas[area], since, until, value, text))
    return rows


def _word(form: Form, word: str, *, month: date, until: date) -> str:
    return {
        "填报人": form.filled_by, "审核人": form.checked_by,
        "单位": form.unit or form.area.name, "日期": until.isoformat(),
        "月份": f"{month.year}年{month.month}月",
    }.get(word, "")  # fmt: skip


def workbook(form: Form, rows: list[Filled]) -> bytes:
    """The form with its cells filled, made in the sandbox; a lone number stays a number."""
    texts = _texts(form)
    by_cell: dict[tuple[str, str], list[Filled]] = defaultdict(list)
    for row in rows:
        by_cell[row.place.sheet, row.place.cell].append(row)
    written: list[list[Any]] = []
    for (sheet, cell), marks in by_cell.items():
        text = texts.get((sheet, cell), "")
        alone = len(marks) == 1 and text.strip() in ("", marks[0].place.mark)
        value = marks[0].value
        if (
            alone
            and value is not None
            and value.number is not None
            and not (value.indicator.is_rate)
        ):
            plain = value.plain
            written.append([sheet, cell, plain if isinstance(plain, int) else float(plain or 0)])
            continue
        for row in marks:
            text = text.replace(row.place.mark, row.text) if row.place.mark else row.text
        written.append([sheet, cell, text])
    head = json.dumps(written, ensure_ascii=False).encode() + b"\n"
    try:
        answer = next(iter(list(sandbox.run("fill", head + bytes(form.file), limits=LIMITS))))
    except UnreadableFile as error:
        raise Refusal(str(error)) from None
    return base64.b64decode(answer["book"])


def _texts(form: Form) -> dict[tuple[str, str], str]:
    book = read_workbook(bytes(form.file), limits=LIMITS)
    return {
        (sheet.name, cell_name(r, c)): text
        for sheet in book.sheets for r, row in enumerate(sheet.rows)
        for c, text in enumerate(row) if isinstance(text, str) and text
    }  # fmt: skip
