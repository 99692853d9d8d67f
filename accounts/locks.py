"""Failed sign-ins lock a name at one address for a while (django-axes), codes included."""

from __future__ import annotations

from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest

from accounts.models import User


def username_of(request: HttpRequest, credentials: dict[str, Any] | None) -> str | None:
    """The name a failure is counted for. Names differ by more than case, so case is dropped:
    else each spelling of one name would have eight tries of its own."""
    name = (credentials or {}).get("username") or request.POST.get("login")
    return name.strip().lower() if name else None


def may_try(request: HttpRequest, user: User) -> bool:
    """Whether this name may still try a code from this address."""
    return AxesProxyHandler.is_allowed(request, {"username": user.username})


def count_failure(request: HttpRequest, user: User) -> None:
    """A wrong code counts like a wrong password."""
    user_login_failed.send(
        sender=__name__, credentials={"username": user.username}, request=request
    )
