"""Where auditors read."""

from django.urls import path

from audit import views

app_name = "audit"
urlpatterns = [
    path("", views.home, name="home"),
    path("reports/<str:token>/", views.report, name="report"),
]
