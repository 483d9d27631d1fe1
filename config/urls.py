"""The map."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import TemplateView
from django.views.i18n import set_language

from config import views
from config.api import urls as api_urls
from config.health import healthz, readyz
from config.metrics import metrics

urlpatterns = [
    path("", include("portal.urls")),
    path("", include("portal.opendata.urls")),
    path("", include("portal.voices.urls")),
    path("overview/", include("portal.dashboards.urls")),
    path("board/", include("portal.board.urls")),
    path("tokens/", include("portal.api.pages_urls")),
    path("api/", include(api_urls)),
    path("home/", views.home, name="home"),
    path("", include("submissions.urls")),
    path("", include("approvals.urls")),
    path("requests/", include("approvals.asking_urls")),
    path("offices/", include("approvals.offices_urls")),
    path("audit/", include("audit.urls")),
    path("calendar/", include("submissions.calendar_urls")),
    path("packs/", include("indicators.urls")),
    path("webhooks/", include("portal.webhooks_urls")),
    path("ledger/", include("portal.ledger_urls")),
    path("keeping/", include("approvals.keeping.urls")),
    path("metrics", metrics, name="metrics"),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("routes/", include("approvals.routes_urls")),
    path("accounts/", include("config.account_urls")),
    path("accounts/", include("allauth.urls")),
    # Only a cookie of the reader's own changes; without a token the public pages can be cached.
    path("language/", csrf_exempt(login_not_required(set_language)), name="set_language"),
    path(
        "styleguide/",
        login_not_required(TemplateView.as_view(template_name="styleguide.html")),
        name="styleguide",
    ),
    path("admin/", admin.site.urls),
]
