"""Addresses: /voices/ for officials, and /feedback/ and /survey/ for everybody."""

from django.urls import path

from portal.voices import desk_views, survey_views, views

app_name = "voices"
urlpatterns = [
    path("feedback/", views.index, name="lookup"),
    path("feedback/new/", views.new, name="new"),
    path("feedback/<str:token>/", views.ticket, name="ticket"),
    path("feedback/photo/<int:number>/", views.public_photo, name="public_photo"),
    path("feedback/<str:token>/photo/", views.photo, name="photo"),
    path("survey/<str:code>/", survey_views.survey, name="survey"),
    path("survey/<str:code>/thanks/", survey_views.thanks, name="thanks"),
    path("survey/<str:code>/results/", survey_views.results, name="results"),
    path("survey/<str:code>/comments/", survey_views.erase_comment, name="erase_comment"),
    path("voices/", desk_views.index, name="desk"),
    path("voices/export/", desk_views.export, name="export"),
    path("voices/<int:number>/", desk_views.message, name="message"),
    path("voices/<int:number>/photo/", desk_views.photo, name="desk_photo"),
]
