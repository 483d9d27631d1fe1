"""Where records are kept, held and disposed of."""

from django.urls import path, register_converter

from approvals.keeping import views
from submissions.urls import TokenConverter

register_converter(TokenConverter, "kept")

app_name = "keeping"
urlpatterns = [
    path("", views.index, name="index"),
    path("holds/", views.holds, name="holds"),
    path("holds/<kept:token>/", views.hold, name="hold"),
    path("disposals/", views.disposals, name="disposals"),
    path("disposals/<kept:token>/", views.disposal, name="disposal"),
    path("disposals/<kept:token>/list.csv", views.list_csv, name="list_csv"),
    path("disposals/<kept:token>/receipt/", views.receipt, name="receipt"),
    path("disposals/<kept:token>/receipt.json", views.receipt_json, name="receipt_json"),
    path("bundles/", views.bundles, name="bundles"),
    path("bundles/<kept:token>/bundle.zip", views.bundle_zip, name="bundle_zip"),
    path("bundles/<kept:token>/manifest.json", views.manifest_json, name="manifest_json"),
]
