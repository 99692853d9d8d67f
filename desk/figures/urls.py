"""Addresses of the pages of numbers."""

from django.urls import path

from desk.figures import dashboard, wall

urlpatterns = [
    path("dashboard/", dashboard.page, name="dashboard"),
    path("wall/", wall.page, name="wall"),
]
