"""Two drafts side by side: their figures, and the households whose contact differs."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.gate import SignedInRequest, allow
from accounts.reads import Read, note_read
from desk.plans.figures import sums_shown
from desk.plans.lines import lines_of
from desk.plans.seen import managed_or_404, named
from grids.models import Post
from grids.naming import area_labels
from households.models import Household
from lib.clock import today
from planning.matching.drafts import draft_compare
from planning.models import MatchDraft, MatchLine

PAGE = 100


@require_GET
@allow("manager")
def page(request: SignedInRequest) -> HttpResponse:
    """``one`` and ``other``, or two ``draft`` as the list sends them."""
    on, user = today(), request.user
    keys = [request.GET.get("one", ""), request.GET.get("other", "")]
    if "draft" in request.GET:
        keys = request.GET.getlist("draft")
    try:
        drafts = [managed_or_404(user, UUID(key)) for key in keys if key]
    except ValueError:
        raise Http404 from None
    if len(drafts) != 2 or drafts[0] == drafts[1]:
        messages.error(request, _("Tick two drafts to compare them."))
        return redirect("plans")
    one, other = sorted(drafts, key=lambda draft: draft.made_at)
    seen = set(lines_of(one, user).values_list("household", flat=True))
    seen |= set(lines_of(other, user).values_list("household", flat=True))
    differs = [row for row in draft_compare(one, other).different if row[0] in seen]
    shown = Paginator(differs, PAGE).get_page(request.GET.get("page"))
    note_read(request, Read("plan.compare", f"{one.pk} {other.pk}"[:80], len(shown), "P2"))
    told = named([one, other], on=on)
    figures = [sums_shown(draft) for draft in (one, other)]
    context = {
        "told": told, "one": one, "other": other, "page": shown,
        "rows": [
            (figure["label"], figure["before"], figure["after"], second["after"])
            for figure, second in zip(figures[0]["figures"], figures[1]["figures"], strict=True)
        ],
        "metres": [figure["metres"] for figure in figures],
        "sums": [draft.sums for draft in (one, other)],
        "households": _rows(list(shown), [one, other], on=on),
    }  # fmt: skip
    return render(request, "desk/plans/compare.html", context)


def _rows(
    rows: list[tuple[UUID, UUID | None, UUID | None]], drafts: list[MatchDraft], *, on: date
) -> list[dict[str, Any]]:
    """Households with who is proposed by either: a name, ``""`` nobody, None not in the draft."""
    households = Household.objects.in_bulk([row[0] for row in rows])
    places = area_labels({household.path for household in households.values()}, on=on)
    posts = Post.objects.select_related("person", "role").in_bulk(
        {post for row in rows for post in row[1:] if post}
    )
    held: list[set[UUID]] = [
        set(
            MatchLine.objects.filter(draft=draft, household__in=households).values_list(
                "household", flat=True
            )
        )
        for draft in drafts
    ]
    shown = []
    for key, *proposed in rows:
        cells: list[str | None] = []
        for keys, post in zip(held, proposed, strict=True):
            named = f"{posts[post].person.name} · {posts[post].role}" if post else ""
            cells.append(named if key in keys else None)
        household = households[key]
        shown.append(
            {"household": household, "place": places[household.path]["name"], "cells": cells}
        )
    return shown
