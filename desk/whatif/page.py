"""What if: today's numbers of an area beside those after some changes, none of which is made.

The levers are in the address, so that it can be sent on; it names no household and no person.
Who sees counts only gets the same sums, worked out without looking at anybody's needs
(docs/decisions/0128).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.gate import SignedInRequest, allow
from casework.coverage import REASONS
from casework.report import coverage_report
from desk.tables.words import REASONS as WORDS
from desk.tables.words import SEES_AREAS
from desk.whatif.choices import choices_of
from desk.whatif.handing import Ground, handed_on
from desk.whatif.typed import MOST_ROWS, MoreRow, Typed, levers_only, levers_typed
from grids.asked import asked_area
from grids.models import Area, Role
from grids.naming import area_labels, map_address, name_from_afar
from grids.scope import Scope, scope_of
from lib.clock import today
from planning.town import GRID, Town, town_read
from planning.whatif import Levers, Picture, imagine

LEVELS = ("township", "village", "grid")
#: Beside the one being worked on.
MOST_KEPT = 2


@dataclass(frozen=True)
class Figure:
    """A number of a column: as it reads, and how far it is from today's."""

    text: str
    change: str = ""
    better: bool | None = None


@dataclass(frozen=True)
class Column:
    """A scenario beside the others. ``use`` and ``drop`` are addresses."""

    name: str
    said: list[str]
    picture: Picture
    use: str = ""
    drop: str = ""


@require_GET
@allow(*SEES_AREAS)
def page(request: SignedInRequest) -> HttpResponse:
    """The numbers of ``?area=`` today and after the levers of the address."""
    on, user = today(), request.user
    scope = scope_of(user)
    area = asked_area(user, request.GET.get("area"), on=on)
    context: dict[str, Any] = {
        "area": area, "name": name_from_afar(area), "on_map": map_address(user, area, on=on),
    }  # fmt: skip
    report = report_of(area, scope, on=on)
    context["total"] = report["total"]
    if area.level not in LEVELS:
        if area.level == "unit":
            context["grid"] = Area.objects.get(path=area.path[:GRID])
        context["parts"] = [row for row in report["rows"] if row["id"]]
        return render(request, "desk/whatif_where.html", context)
    if not report["total"]["households"]:
        return render(request, "desk/whatif_where.html", context | {"nobody": True})
    kept = [text for text in request.GET.getlist("kept") if text][-MOST_KEPT:]
    mine = levers_only(request.GET)
    if request.GET.get("do") == "keep":
        return HttpResponseRedirect(address(area, mine, [*kept, mine.urlencode()][-MOST_KEPT:]))
    shown = Scenarios(area, scope, on=on)
    typed = shown.typed(mine)
    columns = shown.columns(typed, kept)
    picture = columns[-1].picture if typed.some else None
    grids = shown.grids(picture)
    context |= {
        "typed": typed, "choices": choices_of(shown.town, typed, shown.labels, scope, area),
        "columns": columns, "today": shown.today, "picture": picture,
        "table": shown.table(columns, report["total"]),
        "grids": [row for row in grids if row["after"]],
        "closed": [row for row in grids if not row["after"]],
        "kept": kept, "kept_full": len(kept) >= MOST_KEPT,
        "rows": [*typed.rows, *([MoreRow("", shown.town.helper, "")]
                                if len(typed.rows) < MOST_ROWS else [])],
        "rest_asked": mine.get("rest", ""), "on": on,
        "manages": scope.manages(area.path), "start_again": address(area, QueryDict(), kept),
        # What people have elsewhere is for those who even it out.
        "tells_loads": bool(scope.kinds & {Role.Kind.MANAGER, Role.Kind.LEADER}),
        "all_counts": shown.urgent_first, "reason_keys": REASONS,
        "shares": [_percent(report["total"][key]) for key in ("linked_rate", "party_met_rate")],
    }  # fmt: skip
    if picture is not None:
        context |= handed_on(
            Ground(area, user, scope, on), shown.town, typed, shown.today, picture,
            shown.labels, shown.all_roles,
        )  # fmt: skip
    return render(request, "desk/whatif.html", context, status=400 if typed.errors else 200)


def report_of(area: Area, scope: Scope, *, on: date) -> dict[str, Any]:
    """Coverage of the area with the small counts withheld where they must be."""
    level = "township" if area.level == "county" else area.level
    return coverage_report(
        area=area, level=level, on=on, current=on,
        withhold=not scope.sees_all_counts_of(area.path),
        root=next(path for path in scope.areas if area.path.startswith(path)),
    )  # fmt: skip


def address(area: Area, levers: QueryDict, kept: list[str]) -> str:
    """The address of a question."""
    more = urlencode([("area", str(area.pk)), *(("kept", text) for text in kept)])
    said = levers.urlencode()
    return f"{reverse('what-if')}?{more}{'&' if said else ''}{said}"


