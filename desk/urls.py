"""Addresses of the staff pages."""

from django.urls import path  # noqa: F401

urlpatterns: list = []
