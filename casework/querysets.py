"""Questions about contacts and issues. Every read starts at ``visible_to``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from grids.querysets import beneath

if TYPE_CHECKING:
    from accounts.models import User


class ContactQuerySet(models.QuerySet):
    """Contacts with households."""

    def visible_to(self, user: User) -> ContactQuerySet:
        """Contacts of the households this person may read."""
        from households.models import Household

        return self.filter(household__in=Household.objects.visible_to(user))


class IssueQuerySet(models.QuerySet):
    """Matters residents raised."""

    def visible_to(self, user: User) -> IssueQuerySet:
        """Matters of public places of one's area, of one's department, of certain households.

        A matter tied to a household is a count for everyone but its contacts, its managers and
        its handler.
        """
        from grids.scope import scope_of
        from households.models import Household

        scope = scope_of(user)
        return self.filter(
            Q(department__in=scope.departments)
            | Q(household__isnull=True) & beneath(scope.areas)
            | Q(household__in=Household.objects.linked_to(user))
            | Q(household__isnull=False) & beneath(scope.manage)
        )
