"""Addresses of help given, activities, partners and joint meetings."""

from django.urls import path

from desk.helping import activities, balance, deeds, meetings, partners

urlpatterns = [
    path("partners/", partners.home, name="partners"),
    path("partners/new/", partners.new, name="partner-new"),
    path("partners/offers.xlsx", partners.offers_file, name="offers-file"),
    path("organisations/<uuid:key>/", partners.page, name="organisation"),
    path(
        "organisations/<uuid:key>/registrations/",
        partners.registration,
        name="organisation-registration",
    ),
    path("agreements/<int:key>/end/", partners.end, name="agreement-end"),
    path("agreements/<int:key>/offers/", partners.offer, name="agreement-offer"),
    path("agreements/<int:key>/terms/", partners.terms, name="agreement-terms"),
    path("offers/<int:key>/edit/", partners.offer_edit, name="offer-edit"),
    path("offers/<int:key>/uptakes/", partners.uptake, name="offer-uptake"),
    path("meetings/", meetings.home, name="meetings"),
    path("meetings/new/", meetings.new, name="meeting-new"),
    path("meetings/<uuid:key>/", meetings.page, name="meeting"),
    path("meetings/<uuid:key>/points/", meetings.points, name="meeting-points"),
    path("meetings/<uuid:key>/close/", meetings.close, name="meeting-close"),
    path("meetings/<uuid:key>/additions/", meetings.add, name="meeting-add"),
    path("meetings/<uuid:key>/print/", meetings.paper, name="meeting-print"),
    path("balance/", balance.page, name="balance"),
    path("deeds/new/", deeds.new, name="deed-new"),
    path("deeds/<uuid:key>/", deeds.page, name="deed"),
    path("deeds/<uuid:key>/edit/", deeds.edit, name="deed-edit"),
    path("deeds/<uuid:key>/remove/", deeds.remove, name="deed-remove"),
    path("activities/new/", activities.new, name="activity-new"),
    path("activities/<uuid:key>/", activities.page, name="activity"),
    path("activities/<uuid:key>/edit/", activities.edit, name="activity-edit"),
    path("activities/<uuid:key>/remove/", activities.remove, name="activity-remove"),
]
