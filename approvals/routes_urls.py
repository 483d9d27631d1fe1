"""Routes: looking at them, composing them, and giving them to units."""

from django.urls import path

from approvals import routes_views as views

app_name = "routes"
urlpatterns = [
    path("", views.index, name="index"),
    path("compose/", views.compose, name="compose"),
    path("drawings/", views.drawings, name="drawings"),
    path("<str:code>/", views.show, name="show"),
    path("<str:code>/units/", views.units, name="units"),
]
