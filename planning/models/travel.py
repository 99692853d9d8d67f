"""The county's table of speeds: how long a way takes by road or by track, month by month."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.gis.db import models
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from grids.models import Area
from households.place_models import MONTH_RANGES, MONTHS
from lib.history import tracked
from lib.language import months_said


class Way(models.TextChoices):
    """What one travels on."""

    ROAD = "road", _("road (公路)")
    TRACK = "track", _("track over grassland or earth (土路、草原便道)")


@tracked()
class TravelSpeed(models.Model):
    """Speed on a kind of way in some months, and how much longer it is than the straight line.

    At most one of a way in a month. Without any the straight line alone is known.
    """

    way = models.CharField(_("kind of way"), max_length=5, choices=Way)
    months = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("months"))
    kmh = models.FloatField(
        _("kilometres an hour"), validators=[MinValueValidator(1), MaxValueValidator(150)]
    )
    detour = models.FloatField(
        _("way divided by the straight line"), default=1.3,
        validators=[MinValueValidator(1), MaxValueValidator(10)],
        help_text=_("1.3: the way is a third longer than the straight line"),
    )  # fmt: skip

    class Meta:
        verbose_name = _("speed")
        verbose_name_plural = _("table of speeds")
        ordering = ["way", "months"]
        constraints = [
            ExclusionConstraint(
                name="travelspeed_one_a_month",
                expressions=[
                    ("way", RangeOperators.EQUAL),
                    (Func(F("months"), template=MONTH_RANGES), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                name="travelspeed_some_month",
                condition=Q(months__len__gte=1, months__contained_by=MONTHS),
            ),
            models.CheckConstraint(
                name="travelspeed_possible",
                condition=Q(kmh__gte=1, kmh__lte=150, detour__gte=1, detour__lte=10),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_way_display()} · {months_said(self.months)}"

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """The form says in sentences what the constraints refuse: Django cannot ask them of
        months."""


@tracked()
class AreaWay(models.Model):
    """What one travels on in an area and beneath it; where nothing is said, on roads."""

    area = models.OneToOneField(
        Area, models.CASCADE, related_name="way_there", verbose_name=_("area")
    )
    way = models.CharField(_("kind of way"), max_length=5, choices=Way, default=Way.TRACK)

    class Meta:
        verbose_name = _("area with its kind of way")
        verbose_name_plural = _("areas with their kind of way")

    def __str__(self) -> str:
        return f"{self.area} · {self.get_way_display()}"
