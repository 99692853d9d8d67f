"""The table of areas (P0): names, codes, numbers that are counts, and what is missing."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from casework.coverage import REASONS, refresh
from casework.models import AreaMetric
from desk.tables.asked import Asked
from desk.tables.keyset import Order
from desk.tables.table import Cell, Column, Empty, Filter, Flag, Table, Tag, Total
from desk.tables.words import REASONS as WORDS
from desk.tables.words import SEES_AREAS, SEES_HOUSEHOLDS, plan_for
from grids.models import Area, AreaCode, Boundary, Post
from grids.paths import KEY_LENGTH
from planning.closing import address_of

SUMS = """
SELECT a.path, coalesce(sum(m.households - m.excluded), 0)::bigint,
    coalesce(sum(m.households - m.excluded - m.linked), 0)::bigint,
    coalesce(sum(m.vacancies), 0)::bigint,
    {reasons}
FROM unnest(%(paths)s::text[]) AS a (path)
LEFT JOIN casework_areametric m ON m.path >= a.path COLLATE "C"
    AND m.path < (a.path || '~') COLLATE "C"
GROUP BY a.path
""".format(reasons=", ".join(f"coalesce(sum(m.gap_{key}), 0)::bigint" for key in REASONS))
#: How many come before the reasons.
PLAIN = 3


class Facts:
    """Codes, places above, numbers and outlines of the areas of a page."""

    def __init__(self, rows: list[Area], asked: Asked) -> None:
        self.asked, self.rows = asked, rows
        paths = [row.path for row in rows]
        self.codes = {row.pk: code for row in rows if (code := getattr(row, "code", None))}
        above = {path[:n] for path in paths for n in range(4, len(path), 4)}
        self.names = dict(
            Area.objects.visible_to(asked.user).filter(path__in=above).values_list("path", "name")
        )
        outlines = Boundary.objects.filter(area__in=rows, during__contains=asked.on)
        self.outlined = set(outlines.values_list("area", flat=True))
        with connection.cursor() as cursor:
            cursor.execute(SUMS, {"paths": paths})
            self.sums = {path: counts for path, *counts in cursor.fetchall()}
        held = Post.objects.visible_to(asked.user).in_force(asked.on).filter(area__in=rows)
        # Whoever holds what is required at this level: the head of a unit, a grid's worker.
        required = held.filter(role__required_at=F("area__level")).select_related("person")
        self.heads: dict[Any, list[str]] = {}
        for post in required.order_by("role_id", "person__name"):
            self.heads.setdefault(post.area_id, []).append(post.person.name)

    @cached_property
    def replaced(self) -> dict[Any, list[str]]:
        """Names of the areas each took the place of; asked only where the column is shown."""
        found: dict[Any, list[str]] = defaultdict(list)
        ended = Area.objects.filter(replaced_by__in=self.rows).order_by("path")
        for area, name in ended.values_list("replaced_by", "name"):
            found[area].append(name)
        return found

    def table(self, row: Area, n: int, kind: str, **words: str) -> Cell:
        """A number that opens its rows, for those who may see them."""
        who = SEES_HOUSEHOLDS if kind == "households" else SEES_AREAS
        if not n or not self.asked.scope.kinds & who:
            return Cell(str(n))
        area = self.codes.get(row.pk, str(row.pk))
        address = reverse("table", args=[kind])
        return Cell(str(n), f"{address}?{urlencode({'area': area, **words})}")


def _trail(row: Area, facts: Facts) -> str:
    steps = (row.path[:n] for n in range(4, len(row.path), 4))
    return " › ".join(facts.names[step] for step in steps if step in facts.names)


def _name(row: Area, facts: Facts) -> Cell:
    code = facts.codes.get(row.pk)
    return Cell(row.name, f"/?area={code}" if code else "")


def _rate(row: Area, facts: Facts) -> str:
    scope, gap, *_more = facts.sums[row.path]
    return f"{100 * (scope - gap) / scope:.1f}%" if scope else ""


def _reasons(row: Area, facts: Facts) -> Cell | str:
    """The sums of the reasons; each opens its rows in the table beside, by the filter of it."""
    counts = dict(zip(REASONS, facts.sums[row.path][PLAIN:], strict=True))
    opens = [
        (f"{WORDS[key]} {n:,}", facts.table(row, n, "households", reason=key).href)
        for key, n in counts.items() if n
    ]  # fmt: skip
    return Cell(links=tuple(opens))


def _closing(row: Area, facts: Facts) -> Cell | str:
    """Where it is worked out what would close the gap."""
    if not facts.sums[row.path][1] or row.level not in ("township", "village", "grid"):
        return ""
    return Cell(_("What would close it"), address_of("what-if", area=row.pk))


def _outline(row: Area, facts: Facts) -> Cell | str:
    if row.pk in facts.outlined:
        return _("drawn")
    return Cell(tags=(Tag(_("no outline"), "quiet"),))


def _vacant(rows: QuerySet[Area], asked: Asked) -> QuerySet[Area]:
    missing = AreaMetric.objects.filter(area=OuterRef("pk"), vacancies__gt=0)
    return rows.filter(Exists(missing))


def _no_outline(rows: QuerySet[Area], asked: Asked) -> QuerySet[Area]:
    return rows.exclude(
        Exists(Boundary.objects.filter(area=OuterRef("pk"), during__contains=asked.on))
    )


def _levels_apart(asked: Asked) -> list[tuple[str, Any]]:
    """The levels of the own areas and beneath; none where there is but one."""
    above = min((len(path) for path in asked.scope.areas), default=KEY_LENGTH) // KEY_LENGTH - 1
    levels = Area.Level.choices[above:]
    return levels if len(levels) > 1 else []


class Areas(Table):
    """Areas in force that one may see."""

    kind = "areas"
    label = gettext_lazy("Areas")
    who = SEES_AREAS
    looks_in = gettext_lazy("Name or code")
    exports = (("areas", gettext_lazy("Areas of one level")),)
    columns = (
        Column("name", gettext_lazy("Name"), "P0", _name, sort="name"),
        Column("code", gettext_lazy("Code"), "P0",
               lambda row, facts: facts.codes.get(row.pk, ""), sort="code"),
        Column("level", gettext_lazy("Level"), "P0",
               lambda row, facts: row.get_level_display()),
        Column("trail", gettext_lazy("Belongs to"), "P0", _trail),
        Column("type", gettext_lazy("Type word"), "P0",
               lambda row, facts: row.type_label, shown=False),
        Column("kind", gettext_lazy("Kind of grid"), "P0",
               lambda row, facts: row.get_grid_kind_display(), shown=False),
        Column("heads", gettext_lazy("In charge"), "P1",
               lambda row, facts: "、".join(facts.heads.get(row.pk, []))),
        Column("in_scope", gettext_lazy("To be linked"), "P0",
               lambda row, facts: facts.table(row, facts.sums[row.path][0], "households"),
               number=True),
        Column("gap", gettext_lazy("Without contact"), "P0",
               lambda row, facts: facts.table(
                   row, facts.sums[row.path][1], "households", filter="gap"),
               number=True),
        Column("reasons", gettext_lazy("Why nobody"), "P0", _reasons),
        Column("closing", gettext_lazy("What closes it"), "P0", _closing),
        Column("rate", gettext_lazy("Linked"), "P0", _rate, number=True),
        Column("vacancies", gettext_lazy("Vacant posts"), "P0",
               lambda row, facts: facts.table(
                   row, facts.sums[row.path][2], "posts", filter="vacant"),
               number=True),
        Column("outline", gettext_lazy("Outline"), "P0", _outline),
        Column("replaced", gettext_lazy("In place of"), "P0",
               lambda row, facts: "、".join(facts.replaced.get(row.pk, [])), shown=False),
    )  # fmt: skip
    orders = (
        Order("code", gettext_lazy("Code"), ("now__code",), frozenset({"now__code"})),
        Order("name", gettext_lazy("Name"), ("name",)),
    )
    flags = (
        Flag("vacant", gettext_lazy("With vacant posts"), _vacant),
        Flag("no_outline", gettext_lazy("Without outline"), _no_outline),
    )
    filters = (
        Filter("level", gettext_lazy("Level"), lambda asked: Area.Level.choices,
               lambda rows, value, asked: rows.filter(level=value), offered=_levels_apart),
        Filter("kind", gettext_lazy("Kind of grid"), lambda asked: Area.GridKind.choices,
               lambda rows, value, asked: rows.filter(grid_kind=value)),
    )  # fmt: skip

    def seen(self, asked: Asked) -> QuerySet[Any]:
        """Areas whose name and counts one may read; ``now`` is the code in force, if there is one.

        A code begins with that of the area above, so their order is the one of the tree.
        """
        now = FilteredRelation("codes", condition=Q(codes__during__contains=asked.on))
        areas = Area.objects.visible_to(asked.user).in_force(asked.on).annotate(now=now)
        return areas.annotate(code=F("now__code"))

    def within(self, asked: Asked) -> QuerySet[Area]:
        """The area asked for and all beneath it."""
        for path in [asked.path] if asked.area else asked.scope.areas:
            refresh(path, on=asked.on)
        return self.seen(asked).filter(path__startswith=asked.path)

    def found(self, rows: QuerySet[Area], text: str, asked: Asked) -> QuerySet[Area]:
        """By name, or by the beginning of the code."""
        if text.isdigit():
            codes = AreaCode.objects.filter(code__startswith=text, during__contains=asked.on)
            return rows.filter(pk__in=codes.values("area"))
        return rows.filter(name__contains=text)

    def facts(self, rows: list[Area], asked: Asked) -> Facts:
        """Codes, numbers and holders."""
        return Facts(rows, asked)

    def count_line(self, total: Total) -> str:
        """So many areas."""
        return ngettext("%(n)s area", "%(n)s areas", total.n) % {"n": f"{total.n:,}"}

    def empty(self, asked: Asked) -> Empty:
        """How areas come to be here."""
        if asked.narrowed or not asked.scope.manage:
            return Empty(_("No area fits all of this."))
        return Empty(
            _("There is no area yet. Load the list of codes, or the outlines."),
            [(reverse("import"), _("Load a list"))],
        )

    def adds(self, asked: Asked) -> list[tuple[str, Any]]:
        """Who manages an area has contacts proposed for it."""
        return [plan_for(asked)] if asked.scope.manage else []

    def chooses(self, asked: Asked) -> bool:
        """Nothing is done with several areas at once."""
        return False

    def href(self, row: Area) -> str:
        """The area on the map."""
        return f"/?area={getattr(row, 'code', '') or row.pk}"


TABLE = Areas()
