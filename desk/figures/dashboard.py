"""The dashboard of an area: what is missing first, then where, then how it went.

Read from summaries alone: today's coverage from its summary, everything else from the daily ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.gate import SignedInRequest, allow
from casework.models import Issue
from casework.report import coverage_report
from casework.supervising import post_leading
from desk.figures.opening import Opening, Shown
from desk.figures.trends import trend_of
from desk.tables.words import SEES_AREAS
from grids.asked import asked_area, asked_level
from grids.models import Area, Role
from grids.naming import map_address, name_from_afar, trail_of
from grids.scope import scope_of
from lib.clock import today
from reports.comparing import Dot, compared
from reports.indicators import registry
from reports.measures import Indicator, Value, quotient
from reports.models import Snapshot
from reports.shown import coverage_values, guarded
from reports.snapshots import MONTH, YEAR, latest, month_before, read
from reports.sources import month_of
from reports.waiting import GROWING_DAYS

SPANS = {"month": MONTH, "year": YEAR}
FIRST = (("gap", "gap_zhongdian"), ("overdue", "overdue_zhongdian"),
         ("issues_overdue", "issues_open"), ("vacancies", "required_posts"))  # fmt: skip
TIERS = ("zhongdian", "guanzhu", "fangxin")
SHARES = ("linked_rate", "party_linked_rate", "party_met_rate", "visit_rate", "reviewed_rate",
          "phone_rate")  # fmt: skip
MATTERS = ("issues_registered", "issues_accepted", "issues_closed", "issues_open",
           "issues_overdue", "issues_shelved", "issues_resolved", "issues_reopened",
           "issues_on_spot", "issues_repeats", "issues_unreached", "hotline", "hotline_closed",
           "disputes")  # fmt: skip
ANSWERS = ("close_rate", "satisfaction_rate")
WORK = ("reached", "reached_visit", "reached_phone", "reached_wechat", "reached_came",
        "contacts_tried", "deeds", "deeds_households", "deeds_amount", "activity_sessions",
        "activity_people", "cards", "ratings", "tasks_open", "tasks_overdue")  # fmt: skip
#: What is compared: of which the share is read, and whose holders there must be three of.
COMPARED = (("linked_rate", "link"), ("close_rate", "grid"), ("satisfaction_rate", "grid"))


@allow(*SEES_AREAS)
@require_GET
def page(request: SignedInRequest) -> HttpResponse:
    """The dashboard of the area asked for, by default the outermost one may see."""
    on = today()
    area = asked_area(request.user, request.GET.get("area"), on=on)
    span = request.GET.get("span", "month")
    span = span if span in SPANS else "month"
    scope = scope_of(request.user)
    known = registry()
    report = report_of(area, scope, on=on)
    kept = latest(area.path, on=on)
    since = month_of(on)[0] if span == "month" else on.replace(month=1, day=1)
    all_counts = scope.sees_all_counts_of(area.path)
    opening = Opening(area, scope, on, since, known, on)
    found = coverage_values(report["total"], known)
    earlier = Opening(area, scope, kept.on, since, known, on) if kept else opening
    shown = {key: opening.shown(value) for key, value in found.items()}
    if kept:
        shown |= of_summary(kept, earlier, SPANS[span], all_counts=all_counts)
    context = {
        "area": area, "code": opening.code, "on": on, "span": span,
        "name": name_from_afar(area), "trail": trail_of(request.user, area, on)[:-1],
        "map": map_address(request.user, area, on=on),
        "children": children_of(area, report, opening),
        "first": [(shown[key], shown.get(beside)) for key, beside in FIRST if key in shown],
        "change": change_since(kept, report["total"]["gap"], area.path, on=on),
        "reasons": [shown[f"gap_{reason}"] for reason, n in report["total"]["gap_reasons"].items()
                    if n],
        "tiers": [shown[key] for key in TIERS], "tier_bar": tier_bar(found),
        "shares": [shown[key] for key in SHARES if key in shown],
        "matters": [shown[key] for key in MATTERS if key in shown] if kept else [],
        "answers": [shown[key] for key in ANSWERS if key in shown],
        "work": [shown[key] for key in WORK if key in shown] if kept else [],
        "campaigns": [shown[key] for key in known if key.startswith("campaign:")
                      and key.endswith(":rate") and key in shown],
        "kept": kept, "since": since,
        "waiting": waiting(kept, earlier) if kept else None,
        "leads": Role.Kind.LEADER in scope.kinds
        and post_leading(request.user, area, on=on) is not None,
        "compared": comparison(area, report, known, on=kept.on if kept else on),
        "level": Area.Level(report["level"]).label,
        "trend": trend_of(
            area, known, on=on, all_counts=all_counts, geography=request.GET.get("geo", "")
        ),
        "manages": scope.manages(area.path),
    }  # fmt: skip
    return render(request, "desk/figures/dashboard.html", context)


def report_of(area: Area, scope: Any, *, on: date, withhold: bool = False) -> dict[str, Any]:
    """Coverage of an area, one row for each area beneath it."""
    return coverage_report(
        area=area, level=asked_level(None, area), on=on, current=on,
        withhold=withhold or not scope.sees_all_counts_of(area.path),
        root=next(path for path in scope.areas if area.path.startswith(path)),
    )  # fmt: skip


def of_summary(
    kept: Snapshot, opening: Opening, span: str, *, all_counts: bool
) -> dict[str, Shown]:
    """Every number of the daily summary that is no part of coverage."""
    found = {}
    for one in opening.known.values():
        if one.period == "day" and (one.column or one.less or (one.of and one.source == "")):
            continue
        value = read(kept.values, one, opening.known, span)
        found[one.key] = opening.shown(guarded(value, all_counts=all_counts))
    return found


def children_of(area: Area, report: Mapping[str, Any], opening: Opening) -> list[dict[str, Any]]:
    """The areas beneath, each with its gap: the way down."""
    return [
        {"name": row["name"], "code": row["code"] or row["id"], "gap": row["gap"]}
        for row in report["rows"] if row["id"] and row["id"] != area.pk
    ]  # fmt: skip


def change_since(kept: Snapshot | None, gap: int, path: str, *, on: date) -> dict[str, Any] | None:
    """How the gap changed since the same day a month ago, where there is a summary of it."""
    before = month_before(on)
    row = Snapshot.objects.filter(path=path, on=before).first()
    if row is None or not row.values.get("households"):
        return None
    values = row.values
    was = values["households"] - values.get("excluded", 0) - values.get("linked", 0)
    return {"by": f"{gap - was:+,}" if gap != was else "±0", "on": before}


def tier_bar(found: Mapping[str, Value]) -> list[tuple[str, float, float]]:
    """Tier, where its piece begins and how wide it is, in hundredths; empty where withheld."""
    numbers = [found[key].number for key in TIERS]
    if any(number is None for number in numbers) or not sum(numbers):  # type: ignore[arg-type]
        return []
    at, pieces, whole = 0.0, [], float(sum(numbers))  # type: ignore[arg-type]
    for key, number in zip(TIERS, numbers, strict=True):
        width = float(number or 0) * 100 / whole
        pieces.append((key, round(at, 2), round(width, 2)))
        at += width
    return pieces


def waiting(kept: Snapshot, opening: Opening) -> dict[str, Any]:
    """Where open matters wait, which subjects grow, which repeat; with their rows."""
    known, until = opening.known, kept.on
    recent = Opening(opening.area, opening.scope, until,
                     until - timedelta(days=GROWING_DAYS - 1), known, opening.current)  # fmt: skip
    before = Opening(
        opening.area, opening.scope, until - timedelta(days=GROWING_DAYS),
        until - timedelta(days=2 * GROWING_DAYS - 1), known, opening.current,
    )  # fmt: skip
    departments = [
        {
            "name": name or _("not given to a department"), "key": key or "none",
            "open": _counted(opening, "issues_open" if key else "issues_unassigned", n, key),
            "late": _counted(opening, "issues_overdue" if key else "issues_unassigned_overdue",
                             late, key),
        }
        for name, key, n, late in kept.parts.get("departments", []) if n
    ]  # fmt: skip
    subjects = [
        {
            "name": Issue.Subject(subject).label,
            "open": _of_subject(opening, "issues_open", n, subject),
            "late": _of_subject(opening, "issues_overdue", late, subject),
            "recent": _of_subject(recent, "issues_registered", new, subject),
            "before": _of_subject(before, "issues_registered", old, subject),
            "grows": new > old and new - old >= 3,
            "again": _of_subject(recent, "issues_repeats", again, subject),
        }
        for subject, n, late, new, old, again in kept.parts.get("subjects", [])
    ]
    return {"departments": departments, "subjects": subjects, "days": GROWING_DAYS}


def _counted(opening: Opening, key: str, n: int, department: str) -> Shown:
    words = {"department": department} if department else {}
    return opening.shown(Value(opening.known[key], n), **words)


def _of_subject(opening: Opening, key: str, n: int, subject: str) -> Shown:
    return opening.shown(Value(opening.known[key], n), subject=subject)


def comparison(
    area: Area, report: Mapping[str, Any], known: Mapping[str, Indicator], *, on: date
) -> list[dict[str, Any]]:
    """For each share the places of the level as dots with intervals, and those left out."""
    rows = {row["id"]: row for row in report["rows"] if row["id"] and row["id"] != area.pk}
    kept = {row.area_id: row for row in Snapshot.objects.filter(area__in=rows, on=on)}
    found = []
    for key, holders in COMPARED:
        places = []
        for pk, row in rows.items():
            values = kept[pk].values if pk in kept else {}
            value = (coverage_values(row, known)[key] if key == "linked_rate"
                     else read(values, known[key], known, YEAR))  # fmt: skip
            people = kept[pk].parts.get("holders", {}).get(holders, 0) if pk in kept else 0
            places.append((row["name"], str(row["code"] or pk), int(value.numerator or 0),
                           int(value.denominator or 0), people))  # fmt: skip
        dots, few_people, few_cases = compared(places)
        if dots or few_people:
            found.append({"label": known[key].label, "meaning": known[key].meaning,
                          "dots": drawn(dots, known[key]), "few_people": few_people,
                          "few_cases": few_cases})  # fmt: skip
    return found


def drawn(dots: list[Dot], one: Indicator) -> dict[str, Any]:
    """Dots placed on a line of 200 from the lowest bound, rounded down to a tenth, to one."""
    if not dots:
        return {"rows": [], "from": ""}
    low = int(min(dot.low for dot in dots) * 10) / 10
    low = min(low, 0.9)

    def at(share: float) -> float:
        return round(4 + 192 * (share - low) / (1 - low), 1)

    rows = [
        {"name": dot.name, "code": dot.code, "x": at(dot.share), "low": at(dot.low),
         "high": at(dot.high), "text": Value(one, quotient(dot.part, dot.whole)).text,
         "of": f"{dot.part:,} / {dot.whole:,}",
         "range": f"{dot.low * 100:.0f}%–{dot.high * 100:.0f}%"}
        for dot in dots
    ]  # fmt: skip
    return {"rows": rows, "from": f"{low * 100:.0f}%"}
