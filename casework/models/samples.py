"""Draws for call-backs by sample, and what was said in each."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casework.models.issues import Issue
from grids.models import Area
from grids.paths import PathField
from households.models import Household
from lib.history import tracked


class Sample(models.Model):
    """A random, reproducible draw of closed matters, or of households that agree (抽样回访).

    The same area, period, kind, size and ``seed`` draw the same again.
    """

    class Kind(models.TextChoices):
        MATTERS = "matters", _("closed matters")
        HOUSEHOLDS = "households", _("households")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    area = models.ForeignKey(Area, models.PROTECT, related_name="samples")
    path = PathField(editable=False)
    kind = models.CharField(max_length=10, choices=Kind)
    since = models.DateField()
    until = models.DateField()
    size = models.PositiveSmallIntegerField()
    seed = models.PositiveIntegerField()
    drawn_from = models.PositiveIntegerField()
    drawn_on = models.DateField()
    drawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")


@tracked()
class SampleCall(models.Model):
    """One of a sample, and what was said when somebody else called."""

    sample = models.ForeignKey(Sample, models.CASCADE, related_name="calls")
    position = models.PositiveSmallIntegerField()
    issue = models.ForeignKey(Issue, models.CASCADE, null=True, related_name="+")
    household = models.ForeignKey(Household, models.CASCADE, null=True, related_name="+")
    path = PathField(editable=False)
    called_on = models.DateField(null=True)
    called_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    answer = models.CharField(max_length=14, choices=Issue.Answer, blank=True)
    note = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["sample", "position"], name="samplecall_once"),
            models.CheckConstraint(
                name="samplecall_of_one",
                condition=Q(issue__isnull=True) ^ Q(household__isnull=True),
            ),
        ]
