from django.urls import path, register_converter

from approvals import notices_views, paper_views, signing_views, views
from submissions.urls import TokenConverter

register_converter(TokenConverter, "batch")

app_name = "approvals"
urlpatterns = [
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/matrix/", views.matrix, name="matrix"),
    path("sign/", views.to_sign, name="to_sign"),
    path("reviews/", views.to_review, name="to_review"),
    path("reports/<batch:token>/", views.review, name="review"),
    path("batches/<batch:token>/", views.batch, name="batch"),
    path("batches/<batch:token>/discard/", views.discard, name="discard"),
    path("batches/<batch:token>/again/", signing_views.prepare_again, name="prepare_again"),
    path("batches/<batch:token>/document.pdf", views.document, name="document"),
    path("v/", paper_views.lookup, name="lookup"),
    path("v/find/", paper_views.find, name="find"),
    path("v/<batch:token>/blocks.json", paper_views.blocks, name="blocks"),
    path("v/<batch:token>/", views.verification, name="verification"),
    path("v/<batch:token>/document.pdf", views.public_document, name="public_document"),
    path("v/<batch:token>/qr.svg", views.qr, name="qr"),
    path("notices/", notices_views.notices, name="notices"),
    path("notices/settings/", notices_views.notice_settings, name="notice_settings"),
    path("notices/stop/<str:token>/", notices_views.stop_letters, name="stop_letters"),
    path("outbox/", notices_views.outbox, name="outbox"),
]
