"""The pairs of a draft as the list shows them: filtered, in the order of contacts or of grids.

The order never follows urgency or cost: who is served first betrays who is in need (P3).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from grids.models import Post
from grids.naming import area_labels
from grids.paths import path_length
from grids.scope import scope_of
from households.models import Household
from lib.errors import Refusal
from planning.models import MatchDraft, MatchLine, MatchRejection

PAGE = 60
#: What the list can be narrowed to; "kept" are those that solving again leaves as they are.
STATES = {
    "proposed": _("Proposed"),
    "accepted": _("Accepted"),
    "pinned": _("Pinned"),
    "rejected": _("Rejected"),
    "short": _("Nobody found"),
}
#: Serves the match and is never shown: it would tell what a household speaks.
LANGUAGE = "语言"
GROUPS = {"contact": _("By contact"), "grid": _("By grid")}


@dataclass(frozen=True)
class Asked:
    """What the address asks of the list: ``grid`` and ``post`` are keys, ``line`` one to show."""

    group: str = "contact"
    state: str = ""
    grid: str = ""
    post: str = ""
    page: str = ""
    line: str = ""

    @classmethod
    def of(cls, given: QueryDict) -> Asked:
        """From an address; what it cannot be is left out."""
        group, state = given.get("group", ""), given.get("state", "")
        return cls(
            group=group if group in GROUPS else "contact",
            state=state if state in STATES else "",
            grid=key_of(given.get("grid", "")), post=key_of(given.get("post", "")),
            page=given.get("page", "")[:6], line=given.get("line", "")[:12],
        )  # fmt: skip

    def address(self, **changed: str) -> str:
        """The address with something else asked; from the first page."""
        values = {"group": self.group, "state": self.state, "grid": self.grid, "post": self.post}
        values = {**values, **changed}
        if values["group"] == "contact":
            del values["group"]
        return "?" + urlencode({name: value for name, value in values.items() if value})


def number_of(text: str) -> int | None:
    """The key of a line or a version as a form sends it; None for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def key_of(text: str) -> str:
    """The key of a post or an area; empty for what is none."""
    try:
        return str(UUID(text))
    except ValueError:
        return ""


@dataclass
class Pair:
    """A line in words. ``skills`` only where they were asked for; ``away`` metres or None."""

    line: MatchLine
    state: str
    place: str
    rejected: list[str] = field(default_factory=list)
    skills: list[str] = field(default_factory=list)
    bearing: float | None = None

    @property
    def household(self) -> Household:
        """Of whom it is."""
        return self.line.household

    @property
    def said(self) -> Any:
        """The state in words."""
        return STATES[self.state]


@dataclass
class Group:
    """Pairs that stand together: of a contact (``post``), of a grid, or those with nobody."""

    key: str
    name: str
    about: str = ""
    post: Post | None = None
    only: str = ""
    pairs: list[Pair] = field(default_factory=list)
    households: int = 0
    proposed: int = 0
    before: int = 0
    after: int = 0
    most: int | None = None


def lines_of(draft: MatchDraft, user: User) -> Any:
    """The lines this person may see, each with ``denied``: whether a pair of it was rejected."""
    rejected = MatchRejection.objects.filter(draft=draft, household=OuterRef("household"))
    lines = MatchLine.objects.visible_to(user).filter(draft=draft)
    return lines.annotate(denied=Exists(rejected))


def narrowed(lines: Any, asked: Asked, *, grid: str = "") -> Any:
    """The lines that fit what is asked; ``grid`` is the path of the area asked for."""
    if grid:  # a village means its households in no grid
        whole = len(grid) >= path_length("grid")
        lines = lines.filter(path__startswith=grid) if whole else lines.filter(path=grid)
    if asked.post:
        lines = lines.filter(post=asked.post)
    if asked.state == "rejected":
        return lines.filter(post__isnull=True, denied=True)
    if asked.state == "short":
        return lines.filter(post__isnull=True, denied=False)
    if asked.state:
        return lines.filter(post__isnull=False, state=asked.state)
    return lines


def in_order(lines: QuerySet[MatchLine], group: str) -> QuerySet[MatchLine]:
    """Contacts where they are responsible, those with nobody last; or grid after grid."""
    if group == "grid":
        return lines.order_by("path", F("post_id").asc(nulls_last=True), "metres", "id")
    return lines.order_by(
        F("post__path").asc(nulls_last=True),
        "post__person__name",
        "post_id",
        "path",
        "metres",
        "id",
    )


