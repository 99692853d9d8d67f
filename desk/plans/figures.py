"""A draft in numbers: before and after, grid by grid, what it takes, and what became of it."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from casework.models import ContactCard
from casework.tasks import HANDS_OUT, post_handing
from desk.plans.seen import manages
from desk.templatetags.plans import length
from grids.appointing import may_take_back
from grids.models import Area
from grids.naming import area_labels, map_address
from households.models import Link
from planning.matching.drafts import act_of, draft_said
from planning.models import MatchDraft, MatchLine


def sums_shown(draft: MatchDraft) -> dict[str, Any]:
    """Before and after, and what is left; nothing of it is about needs, so nothing is withheld."""
    sums = draft.sums
    before, after = sums.get("before", {}), sums.get("after", {})
    return {
        "sums": sums, "matched": sums.get("matched", 0), "short": sums.get("short", 0),
        "more_people": sums.get("more_people", 0),
        "metres": length(sums["metres"]) if sums.get("metres") is not None else "",
        "said": draft_said(draft) if sums.get("said") else "",
        "figures": [
            _figure(_("Without contact"), before.get("gap"), after.get("gap"), fewer=True),
            _share(_("Linked"), "linked", before, after),
            _share(_("Linked by a party member"), "party_linked", before, after),
        ],
    }  # fmt: skip


def _figure(label: str, before: Any, after: Any, *, fewer: bool = False) -> dict[str, Any]:
    return {
        "label": label, "before": _said(before), "after": _said(after),
        "way": "" if before == after or None in (before, after)
        else "better" if (after < before) == fewer else "worse",
    }  # fmt: skip


def _share(label: str, name: str, before: dict[str, int], after: dict[str, int]) -> dict[str, Any]:
    shares = [
        values[name] / values["in_scope"] if values.get("in_scope") else None
        for values in (before, after)
    ]
    figure = _figure(label, *shares)
    return {**figure, "before": percent(shares[0]), "after": percent(shares[1])}


def _said(n: int | None) -> str:
    return "—" if n is None else str(n)


def percent(share: float | None) -> str:
    """One decimal; never 100 % or 0 % unless it is exactly that."""
    if share is None:
        return "—"
    if share in (0, 1):
        return f"{share:.0%}"
    return f"{min(0.999, max(0.001, share)):.1%}"


#: Length of the path of a grid; households in none are counted at their village.
GRID = 16


def grids_shown(draft: MatchDraft, user: User, *, on: date) -> dict[str, list[dict[str, Any]]]:
    """Grids with what is left and what closes it, those with most left first; and the others.

    A manager fills a post or raises somebody's limit; who may, hands it to the post that must
    close it.
    """
    rows = draft.sums.get("grids", [])
    areas = {
        area.path: area
        for area in Area.objects.filter(path__in=[row["path"] for row in rows]).with_code(on)
    }
    names = area_labels(set(areas), on=on)
    opens = manages(user, draft)
    hands = post_handing(user, draft.area, on=on, kinds=HANDS_OUT) is not None
    shown = []
    for row in rows:
        area = areas[row["path"]]
        code = area.code or str(area.pk)  # type: ignore[attr-defined]
        acts = []
        if opens:
            role = {"role": row["role"]} if row.get("role") else {}
            acts.append((_to("post-new", area=code, **role), _("Fill a post")))
            full = reverse("table", args=["people"])
            acts.append(
                (f"{full}?{urlencode({'area': code, 'filter': 'full'})}", _("Raise a limit"))
            )
        if hands:
            acts.append((_to("task-new", area=code), _("Hand over")))
        shown.append(
            {
                **row, "name": names[row["path"]]["name"], "acts": acts,
                "no_grid": len(row["path"]) < GRID,
                "list": f"?{urlencode({'grid': str(area.pk)})}" if opens else "",
            }
        )  # fmt: skip
    shown.sort(key=lambda row: (-row["short"], row["path"]))
    return {
        "grids_short": [row for row in shown if row["short"]],
        "grids_served": [row for row in shown if not row["short"]],
    }


def _to(page: str, **query: str) -> str:
    return f"{reverse(page)}?{urlencode(query)}"


def links_made(draft: MatchDraft, *, on: date) -> QuerySet[Link]:
    """The links of the pairs of a draft that are in force."""
    pairs = MatchLine.objects.filter(
        draft=draft, household=OuterRef("household"), post=OuterRef("post")
    )
    return Link.objects.in_force(on).filter(Exists(pairs))


def committed(draft: MatchDraft, user: User, *, on: date) -> dict[str, Any]:
    """What became of a draft that was put into force: its contacts, the cards, the way back."""
    links = links_made(draft, on=on)
    n, done = links.count(), act_of(draft)
    cards = ContactCard.objects.to_replace(on).filter(link__household__in=links.values("household"))
    return {
        "links": n, "gone": max(0, draft.sums.get("matched", 0) - n), "day": draft.committed_on,
        "people": links.values("post__person").distinct().count(), "replace": cards.count(),
        "act": done if done and not done.undone_at and may_take_back(user, done) else None,
        "taken_back": bool(done and done.undone_at),
        "on_map": map_address(user, draft.area, on=on),
    }  # fmt: skip
