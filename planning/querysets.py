"""Questions about drafts. Every read starts at ``visible_to``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from grids.querysets import beneath

if TYPE_CHECKING:
    from accounts.models import User


class MatchDraftQuerySet(models.QuerySet):
    """Drafts of contacts: their sums name nobody."""

    def visible_to(self, user: User) -> MatchDraftQuerySet:
        """Drafts of the areas whose counts this person sees."""
        from grids.scope import scope_of

        return self.filter(beneath(scope_of(user).areas))

    def manageable_by(self, user: User) -> MatchDraftQuerySet:
        """Drafts this person may change and commit."""
        from grids.scope import scope_of

        return self.filter(beneath(scope_of(user).manage))


class MatchLineQuerySet(models.QuerySet):
    """The pairs of drafts: they name a household, and their reasons betray its needs."""

    def visible_to(self, user: User) -> MatchLineQuerySet:
        """Lines of the households this person manages, wherever they are filed now."""
        from grids.scope import scope_of

        manage = scope_of(user).manage
        return self.filter(beneath(manage), beneath(manage, "household__path"))
