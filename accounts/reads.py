"""The access log: who read which personal data, written before the first byte leaves."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Max
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.gate import SignedInRequest
from accounts.models import AccessLog, AccessSeal, User

BATCH = 5000
GENESIS = "0" * 64


@dataclass(frozen=True)
class Read:
    """What one request returned: ``field_class`` P2 or P3, of which scope, how many rows."""

    action: str
    scope: str
    rows: int
    field_class: str
    reason: str = ""
    once_a_minute: bool = False


def note_read(request: HttpRequest, read: Read) -> None:
    """Remember a read of personal data; the middleware writes it before the response leaves.

    Raises RuntimeError once it has been written: a response that streams notes what it will send
    beforehand, else its bytes would leave unlogged.
    """
    if request.__dict__.get("personal_reads_written"):
        raise RuntimeError("personal data was read after the access log had been written")
    if read.rows:
        request.__dict__.setdefault("personal_reads", []).append(read)


#: Tile rows this process wrote in the minute it last wrote one in: they are in the log.
_written: tuple[datetime | None, set[tuple[object, ...]]] = (None, set())


def write_reads(request: SignedInRequest) -> None:
    """Write what this request read. An error here must keep the response from leaving."""
    reads: list[Read] = request.__dict__.get("personal_reads", [])
    for read in reads:
        if read.once_a_minute:
            _write_once_a_minute(request.user, read)
    if rows := [_row(request.user, read) for read in reads if not read.once_a_minute]:
        AccessLog.objects.bulk_create(rows)
    request.__dict__["personal_reads_written"] = True


def _row(user: User, read: Read, minute: datetime | None = None) -> AccessLog:
    return AccessLog(
        user=user, action=read.action, scope=read.scope, rows=read.rows,
        field_class=read.field_class, reason=read.reason, minute=minute,
    )  # fmt: skip


def _write_once_a_minute(user: User, read: Read) -> None:
    """One row per user, layer, scope and minute; a map asks for dozens of tiles in one."""
    global _written
    minute = timezone.now().replace(second=0, microsecond=0)
    key = (user.pk, read.action, read.scope)
    if _written[0] == minute and key in _written[1]:
        return
    AccessLog.objects.bulk_create([_row(user, read, minute)], ignore_conflicts=True)
    if not connection.in_atomic_block:  # else it could still be taken back
        known = _written[1] if _written[0] == minute else set()
        _written = (minute, known | {key})


def _digest(previous: str, rows: list[tuple]) -> str:
    text = json.dumps([previous, [[str(value) for value in row] for row in rows]])
    return hashlib.sha256(text.encode()).hexdigest()


def _rows(first: int, last: int, limit: int | None = None) -> list[tuple]:
    return list(
        AccessLog.objects.filter(id__gte=first, id__lte=last)
        .order_by("id")
        .values_list(
            "id", "at", "user_id", "action", "scope", "rows", "field_class", "reason", "minute"
        )[:limit]
    )


def _newest_settled() -> int:
    """The highest id below which no row is still to come.

    The lock waits for whoever is just writing a row and lets go at once; a row takes its number
    after its own lock on the table, so that none with a lower one can appear later.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '2s'")
        cursor.execute("LOCK TABLE accounts_accesslog IN SHARE MODE")
        return AccessLog.objects.aggregate(Max("id"))["id__max"] or 0


def seal_log(on: date | None = None) -> int:
    """Chain the rows written since the last seal; return how many. ``on`` is not used.

    Runs in a job: a chain computed inside the request cut the log to a tenth of its throughput.
    OperationalError where a writer holds the table for two seconds; the next turn tries again.
    """
    newest = _newest_settled()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('lianhu.seal_log'))")
        seal = AccessSeal.objects.order_by("-last").first()
        after, previous = (seal.last, seal.digest) if seal else (0, GENESIS)
        rows = _rows(after + 1, newest, BATCH)
        if not rows:
            return 0
        AccessSeal.objects.create(
            first=after + 1,
            last=rows[-1][0],
            rows=len(rows),
            previous=previous,
            digest=_digest(previous, rows),
        )
        return len(rows)


def verify_log() -> tuple[list[str], int]:
    """Check every seal; return (faults in plain words, rows of the unsealed tail)."""
    faults: list[str] = []
    previous, after = GENESIS, 0
    for seal in AccessSeal.objects.order_by("last").iterator():
        if seal.previous != previous or seal.first != after + 1:
            faults.append(_("Seal %(seal)d does not follow the one before it.") % {"seal": seal.pk})
        rows = _rows(seal.first, seal.last)
        if len(rows) != seal.rows:
            faults.append(
                _("Seal %(seal)d covers %(sealed)d rows, %(found)d are there.")
                % {"seal": seal.pk, "sealed": seal.rows, "found": len(rows)}
            )
        elif _digest(seal.previous, rows) != seal.digest:
            faults.append(
                _("A row between %(first)d and %(last)d was changed.")
                % {"first": seal.first, "last": seal.last}
            )
        previous, after = seal.digest, seal.last
    return faults, AccessLog.objects.filter(id__gt=after).count()
