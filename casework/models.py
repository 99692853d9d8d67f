"""The first form of contacts and issues, and the summary the coverage count keeps."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pgtrigger
from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.contrib.postgres.indexes import GistIndex
from django.db.models import F, Func, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from casework.querysets import (
    ContactQuerySet,
    EmergencyListQuerySet,
    IssueQuerySet,
    TaskHouseholdQuerySet,
    TaskQuerySet,
)
from grids.models import Area, Organisation, PathField, Person, Post, geometry_is_sound
from households.models import OF_HOUSEHOLD, Household
from lib.history import tracked
from lib.marks import marks


@tracked()
class Contact(models.Model):
    """Somebody tried to reach a household, and did or did not."""

    class Mode(models.TextChoices):
        VISIT = "visit", _("visit")
        PHONE = "phone", _("phone call")
        WECHAT = "wechat", _("WeChat")
        CAME = "came", _("resident came")
        ENTRUSTED = "entrusted", _("through somebody else")

    class Purpose(models.TextChoices):
        POLICY = "policy", _("explaining policy")
        WISHES = "wishes", _("asking for wishes")
        CUSTOMS = "customs", _("good customs")
        CAMPAIGN = "campaign", _("mobilising for a task")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    household = models.ForeignKey(Household, models.CASCADE, related_name="contacts")
    on = models.DateField(_("date"))
    mode = models.CharField(_("way"), max_length=10, choices=Mode)
    reached = models.BooleanField(_("reached"))
    purposes = ArrayField(models.CharField(max_length=10), default=list, blank=True)
    note = models.CharField(_("note"), max_length=400, blank=True)
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="contacts")
    made_by_party_member = models.BooleanField(editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    recorded_at = models.DateTimeField(auto_now_add=True)

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        indexes = [models.Index(fields=["household", "-on"], name="contact_household")]
        triggers = marks(OF_HOUSEHOLD)


class LastContact(models.Model):
    """Narrow side table: when a household was last reached. Derived, kept by the count."""

    household = models.OneToOneField(
        Household, models.CASCADE, primary_key=True, related_name="last_contact"
    )
    reached_on = models.DateField()


@tracked()
class Holiday(models.Model):
    """A public holiday, or (``working``) a make-up working day (调休)."""

    on = models.DateField(_("date"), primary_key=True)
    working = models.BooleanField(_("working day"), default=False)
    label = models.CharField(_("label"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")

    def __str__(self) -> str:
        return f"{self.on} {self.label}".rstrip()


@tracked()
class Issue(models.Model):
    """A matter a resident raised, with or without a household; its path of events beside it."""

    class Kind(models.TextChoices):
        CONSULT = "consult", _("question")
        HELP = "help", _("request for help")
        COMPLAINT = "complaint", _("complaint")
        SUGGESTION = "suggestion", _("suggestion")
        DISPUTE = "dispute", _("dispute")

    class Source(models.TextChoices):
        VISIT = "visit", _("visit")
        HOTLINE = "hotline", _("hotline 12345")
        COUNTER = "counter", _("service counter")
        PHONE = "phone", _("phone")
        MEETING = "meeting", _("meeting")
        RECEPTION = "reception", _("leader's reception day")
        RESIDENT = "resident", _("resident's page")
        OPEN311 = "open311", _("Open311")

    class State(models.TextChoices):
        REGISTERED = "registered", _("registered")
        ACCEPTED = "accepted", _("accepted")
        DISPATCHED = "dispatched", _("dispatched")
        RECEIVED = "received", _("received")
        IN_PROGRESS = "in_progress", _("in progress")
        RESOLVED = "resolved", _("resolved, to be checked")
        FOLLOW_UP = "follow_up", _("follow-up")
        REOPENED = "reopened", _("reopened")
        SHELVED = "shelved", _("shelved")
        CLOSED = "closed", _("closed")
        DECLINED = "declined", _("declined")
        MERGED = "merged", _("merged")

    #: Everything else is open, shelved included.
    FINISHED = (State.CLOSED, State.DECLINED, State.MERGED)

    class Subject(models.TextChoices):
        EDUCATION = "education", _("education")
        MEDICAL = "medical", _("medical care")
        HOUSING = "housing", _("housing")
        EMPLOYMENT = "employment", _("employment")
        ELDERLY = "elderly", _("care for the old")
        UTILITIES = "utilities", _("water, power, heating")
        TRAFFIC = "traffic", _("roads and traffic")
        ENVIRONMENT = "environment", _("environment and cleanliness")
        ASSISTANCE = "assistance", _("social assistance")
        FARMING = "farming", _("farming and herding")
        SALES = "sales", _("selling what is produced")
        OTHER = "other", _("other matters")

    class Result(models.TextChoices):
        SOLVED = "solved", _("solved")
        PARTLY = "partly", _("partly solved")
        EXPLAINED = "explained", _("explained")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ticket = models.CharField(_("ticket"), max_length=40, blank=True)
    household = models.ForeignKey(
        Household, models.PROTECT, null=True, blank=True, related_name="issues"
    )
    area = models.ForeignKey(Area, models.PROTECT, related_name="issues")
    path = PathField(editable=False)
    point = models.PointField(srid=4326, null=True, blank=True, spatial_index=False)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    subject = models.CharField(_("subject"), max_length=20, choices=Subject)
    source = models.CharField(_("source"), max_length=12, choices=Source)
    campaign = models.CharField(_("campaign"), max_length=40, blank=True)
    people = models.PositiveIntegerField(_("people"), default=1)
    title = models.CharField(_("matter"), max_length=120)
    text = models.TextField(_("description"), blank=True)
    urgent = models.BooleanField(_("urgent"), default=False)
    department = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="issues"
    )
    contact_way = models.CharField(_("contact way given"), max_length=60, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.REGISTERED)
    result = models.CharField(_("result"), max_length=10, choices=Result, blank=True)
    registered_on = models.DateField(_("registered on"))
    limit_on = models.DateField(_("to be answered by"))
    version = models.BigIntegerField(default=1)

    objects = IssueQuerySet.as_manager()

    class Meta:
        verbose_name = _("issue")
        verbose_name_plural = _("issues")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "ticket"], condition=~Q(ticket=""), name="issue_ticket_once"
            ),
            models.CheckConstraint(
                name="issue_point_only_at_public_places",
                condition=Q(point__isnull=True) | Q(household__isnull=True),
            ),
            models.CheckConstraint(
                name="issue_point_is_sound",
                condition=Q(point__isnull=True) | geometry_is_sound("point"),
            ),
        ]
        indexes = [
            models.Index(fields=["path", "state"], name="issue_path_state"),
            models.Index(
                fields=["limit_on", "id"],
                name="issue_open_limit",
                condition=~Q(state__in=("closed", "declined", "merged")),
            ),
            models.Index(fields=["limit_on", "id"], name="issue_limit"),
            models.Index(fields=["registered_on", "id"], name="issue_registered"),
            GistIndex(fields=["point"], name="issue_point"),
            # The pins of the map: those finished gather over the years.
            GistIndex(
                fields=["point"],
                name="issue_point_open",
                condition=~Q(state__in=["closed", "declined", "merged"]),
            ),
        ]
        triggers = marks("SELECT path, false AS deep FROM changed")


@tracked()
class IssueStep(models.Model):
    """One transition: who, when, from, to, note. Nothing is edited away."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="steps")
    on = models.DateField()
    at = models.DateTimeField(auto_now_add=True)
    before = models.CharField(max_length=12, blank=True)
    after = models.CharField(max_length=12)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["issue", "on"], name="issuestep_issue")]
        triggers = marks(
            "SELECT i.path, false AS deep FROM changed c JOIN casework_issue i ON i.id = c.issue_id"
        )


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


