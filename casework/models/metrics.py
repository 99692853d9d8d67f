"""What the coverage count derives: summaries, never the truth itself."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.db.models import Q

from grids.models import Area, Post
from grids.paths import PathField


class AreaMetric(models.Model):
    """What the coverage count found at exactly this area on ``computed_on``.

    Parents are sums over the prefix. A household is counted at its finest area, an overloaded
    person once, at the first path of the posts it is overloaded in. Derived data.
    """

    area = models.OneToOneField(Area, models.CASCADE, primary_key=True, related_name="metric")
    path = PathField()
    computed_on = models.DateField()
    households = models.IntegerField(default=0)
    excluded = models.IntegerField(default=0)
    linked = models.IntegerField(default=0)
    party_linked = models.IntegerField(default=0)
    party_met = models.IntegerField(default=0)
    gap_no_grid = models.IntegerField(default=0)
    gap_handover = models.IntegerField(default=0)
    gap_left = models.IntegerField(default=0)
    gap_vacant = models.IntegerField(default=0)
    gap_full = models.IntegerField(default=0)
    gap_new = models.IntegerField(default=0)
    gap_unassigned = models.IntegerField(default=0)
    left_on = models.DateField(null=True)
    gap_zhongdian = models.IntegerField(default=0)
    absent = models.IntegerField(default=0)
    last_reviewed = models.DateField(null=True)
    reviewed = models.IntegerField(default=0)
    with_phone = models.IntegerField(default=0)
    fangxin = models.IntegerField(default=0)
    guanzhu = models.IntegerField(default=0)
    zhongdian = models.IntegerField(default=0)
    overdue = models.IntegerField(default=0)
    overdue_zhongdian = models.IntegerField(default=0)
    unlocated = models.IntegerField(default=0)
    outside = models.IntegerField(default=0)
    required_posts = models.IntegerField(default=0)
    vacancies = models.IntegerField(default=0)
    overloaded = models.IntegerField(default=0)
    issues_open = models.IntegerField(default=0)
    issues_overdue = models.IntegerField(default=0)
    #: Help given and sessions of activities within the last 12 months.
    deeds = models.IntegerField(default=0)
    activities = models.IntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["path"], name="areametric_path"),
            # Every reader asks for rows of another day than today; there are none but at midnight.
            models.Index(fields=["computed_on"], name="areametric_computed_on"),
        ]


class FullPost(models.Model):
    """A post whose holder has, in its role, as many households as there may be, or more (``over``).

    Derived data. No constraint on the post: what is taken back by hand leaves at the next count.
    """

    post = models.OneToOneField(
        Post, models.DO_NOTHING, primary_key=True, related_name="+", db_constraint=False
    )
    path = PathField()
    over = models.BooleanField()

    class Meta:
        indexes = [models.Index(fields=["path"], name="fullpost_path")]


class DensityCell(models.Model):
    """The density surface: pieces of at least 5 located households of one grid (P3 as a sum).

    A piece is a cell as in ``HouseholdCell``, without the households of finer pieces in it.
    """

    path = PathField()
    zoom = models.SmallIntegerField()
    x = models.IntegerField()
    y = models.IntegerField()
    households = models.IntegerField()
    zhongdian = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["path", "zoom", "x", "y"], name="densitycell_once"),
            models.CheckConstraint(
                name="densitycell_of_five_at_least", condition=Q(households__gte=5)
            ),
        ]


class HouseholdCell(models.Model):
    """The count pyramid: located households per village, zoom and cell (32 × 32 a tile)."""

    path = PathField()
    zoom = models.SmallIntegerField()
    x = models.IntegerField()
    y = models.IntegerField()
    households = models.IntegerField()
    unlinked = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["zoom", "path", "x", "y"], name="householdcell_once"),
        ]
        indexes = [models.Index(fields=["zoom", "x", "y"], name="householdcell_zoom")]
