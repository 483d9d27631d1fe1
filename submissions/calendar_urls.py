from django.urls import path

from submissions import calendar_views

app_name = "calendar"
urlpatterns = [
    path("", calendar_views.month, name="month"),
    path("outage/", calendar_views.extend_outage, name="outage"),
]
