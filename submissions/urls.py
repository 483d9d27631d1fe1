from django.urls import path, register_converter

from submissions import views


class TokenConverter:
    """A public name as `new_token` makes them; what cannot be one is not looked for."""

    regex = r"[A-Za-z0-9_-]{1,24}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(TokenConverter, "token")
app_name = "submissions"
urlpatterns = [
    path("entry/", views.work, name="work"),
    path("entry/recall/", views.take_back, name="recall"),
    path("entry/<str:month>/", views.entry, name="entry"),
    path("entry/<str:month>/nil/", views.without_activity, name="nil"),
    path("entry/<str:month>/submitted/", views.submitted, name="submitted"),
    path("evidence/<token:token>/", views.evidence, name="evidence"),
]
