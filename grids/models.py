"""The tree of areas with its boundaries in time, organisations, people and posts.

Territory is a prefix path of immutable four-character keys (``grids/paths.py``): ``path`` of a grid
begins with the path of its village. Scope, counts and tiles are all prefix questions on it.
"""

from __future__ import annotations

import uuid

import pgtrigger
from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GistIndex
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grids.limits import limit_field
from grids.paths import DEPTH, PathField
from grids.querysets import AreaQuerySet, PersonQuerySet, PostQuerySet
from lib.history import tracked
from lib.language import in_language
from lib.marks import INSERT_MARKS, marks


def geometry_is_sound(column: str) -> Q:
    """Valid, not empty, two-dimensional, finite and within the globe.

    Every function is schema-qualified, so that a restored dump finds it whatever search path.
    """
    return Q(
        Func(
            F(column),
            template=(
                "public.st_isvalid(%(expressions)s) AND NOT public.st_isempty(%(expressions)s)"
                " AND public.st_ndims(%(expressions)s) = 2"
                " AND public.st_xmin(public.box3d(%(expressions)s)) >= -180"
                " AND public.st_xmax(public.box3d(%(expressions)s)) <= 180"
                " AND public.st_ymin(public.box3d(%(expressions)s)) >= -85"
                " AND public.st_ymax(public.box3d(%(expressions)s)) <= 85"
            ),
            output_field=models.BooleanField(),
        )
    )


class LocationSource(models.TextChoices):
    """How a place on the map became known."""

    FILE = "file", _("imported file")
    PIN = "pin", _("pin on the map")
    PHONE = "phone", _("phone on the spot")


@tracked()
class Area(models.Model):
    """A county, township, village, grid or unit. Parents never change: a new one is a new area.

    A unit may have a ``location``, for it often has no outline of its own; ``version`` grows with
    every change of it.
    """

    class Level(models.TextChoices):
        COUNTY = "county", _("county")
        TOWNSHIP = "township", _("township")
        VILLAGE = "village", _("village")
        GRID = "grid", _("grid")
        UNIT = "unit", _("unit of mutual help")

    class GridKind(models.TextChoices):
        GENERAL = "general", _("general grid")
        DEDICATED = "dedicated", _("dedicated grid")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    level = models.CharField(_("level"), max_length=10, choices=Level)
    name = models.CharField(_("name"), max_length=80)
    type_label = models.CharField(_("type word"), max_length=20, blank=True)
    grid_kind = models.CharField(_("kind of grid"), max_length=10, choices=GridKind, blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    path = PathField(unique=True, editable=False)
    during = DateRangeField(_("in force"))
    replaced_by = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="replaces"
    )
    location = models.PointField(srid=4326, null=True, blank=True, spatial_index=False)
    location_source = models.CharField(max_length=8, choices=LocationSource, blank=True)
    location_accuracy_m = models.FloatField(null=True, blank=True)
    located_on = models.DateField(null=True, blank=True)
    version = models.BigIntegerField(default=1, editable=False)

    objects = AreaQuerySet.as_manager()

    class Meta:
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        ordering = ["path"]
        constraints = [
            models.CheckConstraint(
                name="area_path_fits_level",
                condition=Q(
                    Func(
                        F("path"),
                        F("level"),
                        template="length(path) = 4 * array_position("
                        "ARRAY['county','township','village','grid','unit'], level::text)",
                        output_field=models.BooleanField(),
                    )
                ),
            ),
            models.CheckConstraint(
                name="area_has_parent", condition=Q(level="county") | Q(parent__isnull=False)
            ),
            models.CheckConstraint(
                name="area_in_force_some_day", condition=Q(during__isempty=False)
            ),
            models.CheckConstraint(
                name="area_location_is_sound",
                condition=Q(location__isnull=True) | geometry_is_sound("location"),
            ),
            models.CheckConstraint(
                name="area_only_units_are_located",
                condition=Q(location__isnull=True) | Q(level="unit"),
            ),
        ]
        indexes = [
            models.Index(fields=["level", "path"], name="area_level_path"),
            GistIndex(
                fields=["location"], name="area_location", condition=Q(location__isnull=False)
            ),
        ]
        triggers = marks("SELECT path, true AS deep FROM changed")

    def __str__(self) -> str:
        return self.name


