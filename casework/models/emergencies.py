"""Lists opened in snow or flood."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db.models import F, Func, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from casework.querysets import EmergencyListQuerySet
from grids.models import Area
from grids.paths import PathField
from lib.history import tracked


@tracked()
class EmergencyList(models.Model):
    """In snow or flood a manager opens one area for a day: who lives where, who needs help to move.

    In force from ``opened_at`` until ``closes_at`` or ``closed_at``, whichever comes first. It is
    never made longer: a new one is opened, with a new reason.
    """

    class Kind(models.TextChoices):
        SNOW = "snow", _("snow disaster")
        FLOOD = "flood", _("flood")
        OTHER = "other", _("other natural hazard")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    area = models.ForeignKey(Area, models.PROTECT, related_name="emergency_lists")
    path = PathField(editable=False)
    reason = models.CharField(_("reason"), max_length=200)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(_("opened"))
    closes_at = models.DateTimeField(_("closes by itself"))
    closed_at = models.DateTimeField(_("closed"), null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    objects = EmergencyListQuerySet.as_manager()

    class Meta:
        verbose_name = _("emergency list")
        verbose_name_plural = _("emergency lists")
        constraints = [
            ExclusionConstraint(
                name="emergencylist_one_at_a_time",
                expressions=[
                    ("area", RangeOperators.EQUAL),
                    (
                        Func(
                            F("opened_at"),
                            Coalesce("closed_at", "closes_at"),
                            function="tstzrange",
                            output_field=DateTimeRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
            models.CheckConstraint(
                name="emergencylist_a_day_at_most",
                condition=Q(closes_at__lte=F("opened_at") + timedelta(hours=24)),
            ),
            models.CheckConstraint(
                name="emergencylist_closed_in_time",
                condition=Q(closed_at__isnull=True)
                | Q(closed_at__gte=F("opened_at"), closed_at__lte=F("closes_at")),
            ),
        ]
        indexes = [models.Index(fields=["path"], name="emergencylist_path")]
