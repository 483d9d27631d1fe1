from django.urls import path

from approvals import views

app_name = "approvals"
urlpatterns = [
    path("inbox/", views.inbox, name="inbox"),
    path("sign/", views.to_sign, name="to_sign"),
    path("reports/<str:token>/", views.review, name="review"),
    path("batches/<str:token>/", views.batch, name="batch"),
    path("batches/<str:token>/discard/", views.discard, name="discard"),
    path("batches/<str:token>/document.pdf", views.document, name="document"),
    path("v/<str:token>/", views.verification, name="verification"),
    path("v/<str:token>/document.pdf", views.public_document, name="public_document"),
    path("v/<str:token>/qr.svg", views.qr, name="qr"),
    path("notices/", views.notices, name="notices"),
]
