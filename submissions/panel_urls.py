from django.urls import path

from submissions import panel_views

urlpatterns = [path("entry/<str:month>/panel/<int:report>/", panel_views.show, name="panel")]
