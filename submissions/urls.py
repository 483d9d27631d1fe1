from django.urls import include, path, register_converter

from submissions import cell_views, plan_views, views


class TokenConverter:
    """A public name as `new_token` makes them; what cannot be one is not looked for."""

    regex = r"[A-Za-z0-9_-]{1,24}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(TokenConverter, "token")
app_name = "submissions"
# The addresses with a word of their own come before the months, which are a word too.
urlpatterns = [
    path("entry/", views.work, name="work"),
    path("entry/recall/", views.take_back, name="recall"),
    path("", include("submissions.checking_urls")),
    path("", include("submissions.payment_urls")),
    path("plans/", plan_views.plans, name="plans"),
    path("plans/<slug:upload>/", plan_views.look, name="plans_look"),
    path("entry/<str:month>/", views.entry, name="entry"),
    path("entry/<str:month>/cells/", cell_views.save, name="cells"),
    path("entry/<str:month>/state/", cell_views.state, name="state"),
    path("entry/<str:month>/nil/", views.without_activity, name="nil"),
    path("entry/<str:month>/submitted/", views.submitted, name="submitted"),
    path("", include("submissions.panel_urls")),
    path("", include("submissions.workbook_urls")),
    path("", include("submissions.evidence_urls")),
    path("", include("submissions.offline_urls")),
]
