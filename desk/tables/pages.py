"""What a person does with the saved views of a table."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.gate import SignedInRequest, allow
from desk.tables import saved
from desk.tables.asked import ask
from desk.tables.registry import table_or_404
from desk.tables.views import show
from desk.tables.words import SEES_MATTERS
from lib.clock import today
from lib.errors import Refusal


@require_POST
@allow(*SEES_MATTERS)
def view_new(request: SignedInRequest, kind: str) -> HttpResponse:
    """Keep what the address shows under a name."""
    asked = ask(table_or_404(request.user, kind), request.user, request.GET, on=today())
    try:
        view = saved.view_save(asked=asked, name=request.POST.get("name", ""))
    except Refusal as refusal:
        return show(request, asked, error=refusal.sentence)
    return redirect(reverse("table", args=[kind]) + saved.href_of(view))


@require_POST
@allow(*SEES_MATTERS)
def view_change(request: SignedInRequest, kind: str, key: UUID) -> HttpResponse:
    """Rename an own view, remove it, or take the removal back."""
    table = table_or_404(request.user, kind)
    view = saved.own_view(request.user, kind, key)
    if view is None:
        raise Http404
    address, do = reverse("table", args=[kind]), request.POST.get("do", "")
    try:
        if do == "remove":
            saved.view_remove(view=view)
            return redirect(f"{address}?removed={view.pk}")
        if do == "restore":
            saved.view_restore(view=view)
        else:
            saved.view_rename(view=view, name=request.POST.get("name", ""))
    except Refusal as refusal:
        return show(
            request, ask(table, request.user, request.GET, on=today()), error=refusal.sentence
        )
    return redirect(address + saved.href_of(view))