class Scenarios:
    """What is asked of one area by one person, on a day."""

    def __init__(self, area: Area, scope: Scope, *, on: date) -> None:
        self.area, self.on = area, on
        self.manages = scope.manages(area.path)
        self.urgent_first = scope.sees_all_counts_of(area.path)
        beneath = Area.objects.in_force(on).filter(
            path__startswith=area.path, level__in=("village", "grid", "unit")
        )
        self.places = {str(place.pk): place for place in beneath}
        self.labels = area_labels({place.path for place in self.places.values()}, on=on)
        roles = list(Role.objects.all())
        self.all_roles = {role.pk: role.name for role in roles}
        self.roles = {r.pk: r.name for r in roles if r.may_link and not r.is_backup}
        self._towns: dict[str, Town] = {}
        self.town = self.town_with("")
        self.today = imagine(self.town, Levers(), urgent_first=self.urgent_first)

    def town_with(self, rest: str) -> Town:
        """The town with the grid that takes the last unfiled."""
        if rest not in self._towns:
            self._towns[rest] = town_read(self.area, on=self.on, rest=rest)
        return self._towns[rest]

    def typed(self, given: QueryDict) -> Typed:
        """Levers of an address."""
        return levers_typed(
            given, town=self.town, places=self.places, roles=self.roles, by_name=self.manages
        )

    def picture(self, typed: Typed) -> Picture:
        """The numbers after them."""
        return imagine(
            self.town_with(typed.levers.rest), typed.levers, urgent_first=self.urgent_first
        )

    def columns(self, typed: Typed, kept: list[str]) -> list[Column]:
        """The scenarios kept, then the one being worked on, where there is one."""
        found = []
        for nth, text in enumerate(kept):
            given = QueryDict(text)
            others = kept[:nth] + kept[nth + 1 :]
            one = self.typed(given)
            swapped = [*others, *([typed.given.urlencode()] if typed.some else [])]
            found.append(
                Column(
                    _("Kept %(n)d") % {"n": nth + 1}, one.said, self.picture(one),
                    use=address(self.area, given, swapped),
                    drop=address(self.area, typed.given, others),
                )
            )  # fmt: skip
        if typed.some:
            found.append(Column(_("This one"), typed.said, self.picture(typed)))
        return found

    def table(
        self, columns: list[Column], total: Mapping[str, Any]
    ) -> list[tuple[str, str, Figure, list[Figure]]]:
        """Rows of the comparison: key, name, today, and each column."""
        pictures = [column.picture for column in columns]
        everything = [self.today, *pictures]

        def counts(key: str, label: Any, value: Any, less: bool = True) -> Any:
            before = value(self.today)
            return (
                key, label, Figure(f"{before:,}"),
                [_counted(value(one), before, less) for one in pictures],
            )  # fmt: skip

        def rates(key: str, label: Any, value: Any) -> Any:
            before = _share(value(self.today), self.today.in_scope)
            return (
                key, label, Figure(before),
                [Figure(_share(value(one), one.in_scope),
                        better=value(one) > value(self.today) or None) for one in pictures],
            )  # fmt: skip

        rows = [
            counts("gap", _("Without contact"), lambda p: p.gap),
            ("gap_zhongdian", _("most need among them"), *self._most_need(pictures, total)),
            rates("linked_rate", _("Share linked"), lambda p: p.linked),
            rates(
                "party_linked_rate", _("Share linked by a party member"), lambda p: p.party_linked
            ),
        ]
        for reason in REASONS:
            if any(one.reasons[reason] for one in everything):
                rows.append(counts(reason, WORDS[reason], lambda p, r=reason: p.reasons[r]))
        rows += [
            counts("vacancies", _("Vacant posts"), lambda p: p.vacancies),
            counts("overloaded", _("Over their limit"), lambda p: p.overloaded),
            counts("more_people", _("More people needed"), lambda p: p.more_people),
        ]
        return rows

    def _most_need(
        self, pictures: list[Picture], total: Mapping[str, Any]
    ) -> tuple[Figure, list[Figure]]:
        """How many with most need have nobody. Who sees counts only sees today's as everywhere,
        and of what would be only a nought that follows from the gap: by pulling one lever after
        another the need of a single household could be told otherwise."""
        before = total["gap_zhongdian"]
        if self.urgent_first:
            told = [_counted(one.gap_zhongdian, before, True) for one in pictures]
        else:
            told = [Figure("0" if not one.gap else "") for one in pictures]
        return Figure("" if before is None else f"{before:,}"), told

    def grids(self, picture: Picture | None) -> list[dict[str, Any]]:
        """Where how many have nobody, today and then, and how many more people each needs."""
        was = {line.path: line for line in self.today.grids}
        then = {line.path: line for line in (picture or self.today).grids}
        names = area_labels({*was, *then}, on=self.on)
        rows = []
        for path in sorted({*was, *then}):
            after = then.get(path)
            before = was[path].gap if path in was else 0
            rows.append(
                {
                    "name": names[path]["name"], "key": names[path]["code"], "before": before,
                    "after": after.gap if after else 0,
                    "more_people": after.more_people if after else 0,
                    "reasons": [
                        (key, WORDS[key], after.reasons[key])
                        for key in REASONS if after and after.reasons[key]
                    ],
                    "unfiled": len(path) < GRID,
                }
            )  # fmt: skip
        rows.sort(key=lambda row: (-row["after"], -row["before"]))
        return rows


def _counted(after: int, before: int | None, less: bool) -> Figure:
    if before is None or after == before:
        return Figure(f"{after:,}", "±0" if before is not None else "")
    return Figure(f"{after:,}", f"{after - before:+,}", (after < before) == less)


def _percent(rate: float | None) -> str:
    return "—" if rate is None else f"{100 * rate:.1f}%"


def _share(part: int, whole: int) -> str:
    return _percent(part / whole if whole else None)
