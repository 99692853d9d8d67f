"""Households, where they belong, what they need, and who is their named contact."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.gis.geos import Point
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex, GistIndex, OpClass
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Reverse
from django.utils.translation import gettext_lazy as _

from grids.models import Area, LocationSource, geometry_is_sound
from grids.paths import PathField
from households.link_models import Cover as Cover
from households.link_models import Handover as Handover
from households.link_models import Link as Link
from households.marking import HOUSEHOLD_UPDATE_MARKS, OF_HOUSEHOLD
from households.needcells import Variant
from households.place_models import HouseholdPlace as HouseholdPlace
from households.querysets import ExemptionQuerySet, HouseholdQuerySet
from lib.geo import mercator_copy
from lib.history import tracked
from lib.language import in_language
from lib.marks import marks


@tracked(
    exclude=[
        "location_3857", "season_point", "season_3857", "bigrams", "initials", "tier", "due_on",
        "gap_reason", "outside",
    ]
)  # fmt: skip
class Household(models.Model):
    """One household. Open while ``during``; located or not.

    ``path`` is today's copy of the area of its membership. ``tier``, ``due_on`` (both P3),
    ``gap_reason`` (empty: linked or out of scope) and ``outside`` are written by the coverage
    count alone. ``location`` is the registered place; ``season_point`` a copy of the seasonal
    place it is at today, if it is at one (``households/places.py``). ``version`` grows with every
    change that a phone may have to merge with.
    """

    class Residence(models.TextChoices):
        PRESENT = "present", _("living here")
        SEASONAL = "seasonal", _("away part of the year")
        AWAY = "away", _("away all year")

    LocationSource = LocationSource

    class LegalBasis(models.TextChoices):
        STATUTORY = "statutory", _("statutory duty")
        CONSENT = "consent", _("written consent")

    class Mode(models.TextChoices):
        VISIT = "visit", _("visit")
        PHONE = "phone", _("phone call")
        WECHAT = "wechat", _("WeChat")

    class Tier(models.TextChoices):
        ZHONGDIAN = "zhongdian", _("household with most need")
        GUANZHU = "guanzhu", _("household with some need")
        FANGXIN = "fangxin", _("no need at present")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    serial = models.CharField(_("household number"), max_length=40, blank=True)
    head_name = models.CharField(_("head of household"), max_length=40)
    initials = models.CharField(max_length=40, editable=False, db_collation="C", default="")
    bigrams = ArrayField(models.CharField(max_length=2), editable=False, default=list)
    phone_sealed = models.BinaryField(null=True, editable=False)
    phone_tail = models.BinaryField(null=True, editable=False)
    address = models.CharField(_("address"), max_length=200, blank=True)
    path = PathField(editable=False)
    during = DateRangeField(_("open"))
    registered_on = models.DateField(_("registered on"))
    recorded_on = models.DateField(_("in this system since"))
    size = models.PositiveSmallIntegerField(_("persons"), null=True, blank=True)
    residence = models.CharField(
        _("residence"), max_length=10, choices=Residence, default=Residence.PRESENT
    )
    location = models.PointField(srid=4326, null=True, blank=True, spatial_index=False)
    location_3857 = mercator_copy("location")
    season_point = models.PointField(srid=4326, null=True, editable=False, spatial_index=False)
    season_3857 = mercator_copy("season_point")
    location_source = models.CharField(max_length=8, choices=LocationSource, blank=True)
    location_accuracy_m = models.FloatField(null=True, blank=True)
    located_on = models.DateField(null=True, blank=True)
    outside = models.BooleanField(default=False, editable=False)
    legal_basis = models.CharField(
        _("legal basis"), max_length=10, choices=LegalBasis, default=LegalBasis.STATUTORY
    )
    notice_on = models.DateField(_("told about the data on"), null=True, blank=True)
    retain_until = models.DateField(_("keep until"), null=True, blank=True)
    language = models.CharField(_("preferred language"), max_length=20, blank=True)
    mode = models.CharField(_("preferred way"), max_length=8, choices=Mode, blank=True)
    fewer_contacts = models.BooleanField(_("fewer contacts please"), default=False)
    calls_agreed = models.BooleanField(_("agrees to be called back"), default=False)
    head_may_see_needs_from = models.DateField(
        _("agreed in writing that the head of the unit sees needs"), null=True, blank=True
    )
    care_note = models.CharField(_("care note"), max_length=200, blank=True)
    emergency_name = models.CharField(_("emergency contact"), max_length=40, blank=True)
    emergency_phone_sealed = models.BinaryField(null=True, editable=False)
    reviewed_on = models.DateField(_("last reviewed"), null=True, blank=True)
    tier = models.CharField(max_length=10, choices=Tier, default=Tier.FANGXIN, editable=False)
    due_on = models.DateField(null=True, editable=False)
    gap_reason = models.CharField(max_length=10, blank=True, default="", editable=False)
    closed_reason = models.CharField(max_length=20, blank=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    split_from = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    version = models.BigIntegerField(default=1)
    updated_at = models.DateTimeField(auto_now=True)

    objects = HouseholdQuerySet.as_manager()

    class Meta:
        verbose_name = _("household")
        verbose_name_plural = _("households")
        constraints = [
            models.CheckConstraint(
                name="household_location_is_sound",
                condition=Q(location__isnull=True) | geometry_is_sound("location"),
            ),
            models.CheckConstraint(
                name="household_open_some_day", condition=Q(during__isempty=False)
            ),
        ]
        indexes = [
            models.Index(fields=["path", "head_name", "id"], name="household_path"),
            GistIndex(fields=["location_3857"], name="household_location_3857"),
            # Where households are today: at a seasonal place, else where they are registered.
            GistIndex(Coalesce("season_3857", "location_3857"), name="household_here_3857"),
            GinIndex(fields=["bigrams"], name="household_bigrams"),
            GinIndex(
                OpClass(F("head_name"), "gin_trgm_ops"),
                OpClass(F("address"), "gin_trgm_ops"),
                name="household_trgm",
            ),
            models.Index(OpClass(F("head_name"), "text_pattern_ops"), name="household_name_prefix"),
            models.Index(
                fields=["path", "head_name", "id"],
                name="household_gap",
                condition=~Q(gap_reason=""),
            ),
            # The lists behind a number, each in the order of the tables: place, name.
            *(
                models.Index(
                    fields=[*first, "path", "head_name", "id"],
                    name=f"household_{name}",
                    condition=condition,
                )
                for name, first, condition in (
                    ("reason", ["gap_reason"], ~Q(gap_reason="")),
                    ("residence", ["residence"], ~Q(residence="present")),
                    ("no_phone", [], Q(phone_sealed__isnull=True)),
                    ("unlocated", [], Q(location__isnull=True)),
                    ("outside", [], Q(outside=True)),
                    ("in_need", [], ~Q(tier="fangxin")),
                )
            ),
            models.Index(fields=["head_name", "id"], name="household_head_name"),
            models.Index(fields=["registered_on", "id"], name="household_registered_on"),
            models.Index(
                F("reviewed_on").asc(nulls_first=True), "id", name="household_reviewed_on"
            ),
            models.Index(fields=["initials"], name="household_initials"),
            models.Index(fields=["phone_tail"], name="household_phone_tail"),
            models.Index(fields=["serial"], name="household_serial", condition=~Q(serial="")),
            # The last digits of a number, as people remember it.
            models.Index(
                OpClass(Reverse("serial"), "text_pattern_ops"),
                name="household_serial_end",
                condition=~Q(serial=""),
            ),
        ]
        triggers = marks("SELECT path, false AS deep FROM changed", update=HOUSEHOLD_UPDATE_MARKS)

    def __str__(self) -> str:
        return self.head_name

    @property
    def here(self) -> Point | None:
        """Where the household is today (WGS 84): at a seasonal place, else where registered."""
        return self.season_point or self.location


@tracked()
class Membership(models.Model):
    """The finest area a household belongs to while ``during``; answers as-of questions."""

    household = models.ForeignKey(Household, models.CASCADE, related_name="memberships")
    area = models.ForeignKey(Area, models.PROTECT, related_name="memberships")
    during = DateRangeField()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="membership_one_at_a_time",
                expressions=[
                    ("household", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            ),
        ]
        triggers = marks(
            "SELECT a.path, false AS deep FROM changed c JOIN grids_area a ON a.id = c.area_id"
        )


@tracked()
class Absence(models.Model):
    """Away all year (常年外出) while ``during``: stays in scope, counted apart."""

    household = models.ForeignKey(Household, models.CASCADE, related_name="absences")
    during = DateRangeField()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="absence_one_at_a_time",
                expressions=[
                    ("household", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            ),
        ]
        triggers = marks(OF_HOUSEHOLD)


@tracked()
class Review(models.Model):
    """Somebody looked the whole entry over on a day (动态摸排)."""

    household = models.ForeignKey(Household, models.CASCADE, related_name="reviews")
    on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["household", "on"], name="review_once_a_day"),
        ]
        triggers = marks(OF_HOUSEHOLD)


@tracked()
class Exemption(models.Model):
    """Out of scope while ``during`` for a dated, approved reason; counted in its own column."""

    class Reason(models.TextChoices):
        MOVED = "moved", _("moved away")
        EMPTY = "empty", _("empty dwelling")
        DEMOLISHED = "demolished", _("demolished")
        DECLINED = "declined", _("declined in writing to be contacted")

    household = models.ForeignKey(Household, models.CASCADE, related_name="exemptions")
    reason = models.CharField(_("reason"), max_length=12, choices=Reason)
    note = models.CharField(_("note"), max_length=200, blank=True)
    during = DateRangeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    approved_on = models.DateField(null=True)
    refused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    refused_on = models.DateField(null=True)

    objects = ExemptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("request to leave the scope")
        verbose_name_plural = _("requests to leave the scope")
        constraints = [
            ExclusionConstraint(
                name="exemption_one_at_a_time",
                expressions=[
                    ("household", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
                condition=Q(refused_on__isnull=True),
            ),
            models.CheckConstraint(
                name="exemption_second_approver",
                condition=~Q(reason="declined") | ~Q(approved_by=F("asked_by")),
            ),
            models.CheckConstraint(
                name="exemption_approved_or_refused",
                condition=Q(approved_on__isnull=True) | Q(refused_on__isnull=True),
            ),
        ]
        indexes = [
            models.Index(
                fields=["household"],
                name="exemption_waiting",
                condition=Q(approved_on__isnull=True, refused_on__isnull=True),
            ),
        ]
        triggers = marks(OF_HOUSEHOLD)


@tracked()
class NeedKind(models.Model):
    """One line of the county's vocabulary of support needs: a kind, or a grade or form of it.

    ``beside`` names kinds of which one must be in force in the household for the cadence and the
    key flag to count (GAOLING beside 独居, 空巢 or 留守).
    """

    class Cadence(models.TextChoices):
        WEEKLY = "weekly", _("weekly")
        MONTHLY = "monthly", _("monthly")
        QUARTERLY = "quarterly", _("quarterly")

    code = models.CharField(_("code"), max_length=16)
    variant = models.CharField(_("grade or form"), max_length=12, choices=Variant, blank=True)
    label = models.CharField(_("label"), max_length=40)
    label_en = models.CharField(_("English label"), max_length=80, blank=True)
    cadence = models.CharField(_("cadence"), max_length=10, choices=Cadence, blank=True)
    is_key = models.BooleanField(_("key need"), default=False)
    beside = ArrayField(models.CharField(max_length=16), default=list, blank=True)
    first_within_days = models.PositiveSmallIntegerField(
        _("first contact within days"), null=True, blank=True
    )
    help_to_move = models.BooleanField(_("needs help to move in an emergency"), default=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("kind of need")
        verbose_name_plural = _("kinds of need")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["code", "variant"], name="needkind_once"),
        ]
        triggers = marks(
            "SELECT a.path, true AS deep FROM grids_area a"
            " WHERE a.level = 'county' AND EXISTS (SELECT FROM changed)"
        )

    def __str__(self) -> str:
        return in_language(self.label, self.label_en)


@tracked()
class Need(models.Model):
    """A support need of a household while ``during`` (P3). The same need may occur twice.

    ``clock_from`` is the later of its begin and the day it entered this system: its first due
    date counts from there.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    household = models.ForeignKey(Household, models.CASCADE, related_name="needs")
    kind = models.ForeignKey(NeedKind, models.PROTECT, related_name="needs")
    subtype = models.PositiveSmallIntegerField(_("type of disability"), null=True, blank=True)
    grade = models.PositiveSmallIntegerField(_("grade"), null=True, blank=True)
    persons = models.PositiveSmallIntegerField(_("persons"), default=1)
    during = DateRangeField()
    void = models.BooleanField(default=False)
    clock_from = models.DateField()
    review_due_on = models.DateField(null=True, blank=True)
    confirmed_by = models.CharField(_("confirmed by"), max_length=60, blank=True)
    version = models.BigIntegerField(default=1)

    class Meta:
        verbose_name = _("support need")
        verbose_name_plural = _("support needs")
        constraints = [
            models.CheckConstraint(name="need_some_day", condition=Q(during__isempty=False)),
        ]
        indexes = [models.Index(fields=["household"], name="need_household")]
        triggers = marks(OF_HOUSEHOLD)