def page_of(lines: QuerySet[MatchLine], asked: Asked) -> Any:
    """The page asked for, or the one with the line that was chosen on the map."""
    ordered = in_order(lines, asked.group)
    pages = Paginator(ordered.values_list("pk", flat=True), PAGE)
    number: str | int = asked.page or 1
    if (wanted := number_of(asked.line)) is not None and not asked.page:
        keys = list(ordered.values_list("pk", flat=True))
        if wanted in keys:
            number = keys.index(wanted) // PAGE + 1
    shown: Any = pages.get_page(number)
    # Keys first: rows carried whole through a sort of ten thousand took three times as long.
    place = {key: n for n, key in enumerate(shown.object_list)}
    rows = lines.select_related("household", "post__person", "post__role").filter(pk__in=place)
    shown.object_list = sorted(rows, key=lambda row: place[row.pk])
    return shown


def pairs_of(
    rows: Iterable[MatchLine], draft: MatchDraft, user: User, *, on: date, skills: bool
) -> list[Pair]:
    """Lines in words; skills that fit a need only where asked for by who may read the needs."""
    rows = list(rows)
    loads_of(rows, draft)
    places = area_labels({row.path for row in rows}, on=on)
    open_needs = scope_of(user).needs if skills else ()
    refused: dict[UUID, list[str]] = {}
    wanted = [row.household_id for row in rows if row.denied]  # type: ignore[attr-defined]
    if wanted:
        found = MatchRejection.objects.filter(draft=draft, household__in=wanted)
        for key, name in found.values_list("household", "post__person__name").order_by("pk"):
            refused.setdefault(key, []).append(name)
    return [
        Pair(
            row, state_of(row), places[row.path]["name"], refused.get(row.household_id, []),
            [skill for skill in row.skills if skill != LANGUAGE]
            if row.post_id and any(row.path.startswith(root) for root in open_needs) else [],
        )
        for row in rows
    ]  # fmt: skip


def state_of(line: MatchLine) -> str:
    """One of ``STATES``."""
    if line.post_id:
        return line.state
    return "rejected" if line.denied else "short"  # type: ignore[attr-defined]


def loads_of(rows: Iterable[MatchLine], draft: MatchDraft) -> None:
    """Put on lines how many households their holder would have as the draft stands now.

    What the solver wrote is of the day it solved; since then pairs may have been rejected.
    """
    held = [(row, row.post.person_id, row.post.role_id) for row in rows if row.post]
    counted = MatchLine.objects.filter(draft=draft, post__person__in={one[1] for one in held})
    given = {
        (row["post__person"], row["post__role"]): row["n"]
        for row in counted.order_by().values("post__person", "post__role").annotate(n=Count("pk"))
    }
    for row, person, role in held:
        row.load_after = row.load_before + given[person, role]


def groups_of(
    pairs: list[Pair], lines: QuerySet[MatchLine], group: str, *, on: date
) -> list[Group]:
    """Pairs of one page under their heads; heads count the whole draft as it is narrowed."""
    by = "path" if group == "grid" else "post"
    keys = {pair.line.path if group == "grid" else pair.line.post_id for pair in pairs}
    counted = {
        row[by]: row
        for row in lines.filter(
            Q(**{f"{by}__in": keys - {None}}) | Q(**{f"{by}__isnull": True})
        ).order_by().values(by).annotate(
            n=Count("pk"), open=Count("pk", filter=Q(state="proposed", post__isnull=False))
        )
    }  # fmt: skip
    posts = [pair.line.post.path for pair in pairs if pair.line.post]
    areas = area_labels({pair.line.path for pair in pairs} | set(posts), on=on)
    groups: list[Group] = []
    for pair in pairs:
        key = pair.line.path if group == "grid" else pair.line.post_id
        name = str(key or "")
        if not groups or groups[-1].key != name:
            head = Group(name, "")
            count = counted.get(key, {"n": 0, "open": 0})
            head.households, head.proposed = count["n"], count["open"]
            if group == "grid":
                head.name = areas[pair.line.path]["name"]
            elif pair.line.post:
                head.post, head.name = pair.line.post, pair.line.post.person.name
                head.about = f"{pair.line.post.role} · {areas[pair.line.post.path]['name']}"
                head.before, head.most = pair.line.load_before, pair.line.most
                head.after = pair.line.load_after
            groups.append(head)
        groups[-1].pairs.append(pair)
    return groups


def chosen_lines(draft: MatchDraft, user: User, sent: QueryDict) -> list[MatchLine]:
    """The lines a form names, one by one (``line``) or all of a contact (``post``).

    Refusal where none is: nothing was ticked, or they have gone meanwhile.
    """
    lines = lines_of(draft, user).select_related("post")
    keys = [key for text in sent.getlist("line") if (key := number_of(text)) is not None]
    post = key_of(sent.get("post", ""))
    found = list(lines.filter(post=UUID(post)) if post else lines.filter(pk__in=keys))
    if not found:
        raise Refusal(str(_("Choose at least one household first.")))
    return found
