"""Who is named contact of which household, who covers, and to whom a household was offered."""

from __future__ import annotations

import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grids.models import OF_PEOPLE, Post, Role
from households.marking import LINK_MARKS, OF_HOUSEHOLD
from households.querysets import HandoverQuerySet, LinkQuerySet
from lib.history import tracked
from lib.marks import marks


@tracked()
class Link(models.Model):
    """A household's named contact: rests on a post and ends with it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    household = models.ForeignKey("households.Household", models.CASCADE, related_name="links")
    post = models.ForeignKey(Post, models.PROTECT, related_name="links")
    role = models.ForeignKey(Role, models.PROTECT, editable=False, related_name="+")
    during = DateRangeField()
    void = models.BooleanField(default=False)
    version = models.BigIntegerField(default=1)

    objects = LinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        constraints = [
            ExclusionConstraint(
                name="link_one_per_role_at_a_time",
                expressions=[
                    ("household", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
                condition=Q(void=False),
            ),
            models.CheckConstraint(name="link_some_day", condition=Q(during__isempty=False)),
        ]
        triggers = marks(LINK_MARKS)


@tracked()
class Cover(models.Model):
    """A backup's link counts only while it covers.

    ``handover``: it stands in until that household's new contact is in place.
    """

    link = models.ForeignKey(Link, models.CASCADE, related_name="covers")
    during = DateRangeField()
    handover = models.ForeignKey(
        "households.Handover", models.SET_NULL, null=True, blank=True, related_name="covers"
    )

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="cover_one_at_a_time",
                expressions=[
                    ("link", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            ),
        ]
        triggers = marks(
            "SELECT h.path, false AS deep FROM changed c"
            " JOIN households_link l ON l.id = c.link_id"
            " JOIN households_household h ON h.id = l.household_id"
            " UNION ALL "
            + OF_PEOPLE.format(
                people="SELECT t.person_id FROM changed c"
                " JOIN households_link l ON l.id = c.link_id"
                " JOIN grids_post t ON t.id = l.post_id"
            )
        )


@tracked()
class Handover(models.Model):
    """A household is offered to a new contact and waits for the answer while ``during``.

    ``begins``: the day the new contact takes over, or the day of the answer where that is later;
    until then ``from_post`` looks after it. ``during`` is empty once it was answered on the day it
    was offered, and has an upper end beforehand where the post it was offered to ends.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("waiting to be accepted")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("not taken over")
        WITHDRAWN = "withdrawn", _("withdrawn")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    household = models.ForeignKey("households.Household", models.CASCADE, related_name="handovers")
    from_post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="handed_over")
    to_post = models.ForeignKey(Post, models.PROTECT, related_name="handovers")
    proposed_on = models.DateField()
    begins = models.DateField()
    during = DateRangeField(help_text="waiting; its upper end is the day of the answer")
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    answered_on = models.DateField(null=True)
    note = models.CharField(
        max_length=200, blank=True, help_text="why it was declined or withdrawn"
    )

    objects = HandoverQuerySet.as_manager()

    class Meta:
        verbose_name = _("handover")
        verbose_name_plural = _("handovers")
        constraints = [
            ExclusionConstraint(
                name="handover_one_at_a_time",
                expressions=[
                    ("household", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                name="handover_answered_on_a_day",
                condition=Q(state="proposed", answered_on__isnull=True)
                | ~Q(state="proposed") & Q(answered_on__isnull=False),
            ),
            models.CheckConstraint(
                name="handover_declined_with_reason",
                condition=~Q(state="declined") | ~Q(note=""),
            ),
        ]
        indexes = [
            models.Index(fields=["to_post", "state"], name="handover_to"),
            models.Index(fields=["from_post", "state"], name="handover_from"),
        ]
        triggers = marks(OF_HOUSEHOLD)
