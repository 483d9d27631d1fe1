"""Stable addresses: they are printed and linked from outside, so they change only with a redirect."""

from django.urls import path, register_converter

from portal import views


class MonthConverter:
    """2026-03; 2026-13 is the adjustment at the year's end."""

    regex = r"[0-9]{4}-(?:0[1-9]|1[0-3])"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(MonthConverter, "month")
app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("overview/", views.overview, name="overview"),
    path("p/<str:year>/", views.year, name="year"),
    path("p/<str:year>/<month:month>/", views.government_month, name="month"),
    path("p/<str:year>/<month:month>/<str:unit>/", views.unit_month, name="unit"),
    path("p/<str:year>/<str:unit>/<str:sub_activity>/", views.item, name="item"),
]
