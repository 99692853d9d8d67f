"""The gate, the access log and the rule that nothing personal is cached."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.gate import SignedInRequest, declared_for, may_call
from accounts.reads import write_reads
from lib.errors import Refusal

logger = logging.getLogger(__name__)
Next = Callable[[HttpRequest], HttpResponse]
DATA_PREFIXES = ("/api/", "/tiles/")


def wants_data(request: HttpRequest) -> bool:
    """Whether a program asks (API, tile) rather than a person."""
    return request.path.startswith(DATA_PREFIXES)


def holds_nul(request: HttpRequest) -> bool:
    """Whether a text sent holds the one character that PostgreSQL takes in no text."""
    if request.content_type == "application/json" and rb"\u0000" in request.body:
        return True
    sent = (*request.GET.lists(), *request.POST.lists())
    return any("\0" in text for _name, texts in sent for text in texts if isinstance(text, str))


class NoStoreMiddleware:
    """Whatever does not say otherwise is ``private, no-store``."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class AccessMiddleware:
    """Refuse what was not declared or not allowed; log personal reads before they leave."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        try:
            write_reads(cast(SignedInRequest, request))
        except DatabaseError:
            logger.exception("the access log could not be written; the response is withheld")
            sentence = _(
                "The access log cannot be written, so no personal data is shown. Try again later."
            )
            if wants_data(request):
                return JsonResponse({"error": sentence}, status=503)
            return render(request, "503.html", {"sentence": sentence}, status=503)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """What is refused with no form to say so beside: the sentence, on a page of its own."""
        if not isinstance(error, Refusal):
            return None
        if wants_data(request):
            return JsonResponse({"error": error.sentence}, status=400)
        return render(request, "400.html", {"sentence": error.sentence}, status=400)

    def process_view(
        self, request: HttpRequest, callback: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        match: Any = request.resolver_match
        allowed = declared_for(callback, match.url_name, match.namespace, request.method or "")
        if allowed is None:
            logger.error("no declaration of who may call %s", match.route)
            raise PermissionDenied
        if may_call(request, allowed):
            if holds_nul(request):
                raise BadRequest("NUL")
            return self.ask_for_password(request, match.url_name)
        if request.user.is_authenticated or not allowed:
            raise Http404  # out of scope looks exactly like not existing
        if wants_data(request):
            return JsonResponse({"error": _("Please sign in first.")}, status=401)
        return redirect_to_login(request.get_full_path())

    def ask_for_password(self, request: HttpRequest, url_name: str | None) -> HttpResponse | None:
        """Somebody with a one-time password chooses a new one before anything else."""
        open_pages = {"account_change_password", "account_logout", "jsi18n", "set_language"}
        if getattr(request.user, "must_change_password", False) and url_name not in open_pages:
            if wants_data(request):
                return JsonResponse({"error": _("Please choose a new password first.")}, status=403)
            return redirect("account_change_password")
        return None
