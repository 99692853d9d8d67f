"""Places where a household lives in some months of the year (冬营地, 夏牧场)."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

from django.contrib.gis.db import models
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GistIndex
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from grids.models import LocationSource, geometry_is_sound
from households.marking import OF_HOUSEHOLD
from households.querysets import HouseholdPlaceQuerySet
from lib.geo import mercator_copy
from lib.history import tracked
from lib.language import months_said
from lib.marks import marks
from lib.months import stretch_end

MONTHS = list(range(1, 13))

#: Months as a set of ranges, the only type whose overlap an exclusion constraint can ask for.
MONTH_RANGES = "int4multirange({})".format(
    ", ".join(
        f"CASE WHEN {month} = ANY(%(expressions)s) THEN int4range({month}, {month + 1})"
        " ELSE 'empty'::int4range END"
        for month in MONTHS
    )
)


@tracked(exclude=["point_3857"])
class HouseholdPlace(models.Model):
    """Where a household lives in ``months`` (1-12, ascending) while ``during``, in WGS 84 (P2).

    It never changes where the household is registered or filed. ``version`` grows with every
    change.
    """

    class Kind(models.TextChoices):
        WINTER = "winter", _("winter camp")
        SUMMER = "summer", _("summer pasture")
        BETWEEN = "between", _("spring and autumn camp")
        OTHER = "other", _("another home")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    household = models.ForeignKey("households.Household", models.CASCADE, related_name="places")
    kind = models.CharField(_("kind of place"), max_length=8, choices=Kind)
    months = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("months"))
    point = models.PointField(srid=4326, spatial_index=False)
    point_3857 = mercator_copy("point")
    source = models.CharField(max_length=8, choices=LocationSource)
    accuracy_m = models.FloatField(null=True, blank=True)
    located_on = models.DateField(help_text="the day the point was put where it is")
    during = DateRangeField(_("in force"))
    void = models.BooleanField(default=False)
    version = models.BigIntegerField(default=1)

    objects = HouseholdPlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("seasonal place")
        verbose_name_plural = _("seasonal places")
        constraints = [
            ExclusionConstraint(
                name="place_one_a_month",
                expressions=[
                    ("household", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                    (Func(F("months"), template=MONTH_RANGES), RangeOperators.OVERLAPS),
                ],
                condition=Q(void=False),
            ),
            models.CheckConstraint(
                name="place_some_month",
                condition=Q(months__len__gte=1, months__contained_by=MONTHS),
            ),
            models.CheckConstraint(name="place_some_day", condition=Q(during__isempty=False)),
            models.CheckConstraint(name="place_is_sound", condition=geometry_is_sound("point")),
        ]
        indexes = [
            models.Index(fields=["household"], name="place_household"),
            GistIndex(fields=["point_3857"], name="place_point_3857"),
        ]
        triggers = marks(OF_HOUSEHOLD)

    @property
    def months_said(self) -> str:
        """Its months in words."""
        return months_said(self.months)

    def stays_until(self, on: date) -> date | None:
        """The last day of the stay a day lies in; None where it does not lie in one, or where the
        stay has no end."""
        if self.void or on not in self.during or on.month not in self.months:
            return None
        ends = [stretch_end(self.months, on)]
        if self.during.upper is not None:
            ends.append(self.during.upper - timedelta(days=1))
        return min((end for end in ends if end is not None), default=None)
