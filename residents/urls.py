"""Addresses without sign-in. None holds anything about a household."""

from django.urls import path

from residents import card, progress, rate

urlpatterns = [
    path("c/<slug:code>/", card.page, name="card"),
    path("c/<slug:code>/rate/", rate.from_card, name="card-rate"),
    path("c/<slug:code>/outline/", card.outline, name="card-outline"),
    path("c/<slug:code>/<slug:kind>/", card.send, name="card-send"),
    path("progress/", progress.page, name="progress"),
    path("r/<slug:token>/", rate.by_link, name="rate"),
]
