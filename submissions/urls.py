from django.urls import path

from submissions import views

app_name = "submissions"
urlpatterns = [
    path("work/", views.work, name="work"),
    path("work/recall/", views.take_back, name="recall"),
    path("work/<str:month>/", views.entry, name="entry"),
    path("work/<str:month>/submitted/", views.submitted, name="submitted"),
    path("evidence/<str:token>/", views.evidence, name="evidence"),
]