@tracked()
class AreaCode(models.Model):
    """A division code of an area, dated: codes change from year to year."""

    area = models.ForeignKey(Area, models.CASCADE, related_name="codes")
    code = models.CharField(_("code"), max_length=18, db_collation="C")
    during = DateRangeField(_("in force"))

    class Meta:
        verbose_name = _("area code")
        constraints = [
            ExclusionConstraint(
                name="areacode_one_area_at_a_time",
                expressions=[("code", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
            ),
            ExclusionConstraint(
                name="areacode_one_code_at_a_time",
                expressions=[("area", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
            ),
        ]

    def __str__(self) -> str:
        return self.code


@tracked(exclude=["km2"])
class Boundary(models.Model):
    """The outline of an area while ``during``, in WGS 84 (EPSG:4326)."""

    area = models.ForeignKey(Area, models.CASCADE, related_name="boundaries")
    level = models.CharField(max_length=10, editable=False)
    path = PathField(editable=False)
    geom = models.MultiPolygonField(srid=4326, spatial_index=False)
    km2 = models.GeneratedField(
        expression=Func(
            F("geom"),
            template="public.st_area(%(expressions)s::public.geography) / 1000000",
            output_field=models.FloatField(),
        ),
        output_field=models.FloatField(),
        db_persist=True,
    )
    during = DateRangeField(_("in force"))
    source = models.CharField(_("source"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("boundary")
        verbose_name_plural = _("boundaries")
        constraints = [
            ExclusionConstraint(
                name="boundary_one_at_a_time",
                expressions=[("area", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(name="boundary_is_sound", condition=geometry_is_sound("geom")),
        ]
        # Without an index per level a join to a million points ran for minutes.
        indexes = [
            GistIndex(fields=["geom"], name=f"boundary_{level}", condition=Q(level=level))
            for level in DEPTH
        ] + [models.Index(fields=["path"], name="boundary_path")]
        triggers = marks("SELECT path, true AS deep FROM changed")


class BoundaryPart(models.Model):
    """A boundary cut into pieces of at most 64 vertices: point look-ups on large polygons."""

    boundary = models.ForeignKey(Boundary, models.CASCADE, related_name="parts")
    level = models.CharField(max_length=10)
    geom = models.PolygonField(srid=4326, spatial_index=False)

    class Meta:
        indexes = [GistIndex(fields=["geom"], name="boundarypart_geom")]


class BoundaryOutline(models.Model):
    """A boundary simplified with its siblings for one zoom band, in EPSG:3857, for tiles."""

    boundary = models.ForeignKey(Boundary, models.CASCADE, related_name="outlines")
    level = models.CharField(max_length=10)
    band = models.SmallIntegerField(help_text="the lowest zoom this outline is drawn at")
    geom = models.MultiPolygonField(srid=3857, spatial_index=False)
    label = models.PointField(srid=3857, spatial_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["boundary", "band"], name="outline_once_a_band"),
        ]
        indexes = [
            GistIndex(fields=["geom"], name=f"outline_{level}", condition=Q(level=level))
            for level in DEPTH
        ]


class AreaDirty(models.Model):
    """A mark: what lies at (``deep``: at or beneath) ``path`` must be counted again."""

    path = PathField()
    deep = models.BooleanField(default=False)


@tracked()
class Organisation(models.Model):
    """A department, a unit whose staff link households, a party organisation, a partner."""

    class Kind(models.TextChoices):
        DEPARTMENT = "department", _("department")
        UNIT = "unit", _("unit of staff")
        PARTY = "party", _("party organisation")
        PARTNER = "partner", _("partner")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.UNIT)
    area = models.ForeignKey(
        Area, models.PROTECT, verbose_name=_("belongs to"), related_name="organisations"
    )
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="offices"
    )

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        constraints = [
            models.UniqueConstraint(fields=["area", "name"], name="organisation_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


@tracked()
class Pairing(models.Model):
    """An organisation helps an area (帮扶) while ``during``, by a dated agreement."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="pairings")
    area = models.ForeignKey(Area, models.PROTECT, related_name="pairings")
    during = DateRangeField(_("in force"))
    agreement = models.CharField(_("agreement"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("pairing")
        verbose_name_plural = _("pairings")
        constraints = [
            ExclusionConstraint(
                name="pairing_once_at_a_time",
                expressions=[
                    ("organisation", RangeOperators.EQUAL),
                    ("area", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            ),
        ]
        triggers = marks(
            "SELECT a.path, true AS deep FROM changed c JOIN grids_area a ON a.id = c.area_id"
        )


@tracked()
class Role(models.Model):
    """What a post is. The county sets label and limits; rights hang on the fixed ``kind``."""

    class Kind(models.TextChoices):
        HEAD = "head", _("head of a unit")
        WORKER = "worker", _("grid worker")
        MANAGER = "manager", _("township grid office")
        VILLAGE_LEAD = "village_lead", _("village lead")
        CADRE = "cadre", _("linking cadre")
        LEADER = "leader", _("leader")
        DEPARTMENT = "department", _("department clerk")
        AUDITOR = "auditor", _("auditor")
        ADMINISTRATOR = "administrator", _("administrator")
        VOLUNTEER = "volunteer", _("volunteer")

    code = models.SlugField(_("code"), primary_key=True, max_length=30)
    label = models.CharField(_("label"), max_length=30, unique=True)
    label_en = models.CharField(_("English label"), max_length=60, blank=True)
    kind = models.CharField(_("kind"), max_length=14, choices=Kind)
    may_link = models.BooleanField(_("may be a household's contact"), default=False)
    is_backup = models.BooleanField(_("counts only while covering"), default=False)
    max_links = limit_field(_("most households"))
    required_at = models.CharField(
        _("required at each"), max_length=10, choices=Area.Level, blank=True
    )
    required_count = models.PositiveSmallIntegerField(_("how many"), default=1)

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        ordering = ["kind", "code"]
        triggers = marks(
            "SELECT a.path, true AS deep FROM grids_area a"
            " WHERE a.level = 'county' AND EXISTS (SELECT FROM changed)"
        )

    @property
    def name(self) -> str:
        """The label in the language shown."""
        return in_language(self.label, self.label_en)

    def __str__(self) -> str:
        return self.name


@tracked(exclude=["user"])
class Person(models.Model):
    """Somebody who holds posts. ``party_member`` is kept because the goal is defined by it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(pgettext_lazy("of a person", "name"), max_length=40)
    initials = models.CharField(max_length=40, editable=False, db_collation="C")
    bigrams = ArrayField(models.CharField(max_length=2), editable=False, default=list)
    phone_sealed = models.BinaryField(null=True, editable=False)
    phone_tail = models.BinaryField(null=True, editable=False)
    party_member = models.BooleanField(_("party member"), default=False)
    skills = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="people"
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="person"
    )

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        indexes = [models.Index(fields=["name"], name="person_name")]
        triggers = [
            # Who is a party member decides party rates: mark the linked households' areas.
            pgtrigger.Trigger(
                name="mark_party_member",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                referencing=pgtrigger.Referencing(old="old_rows", new="new_rows"),
                func=INSERT_MARKS.format(
                    select="SELECT h.path, false AS deep FROM new_rows n"
                    " JOIN old_rows o ON o.id = n.id AND o.party_member <> n.party_member"
                    " JOIN grids_post p ON p.person_id = n.id"
                    " JOIN households_link l ON l.post_id = p.id"
                    " JOIN households_household h ON h.id = l.household_id"
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name


#: Only at a village or beneath may a post be somebody's contact: above, its area alone counts it.
IS_CANDIDATE = "p.area_id IS NOT NULL AND length(p.path) >= 12"
#: Whoever has a household more or less may be full or overloaded in every post held.
OF_PEOPLE = (
    "SELECT p.path, " + IS_CANDIDATE + " AS deep FROM grids_post p"
    " WHERE p.person_id IN ({people})"
    " UNION ALL SELECT a.path, true FROM grids_post p"
    " JOIN grids_pairing g ON g.organisation_id = p.organisation_id"
    " JOIN grids_area a ON a.id = g.area_id"
    " WHERE p.person_id IN ({people})"
)


@tracked()
class Post(models.Model):
    """A person holds a role for an area or an organisation while ``during``."""

    class Background(models.TextChoices):
        MEMBER = "member", _("party member without office")
        REPRESENTATIVE = "representative", _("villagers' representative")
        ACTIVIST = "activist", _("applicant activist")
        RESERVE = "reserve", _("reserve cadre")
        TALENT = "talent", _("local talent")
        CAPABLE = "capable", _("respected neighbour")
        GROWER = "grower", _("large grower or breeder")
        OTHER = "other", _("other background")

    class SelectedBy(models.TextChoices):
        RECOMMENDED = "recommended", _("recommended by residents")
        APPOINTED = "appointed", _("appointed by the organisation")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="posts")
    role = models.ForeignKey(Role, models.PROTECT, related_name="posts")
    area = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="posts")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="posts"
    )
    path = PathField(editable=False, help_text="of the area, or of the organisation's area")
    during = DateRangeField(_("in force"))
    void = models.BooleanField(_("void"), default=False)
    max_links = limit_field(_("most households, if not the role's"))
    background = models.CharField(_("background"), max_length=14, choices=Background, blank=True)
    selected_by = models.CharField(_("chosen by"), max_length=12, choices=SelectedBy, blank=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        constraints = [
            models.CheckConstraint(
                name="post_for_area_or_organisation",
                condition=Q(area__isnull=False, organisation__isnull=True)
                | Q(area__isnull=True, organisation__isnull=False),
            ),
            models.CheckConstraint(
                name="post_void_or_some_day", condition=Q(void=True) | Q(during__isempty=False)
            ),
            ExclusionConstraint(
                name="post_area_once_at_a_time",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("area", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
                condition=Q(void=False, area__isnull=False),
            ),
            ExclusionConstraint(
                name="post_organisation_once_at_a_time",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("organisation", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
                condition=Q(void=False, organisation__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["path"], name="post_path")]
        triggers = marks(
            f"SELECT path, {IS_CANDIDATE} AS deep FROM changed p"
            f" UNION ALL {OF_PEOPLE.format(people='SELECT person_id FROM changed')}"
        )

    def __str__(self) -> str:
        return f"{self.person} · {self.role}"
