"""Whom the daily digest goes to, and what became of each day's."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.keys import sealer
from grids.models import Area, Organisation
from lib.history import tracked


@tracked()
class DigestTarget(models.Model):
    """A department or a grid office, and where its digest goes: an e-mail address, or the robot of
    a group in WeCom or DingTalk. The address of a robot lets anybody post there: it is a secret of
    the administrators, sealed like a phone number, and sealed anew when the keys change."""

    class Channel(models.TextChoices):
        EMAIL = "email", _("e-mail")
        WECOM = "wecom", _("WeCom robot")
        DINGTALK = "dingtalk", _("DingTalk robot")

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, null=True, blank=True, related_name="+",
        verbose_name=_("department"),
    )  # fmt: skip
    area = models.ForeignKey(
        Area, models.CASCADE, null=True, blank=True, related_name="+",
        verbose_name=_("area of the grid office"),
    )  # fmt: skip
    channel = models.CharField(_("sent by"), max_length=8, choices=Channel)
    address_sealed = models.BinaryField(_("address"))
    secret_sealed = models.BinaryField(_("secret of the signature"), null=True)
    active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("recipient of the digest")
        verbose_name_plural = _("recipients of the digest")
        constraints = [
            models.CheckConstraint(
                name="digesttarget_of_one",
                condition=Q(organisation__isnull=True) ^ Q(area__isnull=True),
                violation_error_message=_("Choose either a department or an area."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation or self.area} · {self.get_channel_display()}"

    @property
    def address(self) -> str:
        """Where it goes; SealError where its key is gone."""
        return sealer().open(self.address_sealed) if self.address_sealed else ""

    @address.setter
    def address(self, text: str) -> None:
        self.address_sealed = sealer().seal(text)

    @property
    def secret(self) -> str:
        """With what a DingTalk robot wants its messages signed, or nothing."""
        return sealer().open(self.secret_sealed) if self.secret_sealed else ""

    @secret.setter
    def secret(self, text: str) -> None:
        self.secret_sealed = sealer().seal(text) if text else None


class DigestReceipt(models.Model):
    """What became of a digest on one day. Never sent twice: a row is claimed before it is sent."""

    class State(models.TextChoices):
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        NOTHING = "nothing", _("nothing to tell")
        FAILED = "failed", _("failed, tried again")
        LATE = "late", _("no answer in time, tried again")
        GAVE_UP = "gave_up", _("given up after three tries")
        UNKNOWN = "unknown", _("no answer: not known whether it arrived")

    target = models.ForeignKey(DigestTarget, models.CASCADE, related_name="receipts")
    on = models.DateField(_("date"))
    state = models.CharField(_("state"), max_length=8, choices=State)
    tries = models.PositiveSmallIntegerField(_("tries"), default=1)
    claimed_at = models.DateTimeField(_("last tried"))
    error = models.CharField(_("what went wrong"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("receipt of a digest")
        verbose_name_plural = _("receipts of digests")
        ordering = ["-on", "target"]
        constraints = [
            models.UniqueConstraint(fields=["target", "on"], name="digestreceipt_once"),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.target}"
