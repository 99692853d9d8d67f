"""Addresses of the drafts of new boundaries."""

from django.urls import path

from desk.redraws import editor

urlpatterns = [
    path("redraws/new/", editor.new, name="redraw-new"),
    path("redraws/<uuid:key>/draw/", editor.draw, name="redraw-draw"),
]
