"""Drafts of who could be the named contact of whom."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grids.models import Area, Post
from grids.paths import PathField
from households.models import Household
from planning.querysets import MatchDraftQuerySet, MatchLineQuerySet


class MatchDraft(models.Model):
    """A proposal for the households of an area that have nobody, solved as a whole.

    ``options`` is what was asked (limits, minimum, roles, weights), ``sums`` what came out in
    numbers that name nobody: they are what a leader sees and approves. ``stamp`` is a digest of
    what it was solved from, by which a draft knows that the world has overtaken it.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waits its turn")
        SOLVING = "solving", _("being worked out")
        READY = "ready", _("to be reviewed")
        FAILED = "failed", _("could not be worked out")
        CANCELLED = "cancelled", _("given up")
        COMMITTED = "committed", _("put into force")
        DROPPED = "dropped", _("dropped")

    #: The others are over or not yet there; only these are changed by hand.
    UNFINISHED = (State.WAITING, State.SOLVING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    area = models.ForeignKey(Area, models.PROTECT, related_name="match_drafts")
    path = PathField(editable=False)
    name = models.CharField(_("name"), max_length=60, blank=True)
    on = models.DateField(help_text="the day it was worked out for")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    progress = models.PositiveSmallIntegerField(default=0, help_text="per cent")
    moved_at = models.DateTimeField(auto_now=True)
    error = models.CharField(max_length=200, blank=True)
    options = models.JSONField(default=dict)
    sums = models.JSONField(default=dict)
    stamp = models.CharField(max_length=64, blank=True)
    version = models.BigIntegerField(default=1)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    approved_on = models.DateField(null=True)
    committed_on = models.DateField(null=True)

    objects = MatchDraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("draft of contacts")
        verbose_name_plural = _("drafts of contacts")
        indexes = [models.Index(fields=["path", "-made_at"], name="matchdraft_path")]

    def __str__(self) -> str:
        return self.name or f"{self.area} {self.on}"


class MatchLine(models.Model):
    """A household of a draft with the post it is matched with; without one it is a shortfall.

    ``skills`` are the skills that fit one of its needs (P3: they betray the need), ``language``
    whether language was a reason (used, never shown). Loads are of the person in that role.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        ACCEPTED = "accepted", pgettext_lazy("of a pair", "accepted")
        PINNED = "pinned", _("pinned")

    draft = models.ForeignKey(MatchDraft, models.CASCADE, related_name="lines")
    household = models.ForeignKey(Household, models.CASCADE, related_name="+")
    post = models.ForeignKey(Post, models.CASCADE, null=True, related_name="+")
    path = PathField(editable=False, help_text="of the household when it was worked out")
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    metres = models.FloatField(null=True, help_text="straight line; null where one has no place")
    minutes = models.FloatField(null=True, help_text="by the table of speeds, where there is one")
    skills = ArrayField(models.CharField(max_length=20), default=list)
    language = models.BooleanField(default=False)
    known = models.BooleanField(default=False, help_text="was its contact, or has met it")
    urgency = models.PositiveSmallIntegerField(default=0, help_text="0 none; the order of service")
    cost = models.BigIntegerField(default=0)
    load_before = models.PositiveIntegerField(default=0)
    load_after = models.PositiveIntegerField(default=0)
    most = models.PositiveIntegerField(null=True)
    refused = models.CharField(
        max_length=200, blank=True, help_text="why it could not be put into force"
    )

    objects = MatchLineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draft", "household"], name="matchline_once"),
            models.CheckConstraint(
                name="matchline_kept_has_post",
                condition=Q(state="proposed") | Q(post__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["draft", "path", "id"], name="matchline_path"),
            models.Index(fields=["draft", "post"], name="matchline_post"),
        ]


class MatchRejection(models.Model):
    """A pair that was looked at and must not come again in this draft."""

    draft = models.ForeignKey(MatchDraft, models.CASCADE, related_name="rejections")
    household = models.ForeignKey(Household, models.CASCADE, related_name="+")
    post = models.ForeignKey(Post, models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["draft", "household", "post"], name="matchrejection_once"
            ),
        ]
