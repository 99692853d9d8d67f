"""Addresses of the tables."""

from django.urls import path

from desk import cards
from desk.matters import dispatching
from desk.tables import actions, exporting, pages, views

urlpatterns = [
    path("", views.home, name="tables"),
    path("exports/", exporting.exports, name="exports"),
    path("exports/<uuid:key>/file/", exporting.export_file, name="export-file"),
    path("exports/<uuid:key>/drop/", exporting.export_drop, name="export-drop"),
    path("<slug:kind>/", views.page, name="table"),
    path("households/needs/", views.needs, name="table-needs"),
    path("households/contact/", actions.contact, name="table-contact"),
    path("households/cards/", cards.of_selection, name="table-cards"),
    path("households/review/", actions.review, name="table-review"),
    path("issues/dispatch/", dispatching.dispatch, name="table-dispatch"),
    path("<slug:kind>/export/", exporting.export, name="table-export"),
    path("<slug:kind>/views/", pages.view_new, name="table-view-new"),
    path("<slug:kind>/views/<uuid:key>/", pages.view_change, name="table-view"),
]
