"""What is done for households and places: activities, help given, partners, joint meetings."""

from __future__ import annotations

import uuid
from decimal import Decimal

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from casework.models.contacts import Contact
from casework.models.issues import Issue
from casework.querysets import DeedQuerySet, OfPlaceQuerySet
from grids.models import Area, Organisation, Pairing, geometry_is_sound
from grids.paths import PathField
from households.models import Household
from lib.history import tracked
from lib.language import in_language
from lib.marks import marks


def plain(number: Decimal | None) -> str:
    """A number as offices write it: 1,200 or 1,200.5; empty where there is none."""
    if number is None:
        return ""
    whole, _point, decimals = f"{number:,.2f}".partition(".")
    return f"{whole}.{decimals}".rstrip("0").rstrip(".")


@tracked()
class ActivityKind(models.Model):
    """A kind of activity; the county's setting."""

    code = models.SlugField(_("code"), primary_key=True, max_length=20)
    label = models.CharField(_("label"), max_length=30, unique=True)
    label_en = models.CharField(_("English label"), max_length=60, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("kind of activity")
        verbose_name_plural = _("kinds of activity")
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return in_language(self.label, self.label_en)


@tracked()
class Activity(models.Model):
    """Sessions of one kind at a place on a day: how many, how many people, what was given out.

    ``people`` is a bare count; nobody who came is named.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.ForeignKey(ActivityKind, models.PROTECT, related_name="activities")
    title = models.CharField(_("title"), max_length=120)
    area = models.ForeignKey(Area, models.PROTECT, related_name="activities")
    path = PathField(editable=False)
    place = models.CharField(_("place"), max_length=80, blank=True)
    point = models.PointField(srid=4326, null=True, blank=True, spatial_index=False)
    on = models.DateField(_("date"))
    sessions = models.PositiveIntegerField(_("sessions"), default=1)
    people = models.PositiveIntegerField(_("people"), null=True, blank=True)
    quantity = models.DecimalField(
        _("quantity given out"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    unit = models.CharField(_("unit"), max_length=10, blank=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="activities"
    )
    note = models.CharField(_("note"), max_length=400, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    version = models.BigIntegerField(default=1)

    objects = OfPlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        constraints = [
            models.CheckConstraint(
                name="activity_point_is_sound",
                condition=Q(point__isnull=True) | geometry_is_sound("point"),
            ),
        ]
        indexes = [
            models.Index(fields=["path", "-on"], name="activity_path"),
            models.Index(fields=["on", "id"], name="activity_on"),
        ]
        triggers = marks("SELECT path, false AS deep FROM changed")

    @property
    def quantity_text(self) -> str:
        """What was given out, with its unit."""
        return f"{plain(self.quantity)} {self.unit}".strip()


@tracked()
class Deed(models.Model):
    """Help for a household, a place or passers-by (帮扶), or a project of an organisation.

    With a household it is read as the household is (P2), and counts for its area; without one it
    is public by its place. ``amount`` in yuan. ``approximate`` keeps 余 and 多 of the source.
    """

    class State(models.TextChoices):
        APPLIED = "applied", _("applied for")
        APPROVED = "approved", _("approved")
        GRANTED = "granted", pgettext_lazy("of help", "handed out")
        PLANNED = "planned", _("planned")
        UNDER_WAY = "under_way", _("under way")
        FINISHED = "finished", _("finished")

    #: What has reached people; the others are on the way.
    DONE = (State.GRANTED, State.FINISHED)
    #: Of a project; the others of help given.
    OF_PROJECTS = (State.PLANNED, State.UNDER_WAY, State.FINISHED)

    class Funds(models.TextChoices):
        STATE = "state", _("public funds")
        OWN = "own", _("raised by oneself")
        DONATED = "donated", _("donated")

    class Approximate(models.TextChoices):
        OVER = "over", _("a little over")
        MORE = "more", _("more than")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    household = models.ForeignKey(
        Household, models.CASCADE, null=True, blank=True, related_name="deeds"
    )
    contact = models.ForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="deeds"
    )
    issue = models.ForeignKey(
        "casework.Issue", models.SET_NULL, null=True, blank=True, related_name="deeds"
    )
    area = models.ForeignKey(Area, models.PROTECT, related_name="deeds")
    path = PathField(editable=False)
    passers_by = models.BooleanField(_("for passers-by"), default=False)
    what = models.CharField(_("what was done"), max_length=120)
    subject = models.CharField(_("subject"), max_length=20, choices=Issue.Subject,
                               default=Issue.Subject.OTHER)  # fmt: skip
    quantity = models.DecimalField(
        _("quantity"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    unit = models.CharField(_("unit"), max_length=10, blank=True)
    approximate = models.CharField(_("about"), max_length=5, choices=Approximate, blank=True)
    amount = models.DecimalField(
        _("amount in yuan"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    funds = models.CharField(_("source of funds"), max_length=8, choices=Funds, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.GRANTED)
    people = models.PositiveIntegerField(_("people"), null=True, blank=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="deeds"
    )
    on = models.DateField(_("date"))
    result = models.CharField(_("result"), max_length=200, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    version = models.BigIntegerField(default=1)

    objects = DeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("deed")
        verbose_name_plural = _("deeds")
        constraints = [
            models.CheckConstraint(
                name="deed_for_one", condition=Q(household__isnull=True) | Q(passers_by=False)
            ),
            models.CheckConstraint(
                name="deed_project_has_organisation",
                condition=~Q(state__in=("planned", "under_way", "finished"))
                | Q(organisation__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["path", "-on"], name="deed_path"),
            models.Index(fields=["on", "id"], name="deed_on"),
            models.Index(fields=["household"], name="deed_household"),
        ]
        triggers = marks("SELECT path, false AS deep FROM changed")

    def _about(self, number: str, *, first: bool) -> str:
        """A number with 余 or 多 behind it, where it is the ``first`` the source gave."""
        words = {self.Approximate.OVER: "余", self.Approximate.MORE: "多"}
        return number + words.get(self.Approximate(self.approximate), "") if (
            number and first and self.approximate
        ) else number  # fmt: skip

    @property
    def quantity_text(self) -> str:
        """The quantity with its unit: 120余 亩."""
        number = self._about(plain(self.quantity), first=True)
        return f"{number} {self.unit}".strip()

    @property
    def people_text(self) -> str:
        """The people helped; 余 and 多 belong to them where there is no quantity."""
        number = f"{self.people:,}" if self.people else ""
        return self._about(number, first=self.quantity is None)

    @property
    def amount_text(self) -> str:
        """The amount in yuan; 余 and 多 belong to it where nothing else is counted."""
        return self._about(plain(self.amount), first=self.quantity is None and not self.people)


@tracked()
class Offer(models.Model):
    """What a partner offers an area it is paired with (共建清单), while its agreement runs."""

    pairing = models.ForeignKey(Pairing, models.CASCADE, related_name="offers")
    title = models.CharField(_("what is offered"), max_length=120)
    subject = models.CharField(_("subject"), max_length=20, choices=Issue.Subject,
                               default=Issue.Subject.OTHER)  # fmt: skip
    quantity = models.DecimalField(
        _("quantity"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    unit = models.CharField(_("unit"), max_length=10, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")


@tracked()
class Uptake(models.Model):
    """A part of an offer that was taken up, on a day."""

    offer = models.ForeignKey(Offer, models.CASCADE, related_name="uptakes")
    on = models.DateField(_("date"))
    quantity = models.DecimalField(
        _("quantity"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    people = models.PositiveIntegerField(_("people"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("use of an offer")
        verbose_name_plural = _("uses of offers")


@tracked()
class CommunityRegistration(models.Model):
    """How many members of an organisation had registered at a community by a day (双报到).

    A bare count, never names.
    """

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="community_registrations"
    )
    area = models.ForeignKey(Area, models.PROTECT, related_name="community_registrations")
    on = models.DateField(_("as of"))
    members = models.PositiveIntegerField(_("members registered"))

    class Meta:
        verbose_name = _("registration at a community")
        verbose_name_plural = _("registrations at communities")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "area", "on"], name="communityregistration_once_a_day"
            ),
        ]


@tracked()
class Meeting(models.Model):
    """A joint meeting of an area: its agenda is made of open, overdue and shelved matters."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    area = models.ForeignKey(Area, models.PROTECT, related_name="meetings")
    path = PathField(editable=False)
    on = models.DateField(_("date"))
    place = models.CharField(_("place"), max_length=80, blank=True)
    people = models.PositiveIntegerField(_("people"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=400, blank=True)
    called_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    #: Held: decisions were written back to the matters.
    held = models.BooleanField(default=False)
    version = models.BigIntegerField(default=1)

    objects = OfPlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("joint meeting")
        verbose_name_plural = _("joint meetings")
        indexes = [models.Index(fields=["path", "-on"], name="meeting_path")]


@tracked()
class AgendaItem(models.Model):
    """One point of a meeting: a matter, or something in words; and what was decided."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    issue = models.ForeignKey(
        "casework.Issue", models.CASCADE, null=True, blank=True, related_name="agenda_items"
    )
    text = models.CharField(_("point"), max_length=200, blank=True)
    decision = models.CharField(_("decision"), max_length=400, blank=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+"
    )
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "issue"], condition=Q(issue__isnull=False),
                name="agendaitem_once",
            ),
        ]  # fmt: skip


@tracked()
class MeetingAddition(models.Model):
    """What was added to the minutes of a meeting once it was closed (补记), dated and signed.

    What was decided stays as it was written; an addition stands beneath it.
    """

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="additions")
    item = models.ForeignKey(
        AgendaItem, models.CASCADE, null=True, blank=True, related_name="additions"
    )
    text = models.CharField(_("addition"), max_length=400)
    on = models.DateField(_("date"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("addition to minutes")
        verbose_name_plural = _("additions to minutes")
        ordering = ["pk"]