@tracked()
class Task(models.Model):
    """A gap handed to the post that must close it (交办): by when, and what was answered.

    It rests on two posts, the one that handed it out and the one that holds it; where one of
    them ends, it opens nothing any more. ``number`` is how many there were on the day.
    """

    class Subject(models.TextChoices):
        GAP = "gap", _("households without contact")
        VACANCIES = "vacancies", _("vacant posts")

    class State(models.TextChoices):
        HANDED = "handed", _("handed out")
        ACCEPTED = "accepted", _("taken on")
        ANSWERED = "answered", _("answered")
        CLOSED = "closed", _("closed")
        WITHDRAWN = "withdrawn", _("withdrawn")

    #: The others are over, and show no household.
    OPEN = (State.HANDED, State.ACCEPTED, State.ANSWERED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    area = models.ForeignKey(Area, models.PROTECT, related_name="tasks")
    path = PathField(editable=False)
    subject = models.CharField(_("what it is about"), max_length=10, choices=Subject)
    reason = models.CharField(_("reason of the gap"), max_length=10, blank=True)
    number = models.PositiveIntegerField(_("number when handed out"))
    note = models.CharField(_("note"), max_length=400, blank=True)
    from_post = models.ForeignKey(Post, models.PROTECT, related_name="tasks_handed")
    to_post = models.ForeignKey(Post, models.PROTECT, related_name="tasks_held")
    handed_on = models.DateField(_("handed out on"))
    due_on = models.DateField(_("to be answered by"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.HANDED)

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        constraints = [
            models.CheckConstraint(
                name="task_due_after_handing", condition=Q(due_on__gte=F("handed_on"))
            ),
        ]
        indexes = [
            models.Index(fields=["to_post", "state"], name="task_to_post"),
            models.Index(fields=["from_post", "state"], name="task_from_post"),
        ]


class TaskHousehold(models.Model):
    """A household of the gap on the day it was handed out, and why it had nobody then."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="lines")
    household = models.ForeignKey(Household, models.CASCADE, related_name="+")
    reason = models.CharField(max_length=10)

    objects = TaskHouseholdQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "household"], name="taskhousehold_once"),
        ]


class TaskStep(models.Model):
    """What happened to a task, by whom and when. Only ever added to."""

    class Verb(models.TextChoices):
        HANDED = "handed", _("handed out")
        ACCEPTED = "accepted", _("taken on")
        REMINDED = "reminded", _("asked for progress")
        REPORTED = "reported", _("progress told")
        ANSWERED = "answered", _("answered")
        REOPENED = "reopened", _("sent back")
        CLOSED = "closed", _("closed")
        WITHDRAWN = "withdrawn", _("withdrawn")

    task = models.ForeignKey(Task, models.CASCADE, related_name="steps")
    verb = models.CharField(max_length=10, choices=Verb)
    on = models.DateField()
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=400, blank=True)
    number = models.PositiveIntegerField(help_text="how many there were at this step")

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["task"], name="taskstep_task")]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]


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
