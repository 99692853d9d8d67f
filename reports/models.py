"""What the reports keep: daily summaries, and the offices' own forms."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grids.models import Area
from grids.paths import PathField


class Snapshot(models.Model):
    """What the indicators were for an area and all beneath it at the end of a day. Derived data.

    ``values`` holds numbers by the key of the indicator; nought is left out. Of a period ``key``
    is that day alone, ``key@m`` the month and ``key@y`` the year up to it; ``key@w`` of a few is
    the week from its Monday up to it. One row for each county, township, village and grid, and
    for each day.
    """

    area = models.ForeignKey(Area, models.CASCADE, related_name="snapshots")
    path = PathField()
    on = models.DateField()
    values = models.JSONField(default=dict)
    #: Open matters by where they wait, by subject, and those that repeat; see ``waiting.py``.
    parts = models.JSONField(default=dict)
    written_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["path", "on"], name="snapshot_once")]
        indexes = [models.Index(fields=["on"], name="snapshot_on")]


class Form(models.Model):
    """An office's own monthly form (.xlsx) whose cells hold names of indicators; of an area."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    area = models.ForeignKey(Area, models.PROTECT, related_name="forms")
    path = PathField(editable=False)
    name = models.CharField(_("name"), max_length=60)
    file = models.BinaryField(editable=False)
    #: Sheet, cell, what stands there, the key it means and of which span.
    cells = models.JSONField(default=list)
    #: From when 累计 counts; empty: from the first of January of the year.
    total_since = models.DateField(_("running total since"), null=True, blank=True)
    filled_by = models.CharField(_("filled in by"), max_length=20, blank=True)
    checked_by = models.CharField(_("checked by"), max_length=20, blank=True)
    unit = models.CharField(_("unit"), max_length=60, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("monthly form")
        verbose_name_plural = _("monthly forms")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["area", "name"], condition=Q(removed_at__isnull=True), name="form_once"
            ),
        ]
