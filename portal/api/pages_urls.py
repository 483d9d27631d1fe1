"""Addresses below /tokens/: a person's own keys for programs."""

from django.urls import path

from portal.api import pages

app_name = "tokens"
urlpatterns = [
    path("", pages.index, name="list"),
    path("new/", pages.new, name="new"),
    path("<int:number>/revoke/", pages.revoke, name="revoke"),
]
