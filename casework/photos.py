"""Photos of a matter, before and after: optional, few, and nothing of the camera in them."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from casework import states
from casework.cast import cast_of
from casework.models import Issue, IssuePhoto
from jobs.acts import UNDO_DAYS
from lib.errors import Refusal
from lib.photos import reencode

MOST = 6
#: Those who have the matter in hand; a leader looks on.
ADDS = frozenset(
    {states.CONTACT, states.WORKER, states.MANAGER, states.DEPARTMENT, states.HELPER}
)  # fmt: skip


def may_add(issue: Issue, user: User, *, on: date) -> bool:
    """Whether somebody may add photos to a matter and remove them."""
    return bool(ADDS & cast_of(issue, user, on=on))


@transaction.atomic
def photo_add(*, issue: Issue, content: bytes, when: str, on: date, by: User) -> IssuePhoto:
    """Add a photo (JPEG, PNG, WebP as sent): at most MOST, kept as JPEG of 1600 pixels.

    Raises Refusal for who has not the matter in hand, for one too many, and what is no photo.
    """
    _require(issue, by, on)
    if when not in IssuePhoto.When.values:
        raise Refusal(_("Say whether the photo shows it before or after."), field="when")
    image, width, height = reencode(content)
    # The matter is held, so that two who add at once do not end with seven.
    Issue.objects.select_for_update().get(pk=issue.pk)
    if issue.photos.filter(removed_on__isnull=True).count() >= MOST:  # type: ignore[attr-defined]
        raise Refusal(
            _("A matter has at most %s photos; remove one first.") % MOST, field="photo"
        )  # fmt: skip
    return IssuePhoto.objects.create(
        issue=issue, when=when, image=image, width=width, height=height, added_on=on, added_by=by
    )


@transaction.atomic
def photo_remove(*, photo: IssuePhoto, on: date, by: User) -> IssuePhoto:
    """Show a photo to nobody any more; inside an act it can be taken back for some days."""
    _require(photo.issue, by, on)
    held = IssuePhoto.objects.select_for_update().get(pk=photo.pk)
    if held.removed_on is not None:
        raise Refusal(_("Somebody has removed this photo already."))
    held.removed_on = on
    held.save(update_fields=["removed_on"])
    return held


def photos_purge(*, on: date) -> int:
    """Delete for good what was removed longer ago than an act can be taken back; how many."""
    before = on - timedelta(days=UNDO_DAYS + 1)
    return IssuePhoto.objects.filter(removed_on__lt=before).delete()[0]


def _require(issue: Issue, by: User, on: date) -> None:
    if not may_add(issue, by, on=on):
        raise Refusal(_("Photos are added by those who have the matter in hand."))
