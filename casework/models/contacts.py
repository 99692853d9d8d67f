"""Contacts with households, and what suggests the next one."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.utils.translation import gettext_lazy as _

from casework.querysets import ContactQuerySet, OfHouseholdQuerySet
from grids.models import Person
from households.marking import OF_HOUSEHOLD
from households.models import Household
from lib.history import tracked
from lib.language import in_language
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

    @property
    def purpose_words(self) -> list[str]:
        """What it was about, in words."""
        labels = dict(self.Purpose.choices)
        return [str(labels.get(purpose, purpose)) for purpose in self.purposes]


class LastContact(models.Model):
    """Narrow side table: when a household was last reached. Derived, kept by the count."""

    household = models.OneToOneField(
        Household, models.CASCADE, primary_key=True, related_name="last_contact"
    )
    reached_on = models.DateField()


@tracked()
class LifeEvent(models.Model):
    """Something happened in a household (五必访): suggests a visit, for 90 days and no longer.

    P3. Shown with the household to those who look after it; never filtered, counted or exported
    by household.
    """

    class Kind(models.TextChoices):
        OCCASION = "occasion", _("wedding or funeral")
        ILLNESS = "illness", _("illness, in hospital")
        CHANGE = "change", _("change in the family")
        ACCIDENT = "accident", _("accident or disaster")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    household = models.ForeignKey(Household, models.CASCADE, related_name="life_events")
    contact = models.ForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="life_events"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    on = models.DateField(_("date"))
    expires_on = models.DateField(editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    objects = OfHouseholdQuerySet.as_manager()

    class Meta:
        verbose_name = _("life event")
        verbose_name_plural = _("life events")
        indexes = [models.Index(fields=["household", "-on"], name="lifeevent_household")]


@tracked()
class VisitRule(models.Model):
    """The county's N 必访: an event, or a kind of household, that suggests a contact.

    With ``event``: within ``within_days`` of it. With ``need_codes``: a household with one of
    these needs, once in ``every_months``, beside whatever cadence the need has.
    """

    code = models.SlugField(_("code"), primary_key=True, max_length=30)
    label = models.CharField(_("label"), max_length=40)
    label_en = models.CharField(_("English label"), max_length=80, blank=True)
    event = models.CharField(_("event"), max_length=10, choices=LifeEvent.Kind, blank=True)
    within_days = models.PositiveSmallIntegerField(_("within days"), default=7)
    need_codes = ArrayField(
        models.CharField(max_length=16), verbose_name=_("kinds of need"), default=list, blank=True
    )
    every_months = models.PositiveSmallIntegerField(_("every so many months"), default=12)
    active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("rule for visits")
        verbose_name_plural = _("rules for visits")
        ordering = ["code"]

    def __str__(self) -> str:
        return in_language(self.label, self.label_en)


@tracked()
class Dismissal(models.Model):
    """A suggestion that was set aside, with the reason. ``what`` names it: ``event:<key>`` of a
    life event or ``rule:<code>`` of a rule; in force up to and including ``until``."""

    household = models.ForeignKey(Household, models.CASCADE, related_name="dismissals")
    what = models.CharField(max_length=60)
    reason = models.CharField(_("reason"), max_length=200)
    on = models.DateField()
    until = models.DateField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = OfHouseholdQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["household", "what"], name="dismissal_household")]
