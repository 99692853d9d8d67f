"""The one registry of indicators: every number of a dashboard, ledger, form or brief is one.

``docs/indicators.md`` is written from it (``manage.py indicators``).
"""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from casework.models import ActivityKind, Campaign
from reports.counted import COVERAGE
from reports.done import DONE
from reports.matters import MATTERS
from reports.measures import Indicator, Where, quotient
from reports.posts import POSTS

STATIC: dict[str, Indicator] = {one.key: one for one in (*COVERAGE, *MATTERS, *DONE, *POSTS)}


def registry() -> dict[str, Indicator]:
    """Every indicator by its key: the fixed ones, and those of campaigns and kinds of activity."""
    return {**STATIC, **of_campaigns(), **of_activities()}


def of_campaigns() -> dict[str, Indicator]:
    """A sweep or a list to be put right: found, closed, and the rate with its own decimals."""
    found: dict[str, Indicator] = {}
    for one in Campaign.objects.all():
        key, name = f"campaign:{one.name}", one.name
        for made in (
            Indicator(
                key, name, name, f"专项“{name}”登记的诉求，并入别件的不计",
                f"matters registered for the campaign “{name}”, without those merged", "件",
                source="issues", where=_of_campaign(name),
            ),
            Indicator(
                f"{key}:closed", f"{name}办结", f"{name}: closed",
                "其中截至统计日已办结的", "of these, closed as of the day", "件",
                source="issues", where=_of_campaign(name, closed=True),
            ),
            Indicator(
                f"{key}:rate", f"{name}办结率", f"{name}: share closed",
                "专项办结数除以专项诉求数；小数位由专项设定",
                "closed by registered; the campaign sets the decimals", "%",
                decimals=one.decimals, of=(f"{key}:closed", key),
            ),
        ):  # fmt: skip
            found[made.key] = made
    return found


def _of_campaign(name: str, *, closed: bool = False) -> Where:
    def where(since: date, until: date) -> Q:
        kept = Q(campaign=name, registered_on__gte=since) & ~Q(state_on="merged")
        return kept & Q(state_on="closed") if closed else kept

    return where


def of_activities() -> dict[str, Indicator]:
    """Sessions and people of each kind of activity the county has."""
    found = {}
    for kind in ActivityKind.objects.all():
        for column, word, word_en, unit in (
            ("sessions", "场次", "sessions", "场"),
            ("people", "人次", "people", "人次"),
        ):
            key = f"activity:{kind.pk}:{column}"
            found[key] = Indicator(
                key, f"{kind.label}{word}", f"{kind.label_en or kind.label}: {word_en}",
                f"期内“{kind.label}”的{word}之和", f"{word_en} of this kind in the period", unit,
                source="activities", total=column, where=_of_kind(kind.pk),
            )  # fmt: skip
    return found


def _of_kind(kind: str) -> Where:
    return lambda since, until: Q(kind=kind, on__gte=since)


def by_name() -> dict[str, Indicator]:
    """Indicators by every name a form may call them: Chinese, English, other names, key."""
    found: dict[str, Indicator] = {}
    for one in registry().values():
        for name in (one.key, one.name, one.name_en, *one.other_names):
            found.setdefault(name, one)
    return found


__all__ = ["STATIC", "Indicator", "by_name", "quotient", "registry"]
