"""What is answered when there is nothing to show: sentences for people, JSON for programs."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views import defaults

from accounts.middleware import wants_data


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The one answer for what does not exist and for what lies out of scope."""
    if wants_data(request):
        return JsonResponse({"error": _("Nothing was found here.")}, status=404)
    return defaults.page_not_found(request, exception)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A view that declares nobody, or an act outside one's post."""
    if wants_data(request):
        return JsonResponse({"error": _("This is not part of your post.")}, status=403)
    return defaults.permission_denied(request, exception)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A request no browser of ours sends."""
    if wants_data(request):
        return JsonResponse({"error": _("The request could not be read.")}, status=400)
    return defaults.bad_request(request, exception)


def failed(request: HttpRequest) -> HttpResponse:
    """An error of ours."""
    if wants_data(request):
        return JsonResponse(
            {"error": _("Something failed on the server. Try again in a moment.")}, status=500
        )
    return defaults.server_error(request)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was open too long, or the request came from another site."""
    if wants_data(request):
        return JsonResponse(
            {"error": _("The page was open too long. Reload it and try again.")}, status=403
        )
    from django.views.csrf import csrf_failure

    return csrf_failure(request, reason)
