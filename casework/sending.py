"""How often a page without sign-in takes something from one address, card or number in a day.

What is counted is a hash salted for the day; the salt is forgotten with the day, so that no
address can be found again. The database counts, so that all processes count together.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import date

from django.db import connection
from django.utils.translation import gettext as _

from casework.models import SendSalt, SendTally
from lib.errors import Refusal

#: Times a day by what is counted. Many homes share one address of a mobile network.
MOST = {
    "send.address": 30, "send.code": 40,
    "photo.address": 60,
    "look.address": 120, "look.number": 15,
    "rate.address": 30, "rate.code": 40,
}  # fmt: skip
TAKE = """
INSERT INTO casework_sendtally (key, "on", n) VALUES (%s, %s, 1)
ON CONFLICT (key) DO UPDATE SET n = casework_sendtally.n + 1 RETURNING n
"""


def tally_take(what: str, value: str, *, on: date) -> None:
    """Count one more; Refusal where that is more than a day allows."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [hashed(what, value, on=on), on])
        (n,) = cursor.fetchone()
    if n > MOST[what]:
        if what.startswith("look."):
            raise Refusal(
                _("This was looked up so often today that no more is shown until tomorrow. In a"
                  " hurry, call your contact.")
            )  # fmt: skip
        raise Refusal(
            _("So much was sent from here today that no more is taken until tomorrow. What you"
              " typed is still below: keep it, or call your contact.")
        )  # fmt: skip


def hashed(what: str, value: str, *, on: date) -> str:
    """What is kept of an address, a card or a number for a day."""
    salt = SendSalt.objects.filter(on=on).values_list("salt", flat=True).first()
    if salt is None:
        SendSalt.objects.bulk_create(
            [SendSalt(on=on, salt=secrets.token_hex(32))], ignore_conflicts=True
        )
        salt = SendSalt.objects.get(on=on).salt
    return hashlib.sha256(f"{salt} {what} {value}".encode()).hexdigest()


def tallies_forget(on: date) -> None:
    """Forget the days before ``on``: the counts and what they were salted with."""
    SendTally.objects.filter(on__lt=on).delete()
    SendSalt.objects.filter(on__lt=on).delete()
