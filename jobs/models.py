"""Runs of imports, the columns remembered for a form, and what was done by hand."""

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


class Act(models.Model):
    """Something a person did by hand, which can be taken back while nothing was built on it.

    ``undo`` names the events of the change history: what was changed and what was made. The
    ``sentence`` says in words what was done; it is shown to who may take it back.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    on = models.DateField(help_text="the day it was done, in Shanghai")
    path = models.CharField(
        max_length=40, db_collation="C", help_text="path of the area it was done in"
    )
    verb = models.CharField(max_length=40)
    sentence = models.CharField(max_length=200)
    subject_label = models.CharField(max_length=60)
    subject_key = models.CharField(max_length=40)
    undo = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("what was done")
        verbose_name_plural = _("what was done")
        indexes = [
            models.Index(fields=["path", "-at"], name="act_path"),
            models.Index(fields=["subject_key", "-at"], name="act_subject"),
        ]

    def __str__(self) -> str:
        return self.sentence
