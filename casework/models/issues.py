"""Matters residents raise, and everything that happens to them."""

from __future__ import annotations

import uuid
from datetime import date, datetime

import pgtrigger
from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GistIndex
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casework.models.contacts import Contact
from casework.querysets import IssuePhotoQuerySet, IssueQuerySet, IssueRequestQuerySet
from grids.models import Area, Organisation, geometry_is_sound
from grids.paths import PathField
from households.models import Household
from lib.history import UNLESS_TAKEN_BACK, tracked
from lib.language import in_language
from lib.marks import marks


def is_past(day: date | None, moment: datetime | None, at: datetime) -> bool:
    """Whether a limit has passed: a moment where there is one, else the end of a day."""
    if moment is not None:
        return moment < at
    return day is not None and day < at.date()


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
class IssueLimit(models.Model):
    """How many working days there are to answer a kind of matter; the county's setting."""

    kind = models.CharField(_("kind"), max_length=12, primary_key=True)
    days = models.PositiveSmallIntegerField(_("working days"))

    class Meta:
        verbose_name = _("limit of matters")
        verbose_name_plural = _("limits of matters")

    def __str__(self) -> str:
        return str(dict(Issue.Kind.choices).get(self.kind, self.kind))


@tracked()
class Campaign(models.Model):
    """A sweep or a list to be put right (批次, 专项): has its own rate and decimals."""

    name = models.CharField(_("name"), max_length=40, primary_key=True)
    decimals = models.PositiveSmallIntegerField(_("decimals of the rate"), default=1)

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")

    def __str__(self) -> str:
        return self.name


@tracked()
class Topic(models.Model):
    """The second level of subjects, with the code of a local standard where there is one."""

    subject = models.CharField(_("subject"), max_length=20)
    label = models.CharField(_("label"), max_length=40)
    label_en = models.CharField(_("English label"), max_length=80, blank=True)
    code = models.CharField(_("code of the local standard"), max_length=40, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("topic of matters")
        verbose_name_plural = _("topics of matters")
        ordering = ["subject", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["subject", "label"], name="topic_label_once"),
        ]

    def __str__(self) -> str:
        return in_language(self.label, self.label_en)


