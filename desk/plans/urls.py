"""Addresses of the drafts of contacts."""

from django.urls import path

from desk.plans import choosing, comparing, home, ordering, page, settling, writing

urlpatterns = [
    path("plans/", home.page, name="plans"),
    path("plans/new/", ordering.new, name="plan-new"),
    path("plans/compare/", comparing.page, name="plan-compare"),
    path("plans/<uuid:key>/", page.page, name="plan"),
    path("plans/<uuid:key>/lines/<int:line>/", choosing.page, name="plan-line"),
    path("plans/<uuid:key>/points.json", page.points, name="plan-points"),
    path("plans/<uuid:key>/changes/", page.changes, name="plan-changes"),
    path("plans/<uuid:key>/steps/", settling.act, name="plan-act"),
    path("plans/<uuid:key>/cards/", writing.cards, name="plan-cards"),
    path("plans/<uuid:key>/pairs.xlsx", writing.book, name="plan-book"),
    path("plans/<uuid:key>/text/", writing.text, name="plan-text"),
]
