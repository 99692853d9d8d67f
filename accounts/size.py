"""How much a view takes: refused by the length a request announces, before any of it is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from accounts.middleware import Next, wants_data

View = TypeVar("View", bound=Callable[..., Any])
MB = 2**20
#: Beyond what a file may have. A file that is a little too large is read all the same, so that the
#: form can say so beside its field and keep what was typed; and a form has other fields.
ROOM = 8 * MB


def takes(most: int, *, page: str = "413.html") -> Callable[[View], View]:
    """Mark a view that takes a file of ``most`` bytes; ``page`` is drawn for far larger ones."""

    def mark(view: View) -> View:
        view.takes, view.too_large = most, page  # type: ignore[attr-defined]
        return view

    return mark


class SizeMiddleware:
    """Refuse what is announced as larger than the view takes.

    Stands before whatever reads the body: the check of the form's token is the first to do so.
    A body without an announced length is never read at all.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, callback: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        most = getattr(callback, "takes", None)
        room = ROOM if most else 0
        most = most or settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if announced(request) <= most + room:
            return None
        sentence = _(
            "What was sent is larger than the %(n)d MB that are taken here, so none of it was"
            " read. Go back, choose a smaller file or send less at once."
        ) % {"n": most // MB}
        if wants_data(request):
            return JsonResponse({"error": sentence}, status=413)
        page = getattr(callback, "too_large", "413.html")
        return render(request, page, {"sentence": sentence, "back": back(request)}, status=413)


def announced(request: HttpRequest) -> int:
    """Bytes a request says it has."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def back(request: HttpRequest) -> str:
    """The page the request was sent from, where it is one of ours; else the start."""
    sent_from = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(sent_from, allowed_hosts={request.get_host()}):
        return "/"
    found = urlsplit(sent_from)
    return found.path + (f"?{found.query}" if found.query else "")