@tracked()
class DispatchRule(models.Model):
    """Which department is suggested for a subject, or one topic of it, within an area."""

    area = models.ForeignKey(Area, models.CASCADE, related_name="+", verbose_name=_("area"))
    subject = models.CharField(_("subject"), max_length=20)
    topic = models.ForeignKey(
        Topic, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("topic")
    )
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="+", verbose_name=_("department")
    )

    class Meta:
        verbose_name = _("suggested department")
        verbose_name_plural = _("suggested departments")
        constraints = [
            models.UniqueConstraint(
                fields=["area", "subject", "topic"], name="dispatchrule_once",
                nulls_distinct=False,
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        subject = dict(Issue.Subject.choices).get(self.subject, self.subject)
        return f"{self.topic or subject} → {self.organisation}"


@tracked()
class ReplyTemplate(models.Model):
    """Words an office often answers with; taken over into the form, then changed there."""

    title = models.CharField(_("title"), max_length=40)
    text = models.CharField(_("text"), max_length=400)
    subject = models.CharField(_("subject"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("reply template")
        verbose_name_plural = _("reply templates")
        ordering = ["subject", "title"]

    def __str__(self) -> str:
        return self.title


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

    #: A department has it in hand, and its clock runs.
    WITH_DEPARTMENT = (State.DISPATCHED, State.RECEIVED, State.IN_PROGRESS, State.REOPENED)
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

    class Answer(models.TextChoices):
        SATISFIED = "satisfied", _("satisfied")
        BASICALLY = "basically", _("basically satisfied")
        DISSATISFIED = "dissatisfied", _("dissatisfied")
        UNREACHED = "unreached", _("could not be reached")

    class Agreement(models.TextChoices):
        ORAL = "oral", _("oral agreement")
        WRITTEN = "written", _("written agreement")

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
    topic = models.ForeignKey(
        Topic, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("topic")
    )
    source = models.CharField(_("source"), max_length=12, choices=Source)
    campaign = models.CharField(_("campaign"), max_length=40, blank=True)
    people = models.PositiveIntegerField(_("people"), default=1)
    title = models.CharField(_("matter"), max_length=120)
    text = models.TextField(_("description"), blank=True)
    place = models.CharField(_("place in words"), max_length=120, blank=True)
    #: What the source says of it in its own words (12345: state and unit); moves nothing here.
    #: Imports alone write it, in one statement with the other columns and with a step that says so;
    #: taking an import back brings the whole row back and takes the step away, so that the column
    #: and the path never part. Of what is finished here it stays as it was told last.
    told_state = models.CharField(_("state at the source"), max_length=80, blank=True)
    #: By column a mark of what the last file of the hotline said (``importing/told.py``): where a
    #: column says otherwise, somebody here changed it, and the next file leaves it alone.
    told_marks = models.JSONField(null=True, editable=False)
    urgent = models.BooleanField(_("urgent"), default=False)
    department = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="issues"
    )
    contact_way = models.CharField(_("contact way given"), max_length=60, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.REGISTERED)
    result = models.CharField(_("result"), max_length=10, choices=Result, blank=True)
    registered_on = models.DateField(_("registered on"))
    limit_on = models.DateField(_("to be answered by"))
    limit_at = models.DateTimeField(null=True, blank=True, help_text="of an urgent matter")
    #: The contact in which the matter was raised.
    contact = models.ForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="issues"
    )
    #: The area whose posts have the matter in hand; higher than ``area`` once it was passed up.
    held_by = models.ForeignKey(Area, models.PROTECT, null=True, related_name="+")
    amount = models.DecimalField(
        _("amount in dispute"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    agreement = models.CharField(
        _("form of the agreement"), max_length=8, choices=Agreement, blank=True
    )
    accepted_on = models.DateField(null=True, blank=True)
    dispatched_on = models.DateField(null=True, blank=True)
    #: The department's clock: the last day, and the working days it still had when shelved.
    department_limit_on = models.DateField(null=True, blank=True)
    department_days_left = models.SmallIntegerField(null=True, blank=True)
    #: The moment an urgent matter's department must have answered, by the clock.
    department_limit_at = models.DateTimeField(null=True, blank=True)
    #: What was left of that when it was set aside.
    department_time_left = models.DurationField(null=True, blank=True)
    extended = models.BooleanField(default=False)
    #: A leader supervises (督办): the day by which somebody tells how far it is.
    supervised_until = models.DateField(null=True, blank=True)
    review_on = models.DateField(_("look at it again on"), null=True, blank=True)
    on_spot = models.BooleanField(_("solved on the spot"), default=False)
    answer = models.CharField(_("what the household said"), max_length=14, choices=Answer,
                              blank=True)  # fmt: skip
    finished_on = models.DateField(null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="repeats"
    )
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
            # A department's inbox: those finished gather over the years.
            models.Index(
                fields=["department", "department_limit_on", "limit_on"],
                name="issue_department_open",
                condition=~Q(state__in=("closed", "declined", "merged")),
            ),
            models.Index(fields=["limit_on", "id"], name="issue_limit"),
            models.Index(fields=["registered_on", "id"], name="issue_registered"),
            # Which campaigns there are, asked whenever the table is opened.
            models.Index(fields=["campaign"], name="issue_campaign", condition=~Q(campaign="")),
            GistIndex(fields=["point"], name="issue_point"),
            # The pins of the map: those finished gather over the years.
            GistIndex(
                fields=["point"],
                name="issue_point_open",
                condition=~Q(state__in=["closed", "declined", "merged"]),
            ),
        ]
        triggers = marks("SELECT path, false AS deep FROM changed")

    @property
    def is_open(self) -> bool:
        """Not closed, declined or merged; what was set aside is open."""
        return self.state not in self.FINISHED

    def is_late(self, at: datetime) -> bool:
        """Open and past the resident's limit: by the day, an urgent matter by the hour."""
        return self.is_open and is_past(self.limit_on, self.limit_at, at)


@tracked()
class IssueStep(models.Model):
    """One transition: who, when, from, to, note. Nothing is edited away."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="steps")
    on = models.DateField()
    at = models.DateTimeField(auto_now_add=True)
    #: The transition taken (``casework/states.py``); empty in records older than it.
    verb = models.CharField(max_length=20, blank=True)
    before = models.CharField(max_length=12, blank=True)
    after = models.CharField(max_length=12)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    until = models.DateField(null=True)
    answer = models.CharField(max_length=14, blank=True)
    note = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["issue", "on"], name="issuestep_issue")]
        triggers = [
            *marks(
                "SELECT i.path, false AS deep FROM changed c"
                " JOIN casework_issue i ON i.id = c.issue_id"
            ),
            pgtrigger.Protect(
                name="append_only", operation=pgtrigger.Update | pgtrigger.Delete,
                condition=UNLESS_TAKEN_BACK,
            ),
        ]  # fmt: skip


@tracked()
class IssueHelper(models.Model):
    """A department that helps the leading one (协办), and what it contributed."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="helpers")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="helping")
    asked_on = models.DateField()
    answered_on = models.DateField(null=True)
    note = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issue", "organisation"], name="issuehelper_once"),
        ]


@tracked()
class IssueRequest(models.Model):
    """What somebody else must approve: more time (延期), or setting aside (挂账).

    Open while ``granted`` is null.
    """

    class Kind(models.TextChoices):
        EXTEND = "extend", _("more time")
        SHELVE = "shelve", _("set aside")

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="requests")
    kind = models.CharField(max_length=8, choices=Kind)
    days = models.PositiveSmallIntegerField(null=True, help_text="working days, of more time")
    until = models.DateField(null=True, help_text="the day to look at it again, of setting aside")
    reason = models.CharField(_("reason"), max_length=400)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_on = models.DateField()
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    answered_on = models.DateField(null=True)
    granted = models.BooleanField(null=True)
    note = models.CharField(max_length=400, blank=True)

    objects = IssueRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["issue", "kind"],
                condition=Q(granted__isnull=True),
                name="issuerequest_one_open",
            ),
        ]


class IssueCall(models.Model):
    """A call-back (回访): reached with an answer, or tried. Three days of trying close a matter."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="calls")
    on = models.DateField()
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    answer = models.CharField(max_length=14, choices=Issue.Answer)
    note = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering = ["id"]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]


@tracked(exclude=["image"])
class IssuePhoto(models.Model):
    """A picture before or after, re-encoded as JPEG without whatever the camera wrote into it.

    Kept in the database, so that a backup is whole and nothing is served past the gate. One that
    was removed is shown to nobody; it goes for good once that can no longer be taken back.
    """

    class When(models.TextChoices):
        BEFORE = "before", _("before")
        AFTER = "after", _("after")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    issue = models.ForeignKey(Issue, models.CASCADE, related_name="photos")
    when = models.CharField(max_length=6, choices=When)
    image = models.BinaryField()
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    added_on = models.DateField()
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    removed_on = models.DateField(null=True)

    objects = IssuePhotoQuerySet.as_manager()

    class Meta:
        verbose_name = _("photo of a matter")
        verbose_name_plural = _("photos of matters")
        ordering = ["-when", "added_on", "pk"]
