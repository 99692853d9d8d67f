"""The daily digest: how many matters are new, due soon and late, and where the inbox is.

Once per working day to each department or grid office that an administrator has entered, by
e-mail or by a robot. It holds three numbers and an address: no matter, no place, no person, and
no count by person.
"""

from __future__ import annotations

import logging
import smtplib
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from casework.clocks import working_days_after
from casework.models import DigestReceipt, DigestTarget, Holiday, Issue
from lib import hooks
from lib.clock import now
from lib.sealing import SealError
from lib.workdays import is_working_day

logger = logging.getLogger(__name__)

#: Working days ahead, today included, that count as due soon.
SOON = 2
#: Tries on one day, and the minutes between two of them.
TRIES, WAIT = 3, 10
#: Sent from this hour of the day until that one: nobody needs the morning's numbers at night.
HOURS = range(8, 18)
State = DigestReceipt.State


@dataclass(frozen=True)
class Numbers:
    """What waits: ``new`` nobody has received or accepted yet, ``soon`` due, ``late``."""

    new: int
    soon: int
    late: int

    def __bool__(self) -> bool:
        return bool(self.new or self.soon or self.late)


def numbers_of(target: DigestTarget, *, at: datetime) -> Numbers:
    """The numbers of a department (by its own clock) or of an area (by the resident's)."""
    on = at.date()
    ahead = working_days_after(on - timedelta(days=1), SOON)
    if target.organisation_id:
        rows = Issue.objects.filter(
            Q(department=target.organisation_id) | Q(department__parent=target.organisation_id),
            state__in=Issue.WITH_DEPARTMENT,
        )
        new, day, moment = Issue.State.DISPATCHED, "department_limit_on", "department_limit_at"
    else:
        assert target.area is not None
        rows = Issue.objects.filter(path__startswith=target.area.path).exclude(
            state__in=Issue.FINISHED
        )
        new, day, moment = Issue.State.REGISTERED, "limit_on", "limit_at"
    late = Q(**{f"{moment}__lt": at}) | Q(**{f"{moment}__isnull": True, f"{day}__lt": on})
    return Numbers(
        rows.filter(state=new).count(),
        rows.filter(**{f"{day}__lte": ahead}).exclude(late).count(),
        rows.filter(late).count(),
    )


def text_of(target: DigestTarget, numbers: Numbers, *, on: date) -> str:
    """The message in the language of the office."""
    with override(settings.LANGUAGE_CODE):
        return _(
            "Lianhu, %(day)s. %(office)s: %(new)d new, %(soon)d due within %(days)d working days,"
            " %(late)d late.\nInbox: %(address)s"
        ) % {
            "day": on, "office": target.organisation or target.area, "new": numbers.new,
            "soon": numbers.soon, "days": SOON, "late": numbers.late,
            "address": f"{settings.SITE_ADDRESS}{reverse('matters')}",
        }  # fmt: skip


def digests_send(*, at: datetime | None = None) -> int:
    """Send what is due at a moment, retry what failed; how many were sent."""
    at = at or now()
    on = at.date()
    if at.hour not in HOURS or not _is_working_day(on):
        return 0
    sent = 0
    for target in DigestTarget.objects.filter(active=True).select_related("organisation", "area"):
        receipt = _claim(target, at)
        if receipt is not None:
            sent += _send(target, receipt, at)
    return sent


def _is_working_day(on: date) -> bool:
    row = Holiday.objects.filter(on=on).first()
    return is_working_day(
        on, {on} if row and not row.working else set(), {on} if row and row.working else set()
    )


def _claim(target: DigestTarget, at: datetime) -> DigestReceipt | None:
    """The receipt of the day, taken by this process alone; None where there is nothing to send.

    Committed before anything leaves: a process that dies while sending never sends again. What a
    robot accepted, or may have, since its answer began, is not sent again either; one that did not
    answer in time is asked again, which may tell the same numbers twice but never loses them.
    """
    receipt, fresh = DigestReceipt.objects.get_or_create(
        target=target, on=at.date(), defaults={"state": State.SENDING, "claimed_at": at}
    )
    if fresh:
        return receipt
    taken = DigestReceipt.objects.filter(
        pk=receipt.pk, state__in=(State.FAILED, State.LATE), tries__lt=TRIES,
        claimed_at__lte=at - timedelta(minutes=WAIT),
    ).update(state=State.SENDING, tries=F("tries") + 1, claimed_at=at)  # fmt: skip
    if not taken:
        return None
    receipt.refresh_from_db()
    return receipt


def _send(target: DigestTarget, receipt: DigestReceipt, at: datetime) -> int:
    numbers = numbers_of(target, at=at)
    state, error = State.SENT, ""
    if not numbers:
        state = State.NOTHING
    else:
        try:
            deliver(target, text_of(target, numbers, on=at.date()), at=at)
        except hooks.Unclear as problem:
            state, error = State.UNKNOWN, str(problem)
        except hooks.Unanswered as problem:
            state = State.LATE if receipt.tries < TRIES else State.UNKNOWN
            error = str(problem)
        except (
            hooks.NotSent, hooks.AddressRefused, SealError, smtplib.SMTPException, OSError
        ) as problem:  # fmt: skip
            state = State.FAILED if receipt.tries < TRIES else State.GAVE_UP
            error = f"{type(problem).__name__} {problem}".strip()
            logger.warning("digest of %s not sent", target.pk)
    with transaction.atomic():
        DigestReceipt.objects.filter(pk=receipt.pk).update(state=state, error=error[:200])
    return state == State.SENT


def deliver(target: DigestTarget, text: str, *, at: datetime) -> None:
    """Hand a text to the channel of a target; raises what ``lib.hooks`` and e-mail raise."""
    if target.channel == DigestTarget.Channel.EMAIL:
        with override(settings.LANGUAGE_CODE):
            subject = _("Matters waiting today")
        send_mail(subject, text, None, [target.address])
        return
    address = target.address
    if target.channel == DigestTarget.Channel.DINGTALK and target.secret:
        address = hooks.signed(address, target.secret, at_ms=int(at.timestamp() * 1000))
    hooks.post(
        address, hooks.text_message(text), hosts=settings.DIGEST_HOSTS,
        loopback=settings.DIGEST_LOOPBACK, seconds=settings.DIGEST_SECONDS,
    )  # fmt: skip
