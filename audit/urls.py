"""Where auditors read."""

from django.urls import path

from audit import (
    cases_views,
    cells_views,
    moments_views,
    outside_views,
    proof_views,
    sampling_views,
    search_views,
    views,
)

app_name = "audit"
urlpatterns = [
    path("", views.home, name="home"),
    path("moment/", moments_views.moment, name="moment"),
    path("sample/", sampling_views.sample, name="sample"),
    path("case/", cases_views.case, name="case"),
    path("case/archive/", cases_views.archive, name="case_archive"),
    path("outside/", outside_views.page, name="outside"),
    path("search/", search_views.search, name="search"),
    path("search/events.csv", search_views.download, {"form": "csv"}, name="events_csv"),
    path("search/events.json", search_views.download, {"form": "json"}, name="events_json"),
    path("reports/<str:token>/cells/<str:name>/", cells_views.cell, name="cell"),
    path("reports/<str:token>/", views.report, name="report"),
    path("reports/<str:token>/proof/", proof_views.download, name="proof"),
]
