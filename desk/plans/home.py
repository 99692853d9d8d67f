"""The list of drafts: what one may see, newest first. Sums only, nobody is named."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.gate import SignedInRequest, allow
from desk.plans.seen import LOOKS, named
from grids.scope import scope_of
from lib.clock import today
from planning.models import MatchDraft

PAGE = 30


@require_GET
@allow(*LOOKS)
def page(request: SignedInRequest) -> HttpResponse:
    """Drafts of one's area; two of them can be laid side by side."""
    on = today()
    drafts = MatchDraft.objects.visible_to(request.user).select_related("area")
    pages = Paginator(drafts.order_by("-made_at"), PAGE)
    shown = pages.get_page(request.GET.get("page"))
    context = {
        "page": shown, "rows": named(shown, on=on), "manages": bool(scope_of(request.user).manage),
    }  # fmt: skip
    return render(request, "desk/plans/home.html", context)
