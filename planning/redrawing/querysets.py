"""Questions about drafts of new boundaries. Every read starts at ``visible_to``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from grids.querysets import beneath

if TYPE_CHECKING:
    from datetime import date

    from accounts.models import User


class RedrawQuerySet(models.QuerySet):
    """Drafts of new boundaries."""

    def visible_to(self, user: User) -> RedrawQuerySet:
        """Drafts of the areas this person manages or leads: the sums, and the map of the grids."""
        from grids.scope import Kind, scope_of

        scope = scope_of(user)
        led = scope.areas if Kind.LEADER in scope.kinds else ()
        return self.filter(beneath([*scope.manage, *led]))

    def manageable_by(self, user: User) -> RedrawQuerySet:
        """Drafts this person may change."""
        from grids.scope import scope_of

        return self.filter(beneath(scope_of(user).manage))

    def drafts(self) -> RedrawQuerySet:
        """Those that may still be changed."""
        return self.filter(state="draft")

    def due(self, on: date) -> RedrawQuerySet:
        """Those that wait and whose day has come, the earliest first."""
        return self.filter(state="scheduled", on__lte=on).order_by("on", "made_at")

    def troubled(self, on: date) -> RedrawQuerySet:
        """Those that could not be put into force, or should be by now."""
        return self.filter(Q(state="blocked") | Q(state="scheduled", on__lte=on))


class BarrierQuerySet(models.QuerySet):
    """Roads, rivers and railways."""

    def of(self, villages: list[str]) -> BarrierQuerySet:
        """Those that lie in the villages of a draft, or in the village of a grid of it."""
        return self.filter(Q(path__in=sorted({path[:12] for path in villages})))
