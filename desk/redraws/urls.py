"""Addresses of the drafts of new boundaries."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
