"""What all pages without sign-in share: language by the address, nothing cached, no trace left."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from accounts.gate import ANYONE, allow

View = Callable[..., HttpResponse]


def public(view: View) -> View:
    """A page for anybody. ``?lang=`` chooses the language, since no cookie is to hold it."""

    @allow(ANYONE)
    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = request.GET.get("lang", "")
        language = asked if asked in dict(settings.LANGUAGES) else translation.get_language()
        with translation.override(language):
            response = view(request, *args, **kwargs)
        response.headers["Content-Language"] = language or settings.LANGUAGE_CODE
        response.headers["Cache-Control"] = "private, no-store"
        # The address of a card is not told to whatever is opened from its page.
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return shown


def draw(
    request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """A page with its links to the same page in the other language."""
    known = dict(settings.LANGUAGES)
    here = translation.get_language()
    others = [
        {"code": code, "name": translation.get_language_info(code)["name_local"],
         "query": "?" + urlencode({"lang": code})}
        for code in known if code != here
    ]  # fmt: skip
    return render(
        request, f"residents/{template}.html",
        {**context, "others": others, "kept": language_kept(request)}, None, status,
    )  # fmt: skip


def language_kept(request: HttpRequest) -> str:
    """The query part that keeps the language asked for on the page one goes on to."""
    asked = request.GET.get("lang", "")
    return "?" + urlencode({"lang": asked}) if asked in dict(settings.LANGUAGES) else ""


def address_of(request: HttpRequest) -> str:
    """The network address of the sender; of IPv6 the part that belongs to one line.

    Behind a proxy the last address it wrote down: those before it anybody could have written.
    """
    text = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        text = request.META.get("HTTP_X_FORWARDED_FOR", text).split(",")[-1].strip()
    try:
        found = ip_address(text)
    except ValueError:
        return text[:60]
    if isinstance(found, IPv6Address):
        return str(ip_network(f"{found}/64", strict=False))
    return str(found)
