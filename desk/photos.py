"""Photos of a matter: added, served through the gate, removed as an act."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.gate import SignedInRequest, allow
from accounts.reads import Read, note_read
from accounts.size import takes
from casework.models import Issue, IssuePhoto
from casework.photos import photo_add, photo_remove
from desk.acts import done
from desk.tables.words import SEES_MATTERS
from jobs.acts import act
from lib.clock import today
from lib.errors import Refusal
from lib.photos import LARGEST


def issue_or_404(request: SignedInRequest, key: UUID) -> Issue:
    """A matter this person may read; any other does not exist."""
    issue = Issue.objects.visible_to(request.user).filter(pk=key).first()
    if issue is None:
        raise Http404
    return issue


def photo_or_404(request: SignedInRequest, key: UUID, photo: UUID) -> IssuePhoto:
    """A photo of such a matter that was not removed."""
    rows = IssuePhoto.objects.visible_to(request.user).select_related("issue")
    found = rows.filter(pk=photo, issue=key).first()
    if found is None:
        raise Http404
    return found


def photos_at(key: UUID) -> str:
    """The photos on the page of their matter."""
    return f"{reverse('issue', args=[key])}#photos"


@require_POST
@takes(LARGEST)
@allow(*SEES_MATTERS)
def add(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Add a photo, then show it on the page of the matter."""
    issue = issue_or_404(request, key)
    upload = request.FILES.get("photo")
    try:
        if upload is None:
            raise Refusal(_("Choose a photo first."), field="photo")
        # One byte more than is allowed, so that a file of any size costs no memory.
        photo_add(
            issue=issue, content=upload.read(LARGEST + 1), when=request.POST.get("when", ""),
            on=today(), by=request.user,
        )  # fmt: skip
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    return redirect(photos_at(issue.pk))


@require_GET
@allow(*SEES_MATTERS)
def show(request: SignedInRequest, key: UUID, photo: UUID) -> HttpResponse:
    """The picture itself."""
    found = photo_or_404(request, key, photo)
    if found.issue.household_id:
        note_read(request, Read("issue.photo", str(found.issue_id), 1, "P2"))
    return HttpResponse(
        bytes(found.image), content_type="image/jpeg",
        headers={"Cache-Control": "private, no-store"},
    )  # fmt: skip


@require_POST
@allow(*SEES_MATTERS)
def remove(request: SignedInRequest, key: UUID, photo: UUID) -> HttpResponse:
    """Remove a photo; the page of the matter offers to take that back."""
    found = photo_or_404(request, key, photo)
    try:
        with act(
            verb="photo_remove", by=request.user, path=found.issue.path, on=today(),
            subject=found.issue, sentence=_("A photo was removed."),
        ) as made:  # fmt: skip
            photo_remove(photo=found, on=today(), by=request.user)
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return redirect(photos_at(key))
    return done(reverse("issue", args=[key]), made)
