"""The address by which a resident rates a matter, once: made for whoever passes it on, and shown
only in the answer that made it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from accounts.gate import SignedInRequest, allow
from casework.ratings import rating_link_issue
from desk.matters.page import issue_or_404, show
from desk.tables.words import SEES_MATTERS
from lib.clock import today
from lib.errors import Refusal


@require_POST
@allow(*SEES_MATTERS)
def make(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Make the address and show it with its code; nothing shows it a second time."""
    issue = issue_or_404(request.user, key)
    try:
        token = rating_link_issue(issue=issue, on=today(), by=request.user)
    except Refusal as refusal:
        return show(request, issue, error=refusal.sentence)
    return show(request, issue, made=token)
