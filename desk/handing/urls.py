"""Addresses of handing over."""

from django.urls import path

from desk.handing import away, offers, plan

urlpatterns = [
    path("handovers/", offers.page, name="handovers"),
    path("handovers/answer/", offers.answer, name="handovers-answer"),
    path("handovers/withdraw/", offers.withdraw, name="handovers-withdraw"),
    path("handovers/new/", plan.page, name="handover-new"),
    path("handovers/leave/", away.page, name="handover-leave"),
    path("handovers/leave/end/", away.end, name="handover-leave-end"),
]
