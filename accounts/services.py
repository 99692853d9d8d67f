"""What may happen to an account: a one-time password, shut, opened again. Callers ask the right."""

from __future__ import annotations

import secrets

from allauth.mfa.models import Authenticator
from axes.utils import reset as unlock
from django.contrib.auth.hashers import PBKDF2PasswordHasher, make_password
from django.utils import timezone

from accounts.models import User

#: Without letters and digits that are mistaken for each other on paper.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
#: One-time passwords are random, so a slow hash adds nothing but an hour for 4,000 people; the
#: password a person chooses afterwards gets the full number of rounds.
ROUNDS = 5_000


def one_time_password() -> str:
    """Three groups of four signs, easy to copy from paper: 59 bits."""
    return "-".join("".join(secrets.choice(LETTERS) for _i in range(4)) for _n in range(3))


def hashed(password: str) -> str:
    """The stored form of a one-time password."""
    hasher = PBKDF2PasswordHasher()
    return hasher.encode(password, hasher.salt(), iterations=ROUNDS)


def password_give(user: User) -> str:
    """Give an account a one-time password; its sessions, second factor and lock end.

    Whoever lost the phone has lost the second factor with it, and a reset must let them in.
    """
    password = one_time_password()
    user.password = hashed(password)
    user.slip_at = timezone.now()
    _start_anew(user)
    unlock(username=user.username)
    return password


def password_void(user: User) -> None:
    """Nobody signs in any more until a new one-time password is given."""
    user.password = make_password(None)
    user.slip_at = None
    _start_anew(user)


def _start_anew(user: User) -> None:
    user.must_change_password = True
    user.session_round += 1
    user.save(update_fields=["password", "slip_at", "must_change_password", "session_round"])
    Authenticator.objects.filter(user=user).delete()
