"""Pages for everybody, and the overview for those who oversee. Reads only."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from portal import pages
from portal.selectors import sight_of

KEPT_FOR = 60  # seconds that a visitor's page may be served from a cache

Answering = Callable[..., HttpResponse]


def public(view: Answering) -> Answering:
    """Open without login; what an anonymous visitor gets may be cached for a minute."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if not request.user.is_authenticated:
            response["Cache-Control"] = f"public, max-age={KEPT_FOR}"
        return response

    return login_not_required(require_safe(answer))


@public
def home(request: HttpRequest) -> HttpResponse:
    return pages.answer(request, pages.home(request))


@public
def year(request: HttpRequest, year: str) -> HttpResponse:
    return redirect(pages.month_url(pages.newest(year)))


@public
def government_month(request: HttpRequest, year: str, month: str) -> HttpResponse:
    return pages.answer(request, pages.government_month(request, year, month))


@public
def unit_month(request: HttpRequest, year: str, month: str, unit: str) -> HttpResponse:
    return pages.answer(request, pages.unit_month(request, year, month, unit))


@public
def item(request: HttpRequest, year: str, unit: str, sub_activity: str) -> HttpResponse:
    return pages.answer(request, pages.item_year(request, year, unit, sub_activity))


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    sight = sight_of(request.user)  # type: ignore[arg-type]
    if not sight.anything:
        raise Http404
    return pages.answer(request, pages.overview(request, sight))
