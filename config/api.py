"""The API as one: routers, errors as sentences, and the declaration of who may call what."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.security import SessionAuth

from accounts import views
from accounts.gate import ANYONE
from desk.api_acts import router as acts_router
from desk.api_emergency import router as emergency_router
from desk.api_locations import router as locations_router
from desk.api_tables import router as tables_router
from desk.redraws.api import router as redraws_router
from lib.errors import Refusal
from mapview.api import router as map_router

api = NinjaAPI(
    title="Lianhu", version="1", urls_namespace="api", docs_url=None, auth=SessionAuth(csrf=True)
)
api.add_router("/v1", map_router)
api.add_router("/v1", acts_router)
api.add_router("/v1", locations_router)
api.add_router("/v1", emergency_router)
api.add_router("/v1", tables_router)
api.add_router("/v1", redraws_router)


@api.exception_handler(Refusal)
def refused(request: HttpRequest, error: Refusal) -> HttpResponse:
    """What a service refuses: its sentence, and the field at fault."""
    return api.create_response(
        request, {"error": error.sentence, "field": error.field or None}, status=400
    )


@api.exception_handler(Http404)
def not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    """Out of scope looks exactly like not existing."""
    return views.not_found(request, error)


@api.exception_handler(HttpError)
def stopped(request: HttpRequest, error: HttpError) -> HttpResponse:
    """What the library stops by itself: a POST without its token, a body that cannot be read."""
    if error.status_code == 403:
        return views.csrf_failed(request)
    if error.status_code == 400:
        return views.bad_request(request, error)
    return api.create_response(request, {"error": str(error)}, status=error.status_code)


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Input of the wrong shape: the field is named."""
    first = error.errors[0]
    field = ".".join(str(part) for part in first["loc"][1:])
    sentence = _("The value of “%(field)s” cannot be used: %(why)s.") % {
        "field": field,
        "why": first["msg"],
    }
    return api.create_response(request, {"error": sentence, "field": field}, status=400)


def declared_urls() -> Any:
    """The API's addresses, each carrying who may call which method.

    Raises ImproperlyConfigured for an operation that declares nothing.
    """
    urls: Any = api.urls
    patterns, app_name, namespace = urls
    allowed: dict[str, dict[str, frozenset[str]]] = {}
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            methods: dict[str, frozenset[str]] = {}
            for operation in view.operations:
                who = getattr(operation.view_func, "allowed", None)
                if who is None:
                    raise ImproperlyConfigured(f"{prefix}{path} does not say who may call it")
                methods.update(dict.fromkeys(operation.methods, who))
            for operation in view.operations:
                allowed[operation.view_func.__name__] = methods
    for pattern in patterns:
        if pattern.name in ("openapi-json", "api-root"):
            pattern.callback.allowed = frozenset({ANYONE})
        else:
            pattern.callback.allowed = allowed[pattern.name]
    return patterns, app_name, namespace
