from django.urls import path, register_converter

from approvals import views
from submissions.urls import TokenConverter

register_converter(TokenConverter, "batch")

app_name = "approvals"
urlpatterns = [
    path("inbox/", views.inbox, name="inbox"),
    path("sign/", views.to_sign, name="to_sign"),
    path("reviews/", views.to_review, name="to_review"),
    path("reports/<batch:token>/", views.review, name="review"),
    path("batches/<batch:token>/", views.batch, name="batch"),
    path("batches/<batch:token>/discard/", views.discard, name="discard"),
    path("batches/<batch:token>/document.pdf", views.document, name="document"),
    path("v/<batch:token>/", views.verification, name="verification"),
    path("v/<batch:token>/document.pdf", views.public_document, name="public_document"),
    path("v/<batch:token>/qr.svg", views.qr, name="qr"),
    path("notices/", views.notices, name="notices"),
]
