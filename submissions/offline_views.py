"""The worker that keeps a month on a device."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET


@login_not_required  # it holds no data: what it may keep, it fetches with the reader's own session
@require_GET
def service_worker(request: HttpRequest) -> HttpResponse:
    """The script of the service worker; it stands at the root and is asked for anew at every registration."""
    response = render(request, "sw.js", content_type="text/javascript")
    response["Cache-Control"] = "no-cache"
    return response
