"""Addresses of the pages of numbers."""

from django.urls import path

from desk.figures import brief, dashboard, forms, ledgers, text, wall

urlpatterns = [
    path("dashboard/", dashboard.page, name="dashboard"),
    path("dashboard/text/", text.page, name="dashboard-text"),
    path("dashboard/brief.<slug:kind>", brief.file, name="dashboard-brief"),
    path("ledgers/", ledgers.home, name="ledgers"),
    path("ledgers/<slug:key>/", ledgers.download, name="ledger"),
    path("ledgers/<slug:key>/look/", ledgers.look, name="ledger-look"),
    path("wall/", wall.page, name="wall"),
    path("forms/", forms.home, name="forms"),
    path("forms/<uuid:key>/", forms.page, name="form"),
    path("forms/<uuid:key>/file/", forms.file, name="form-file"),
    path("forms/<uuid:key>/remove/", forms.remove, name="form-remove"),
]
