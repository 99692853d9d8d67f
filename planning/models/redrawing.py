"""Drafts of new boundaries, and what they are cut along."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grids.models import Area, geometry_is_sound
from grids.paths import PathField
from lib.history import tracked
from planning.redrawing.querysets import BarrierQuerySet, RedrawQuerySet


class Redraw(models.Model):
    """New grids (or units) of one or more villages, drawn, proposed or imported.

    While a draft it is changed step by step: ``steps`` holds the divisions before each change and
    ``ahead`` those taken back, so that undo and redo survive the page. Scheduled it waits for its
    day; on that day it is activated in one transaction.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SCHEDULED = "scheduled", _("waits for its day")
        BLOCKED = "blocked", _("could not be put into force")
        ACTIVE = "active", _("in force")
        DROPPED = "dropped", _("dropped")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    area = models.ForeignKey(
        Area, models.PROTECT, related_name="redraws", help_text="the area all villages lie in"
    )
    path = PathField(editable=False)
    villages = ArrayField(
        PathField(), help_text="paths of the villages that are redrawn; of units also of grids"
    )
    level = models.CharField(
        max_length=10, choices=[("grid", _("grid")), ("unit", _("unit of mutual help"))]
    )
    name = models.CharField(_("name"), max_length=60, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    version = models.BigIntegerField(default=1)
    on = models.DateField(_("in force from"), null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    error = models.CharField(max_length=400, blank=True)
    steps = models.JSONField(default=list)
    ahead = models.JSONField(default=list)
    report = models.JSONField(default=dict, help_text="numbers as they were when put into force")

    objects = RedrawQuerySet.as_manager()

    class Meta:
        verbose_name = _("redraw")
        verbose_name_plural = _("redraws")
        indexes = [models.Index(fields=["path", "-made_at"], name="redraw_path")]

    def __str__(self) -> str:
        return self.name or str(self.area)


class RedrawArea(models.Model):
    """One grid or unit of the new division; ``area`` where one of today goes on.

    ``geom`` is WGS 84. ``replaces`` are the other areas of today whose place it takes, wholly or
    in part. A locked one is kept as it is by proposals and by hand.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    redraw = models.ForeignKey(Redraw, models.CASCADE, related_name="areas")
    area = models.ForeignKey(Area, models.PROTECT, null=True, related_name="+")
    parent = models.ForeignKey(Area, models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=80)
    code = models.CharField(_("code"), max_length=18, blank=True)
    grid_kind = models.CharField(max_length=10, choices=Area.GridKind, blank=True)
    geom = models.MultiPolygonField(srid=4326, spatial_index=False)
    locked = models.BooleanField(default=False)
    replaces = models.ManyToManyField(Area, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["redraw", "area"], condition=Q(area__isnull=False), name="redrawarea_once"
            ),
            models.CheckConstraint(name="redrawarea_is_sound", condition=geometry_is_sound("geom")),
        ]


@tracked()
class Barrier(models.Model):
    """A road, river or railway that grids are cut along, in WGS 84; kept for the next redraw."""

    class Kind(models.TextChoices):
        ROAD = "road", _("road")
        RIVER = "river", _("river")
        RAIL = "rail", _("railway")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    path = PathField(help_text="of the village it lies in")
    kind = models.CharField(_("kind"), max_length=6, choices=Kind)
    name = models.CharField(_("name"), max_length=60, blank=True)
    geom = models.MultiLineStringField(srid=4326, spatial_index=False)
    source = models.CharField(_("source"), max_length=120, blank=True)

    objects = BarrierQuerySet.as_manager()

    class Meta:
        verbose_name = _("barrier")
        verbose_name_plural = _("barriers")
        constraints = [
            models.CheckConstraint(name="barrier_is_sound", condition=geometry_is_sound("geom")),
        ]
        indexes = [models.Index(fields=["path"], name="barrier_path")]
