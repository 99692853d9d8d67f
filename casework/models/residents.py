"""What a resident holds and sends: the card, ratings, and what waits to be accepted."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casework.models.contacts import Contact
from casework.models.issues import Issue
from casework.querysets import ContactCardQuerySet, OfPlaceQuerySet, SubmissionQuerySet
from grids.models import Area, Post
from grids.paths import PathField
from households.models import Household, Link
from lib.history import tracked


class CardCode(models.Model):
    """What the QR code of a card leads to: a post and a unit, never a household.

    ``code`` is random and says nothing of either; it is the last part of the address.
    """

    code = models.CharField(max_length=16, unique=True)
    post = models.ForeignKey(Post, models.CASCADE, related_name="card_codes")
    area = models.ForeignKey(Area, models.PROTECT, related_name="card_codes")
    path = PathField(editable=False)
    made_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["post", "area"], name="cardcode_once"),
        ]


@tracked()
class CardText(models.Model):
    """What the cards of an area say besides the contact; the nearest area above counts."""

    area = models.OneToOneField(
        Area, models.PROTECT, related_name="card_text", verbose_name=_("area")
    )
    services = models.CharField(_("what the contact helps with"), max_length=120, blank=True)
    duty = models.CharField(_("duty days and hours"), max_length=60, blank=True)
    duty_phone = models.CharField(_("duty phone of the grid office"), max_length=30, blank=True)
    complain = models.CharField(_("where to complain"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("text of contact cards")
        verbose_name_plural = _("texts of contact cards")

    def __str__(self) -> str:
        return str(self.area)


@tracked()
class ContactCard(models.Model):
    """A printed contact card of a link (便民联系卡); to be replaced once the link has ended."""

    link = models.ForeignKey(Link, models.CASCADE, related_name="cards")
    code = models.ForeignKey(CardCode, models.PROTECT, related_name="cards")
    printed_on = models.DateField()
    printed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    handed_on = models.DateField(null=True, blank=True)
    contact = models.ForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="cards"
    )

    objects = ContactCardQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact card")
        verbose_name_plural = _("contact cards")
        indexes = [
            models.Index(fields=["link"], name="contactcard_link"),
            models.Index(fields=["handed_on"], name="contactcard_handed"),
        ]


class RatingLink(models.Model):
    """A one-time address to rate a matter, or the service at a place. Only a hash is kept."""

    token_hash = models.CharField(max_length=64, primary_key=True)
    issue = models.ForeignKey(Issue, models.CASCADE, null=True, related_name="rating_links")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    path = PathField(editable=False)
    made_on = models.DateField()
    expires_on = models.DateField()
    used_on = models.DateField(null=True)


@tracked()
class Rating(models.Model):
    """What a household said of the service it got: of a matter, or of the place. Never of a person.

    There is no column that leads to who served: nothing can group ratings by staff member.
    """

    class Answer(models.TextChoices):
        SATISFIED = "satisfied", _("satisfied")
        BASICALLY = "basically", _("basically satisfied")
        DISSATISFIED = "dissatisfied", _("dissatisfied")

    class Via(models.TextChoices):
        LINK = "link", _("one-time link")
        CARD = "card", _("code on the card")
        CALL = "call", _("call-back")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    issue = models.ForeignKey(Issue, models.CASCADE, null=True, blank=True, related_name="ratings")
    area = models.ForeignKey(Area, models.PROTECT, related_name="ratings")
    path = PathField(editable=False)
    answer = models.CharField(_("rating"), max_length=14, choices=Answer)
    text = models.CharField(_("in words"), max_length=200, blank=True)
    via = models.CharField(_("given by"), max_length=4, choices=Via)
    on = models.DateField(_("date"))

    objects = OfPlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        indexes = [models.Index(fields=["path", "-on"], name="rating_path")]


@tracked(exclude=["photo"])
class Submission(models.Model):
    """What somebody sent from the page behind a card. It waits until a person accepts it.

    Not on the map and in no count before. ``number`` and a code, of which only a hash is kept,
    show the sender how it goes. The photo goes over to the matter, or is gone once it is refused:
    the history keeps none.
    """

    class Kind(models.TextChoices):
        MATTER = "matter", _("a matter")
        FEWER = "fewer", _("fewer contacts please")
        DATA = "data", _("who holds my data")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        ACCEPTED = "accepted", _("accepted")
        REFUSED = "refused", _("not accepted")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(_("number"), max_length=20, unique=True)
    code_hash = models.CharField(max_length=128, editable=False)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    #: Of a matter, what the sender takes it for; empty for the other kinds.
    matter = models.CharField(_("kind of matter"), max_length=12, choices=Issue.Kind, blank=True)
    card = models.ForeignKey(CardCode, models.PROTECT, related_name="submissions")
    area = models.ForeignKey(Area, models.PROTECT, related_name="submissions")
    path = PathField(editable=False)
    name = models.CharField(_("name"), max_length=40, blank=True)
    phone_sealed = models.BinaryField(null=True, editable=False)
    text = models.TextField(_("in words"), blank=True)
    place = models.CharField(_("place"), max_length=80, blank=True)
    point = models.PointField(srid=4326, null=True, blank=True, spatial_index=False)
    photo = models.BinaryField(null=True, editable=False)
    at = models.DateTimeField(auto_now_add=True)
    on = models.DateField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    answered_on = models.DateField(null=True)
    note = models.CharField(_("answer"), max_length=400, blank=True)
    issue = models.ForeignKey(
        Issue, models.SET_NULL, null=True, blank=True, related_name="submissions"
    )
    household = models.ForeignKey(
        Household, models.SET_NULL, null=True, blank=True, related_name="submissions"
    )

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("message from a resident")
        verbose_name_plural = _("messages from residents")
        indexes = [
            models.Index(
                fields=["path", "at"], name="submission_waiting", condition=Q(state="waiting")
            ),
        ]


class SendSalt(models.Model):
    """What addresses are hashed with for one day; forgotten with it, so that none comes back."""

    on = models.DateField(primary_key=True)
    salt = models.CharField(max_length=64)


class SendTally(models.Model):
    """How often one address, card or number was used today; ``key`` is a salted hash."""

    key = models.CharField(max_length=64, primary_key=True)
    on = models.DateField()
    n = models.PositiveIntegerField()
