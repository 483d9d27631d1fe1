from django.urls import path

from approvals import offices_views as views

app_name = "offices"
urlpatterns = [
    path("", views.index, name="index"),
    path("rotation/", views.rotation, name="rotation"),
    path("posts/<int:pk>/", views.post, name="post"),
    path("posts/<int:pk>/appoint/", views.appoint, name="appoint"),
    path("assignments/<int:pk>/", views.change, name="change"),
    path("assignments/<int:pk>/decree/", views.decree, name="decree"),
]
