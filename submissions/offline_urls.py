from django.urls import path

from submissions import offline_views

urlpatterns = [path("sw.js", offline_views.service_worker, name="service_worker")]
