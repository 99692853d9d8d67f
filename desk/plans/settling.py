"""What is done with a draft as a whole: given up, solved again, approved, put into force."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.gate import SignedInRequest, allow
from desk.acts import done
from desk.plans.lines import number_of
from desk.plans.page import show
from desk.plans.seen import LOOKS, draft_or_404
from lib.clock import today
from lib.errors import Refusal
from planning.matching.drafts import (
    draft_again,
    draft_approve,
    draft_cancel,
    draft_commit,
    draft_drop,
    draft_refresh,
    draft_reopen,
)


@require_POST
@allow(*LOOKS)
def act(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Take one step with a draft; refused, the page says why and what to do.

    The form sends the ``version`` it was drawn from, where what one saw is what is agreed to.
    """
    draft, do = draft_or_404(request.user, key), request.POST.get("do", "")
    by, on = request.user, today()
    seen = number_of(request.POST.get("version", ""))
    if seen is not None:
        draft.version = seen
    try:
        if do == "commit":
            made = draft_commit(draft=draft, on=on, by=by)
            return done(reverse("plan", args=[draft.pk]), made.act)
        if do == "approve":
            draft_approve(draft=draft, on=on, by=by)
        elif do == "again":
            draft_again(draft=draft, on=on, by=by)
        elif do == "refresh":
            draft_refresh(draft=draft, on=on, by=by)
        elif do == "reopen":
            draft_reopen(draft=draft, by=by)
        elif do == "cancel":
            draft_cancel(draft=draft, by=by)
        elif do == "drop":
            draft_drop(draft=draft, by=by)
        else:
            raise Http404
    except Refusal as refusal:
        return show(request, draft_or_404(by, key), error=refusal.sentence)
    return redirect("plans") if do == "drop" else redirect("plan", draft.pk)
