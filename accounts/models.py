"""People who sign in, and the log of who read personal data."""

from __future__ import annotations

import uuid

import pgtrigger
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from lib.history import tracked


@tracked(exclude=["password", "last_login", "session_round"])
class User(AbstractUser):
    """A sign-in. What it may see follows from the posts of its person, never from this row.

    ``session_round`` goes into the hash every session carries: one more, and all of them end.
    """

    class Shut(models.TextChoices):
        NO_POST = "no_post", _("no post any more")
        BY_HAND = "by_hand", _("by an administrator")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    must_change_password = models.BooleanField(_("must choose a new password"), default=False)
    shut_why = models.CharField(
        _("shut because"), max_length=8, choices=Shut, blank=True, editable=False
    )
    slip_at = models.DateTimeField(_("one-time password given"), null=True, editable=False)
    session_round = models.PositiveIntegerField(default=0, editable=False)

    class Meta(AbstractUser.Meta):
        verbose_name = _("account")  # type: ignore[assignment]
        verbose_name_plural = _("accounts")  # type: ignore[assignment]

    def _get_session_auth_hash(self, secret: str | bytes | None = None) -> str:
        """What the sessions of this account are compared with: the password and the round."""
        of_password = super()._get_session_auth_hash(secret)  # type: ignore[misc]
        return f"{of_password}{self.session_round}"


def append_only() -> list[pgtrigger.Trigger]:
    """Triggers that refuse every change but a new row; row triggers do not see a TRUNCATE."""
    return [
        pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        pgtrigger.Trigger(
            name="no_truncate",
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            operation=pgtrigger.Truncate,
            func="RAISE EXCEPTION 'the access log is append-only';",
        ),
    ]


class AccessLog(models.Model):
    """One request that returned personal data, written before its first byte leaves.

    ``minute`` is set for tiles only: one row per user, layer, scope and minute.
    """

    at = models.DateTimeField(_("at"), auto_now_add=True)
    user = models.ForeignKey(User, models.PROTECT, verbose_name=_("who"), related_name="+")
    action = models.CharField(_("what"), max_length=40)
    scope = models.CharField(_("of which area or household"), max_length=120)
    rows = models.IntegerField(_("rows"), default=0)
    field_class = models.CharField(_("class"), max_length=2)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    minute = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("access log row")
        verbose_name_plural = _("access log")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "action", "scope", "minute"], name="accesslog_once_a_minute"
            ),
        ]
        indexes = [
            models.Index(fields=["scope", "at"], name="accesslog_scope"),
            models.Index(fields=["user", "at"], name="accesslog_user"),
        ]
        triggers = append_only()


class AccessSeal(models.Model):
    """A batch of log rows, chained: ``digest`` = SHA-256 of the previous digest and the rows."""

    first = models.BigIntegerField()
    last = models.BigIntegerField(unique=True)
    rows = models.IntegerField()
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        triggers = append_only()
