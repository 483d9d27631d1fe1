"""Checking, handing over, catching up, looking back; they come before the months, whose address is any word."""

from django.urls import path

from submissions import checking_views

urlpatterns = [
    path("entry/check/", checking_views.check, name="check"),
    path("entry/handover/", checking_views.hand_over, name="handover"),
    path("entry/catch-up/", checking_views.catch_up, name="catch_up"),
    path("entry/catch-up/nil/", checking_views.nil_months, name="nil_months"),
    path("entry/catch-up/narrative/", checking_views.narrative, name="narrative"),
    path("entry/history/", checking_views.history, name="history"),
]
