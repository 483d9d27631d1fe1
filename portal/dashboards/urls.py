"""Addresses below /overview/; the overview itself is `portal:overview`."""

from django.urls import URLPattern, path

from portal.dashboards import leading_views, views

app_name = "dashboards"
urlpatterns: list[URLPattern] = [
    path("index/", views.index, name="index"),
    path("item/<str:year>/<str:unit>/<str:sub_activity>/", views.item, name="item"),
    path("problems/", leading_views.problem_board, name="problems"),
    path("decisions/", leading_views.decision_queue, name="decisions"),
    path("decisions/<str:token>/", leading_views.decision, name="decision"),
    path("contracts/", leading_views.contract_list, name="contracts"),
    path("contracts/import/", leading_views.contracts_import, name="contracts_import"),
    path("contracts/import/<str:upload>/", leading_views.contracts_look, name="contracts_look"),
    path("risk/", leading_views.year_end, name="risk"),
]
