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


class ExportJob(models.Model):
    """A long list that is written as a file beside the requests, for who asked for it alone.

    ``typed`` holds what was typed only until the file is made. The file lies where imports lie
    and is removed with this row after a day.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waits its turn")
        RUNNING = "running", _("being made")
        READY = "ready", _("ready")
        FAILED = "failed", _("could not be made")
        CANCELLED = "cancelled", _("given up")

    UNFINISHED = (State.WAITING, State.RUNNING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    table = models.CharField(max_length=12)
    what = models.CharField(max_length=12)
    on = models.DateField(help_text="the day whose facts it holds")
    query = models.JSONField(default=dict)
    typed = models.JSONField(default=dict)
    language = models.CharField(max_length=12)
    plain = models.BooleanField(default=False, help_text="CSV instead of a workbook")
    needs = models.BooleanField(default=False)
    reason = models.CharField(max_length=200, blank=True)
    where = models.CharField(max_length=120)
    managed = models.JSONField(help_text="paths of the areas whose rows it may hold")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    expected = models.IntegerField(help_text="rows, as counted when it was asked for")
    rows = models.IntegerField(default=0)
    error = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(auto_now_add=True)
    moved_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ["-at"]
        indexes = [models.Index(fields=["by", "-at"], name="exportjob_by")]

    @property
    def unfinished(self) -> bool:
        """Whether the file is still to come."""
        return self.state in self.UNFINISHED
