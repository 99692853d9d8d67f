"""What a person keeps for oneself on the staff pages."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class SavedView(models.Model):
    """A table as its owner likes to open it: filters and columns, never a text that was typed.

    ``removed_at`` lets a removal be taken back.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="saved_views",
        verbose_name=_("owner"),
    )
    table = models.CharField(_("table"), max_length=12)
    name = models.CharField(_("name"), max_length=40)
    query = models.JSONField(_("filters"), default=dict)
    columns = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["made_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "table", "name"], condition=Q(removed_at__isnull=True),
                name="savedview_name_once",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name
