from django.urls import path

from submissions import workbook_views

urlpatterns = [path("entry/<str:month>/workbook/", workbook_views.workbook, name="workbook")]
