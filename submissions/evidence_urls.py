"""Where files are sent to, looked at, described and taken away."""

from django.urls import path

from submissions import evidence_views, upload_views

urlpatterns = [
    path("evidence/uploads/", upload_views.uploads, name="uploads"),
    path("evidence/uploads/<token:token>/", upload_views.upload, name="upload"),
    path("evidence/<token:token>/", evidence_views.evidence, name="evidence"),
    path("evidence/<token:token>/preview/", evidence_views.preview, name="evidence_preview"),
    path("evidence/<token:token>/public/", evidence_views.public, name="evidence_public"),
    path("evidence/<token:token>/about/", evidence_views.about, name="evidence_about"),
    path("evidence/<token:token>/remove/", evidence_views.remove, name="evidence_remove"),
]
