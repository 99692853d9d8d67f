"""The rows of a staff file as values: role, place, dates; what does not fit is told by cell."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from grids.appointing import APPOINTED
from grids.limits import limit_check
from grids.models import Area, AreaCode, Post, Role
from grids.scope import scope_of
from lib.codes import canonical, looks_like_code, parse_code
from lib.errors import Refusal
from lib.rows import parse_table
from lib.tabular import Problem, Table
from lib.values import CLEAR, Clear, Day

BACKGROUNDS = {
    "无职党员": Post.Background.MEMBER, "村民代表": Post.Background.REPRESENTATIVE,
    "积极分子": Post.Background.ACTIVIST, "入党积极分子": Post.Background.ACTIVIST,
    "后备干部": Post.Background.RESERVE, "乡土人才": Post.Background.TALENT,
    "屯不错": Post.Background.CAPABLE, "种养大户": Post.Background.GROWER,
    "其他": Post.Background.OTHER,
}  # fmt: skip
SELECTED_BY = {
    "民主推荐": Post.SelectedBy.RECOMMENDED, "组织任命": Post.SelectedBy.APPOINTED,
    "民主推选": Post.SelectedBy.RECOMMENDED, "组织委派": Post.SelectedBy.APPOINTED,
}  # fmt: skip
_COMMITTEE = re.compile(r"(村民|居民|嘎查)?委员会$|[村居]委会$")
_LIST = re.compile(r"[、,，;；/\s]+")
LENGTHS = {"name": 40, "organisation": 80}


@dataclass(frozen=True)
class Ground:
    """An area as staff files name it."""

    id: Any
    path: str
    level: str
    code: str
    name: str


class Grounds:
    """The areas beneath a path on a day, by code and by name."""

    def __init__(self, path: str, *, on: date) -> None:
        codes = dict(
            AreaCode.objects.filter(area__path__startswith=path, during__contains=on).values_list(
                "area_id", "code"
            )
        )
        areas = Area.objects.filter(path__startswith=path).in_force(on).order_by("path")
        self.all = [
            Ground(a.pk, a.path, a.level, codes.get(a.pk, ""), a.name)
            for a in areas.only("pk", "path", "level", "name")
        ]
        self.by_code = {ground.code: ground for ground in self.all if ground.code}
        self.by_path = {ground.path: ground for ground in self.all}
        self.by_id = {ground.id: ground for ground in self.all}
        self.by_name: dict[str, list[Ground]] = {}
        for ground in self.all:
            for name in {ground.name, plain(ground.name)}:
                self.by_name.setdefault(name, []).append(ground)

    def named(self, name: str, within: str = "") -> Ground:
        """The one area of this name beneath a path; ValueError when none or several are."""
        found = self.by_name.get(name) or self.by_name.get(plain(name)) or []
        found = [ground for ground in found if ground.path.startswith(within)]
        if len(found) == 1:
            return found[0]
        if found:
            raise ValueError(_("Several areas are called “%s”; give the code.") % name[:40])
        raise ValueError(_("No area here is called “%s”.") % name[:40])

    def of_text(self, value: str, within: str = "") -> Ground:
        """The area of a code or name; ValueError with a sentence."""
        if not looks_like_code(value):
            return self.named(value, within)
        code = parse_code(value)
        found = self.by_code.get(canonical(code)) if isinstance(code, str) else None
        if found is None:
            raise ValueError(_("No area here has the code %s.") % value[:20])
        return found


def plain(name: str) -> str:
    """A name of a place without spaces and the words for its committee."""
    return _COMMITTEE.sub("", re.sub(r"\s", "", name))


@dataclass
class StaffRow:
    """One row: a person and one post. None is an empty cell, CLEAR a dash."""

    i: int
    name: str
    phone: str | None
    role: Role
    ground: Ground | None
    organisation: str
    since: date | None
    until: date | Clear | None
    background: str
    selected_by: str
    skills: list[str] | None
    party: bool | None
    max_links: int | Clear | None
    pairings: list[Ground] = field(default_factory=list)


class StaffReader:
    """Reads the rows of a table; ``problems`` and ``faulty`` (positions) grow meanwhile."""

    def __init__(self, table: Table, grounds: Grounds, *, by: User | None) -> None:
        self.table = table
        self.grounds = grounds
        self.by = by
        parsed = parse_table(table)
        self.columns = parsed.columns
        self.problems: list[Problem] = parsed.problems
        self.faulty: set[int] = set(parsed.faulty)
        roles = list(Role.objects.all())
        self.roles = {role.label: role for role in roles} | {role.code: role for role in roles}

    def wrong(self, i: int, name: str, sentence: str) -> None:
        """An error of row i in the column of a field."""
        self.problems.append(self.table.problem(i, name, sentence))
        self.faulty.add(i)

    def doubt(self, i: int, name: str, sentence: str) -> None:
        """A warning; the row loads."""
        self.problems.append(self.table.problem(i, name, sentence, "warning"))

    def cell(self, i: int, name: str) -> Any:
        """The parsed cell of a field in a row, None when the file has no such column."""
        column = self.columns.get(name)
        return column[i] if column is not None else None

    def rows(self) -> list[StaffRow]:
        """The rows without an error, in order."""
        found = (self._row(i) for i in range(len(self.table)))
        return [row for row in found if row is not None and row.i not in self.faulty]

    def _row(self, i: int) -> StaffRow | None:
        name, role = self._text(i, "name"), self._role(i)
        organisation = self._text(i, "organisation")
        ground = self._ground(i)
        if name and role and ground is None and not organisation and i not in self.faulty:
            self.wrong(i, "area", _("Give the code of the area or the unit the post is for."))
        since, until = self._day(i, "since"), self._day(i, "until")
        if isinstance(since, date) and isinstance(until, date) and until <= since:
            self.wrong(i, "until", _("The last day must be after the first."))
        most = self.cell(i, "max_links")
        try:
            limit_check(most if isinstance(most, int) else None)
        except Refusal as refusal:
            self.wrong(i, "max_links", refusal.sentence)
        row_role = role
        if i in self.faulty or row_role is None:
            return None
        phone, party = self.cell(i, "phone"), self.cell(i, "party")
        row = StaffRow(
            i=i, name=name, phone=phone if isinstance(phone, str) else None, role=row_role,
            ground=ground, organisation=organisation,
            since=since if isinstance(since, date) else None, until=until,
            background=self._word(i, "background", BACKGROUNDS),
            selected_by=self._word(i, "selected_by", SELECTED_BY), skills=self._skills(i),
            party=None if party is CLEAR else party, max_links=most,
            pairings=self._pairings(i),
        )  # fmt: skip
        self._may(row)
        return row

    def _text(self, i: int, name: str) -> str:
        value = self.cell(i, name)
        value = value if isinstance(value, str) else ""
        if len(value) > LENGTHS.get(name, 200):
            message = _("This text is longer than %s characters.")
            self.wrong(i, name, message % LENGTHS[name])
        return value

    def _role(self, i: int) -> Role | None:
        value = self.cell(i, "role")
        if not isinstance(value, str):
            return None
        word = re.sub(r"[(（].*$", "", value).strip()
        role = self.roles.get(value) or self.roles.get(word)
        if role is None:
            labels = "、".join(r.label for r in dict.fromkeys(self.roles.values()))
            self.wrong(
                i, "role",
                _("“%(word)s” is no post here. Posts: %(labels)s.")
                % {"word": value[:30], "labels": labels},
            )  # fmt: skip
        return role

    def _ground(self, i: int) -> Ground | None:
        area, village = self.cell(i, "area"), self.cell(i, "village")
        ground: Ground | None = None
        name = "village"
        try:
            if isinstance(village, str):
                ground = self.grounds.of_text(village)
            name = "area"
            if isinstance(area, str):
                ground = self.grounds.of_text(area, ground.path if ground else "")
        except ValueError as error:
            self.wrong(i, name, str(error))
            return None
        return ground

    def _day(self, i: int, name: str) -> date | Clear | None:
        value = self.cell(i, name)
        return value.day if isinstance(value, Day) else value

    def _word(self, i: int, name: str, words: dict[str, Any]) -> str:
        value = self.cell(i, name)
        if not isinstance(value, str):
            return ""
        if value not in words:
            message = _("“%(word)s” is not known here. Write one of: %(words)s.")
            known = "、".join(dict.fromkeys(words))
            self.wrong(i, name, message % {"word": value[:20], "words": known})
            return ""
        return str(words[value])

    def _skills(self, i: int) -> list[str] | None:
        value = self.cell(i, "skills")
        if value is CLEAR:
            return []
        if not isinstance(value, str):
            return None
        skills = [word for word in _LIST.split(value) if word]
        if any(len(word) > 20 for word in skills):
            self.wrong(i, "skills", _("Separate the skills by 、; each has 20 characters at most."))
        return skills

    def _pairings(self, i: int) -> list[Ground]:
        value = self.cell(i, "pairings")
        if not isinstance(value, str):
            return []
        grounds = []
        for word in _LIST.split(value):
            try:
                grounds.append(self.grounds.of_text(word))
            except ValueError as error:
                self.wrong(i, "pairings", str(error))
        if grounds and not self.cell(i, "organisation"):
            self.wrong(i, "pairings", _("Areas are paired with a unit; its name is missing."))
        return grounds

    def _may(self, row: StaffRow) -> None:
        """What a person who loads the file may not appoint."""
        if self.by is None:
            return
        if row.role.kind in APPOINTED:
            sentence = _("A %(role)s is appointed by an administrator.")
            self.wrong(row.i, "role", sentence % {"role": row.role.label})
        scope = scope_of(self.by)
        for ground in [*([row.ground] if row.ground else []), *row.pairings]:
            if not scope.manages(ground.path):
                self.wrong(row.i, "area", _("This area is not yours to manage."))
