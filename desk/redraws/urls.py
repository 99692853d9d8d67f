"""Addresses of the drafts of new boundaries."""

from django.urls import path

from desk.redraws import barriers, editor, importing, pages

urlpatterns = [
    path("redraws/", pages.home, name="redraws"),
    path("redraws/new/", editor.new, name="redraw-new"),
    path("redraws/import/", importing.page, name="redraw-import"),
    path("redraws/<uuid:key>/", pages.page, name="redraw"),
    path("redraws/<uuid:key>/draw/", editor.draw, name="redraw-draw"),
    path("redraws/<uuid:key>/steps/", pages.step, name="redraw-step"),
    path("redraws/<uuid:key>/barriers/", barriers.page, name="redraw-barriers"),
]
