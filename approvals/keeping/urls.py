"""Where records are kept, held and disposed of."""

from django.urls import URLPattern

app_name = "keeping"
urlpatterns: list[URLPattern] = []
