from django.urls import path

from submissions import payment_views

urlpatterns = [
    path("entry/payments/", payment_views.payments, name="payments"),
    path("entry/payments/<slug:upload>/", payment_views.look, name="payments_look"),
]
