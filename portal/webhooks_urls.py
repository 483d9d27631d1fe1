from django.urls import path

from portal import webhook_views as views

app_name = "webhooks"
urlpatterns = [
    path("", views.index, name="list"),
    path("<slug:token>/", views.one, name="webhook"),
]
