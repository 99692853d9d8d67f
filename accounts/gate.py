"""Every view says who may call it. One that says nothing is refused and fails the build.

``allow`` only marks the view; ``accounts.middleware.AccessMiddleware`` keeps the gate, so that a
page, a tile and an API operation are all refused in the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string

from accounts.models import User

ANYONE = "anyone"
SIGNED_IN = "signed_in"
#: For views of libraries this project does not offer: they do not exist for anybody.
NOBODY: frozenset[str] = frozenset()


class SignedInRequest(HttpRequest):
    """For annotations: a request that passed a gate other than ANYONE has a user."""

    user: User


View = TypeVar("View", bound=Callable[..., Any])

#: Views of libraries, by URL name or by namespace (with a colon), that cannot carry a mark.
DECLARED: dict[str, frozenset[str]] = {
    "jsi18n": frozenset({ANYONE}),
    "set_language": frozenset({ANYONE}),
    "account_login": frozenset({ANYONE}),
    "account_logout": frozenset({ANYONE}),
    "account_inactive": frozenset({ANYONE}),
    "account_change_password": frozenset({SIGNED_IN}),
    "account_reauthenticate": frozenset({SIGNED_IN}),
    # Accounts and passwords come from the administrator: no sign-up, no mail.
    "account_signup": NOBODY,
    "account_email": NOBODY,
    "account_email_verification_sent": NOBODY,
    "account_confirm_email": NOBODY,
    "account_confirm_login_code": NOBODY,
    "account_set_password": NOBODY,
    "account_reset_password": NOBODY,
    "account_reset_password_done": NOBODY,
    "account_reset_password_from_key": NOBODY,
    "account_reset_password_from_key_done": NOBODY,
    "mfa_login_webauthn": frozenset({ANYONE}),
    "mfa_authenticate": frozenset({ANYONE}),
    "mfa_index": frozenset({SIGNED_IN}),
    "mfa_reauthenticate": frozenset({SIGNED_IN}),
    "mfa_activate_totp": frozenset({SIGNED_IN}),
    "mfa_deactivate_totp": frozenset({SIGNED_IN}),
    "mfa_view_recovery_codes": frozenset({SIGNED_IN}),
    "mfa_generate_recovery_codes": frozenset({SIGNED_IN}),
    "mfa_download_recovery_codes": frozenset({SIGNED_IN}),
    "mfa_list_webauthn": frozenset({SIGNED_IN}),
    "mfa_add_webauthn": frozenset({SIGNED_IN}),
    "mfa_edit_webauthn": frozenset({SIGNED_IN}),
    "mfa_remove_webauthn": frozenset({SIGNED_IN}),
    "mfa_reauthenticate_webauthn": frozenset({SIGNED_IN}),
    "admin:": frozenset({"administrator"}),
}


def allow(*who: str) -> Callable[[View], View]:
    """Mark a view with who may call it: ANYONE, SIGNED_IN or kinds of role."""

    def mark(view: View) -> View:
        view.allowed = frozenset(who)  # type: ignore[attr-defined]
        return view

    return mark


def declared_for(
    callback: Callable[..., Any], url_name: str | None, namespace: str, method: str
) -> frozenset[str] | None:
    """Who may call a resolved view, or None where nothing was declared."""
    allowed = getattr(callback, "allowed", None)
    if isinstance(allowed, dict):  # the operations of one API path, by method
        return allowed.get(method, frozenset())
    if allowed is not None:
        return allowed
    return DECLARED.get(f"{namespace.split(':')[0]}:" if namespace else url_name or "")


def kinds_of(request: HttpRequest) -> frozenset[str]:
    """The kinds of role the person signed in holds today (settings name the function)."""
    return import_string(settings.ACCESS_KINDS_OF)(request.user)


def may_call(request: HttpRequest, allowed: frozenset[str]) -> bool:
    """Whether this request may call a view that is declared for ``allowed``."""
    if ANYONE in allowed:
        return True
    if not request.user.is_authenticated:
        return False
    return SIGNED_IN in allowed or bool(kinds_of(request) & allowed)


def walk(
    patterns: Iterable[Any], namespace: str = ""
) -> Iterator[tuple[str, Any, str | None, str]]:
    """Yield (route, callback, name, namespace) of every URL beneath ``patterns``."""
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            inner = ":".join(filter(None, [namespace, pattern.namespace or ""]))
            for route, callback, name, space in walk(pattern.url_patterns, inner):
                yield f"{pattern.pattern}{route}", callback, name, space
        else:
            yield str(pattern.pattern), pattern.callback, pattern.name, namespace
