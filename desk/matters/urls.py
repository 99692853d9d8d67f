"""Addresses of matters: registering, the page of one, a department's own, approvals."""

from django.urls import path

from desk.matters import approvals, inbox, page, rating, register

urlpatterns = [
    path("matters/", inbox.page, name="matters"),
    path("approvals/", approvals.page, name="approvals"),
    path("approvals/<int:key>/", approvals.answer, name="approval"),
    path("issues/new/", register.page, name="issue-new"),
    path("issues/<uuid:key>/", page.page, name="issue"),
    path("issues/<uuid:key>/steps/", page.act, name="issue-act"),
    path("issues/<uuid:key>/rating/", rating.make, name="issue-rating"),
    path("issues/<uuid:key>/slip/", page.paper, name="issue-slip"),
]
