from django.urls import path, register_converter

from indicators import views
from submissions.urls import TokenConverter

register_converter(TokenConverter, "pack")

app_name = "indicators"
urlpatterns = [
    path("", views.desk, name="desk"),
    path("<pack:token>/", views.pack, name="pack"),
    path("<pack:token>/entry/", views.entry, name="entry"),
    path("files/<pack:token>/", views.file, name="file"),
]
