from django.urls import path, register_converter

from approvals import asking_views as views
from submissions.urls import TokenConverter

register_converter(TokenConverter, "request_token")

app_name = "requests"
urlpatterns = [
    path("", views.requests, name="list"),
    path("watch/", views.watch, name="watch"),
    path("watch/<int:task>/", views.retry, name="retry"),
    path("new/amendment/", views.correct, name="correct"),
    path("new/<slug:kind>/", views.new, name="new"),
    path("<request_token:token>/", views.one, name="request"),
    path("<request_token:token>/file/", views.file, name="file"),
]
