"""Pages for everybody, and the overview for those who oversee. Reads only."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import activate, get_language
from django.views.decorators.http import require_safe

from portal import pages
from portal.dashboards import answering
from portal.opendata.stamp import stamp
from portal.selectors import sight_of

KEPT_FOR = 60  # seconds that a visitor's page may be served from a cache

Answering = Callable[..., HttpResponse]


def public(view: Answering) -> Answering:
    """Open without login; what an anonymous visitor gets may be cached for a minute. A link may bring a language along
    (?lang=ur): it is answered in it, remembered by the cookie of the switch, and gone from the page's own links."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        language = _brought(request)
        response = view(request, *args, **kwargs)
        if language:
            response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, samesite="Lax")
        elif not request.user.is_authenticated:
            response["Cache-Control"] = f"public, max-age={KEPT_FOR}"
        return response

    return login_not_required(require_safe(answer))


def steady(view: Answering) -> Answering:
    """Public, and for visitors the same until something is published: who has the page already is told so (304) by one
    statement, before any other work."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # With a session there may be something to say to this visitor alone.
        if (
            request.user.is_authenticated
            or {settings.SESSION_COOKIE_NAME, "messages"} & request.COOKIES.keys()
        ):
            return view(request, *args, **kwargs)
        etag = quote_etag(f"{stamp().text}-{get_language()}")
        known: Any = get_conditional_response(request, etag=etag)
        response = known or view(request, *args, **kwargs)
        response["ETag"] = etag
        return response

    return public(answer)


def _brought(request: HttpRequest) -> str:
    asked = request.GET.get("lang", "")
    if asked not in dict(settings.LANGUAGES):
        return ""
    left = request.GET.copy()
    del left["lang"]
    # What follows builds its links from these two, and would hand the language on.
    request.GET = left  # type: ignore[assignment]
    request.META["QUERY_STRING"] = left.urlencode()
    activate(asked)
    return asked


@steady
def home(request: HttpRequest) -> HttpResponse:
    return pages.answer(request, pages.home(request))


@public
def year(request: HttpRequest, year: str) -> HttpResponse:
    return redirect(pages.month_url(pages.newest(year)))


@steady
def government_month(request: HttpRequest, year: str, month: str) -> HttpResponse:
    return pages.answer(request, pages.government_month(request, year, month))


@steady
def unit_month(request: HttpRequest, year: str, month: str, unit: str) -> HttpResponse:
    return pages.answer(request, pages.unit_month(request, year, month, unit))


@steady
def item(request: HttpRequest, year: str, unit: str, sub_activity: str) -> HttpResponse:
    return pages.answer(request, pages.item_year(request, year, unit, sub_activity))


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    sight = sight_of(request.user)  # type: ignore[arg-type]
    if not sight.anything:
        raise Http404
    return answering.answer(request, sight)
