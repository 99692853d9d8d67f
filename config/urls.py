"""Addresses. Every view declares who may call it (accounts/gate.py)."""

from django.urls import include, path
from django.views.i18n import JavaScriptCatalog

from config.admin import site
from config.api import declared_urls

urlpatterns = [
    path("", include("mapview.urls")),
    path("", include("desk.urls")),
    path("", include("residents.urls")),
    path("api/", declared_urls()),
    path("accounts/", include("allauth.urls")),
    path("admin/", site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("jsi18n/", JavaScriptCatalog.as_view(), name="jsi18n"),
]

handler400 = "accounts.views.bad_request"
handler403 = "accounts.views.forbidden"
handler404 = "accounts.views.not_found"
handler500 = "accounts.views.failed"
