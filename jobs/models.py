"""Runs of imports, and the columns remembered for a form."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ImportRun(models.Model):
    """One file that was read: its plan while it is a preview, its report once written.

    ``undo`` lists what the run created, so that it can be taken back while nothing was built
    on it. The file itself is deleted when the run is finished.
    """

    class State(models.TextChoices):
        PREVIEW = "preview", _("preview")
        DONE = "done", _("written")
        UNDONE = "undone", _("taken back")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=12)
    file_name = models.CharField(max_length=200)
    path = models.CharField(
        max_length=40, db_collation="C", help_text="path of the area it was loaded for"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=8, choices=State, default=State.PREVIEW)
    options = models.JSONField(default=dict)
    report = models.JSONField(default=dict)
    undo = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = [models.Index(fields=["path", "-at"], name="importrun_path")]


class ImportForm(models.Model):
    """The columns a person mapped for a form, remembered by its header row."""

    kind = models.CharField(max_length=12)
    headers_digest = models.CharField(max_length=64)
    path = models.CharField(max_length=40, db_collation="C")
    mapping = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "headers_digest", "path"], name="importform_once"
            ),
        ]
