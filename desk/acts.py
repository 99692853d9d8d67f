"""What was done by hand: the strip that offers to take it back, and the taking back."""

from __future__ import annotations

from urllib.parse import urlsplit
from uuid import UUID

from django.apps import apps
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.gate import SIGNED_IN, SignedInRequest, allow
from accounts.models import User
from grids.appointing import may_take_back
from jobs.acts import act_undo
from jobs.models import Act
from lib.errors import Refusal

#: Page of what an act was about, by the label of its model; other layers of pages add theirs.
PAGES = {
    "households.Household": "household", "grids.Post": "post", "grids.Person": "person",
    "casework.Deed": "deed", "casework.Activity": "activity", "grids.Organisation": "organisation",
    "casework.Meeting": "meeting",
    "casework.Issue": "issue", "planning.MatchDraft": "plan",
}  # fmt: skip
#: Page where such a thing is made, for when taking back its making takes its own page, too.
MADE_AT = {
    "households.Household": "household-new", "grids.Post": "post-new",
    "casework.Deed": "deed-new", "casework.Activity": "activity-new",
    "casework.Meeting": "meeting-new",
}  # fmt: skip


def act_of(user: User, key: UUID) -> Act | None:
    """An act this person may take back today."""
    found = Act.objects.filter(pk=key).first()
    return found if found and may_take_back(user, found) else None


def act_or_404(user: User, key: UUID) -> Act:
    """The act; one of somebody else looks like one that does not exist."""
    found = act_of(user, key)
    if found is None:
        raise Http404
    return found


def act_shown(request: HttpRequest) -> Act | None:
    """The act the address names (``?act=``), if the person signed in may take it back."""
    try:
        key = UUID(request.GET.get("act", ""))
    except ValueError:
        return None
    return act_of(request.user, key) if isinstance(request.user, User) else None


def done(address: str, act: Act) -> HttpResponse:
    """Go on to a page that says what was just done and offers to take it back."""
    return redirect(f"{address}{'&' if '?' in address else '?'}act={act.pk}")


@require_POST
@allow(SIGNED_IN)
def undo(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Take an act back, then go to ``next``, else to the page of what it was about."""
    act = act_or_404(request.user, key)
    following = request.POST.get("next", "")
    # A word alone is a page of ours to ``redirect``, which knows none of that name.
    if not following.startswith("/") or not url_has_allowed_host_and_scheme(
        following, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        following = subject_address(act)
    try:
        act_undo(act=act, by=request.user)
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return redirect(following)
    if gone(following):
        following = reverse(MADE_AT.get(act.subject_label, "home"))
    return done(following, act)


def gone(address: str) -> bool:
    """Whether a page is about something that is no longer there: its making was taken back."""
    try:
        page = resolve(urlsplit(address).path)
    except Resolver404:
        return False
    for label, name in PAGES.items():
        if page.url_name == name:
            return not apps.get_model(label).objects.filter(pk=page.kwargs["key"]).exists()
    return False


def subject_address(act: Act) -> str:
    """The page of what an act was about; the start page where that has none."""
    name = PAGES.get(act.subject_label)
    return reverse(name, args=[act.subject_key]) if name else "/"


def undone_sentence(act: Act) -> str:
    """What is said once an act was taken back."""
    return _("Taken back: %(what)s") % {"what": act.sentence}
