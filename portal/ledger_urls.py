"""Where anybody reads the ledger's seal: checkpoint, tiles, key."""

from django.urls import URLPattern

app_name = "ledger"
urlpatterns: list[URLPattern] = []
